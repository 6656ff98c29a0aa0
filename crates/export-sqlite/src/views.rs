//! Views and full text search, which stand beside the tables and say nothing of their own.

use rusqlite::Connection;

/// The current figures with what their ids are called and their numbers as REAL. `value_num` is a number only where the
/// reporter gave one (exact, about, best estimate): a bound is none.
const CURRENT_FIGURES: &str = r#"CREATE VIEW "current_figures" AS
SELECT f.*,
  i.name AS indicator_name, i.measure, p.name AS place_name, r.name AS reporter_name, r.kind AS reporter_kind,
  s.title AS source_title, s.url AS source_url,
  CAST(f.low AS REAL) AS low_num, CAST(f.high AS REAL) AS high_num, CAST(f.best AS REAL) AS best_num,
  CASE f.qualifier WHEN 'exact' THEN CAST(f.low AS REAL) ELSE CAST(f.best AS REAL) END AS value_num
FROM figures f
JOIN indicators i ON i.id = f.indicator
JOIN reporters r ON r.id = f.reporter
LEFT JOIN places p ON p.id = f.place
LEFT JOIN sources s ON s.id = f.source"#;

/// What reporters say differently: one row per indicator, place, breakdown, start and, for measure period, period.
/// Doubted figures contest nothing. Numbers are compared, so 12.5 and 12.50 agree.
const DISAGREEMENTS: &str = r#"CREATE VIEW "disagreements" AS
SELECT indicator, indicator_name, place, breakdown, since, period, unit,
  count(*) AS figures,
  count(DISTINCT printf('%s %s %s %s', qualifier, low_num, high_num, best_num)) AS "values",
  min(coalesce(low_num, best_num, high_num)) AS least_num,
  max(coalesce(high_num, best_num, low_num)) AS greatest_num,
  group_concat(reporter || ': ' || value, '; ') AS said
FROM (
  SELECT *, CASE measure WHEN 'period' THEN as_of_min || '/' || as_of_max END AS period
  FROM current_figures
  WHERE NOT doubted
  ORDER BY indicator, place, breakdown, reporter
)
GROUP BY indicator, place, breakdown, since, period
HAVING "values" > 1"#;

/// The reporters' own later values for the same series and as-of, or ones that name what they revise.
const REVISIONS: &str = r#"CREATE VIEW "revisions" AS
SELECT old.indicator, old.place, old.breakdown, old.reporter, old.as_of, old.unit,
  old.seq AS seq_before, new.seq AS seq_after,
  old.published AS published_before, new.published AS published_after,
  old.value AS value_before, new.value AS value_after,
  CASE WHEN old.qualifier = 'exact' AND new.qualifier = 'exact' THEN CAST(new.low AS REAL) - CAST(old.low AS REAL) END
    AS change_num
FROM figure_history old
JOIN figure_history new ON new.figure = old.replaced_by AND new.status NOT IN ('corrected', 'retracted')
WHERE old.cause = 'revised' AND old.repeats IS NULL"#;

/// What full text search covers: table and columns. Each index is named `TABLE_fts` and holds no text of its own.
const SEARCHED: [(&str, &[&str]); 6] = [
    ("figures", &["wording"]),
    ("figure_history", &["wording"]),
    ("causes", &["reason", "note"]),
    ("votes", &["title"]),
    ("statements", &["gist"]),
    ("sources", &["title", "publisher"]),
];

/// Creates the views, then the search indexes over the rows that are there, and the triggers by which they follow later changes.
pub(crate) fn create(connection: &Connection) -> rusqlite::Result<()> {
    for view in [CURRENT_FIGURES, DISAGREEMENTS, REVISIONS] {
        connection.execute_batch(view)?;
    }
    for (table, columns) in SEARCHED {
        let of =
            |row: &str| columns.iter().map(|column| format!("{row}.{column}")).collect::<Vec<_>>().join(", ");
        let (old, new, columns) = (of("old"), of("new"), columns.join(", "));
        // Datasette knows the index of a table by this spelling of `content`.
        connection.execute_batch(&format!(
            r#"CREATE VIRTUAL TABLE "{table}_fts" USING FTS5 ({columns}, content="{table}");
            INSERT INTO "{table}_fts" ("{table}_fts") VALUES ('rebuild');
            INSERT INTO "{table}_fts" ("{table}_fts") VALUES ('optimize');
            CREATE TRIGGER "{table}_fts_insert" AFTER INSERT ON "{table}" BEGIN
              INSERT INTO "{table}_fts" (rowid, {columns}) VALUES (new.rowid, {new});
            END;
            CREATE TRIGGER "{table}_fts_delete" AFTER DELETE ON "{table}" BEGIN
              INSERT INTO "{table}_fts" ("{table}_fts", rowid, {columns}) VALUES ('delete', old.rowid, {old});
            END"#
        ))?;
    }
    Ok(())
}
