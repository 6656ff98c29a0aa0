"""pandas, which reads the lines itself. usage: pandas_figures.py LEDGER OUT"""
import sys

import pandas

import rule

fold = rule.Fold()
for chunk in pandas.read_json(sys.argv[1], lines=True, chunksize=100_000, dtype=False):
    chunk = chunk[chunk["seq"].notna()]
    for seq, kind, data in zip(chunk["seq"], chunk["type"], chunk["data"]):
        fold.add({"seq": int(seq), "type": kind, "data": data})
columns = pandas.DataFrame(fold.rows(), columns=rule.COLUMNS)
columns.to_csv(sys.argv[2] + "/figures.csv", index=False)
