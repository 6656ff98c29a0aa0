"""The rule in SQLite, on a table `events` of flat columns."""

MEMBERS = {
    "seq": "seq", "type": "type", "indicator": "data.indicator", "place": "data.place", "age": "data.breakdown.age",
    "sex": "data.breakdown.sex", "reporter": "data.reporter", "as_of": "data.as_of", "value": "data.value",
    "source": "data.source", "id": "data.id", "published": "data.published", "target": "data.target",
    "corrected": "data.data.value",
}
FIGURES = """
WITH gone AS (SELECT target FROM events WHERE type IN ('record.retracted', 'figure.withdrawn')),
 winners AS (
  SELECT max((CASE length(as_of) WHEN 7 THEN as_of || '-31' ELSE as_of END) || printf('%012d', seq)) AS key
  FROM events WHERE type = 'figure.reported' AND seq NOT IN gone
  GROUP BY indicator, place, age, sex, reporter, CASE WHEN length(as_of) > 10 THEN as_of END),
 corrections AS (SELECT target, corrected, max(seq) FROM events WHERE type = 'record.corrected' GROUP BY target),
 sources AS (SELECT id, published FROM events WHERE type = 'source.added')
SELECT figures.indicator, figures.place, ltrim(ifnull(';age=' || figures.age, '') || ifnull(';sex=' || figures.sex, ''), ';') AS breakdown,
 figures.reporter, figures.as_of, coalesce(corrections.corrected, figures.value), sources.published, figures.source, figures.seq
FROM winners JOIN events AS figures ON figures.seq = CAST(substr(key, -12) AS INTEGER)
LEFT JOIN corrections ON corrections.target = figures.seq LEFT JOIN sources ON sources.id = figures.source
ORDER BY figures.indicator, figures.place, breakdown, figures.reporter, figures.as_of"""
