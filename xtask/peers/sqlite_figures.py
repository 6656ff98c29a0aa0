"""SQLite as Python has it, which takes the lines apart itself. usage: sqlite_figures.py LEDGER OUT"""
import sqlite3
import sys

import rule
import sqlite_rule

database = sqlite3.connect(":memory:")
database.execute("PRAGMA cache_size = -1000000")
database.execute("PRAGMA temp_store = MEMORY")
columns = ", ".join("seq INTEGER PRIMARY KEY" if name == "seq" else name for name in sqlite_rule.MEMBERS)
database.execute(f"CREATE TABLE events ({columns})")
members = ", ".join(f"line ->> '$.{path}'" for path in sqlite_rule.MEMBERS.values())
insert = f"INSERT INTO events SELECT {members} FROM (SELECT ? AS line) WHERE line ->> '$.seq' IS NOT NULL"
with open(sys.argv[1], encoding="utf-8") as ledger:
    database.executemany(insert, ((line,) for line in ledger))
rule.write(sys.argv[2], sqlite_rule.figures(database))
