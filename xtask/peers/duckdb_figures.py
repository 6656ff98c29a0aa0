"""DuckDB. usage: duckdb_figures.py json|native INPUT OUT THREADS [TABLES], or load LEDGER DB

json reads the ledger, native a database that load made of it. With TABLES, a database made by `store`, the rows of all
tables that are in it are written too, as recount exports them; nothing of them is computed.
usage: duckdb_figures.py store FOLDER DB makes that database of an export of recount.

The schema is given, columns are flat, and the winner of a series is found by one whole number: the fastest of the
formulations that were tried."""
import pathlib
import sys

import duckdb

SCHEMA = """{seq: 'BIGINT', type: 'VARCHAR', data: 'STRUCT(indicator VARCHAR, place VARCHAR,
 breakdown STRUCT(age VARCHAR, sex VARCHAR), reporter VARCHAR, as_of VARCHAR, value VARCHAR, source VARCHAR,
 id VARCHAR, published VARCHAR, target BIGINT, data STRUCT(value VARCHAR))'}"""
EVENTS = """SELECT seq, type, data.indicator AS indicator, data.place AS place, data.breakdown.age AS age,
 data.breakdown.sex AS sex, data.reporter AS reporter, data.as_of AS as_of,
 coalesce(data.data.value, data.value) AS value, data.source AS source, data.id AS id, data.published AS published,
 data.target AS target
 FROM read_json('{ledger}', format = 'newline_delimited', columns = {schema})
 WHERE type IN ('figure.reported', 'record.corrected', 'record.retracted', 'figure.withdrawn', 'source.added')"""
FIGURES = """CREATE TEMP TABLE figures AS WITH
 gone AS (SELECT DISTINCT target FROM events WHERE type IN ('record.retracted', 'figure.withdrawn')),
 winners AS (
  SELECT max(CASE length(as_of) WHEN 10 THEN replace(as_of, '-', '')::BIGINT
                                WHEN 7 THEN replace(as_of, '-', '')::BIGINT * 100 + 31 ELSE 0 END
             * 100000000000 + seq) % 100000000000 AS seq
  FROM events WHERE type = 'figure.reported' AND seq NOT IN (SELECT target FROM gone)
  GROUP BY indicator, place, age, sex, reporter, CASE WHEN length(as_of) > 10 THEN as_of END),
 figures AS (SELECT events.* FROM events SEMI JOIN winners ON events.seq = winners.seq),
 last AS (SELECT max(seq) AS seq FROM events WHERE type = 'record.corrected' GROUP BY target),
 corrections AS (SELECT events.target, events.value FROM events SEMI JOIN last ON events.seq = last.seq),
 sources AS (SELECT id, published FROM events WHERE type = 'source.added')
 SELECT indicator, place, concat_ws(';', 'age=' || age, 'sex=' || sex) AS breakdown, reporter, as_of,
  coalesce(corrections.value, figures.value) AS value, sources.published AS published, source, figures.seq AS seq
 FROM figures LEFT JOIN corrections ON corrections.target = figures.seq LEFT JOIN sources ON sources.id = source"""


def connect(path=":memory:", read_only=False, threads="2"):
    connection = duckdb.connect(path, read_only=read_only)
    connection.execute(f"SET threads = {int(threads)}; SET preserve_insertion_order = false")
    return connection


def figures(kind, path, out, threads, tables=None):
    connection = connect(path, True, threads) if kind == "native" else connect(threads=threads)
    if kind == "json":
        connection.execute("CREATE TEMP TABLE events AS " + EVENTS.format(ledger=path, schema=SCHEMA))
    connection.execute(FIGURES)
    connection.execute(
        f"COPY (FROM figures ORDER BY indicator, place NULLS FIRST, breakdown, reporter, as_of) TO '{out}/figures.csv' (HEADER)"
    )
    if tables:
        connection.execute(f"ATTACH '{tables}' AS stored (READ_ONLY)")
        names = connection.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = 'stored'").fetchall()
        pathlib.Path(out, "tables").mkdir()
        for (name,) in names:
            connection.execute(f"COPY stored.\"{name}\" TO '{out}/tables/{name}.csv' (HEADER)")


def load(ledger, database):
    connect(database).execute("CREATE TABLE events AS " + EVENTS.format(ledger=ledger, schema=SCHEMA))


def store(folder, database):
    connection = connect(database)
    for file in sorted(pathlib.Path(folder).glob("*.csv")):
        connection.execute(f"CREATE TABLE \"{file.stem}\" AS FROM read_csv('{file}', all_varchar = true)")


if __name__ == "__main__":
    task, *rest = sys.argv[1:]
    {"load": load, "store": store}.get(task, lambda *given: figures(task, *given))(*rest)
