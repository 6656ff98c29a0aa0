//! The clock on the wall, the recorder's name, random salts and keys: what only the command line may ask for.

use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use recount_model::date::Instant;
use recount_model::problem::Code;
use recount_replay::Stamp;
use zeroize::Zeroizing;

use crate::error::{Failure, IO, Trouble, USAGE};

/// The moment of an append: `RECOUNT_CLOCK` where it is set, else the system's clock in whole seconds of UTC.
///
/// # Errors
///
/// When `RECOUNT_CLOCK` is no instant.
pub(crate) fn stamp(accept_behind: bool) -> Result<Stamp, Failure> {
    let Some(fixed) = std::env::var_os("RECOUNT_CLOCK").filter(|value| !value.is_empty()) else {
        return Ok(Stamp { now: now(), set: false, accept_behind });
    };
    let fixed = fixed.to_string_lossy();
    let bad = |error| {
        let trouble = Trouble::new(Code::USAGE, format!("{error}")).at("RECOUNT_CLOCK").value(fixed.clone());
        Failure::one(USAGE, trouble)
    };
    Instant::parse(&fixed).map(|now| Stamp { now, set: true, accept_behind }).map_err(bad)
}

/// What the system's clock shows, in whole seconds; a clock beyond the years 0 to 9999 shows the nearest of them.
pub(crate) fn now() -> Instant {
    let seconds = seconds(SystemTime::now());
    Instant::from_seconds(seconds).unwrap_or(if seconds < 0 { Instant::MIN } else { Instant::MAX })
}

/// Whole seconds since the beginning of 1970, before which they are negative.
fn seconds(time: SystemTime) -> i64 {
    let whole = |since: Duration| i64::try_from(since.as_secs()).unwrap_or(i64::MAX);
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => whole(since),
        Err(error) => {
            let until = error.duration();
            -whole(until) - i64::from(until.subsec_nanos() > 0)
        }
    }
}

/// Who records: `--by`, `RECOUNT_BY`, else git's `user.name`.
///
/// # Errors
///
/// When none of them names anyone.
pub(crate) fn recorder(given: Option<&str>) -> Result<String, Failure> {
    let name = given.map(str::to_owned).or_else(git_user).unwrap_or_default();
    let name = name.trim();
    if name.is_empty() || name.chars().any(char::is_control) {
        let trouble = Trouble::new(Code::USAGE, "expected who records: a name without control characters")
            .at("--by")
            .value(name)
            .next(Some("say --by NAME, set RECOUNT_BY, or git config user.name".to_owned()));
        return Err(Failure::one(USAGE, trouble));
    }
    Ok(name.to_owned())
}

fn git_user() -> Option<String> {
    let output = Command::new("git").args(["config", "user.name"]).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// A source of salts: 128 random bits each, as 32 lower-case hexadecimal digits.
///
/// # Errors
///
/// When the system gives no random bits.
pub(crate) fn salt() -> Result<impl Fn() -> String, Failure> {
    random(&mut [0; 16])?;
    Ok(|| {
        let mut bits = [0_u8; 16];
        // It answered a moment ago, when this was made; a system that stops answering is beyond mending here.
        getrandom::fill(&mut bits).expect("the system gave random bits when this command began");
        bits.iter().map(|byte| format!("{byte:02x}")).collect()
    })
}

/// What a new private key is made of.
///
/// # Errors
///
/// When the system gives no random bits.
pub(crate) fn seed() -> Result<Zeroizing<[u8; 32]>, Failure> {
    let mut seed = Zeroizing::new([0; 32]);
    random(&mut *seed)?;
    Ok(seed)
}

fn random(bits: &mut [u8]) -> Result<(), Failure> {
    getrandom::fill(bits).map_err(|error| {
        Failure::one(IO, Trouble::new(Code::IO, format!("no random bits from the system: {error}")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(time: SystemTime, expected: i64) {
        assert_eq!(seconds(time), expected);
    }

    #[test]
    fn seconds_are_whole_on_both_sides_of_1970() {
        check(UNIX_EPOCH, 0);
        check(UNIX_EPOCH + Duration::from_millis(1_900), 1);
        check(UNIX_EPOCH - Duration::from_millis(1), -1);
        check(UNIX_EPOCH - Duration::from_secs(2), -2);
        // The last second of 9999, past the last instant that some libraries know.
        check(UNIX_EPOCH + Duration::from_secs(253_402_300_799), Instant::MAX.seconds());
    }
}
