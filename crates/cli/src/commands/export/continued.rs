//! Continuing a former SQLite export of the same ledger: only what changed since is written.

use std::path::Path;

use recount_export_sqlite::{Former, update};
use recount_ledger::merkle::Hash;
use recount_ledger::reader::Ledger;
use recount_ledger::seen::Seen;
use recount_model::answer::Answers;
use recount_model::clock::Clocks;
use recount_replay::LedgerTexts;
use recount_replay::index::Change;
use recount_tables::{Context, Provenance, Summary};

use super::detail;
use crate::args::{ExportOptions, Global};
use crate::error::Failure;
use crate::indexed;
use crate::storage::storage;
use crate::terminal::cell_text;
use crate::view::{parse_clocks, provenance};

/// Brings `former`, the export in `path`, to the head of the ledger. `None` where it is to be made anew: it was asked something
/// else, changed by somebody, or too much happened since.
///
/// # Errors
///
/// When it is the export of another ledger, or of one that reaches further: it is not this ledger's to replace.
pub(super) fn of(
    global: &Global,
    ledger: &Ledger,
    former: &Former,
    path: &Path,
    options: &ExportOptions,
) -> Result<Option<Summary>, Failure> {
    let provenance = provenance(ledger)?;
    let seen = seen(former);
    if let Some(reason) = foreign(ledger, former, seen.as_ref(), &provenance)? {
        return Err(Failure::target_in_use(path, &reason));
    }
    let (clocks, troubles) = parse_clocks(&options.clocks);
    let is_alike = former.is_alike(&provenance.entries_foreseen(&clocks, detail(options)));
    let Some(seen) = seen.filter(|_| is_alike && troubles.is_empty()) else { return Ok(None) };
    let head = ledger.head();
    if (seen.size, seen.root) == (head.size, head.root) {
        return Ok(former.summary());
    }
    // On the other clocks what is shown of the rest may depend on what was appended.
    if global.no_cache || clocks != Clocks::default() {
        return Ok(None);
    }
    let change = indexed::change(global, ledger, &seen);
    Ok(change.and_then(|change| updated(former, ledger, &change, &provenance, options)))
}

fn updated(
    former: &Former,
    ledger: &Ledger,
    change: &Change,
    provenance: &Provenance,
    options: &ExportOptions,
) -> Option<Summary> {
    let [before, after] =
        [&change.before, &change.after].map(|state| Answers::new(state, &Clocks::default(), 0));
    let [texts_before, texts_after] =
        [&change.before, &change.after].map(|state| LedgerTexts::new(ledger, state));
    let case_detail = detail(options);
    let before = Context { answers: &before, texts: &texts_before, case_detail, indicators: None };
    let after = Context { answers: &after, texts: &texts_after, case_detail, indicators: None };
    update(former, &before, &after, provenance)
}

/// The checkpoint up to which an export was made; of a prefix that a clock asked for nothing is known but the size.
fn seen(former: &Former) -> Option<Seen> {
    let number = |key| former.entry(key)?.parse().ok();
    let root: Hash = former.entry("root")?.parse().ok()?;
    Some(Seen { size: number("size")?, root, end_offset: number("end_offset").unwrap_or(0) })
}

/// Why an export is not one of this ledger as it was, if it is not.
fn foreign(
    ledger: &Ledger,
    former: &Former,
    seen: Option<&Seen>,
    provenance: &Provenance,
) -> Result<Option<String>, Failure> {
    let origin = former.entry("origin");
    if origin.is_some_and(|origin| origin != provenance.origin) {
        let origin = cell_text(origin.unwrap_or_default());
        return Ok(Some(format!(
            "is an export of another ledger, {origin}; this one is {}",
            provenance.origin
        )));
    }
    let size = former.entry("size").and_then(|size| size.parse::<u64>().ok());
    if let Some(size) = size.filter(|size| *size > ledger.head().size) {
        let (has, head) = ("is an export of this ledger with", ledger.head().size);
        return Ok(Some(format!("{has} {size} events; this copy of it has {head}")));
    }
    match seen {
        Some(seen) if !seen.is_in(storage(), ledger.path())? => Ok(Some(format!(
            "is an export of a copy of this ledger that went another way: this one has no checkpoint {}:{}",
            seen.size, seen.root
        ))),
        _ => Ok(None),
    }
}
