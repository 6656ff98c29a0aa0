"""sqlite-utils, as its documentation has it: objects go in, tables come out. usage: sqlite_utils_figures.py LEDGER OUT"""
import json
import sys

import sqlite_utils

import rule
import sqlite_rule


def member(event, path):
    for name in path.split("."):
        event = event.get(name) if isinstance(event, dict) else None
    return event


def rows(ledger):
    for line in ledger:
        event = json.loads(line)
        if "seq" in event:
            yield {name: member(event, path) for name, path in sqlite_rule.MEMBERS.items()}


database = sqlite_utils.Database(memory=True)
with open(sys.argv[1], encoding="utf-8") as ledger:
    database["events"].insert_all(rows(ledger), pk="seq")
rule.write(sys.argv[2], sqlite_rule.figures(database.conn))
