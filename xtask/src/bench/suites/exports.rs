//! Fresh exports, beside the writing that they cannot do without.

use super::super::contest::{Contest, Entry};
use super::super::ground::Ground;
use super::super::limit::Limit;
use crate::Result;

/// Keys between its tables make an SQLite export one of all of them.
const SQLITE: &str = "`export sqlite`";
const ROWS: &str = "the same rows into the same schema, by SQLite alone";
const CSV: &str = "`export csv --tables figures`";
const BYTES: &str = "the same bytes, written";
const REPLAY: &str = "replay that answers next to nothing (`figures indicator-44`)";

/// A database of all tables, and the current figures as CSV.
pub(crate) fn contest(ground: &Ground) -> Result<Contest<'_>> {
    let ledger = ground.ledger()?;
    let make = |end: &str, options: &[&str]| {
        ground.made(end, |out| {
            let out = out.display().to_string();
            ground.cold(&ledger, &[&["export", end, &out], options].concat()).run().map(drop)
        })
    };
    let sqlite = make("sqlite", &[])?.display().to_string();
    let csv = make("csv", &["--tables", "figures"])?.display().to_string();
    let out = ground.out("export");
    let fresh = |name, process| Entry::new(name, process).before(|| ground.clear());
    let entries = vec![
        fresh(REPLAY, ground.cold(&ledger, &["figures", "indicator-44", "--format", "csv"])),
        fresh(SQLITE, ground.cold(&ledger, &["export", "sqlite", &out])),
        fresh(ROWS, ground.floor(&["sqlite", &sqlite, &out])),
        fresh(CSV, ground.cold(&ledger, &["export", "csv", &out, "--tables", "figures"])),
        fresh(BYTES, ground.floor(&["copy", &csv, &out])),
        fresh("`export csv`, all tables", ground.cold(&ledger, &["export", "csv", &out])),
    ];
    let limits = vec![
        Limit::time("SQLite, of the same rows alone", SQLITE, &[ROWS], 1.5),
        Limit::time("the same without the replay", SQLITE, &[ROWS], 1.5).less(REPLAY),
        Limit::time("CSV, of the same bytes alone", CSV, &[BYTES], 2.0),
        Limit::time("the same without the replay", CSV, &[BYTES], 2.0).less(REPLAY),
    ];
    Ok(Contest { entries, limits })
}
