"""The rule in SQLite, on a table `events` of flat columns."""

MEMBERS = {
    "seq": "seq", "type": "type", "indicator": "data.indicator", "place": "data.place", "age": "data.breakdown.age",
    "sex": "data.breakdown.sex", "reporter": "data.reporter", "as_of": "data.as_of", "value": "data.value",
    "source": "data.source", "id": "data.id", "published": "data.published", "target": "data.target",
    "corrected": "data.data.value",
}
# With keys of their own: SQLite scans a subquery, or all events, once for each row that it is joined to.
JOINED = ["CREATE TEMP TABLE corrections (target INTEGER PRIMARY KEY, value TEXT)", """
INSERT INTO corrections SELECT target, corrected FROM (
 SELECT target, corrected, max(seq) FROM events WHERE type = 'record.corrected' GROUP BY target)""",
    "CREATE TEMP TABLE sources (id TEXT PRIMARY KEY, published TEXT)",
    "INSERT INTO sources SELECT id, published FROM events WHERE type = 'source.added'"]
FIGURES = """
WITH gone AS (SELECT target FROM events WHERE type IN ('record.retracted', 'figure.withdrawn')),
 winners AS (
  SELECT max((CASE length(as_of) WHEN 7 THEN as_of || '-31' ELSE as_of END) || printf('%012d', seq)) AS key
  FROM events WHERE type = 'figure.reported' AND seq NOT IN gone
  GROUP BY indicator, place, age, sex, reporter, CASE WHEN length(as_of) > 10 THEN as_of END)
SELECT figures.indicator, figures.place, ltrim(ifnull(';age=' || figures.age, '') || ifnull(';sex=' || figures.sex, ''), ';') AS breakdown,
 figures.reporter, figures.as_of, coalesce(corrections.value, figures.value), sources.published, figures.source, figures.seq
FROM winners JOIN events AS figures ON figures.seq = CAST(substr(key, -12) AS INTEGER)
LEFT JOIN corrections ON corrections.target = figures.seq LEFT JOIN sources ON sources.id = figures.source
ORDER BY figures.indicator, figures.place, breakdown, figures.reporter, figures.as_of"""


def figures(connection):
    for statement in JOINED:
        connection.execute(statement)
    return connection.execute(FIGURES)
