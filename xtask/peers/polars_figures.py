"""polars. usage: polars_figures.py LEDGER OUT

The schema is given, the file is scanned once by the streaming engine; then joins and sorts on the columns in use."""
import sys

import polars as pl
from polars import col

TEXT = pl.String
SCHEMA = pl.Schema({
    "seq": pl.Int64,
    "type": TEXT,
    "data": pl.Struct({
        "indicator": TEXT, "place": TEXT, "breakdown": pl.Struct({"age": TEXT, "sex": TEXT}), "reporter": TEXT,
        "as_of": TEXT, "value": TEXT, "source": TEXT, "id": TEXT, "published": TEXT, "target": pl.Int64,
        "data": pl.Struct({"value": TEXT}),
    }),
})
ledger, out = sys.argv[1:3]


def member(name):
    return col("data").struct.field(name)


events = (
    pl.scan_ndjson(ledger, schema=SCHEMA, ignore_errors=False)
    .select(
        "seq", "type", *map(member, ["indicator", "place", "reporter", "as_of", "source", "id", "published", "target"]),
        member("breakdown").struct.field("age"), member("breakdown").struct.field("sex"),
        pl.coalesce(member("data").struct.field("value"), member("value")).alias("value"),
    )
    .collect(engine="streaming")
    .lazy()
)


def of(*types):
    return events.filter(col("type").is_in(types))


gone = of("record.retracted", "figure.withdrawn").select("target").unique()
corrections = (
    of("record.corrected").sort("seq").unique("target", keep="last").select("target", corrected="value")
)
sources = of("source.added").select("id", said="published")
last = pl.when(col("as_of").str.len_bytes() == 7).then(col("as_of") + "-31").otherwise(col("as_of"))
period = pl.when(col("as_of").str.len_bytes() > 10).then(col("as_of"))
figures = (
    of("figure.reported")
    .join(gone, left_on="seq", right_on="target", how="anti")
    .with_columns(last=last, period=period)
    .sort("last", "seq")
    .unique(["indicator", "place", "age", "sex", "reporter", "period"], keep="last", maintain_order=False)
    .join(corrections, left_on="seq", right_on="target", how="left")
    .join(sources, left_on="source", right_on="id", how="left")
    .select(
        "indicator", "place",
        pl.concat_str(pl.lit("age=") + col("age"), pl.lit("sex=") + col("sex"), separator=";", ignore_nulls=True)
        .alias("breakdown"),
        "reporter", "as_of", pl.coalesce("corrected", "value").alias("value"), published="said", source="source", seq="seq",
    )
    .sort("indicator", "place", "breakdown", "reporter", "as_of", nulls_last=False)
    .collect()
)
figures.write_csv(out + "/figures.csv")
