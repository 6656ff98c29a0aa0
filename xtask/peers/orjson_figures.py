"""Python with its fastest JSON reader. usage: orjson_figures.py LEDGER OUT"""
import sys

import orjson

import rule

fold = rule.Fold()
with open(sys.argv[1], "rb") as ledger:
    for line in ledger:
        fold.add(orjson.loads(line))
rule.write(sys.argv[2], fold.rows())
