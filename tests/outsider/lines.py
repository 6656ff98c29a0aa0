"""What may stand in a ledger: event lines and stubs (sections 2 and 21 of docs/ledger-format.md), and their leaves."""

import base64
import functools
import hashlib
import json
import re
from calendar import monthrange

EVENT = {"seq", "at", "by", "type", "data"}
STUB_END = re.compile(rb',"redacted":"(.{44})"\}\Z', re.S)


class Bad(Exception):
    """What does not hold."""


class Number(str):
    """A number as it is spelled."""


def need(holds, what):
    if not holds:
        raise Bad(what)


def base64_bytes(text, what):
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise Bad(what) from None
    need(base64.b64encode(data).decode() == (text if isinstance(text, str) else text.decode("latin-1")), what)
    return data


def base64_hash(text, what):
    data = base64_bytes(text, what)
    need(len(data) == 32, what)
    return data


def decimal(text, what):
    need(re.fullmatch("0|[1-9][0-9]*", text), what)
    return int(text)


# Section 4: the tree.
def leaf_hash(line):
    return hashlib.sha256(b"\0" + line).digest()


def node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


# Section 2: event lines.
def members(pairs):
    found = dict(pairs)
    need(len(found) == len(pairs), "a member twice")
    return found


def refuse(word):
    raise Bad(f"{word} is no JSON")


READ = json.JSONDecoder(object_pairs_hook=members, parse_int=Number, parse_float=Number, parse_constant=refuse)


def check_value(value, depth):
    if isinstance(value, (dict, list)):
        need(depth <= 16, "nested deeper than 16")
        for inner in [*value, *value.values()] if isinstance(value, dict) else value:
            check_value(inner, depth + 1)
    elif isinstance(value, str):
        need(not re.search("[\0\ud800-\udfff]", value), "NUL or half a surrogate pair")


def check_instant(text):
    parts = is_text(text) and re.fullmatch("([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})Z", text)
    need(parts, "no instant")
    year, month, day, hour, minute, second = map(int, parts.groups())
    need(1 <= month <= 12 and hour < 24 and minute < 60 and second < 60, "no instant")
    need(1 <= day <= monthrange(year or 2000, month)[1], "no day")  # 0000 is a leap year as 2000 is


def is_text(value):
    return isinstance(value, str) and not isinstance(value, Number)


def whole(value):
    need(isinstance(value, Number) and re.fullmatch("0|[1-9][0-9]*", value), "no whole number")
    need(int(value) < 2**64, "too great a number")
    return int(value)


def read_event(line):
    """The members of an event line or stub, and its leaf."""
    need(len(line) <= 1048576, "a line over 1 MiB")
    if STUB_END.search(line):
        return read_stub(line)
    try:
        text = line.decode("utf-8").strip(" \t\r")
        event, end = READ.raw_decode(text)
        need(end == len(text), "more behind the object")
        check_value(event, 1)
    except (ValueError, RecursionError) as error:
        raise Bad(f"no JSON: {error}") from None
    need(isinstance(event, dict) and EVENT <= event.keys() <= EVENT | {"clock", "from"}, "not the members of an event")
    check_instant(event["at"])
    need(is_text(event["by"]) and is_text(event["type"]) and isinstance(event["data"], dict), "a wrong type")
    need(event.get("clock", "set") in ("set", "behind"), "no clock")
    if "from" in event:
        origin = event["from"]
        need(isinstance(origin, dict) and origin.keys() == {"root", "size", "seq", "at", "by"}, "not the members of from")
        need(is_text(origin["root"]) and is_text(origin["by"]), "a wrong type in from")
        base64_hash(origin["root"], "no root")
        check_instant(origin["at"])
        whole(origin["size"])
        whole(origin["seq"])
    event["seq"] = whole(event["seq"])
    return event, leaf_hash(line)


# Section 21: stubs.
def spelled(text):
    quoted = json.dumps(text, ensure_ascii=False)
    return functools.reduce(lambda text, c: text.replace(c, f"\\u{ord(c):04x}"), "\u0085\u2028\u2029", quoted)


def read_stub(line):
    try:
        stub = READ.decode(line.decode("utf-8"))
        check_value(stub, 1)
    except (ValueError, RecursionError) as error:
        raise Bad(f"no stub: {error}") from None
    need(all(isinstance(value, str) for value in stub.values()), "a wrong type in a stub")
    kept = stub.keys() - {"seq", "at", "by", "type", "redacted"}
    need(len(stub) == 5 + len(kept) and kept in (set(), {"id"}, {"target"}), "not the members of a stub")
    written = "{%s}" % ",".join(
        f'"{name}":{whole(stub[name]) if name in ("seq", "target") else spelled(stub[name])}'
        for name in ["seq", "at", "by", "type", *kept, "redacted"]
    )
    need(written.encode() == line, "a stub in another spelling")
    check_instant(stub["at"])
    return stub | {"seq": whole(stub["seq"])}, base64_hash(stub["redacted"], "no leaf hash")
