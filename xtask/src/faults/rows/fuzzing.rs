//! F20: inputs that a fuzzer makes up, for every parser.

use std::time::Duration;

use super::{Control, Row};
use crate::Result;
use crate::faults::trials::{Trials, ensure};
use crate::fuzz;

/// The row.
pub(crate) const ROW: Row = Row {
    id: "F20",
    title: "inputs made up by a fuzzer, half a minute for each parser",
    needs: &[],
    in_ci: false,
    controls: &[Control::Setup(STARVED)],
    probe,
};

/// A world in which no target can keep within its memory.
const STARVED: &str = "targets without memory";

const LONGEST: Duration = Duration::from_secs(30);

fn probe(trials: &mut Trials<'_>) -> Result<()> {
    let (programs, targets) = (fuzz::build()?, fuzz::targets()?);
    let starved = trials.control() == Some(STARVED);
    let limits: &[&str] = if starved { &["-rss_limit_mb=1"] } else { &[] };
    let executions = std::sync::atomic::AtomicU64::new(0);
    trials.each(&targets, usize::MAX, |_, target| {
        let outcome = fuzz::fuzz(&programs, target, LONGEST, limits)?;
        executions.fetch_add(outcome.executions, std::sync::atomic::Ordering::Relaxed);
        ensure(outcome.find.is_none(), || outcome.to_string())
    })?;
    if !starved {
        trials.notes.push(format!("{} executions of {} targets", executions.into_inner(), targets.len()));
    }
    Ok(())
}
