//! A point on any clocks, as one text.

use crate::clock::{AsOf, Clocks, PublishedBy, RecordedBy};
use crate::date::DateError;
use crate::problem::nearest;

/// A point to compare from or to: a moment on one clock or on several together.
///
/// `recorded:120`, `recorded:2026-04-01`, `published:2025-12-01`, `as-of:2023-12-18`, several joined by commas. A point
/// without a clock's name is on the recorded clock, as `--recorded-by` takes it. `start` is before the first event, `now`
/// and `head` are as far as the ledger goes. A clock that is not named is as far as the ledger goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// The clocks it stands for; before the first event is the sequence number 0.
    pub clocks: Clocks,
}

/// Why a text is no point.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PointError {
    /// A part is no date, instant or sequence number of its clock.
    #[error("{0}")]
    Date(#[from] DateError),
    /// A part names a clock that there is not.
    #[error(
        "expected start, now, a point on the recorded clock, or recorded:, published: or as-of: and a point"
    )]
    Clock {
        /// The name that was probably meant.
        hint: Option<&'static str>,
    },
    /// Two parts are on the same clock.
    #[error("expected one point on each clock, found two on the {0} clock")]
    Twice(&'static str),
}

/// What a point can begin with.
const CLOCKS: [&str; 3] = ["recorded", "published", "as-of"];
const WORDS: [&str; 3] = ["start", "now", "head"];

impl Point {
    /// Reads a point.
    ///
    /// # Errors
    ///
    /// [`PointError`] of the first part that cannot be read.
    pub fn parse(text: &str) -> Result<Point, PointError> {
        let mut clocks = Clocks::default();
        let mut named: Vec<&'static str> = Vec::new();
        for part in text.split(',') {
            let clock = read(part, &mut clocks)?;
            if named.contains(&clock) {
                return Err(PointError::Twice(clock));
            }
            named.push(clock);
        }
        Ok(Point { clocks })
    }
}

/// Reads one part; says on which clock it is.
fn read(part: &str, clocks: &mut Clocks) -> Result<&'static str, PointError> {
    let (clock, point) = match part.split_once(':') {
        Some((name, point)) if name != "year" && starts_with_letter(name) => {
            let known = CLOCKS.into_iter().find(|clock| *clock == name);
            (known.ok_or_else(|| PointError::Clock { hint: nearest_of(name, &CLOCKS) })?, point)
        }
        _ => ("recorded", part),
    };
    match clock {
        "published" => clocks.published_by = Some(PublishedBy::parse(point)?),
        "as-of" => clocks.as_of = Some(AsOf::parse(point)?),
        _ => clocks.recorded_by = recorded(point)?,
    }
    Ok(clock)
}

fn recorded(point: &str) -> Result<Option<RecordedBy>, PointError> {
    match point {
        "start" => Ok(Some(RecordedBy::Seq(0))),
        "now" | "head" => Ok(None),
        word if starts_with_letter(word) && !word.starts_with("year:") => {
            Err(PointError::Clock { hint: nearest_of(word, &WORDS) })
        }
        _ => Ok(Some(RecordedBy::parse(point)?)),
    }
}

fn starts_with_letter(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
}

fn nearest_of(wrong: &str, known: &[&'static str]) -> Option<&'static str> {
    nearest(wrong, known.iter().copied())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn check(text: &str, expected: &str) {
        let shown = |clocks: Clocks| {
            let parts = [
                clocks.as_of.map(|point| format!("as of {point}")),
                clocks.published_by.map(|point| format!("published by {point}")),
                clocks.recorded_by.map(|point| format!("recorded by {point}")),
            ];
            parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
        };
        let found = Point::parse(text).map_or_else(|error| error.to_string(), |point| shown(point.clocks));
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn a_point_without_a_clock_is_on_the_recorded_one() {
        check("120", "recorded by 120");
        check("2026-04", "recorded by 2026-04");
        check("year:2026", "recorded by year:2026");
        check("2026-04-01T10:00:00Z", "recorded by 2026-04-01T10:00:00Z");
        check("start", "recorded by 0");
        check("now", "");
        check("recorded:head", "");
    }

    #[test]
    fn clocks_combine_and_each_is_named_once() {
        check("published:2025-12-01,as-of:2025-11-30", "as of 2025-11-30, published by 2025-12-01");
        check("120,published:2025-12-01T10:00:00Z", "published by 2025-12-01T10:00:00Z, recorded by 120");
        check("120,recorded:7", "expected one point on each clock, found two on the recorded clock");
        check("now,start", "expected one point on each clock, found two on the recorded clock");
    }

    #[test]
    fn what_is_no_point_says_what_is_one() {
        let hint = |text: &str| match Point::parse(text).unwrap_err() {
            PointError::Clock { hint } => hint,
            other => panic!("{other}"),
        };
        assert_eq!(hint("publised:2025"), Some("published"));
        assert_eq!(hint("strat"), Some("start"));
        assert_eq!(hint("x:1"), None);
        assert!(Point::parse("").is_err());
        assert!(Point::parse("published:120x").is_err());
        assert!(Point::parse("as-of:2025-01-01/..").is_err());
    }
}
