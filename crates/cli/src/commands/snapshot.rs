//! `recount snapshot`: the state as canonical JSON, one figure a line, so that git diffs read well.

use recount_tables::{CaseDetail, Context, snapshot};

use crate::args::{Global, Snapshot};
use crate::error::Failure;
use crate::output::Output;
use crate::view::View;

/// Prints the snapshot.
pub(crate) fn run(global: &Global, output: &mut Output, options: &Snapshot) -> Result<(), Failure> {
    let view = View::open(global, &options.clocks, output)?;
    let answers = view.answers();
    let texts = view.texts();
    let context =
        Context { answers: &answers, texts: &texts, case_detail: CaseDetail::Coarse, indicators: None };
    snapshot(&context, &view.provenance()?, output.stdout())?;
    Ok(())
}
