//! Tests of changing a former export in place.

use recount_model::clock::Clocks;

use super::*;

const NEWER: &str = r#"
figure.reported {"indicator":"back","value":"1900","reporter":"a","source":"s1","as_of":"2025-03-31","wording":"1900 by now"}
record.retracted {"target":18,"reason":"never said"}
source.added {"id":"s9","title":"Ninth","published":"2025-04-01"}
"#;

/// Exports one ledger, then changes it into an export of another; tells whether that was done.
fn updated(file: &Path, from: &str, to: &str) -> Option<Summary> {
    let former = Former::find(file).unwrap()?;
    let (before, after) = (Fixture::new(from), Fixture::new(to));
    let (of_before, of_after) = (before.answers(""), after.answers(""));
    update(&former, &context(&of_before, &before), &context(&of_after, &after), &provenance())
}

/// Everything that can be read from a file, but for its change counter.
fn content(file: &Path) -> String {
    let names = query(
        file,
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE '%_fts%' ORDER BY 1",
    );
    let tables = names.lines().map(|table| {
        let mut rows: Vec<String> =
            query(file, &format!("SELECT * FROM \"{table}\"")).lines().map(str::to_owned).collect();
        rows.retain(|row| !row.starts_with(CHANGE_COUNTER));
        rows.sort();
        format!("{table}\n{}\n", rows.join("\n"))
    });
    let schema = query(file, "SELECT type, name, sql FROM sqlite_schema ORDER BY 1, 2");
    schema + &tables.collect::<String>()
}

/// The search indexes are those of the rows that are there (FTS5, section 6.4).
fn check_search(file: &Path) {
    let connection = Connection::open(file).unwrap();
    for table in ["figures", "figure_history", "causes", "votes", "statements", "sources"] {
        let check = format!("INSERT INTO {table}_fts ({table}_fts, rank) VALUES ('integrity-check', 1)");
        connection.execute_batch(&check).unwrap();
    }
}

#[test]
fn an_updated_file_has_the_content_of_a_fresh_one() {
    let parent = tempfile::tempdir().unwrap();
    let (file, fresh) = (parent.path().join("out.db"), parent.path().join("fresh.db"));
    export_of(&file, FIGURES).unwrap();
    let later = [FIGURES, NEWER].concat();
    let latest = [&later, VOTE, CASE].concat();
    for (from, to) in [(FIGURES, &later), (&later, &latest)] {
        let expected = export_of(&fresh, to).unwrap();
        assert_eq!(updated(&file, from, to), Some(expected));
        assert_eq!(content(&file), content(&fresh));
        assert_eq!(query(&file, "PRAGMA integrity_check"), "ok");
        assert_eq!(query(&file, "PRAGMA foreign_key_check"), "");
    }
    let found = "SELECT seq FROM figures WHERE rowid IN (SELECT rowid FROM figures_fts WHERE figures_fts MATCH 'now')";
    assert_eq!(query(&file, found), query(&fresh, found));
    check_search(&file);
    assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 2);
}

#[test]
fn a_former_export_says_what_it_was_asked() {
    let parent = tempfile::tempdir().unwrap();
    let file = parent.path().join("out.db");
    assert!(Former::find(&file).unwrap().is_none());
    let summary = export_of(&file, FIGURES).unwrap();
    let former = Former::find(&file).unwrap().unwrap();
    assert_eq!((former.entry("size"), former.entry("nothing")), (Some("32"), None));
    assert_eq!(former.summary(), Some(summary));
    let asked = |provenance: Provenance, detail| provenance.entries_foreseen(&Clocks::default(), detail);
    let longer = Provenance { size: 40, root: None, ..provenance() };
    assert!(former.is_alike(&asked(longer, CaseDetail::Coarse)));
    assert!(!former.is_alike(&asked(provenance(), CaseDetail::Full)));
    let newer = Provenance { tool_version: "9.0.0".to_owned(), ..provenance() };
    assert!(!former.is_alike(&asked(newer, CaseDetail::Coarse)));
}

#[test]
fn what_somebody_changed_is_left_alone() {
    let later = [FIGURES, NEWER].concat();
    for change in [
        "UPDATE figures SET value = '7' WHERE seq = 18",
        "CREATE TABLE mine (x)",
        "PRAGMA journal_mode = WAL",
        "UPDATE recount SET value = 'x' WHERE key = 'file_change_counter'",
        "DROP TABLE recount",
    ] {
        let parent = tempfile::tempdir().unwrap();
        let file = parent.path().join("out.db");
        export_of(&file, FIGURES).unwrap();
        Connection::open(&file).unwrap().execute_batch(change).unwrap();
        let bytes = fs::read(&file).unwrap();
        assert_eq!(updated(&file, FIGURES, &later), None, "{change}");
        assert_eq!(fs::read(&file).unwrap(), bytes, "{change}");
    }
}

#[test]
fn a_file_of_another_length_is_not_as_it_was_written() {
    let parent = tempfile::tempdir().unwrap();
    let file = parent.path().join("out.db");
    export_of(&file, FIGURES).unwrap();
    let entries = provenance().entries_foreseen(&Clocks::default(), CaseDetail::Coarse);
    let is_alike = || Former::find(&file).unwrap().is_some_and(|former| former.is_alike(&entries));
    assert!(is_alike());
    let length = fs::metadata(&file).unwrap().len();
    for other in [length - 4096, length + 4096] {
        fs::OpenOptions::new().write(true).open(&file).unwrap().set_len(other).unwrap();
        assert!(!is_alike(), "{other}");
    }
}

#[test]
fn rows_that_are_not_as_they_should_be_are_left_alone() {
    let parent = tempfile::tempdir().unwrap();
    let file = parent.path().join("out.db");
    export_of(&file, FIGURES).unwrap();
    let bytes = fs::read(&file).unwrap();
    let later = [FIGURES, NEWER].concat();
    // What should go is not there; what should come is there already.
    assert_eq!(updated(&file, &later, FIGURES), None);
    assert_eq!(updated(&file, "", FIGURES), None);
    assert_eq!(fs::read(&file).unwrap(), bytes);
}

/// Begins to change a file, so that pages of it are written before the transaction ends.
fn begin(file: &Path) -> Connection {
    let connection = Connection::open(file).unwrap();
    let sql = "PRAGMA cache_size = 1; BEGIN IMMEDIATE; UPDATE events SET \"by\" = hex(randomblob(4000))";
    connection.execute_batch(sql).unwrap();
    connection
}

#[test]
fn what_a_killed_run_began_is_taken_back() {
    let parent = tempfile::tempdir().unwrap();
    let (file, killed) = (parent.path().join("out.db"), parent.path().join("killed.db"));
    export_of(&file, FIGURES).unwrap();
    let before = content(&file);
    let length = fs::metadata(&file).unwrap().len();
    let running = begin(&file);
    // A copy of both files is what a kill at this moment leaves.
    fs::copy(&file, &killed).unwrap();
    fs::copy(parent.path().join("out.db-journal"), parent.path().join("killed.db-journal")).unwrap();
    assert_ne!(fs::metadata(&killed).unwrap().len(), length, "something was written");
    let refused = Former::find(&file).map_err(|error| error.to_string());
    assert!(refused.unwrap_err().contains("another program is writing to it"));
    drop(running);
    let later = [FIGURES, NEWER].concat();
    assert!(Former::find(&killed).unwrap().is_some());
    assert_eq!(content(&killed), before);
    assert!(updated(&killed, FIGURES, &later).is_some());
    assert!(!parent.path().join("killed.db-journal").exists());
}

#[test]
fn a_journal_that_a_killed_run_only_began_is_in_nobodys_way() {
    for begun in [0, 512, 5000] {
        let parent = tempfile::tempdir().unwrap();
        let (file, journal) = (parent.path().join("out.db"), parent.path().join("out.db-journal"));
        export_of(&file, FIGURES).unwrap();
        let before = content(&file);
        // Its first bytes are zeros until all of it is on the disk.
        fs::write(&journal, vec![0; begun]).unwrap();
        assert!(Former::find(&file).unwrap().is_some(), "{begun} bytes");
        assert!(!journal.exists());
        assert_eq!(content(&file), before);
    }
}
