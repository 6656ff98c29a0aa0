"""The engine of ClickHouse. usage: chdb_figures.py LEDGER OUT THREADS"""
import sys

from chdb import session

ledger, out, threads = sys.argv[1:4]
TYPES = "seq Int64, type LowCardinality(String), data Tuple(indicator String, place String, " \
    "breakdown Tuple(age String, sex String), reporter String, as_of String, value String, source String, id String, " \
    "published String, target Int64, data Tuple(value String))"
SETTINGS = f"SETTINGS max_threads = {int(threads)}, input_format_skip_unknown_fields = 1, " \
    "input_format_json_ignore_unknown_keys_in_named_tuple = 1, " \
    "input_format_json_defaults_for_missing_elements_in_named_tuple = 1"
EVENTS = f"""CREATE TABLE peer.events ENGINE = Memory AS
SELECT seq, type, data.indicator AS indicator, data.place AS place, data.breakdown.age AS age, data.breakdown.sex AS sex,
 data.reporter AS reporter, data.as_of AS as_of, if(type = 'record.corrected', data.data.value, data.value) AS value,
 data.source AS source, data.id AS id, data.published AS published, data.target AS target
FROM file('{ledger}', 'JSONEachRow', '{TYPES}')
WHERE type IN ('figure.reported', 'record.corrected', 'record.retracted', 'figure.withdrawn', 'source.added') {SETTINGS}"""
FIGURES = f"""
SELECT indicator, place, arrayStringConcat(arrayFilter(part -> part != '', [if(age != '', 'age=' || age, ''),
  if(sex != '', 'sex=' || sex, '')]), ';') AS breakdown, reporter, best.1 AS as_of,
 if(corrections.target != 0, corrections.value, best.2) AS value, sources.published AS published, best.3 AS source, best.4 AS seq
FROM (
 SELECT indicator, place, age, sex, reporter, if(length(as_of) > 10, as_of, '') AS period,
  argMax(tuple(as_of, value, source, seq), tuple(if(length(as_of) = 7, as_of || '-31', as_of), seq)) AS best
 FROM peer.events WHERE type = 'figure.reported'
  AND seq NOT IN (SELECT target FROM peer.events WHERE type IN ('record.retracted', 'figure.withdrawn'))
 GROUP BY indicator, place, age, sex, reporter, period) AS winners
LEFT JOIN (SELECT target, argMax(value, seq) AS value FROM peer.events WHERE type = 'record.corrected' GROUP BY target)
 AS corrections ON corrections.target = best.4
LEFT JOIN (SELECT id, published FROM peer.events WHERE type = 'source.added') AS sources ON sources.id = best.3
ORDER BY indicator, place, breakdown, reporter, as_of {SETTINGS}"""

engine = session.Session()
engine.query("CREATE DATABASE peer ENGINE = Atomic")
engine.query(EVENTS)
engine.query(f"INSERT INTO FUNCTION file('{out}/figures.csv', 'CSVWithNames') {FIGURES}")
