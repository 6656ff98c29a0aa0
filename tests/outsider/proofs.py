"""Checkpoint notes and proofs (section 24 of docs/ledger-format.md)."""

import base64
import hashlib
import re

import ed25519
from lines import base64_bytes, base64_hash, decimal, need, node, read_event


def read_note(text):
    need(text.endswith("\n") and not re.search("[\0-\x09\x0b-\x1f]", text), "control characters, or no LF at the end")
    body, cut, signatures = text.partition("\n\n")
    lines = (body if cut else body[:-1]).split("\n")
    need(len(lines) >= 3 and all(lines), "no origin, size and root, or an empty line")
    _, size, root, *_ = lines
    signed = []
    for line in signatures[:-1].split("\n") if cut else []:
        parts = re.fullmatch("— ([^\\s+\x7f-\x9f]+) (\\S+)", line)
        need(parts, "no signature line")
        data = base64_bytes(parts[2], "no signature")
        need(len(data) > 4, "no signature")
        signed.append((parts[1], data[:4], data[4:]))
    need(len(signed) <= 100, "too many signatures")
    return decimal(size, "no size"), base64_hash(root, "no root"), "".join(f"{line}\n" for line in lines).encode(), signed


def check_signature(key, body, signed):
    name, number, data = key.split("+", 2)
    data = base64_bytes(data, "no key")
    key_id = hashlib.sha256(name.encode() + b"\n" + data).digest()[:4]
    need(len(data) == 33 and data[0] == 1 and key_id.hex() == number, "no key")
    own = [signature for *by, signature in signed if by == [name, key_id]]
    need(own and all(ed25519.verify(data[1:], body, signature) for signature in own), "signature: none that holds")


def walk(size, boundary, done):
    """The range arrived at, and the parts set aside on the way, last one first."""
    start, end, aside = 0, size, []
    while not done(start, end):
        middle = start + (1 << (end - start - 1).bit_length() - 1)
        if boundary <= middle:
            aside, end = [(middle, end), *aside], middle
        else:
            aside, start = [(start, middle), *aside], middle
    return (start, end), aside


def verify_proof(data, key=None, head=None):
    lines, empty, note = data.decode("utf-8").partition("\n\n")
    form, *lines = lines.split("\n")
    need(empty and form in ("c2sp.org/tlog-proof@v1", "recount/consistency-proof@v1"), "no proof")
    size, root, body, signed = read_note(note)
    if form.startswith("c2sp"):
        need(len(lines) > 1 and lines[0].startswith("extra ") and lines[1].startswith("index "), "no extra, no index")
        index, path = decimal(lines[1][6:], "no index"), [base64_hash(line, "no hash") for line in lines[2:]]
        event, hashed = read_event(base64_bytes(lines[0][6:], "no line"))
        need(event["seq"] == index + 1, "leaf: another event")
        need(index < size, "inclusion: no such event")
        parts = walk(size, index + 1, lambda start, end: end - start == 1)[1]
        need(len(parts) == len(path), "inclusion: not as many hashes")
        for (start, _), other in zip(parts, path):
            hashed = node(hashed, other) if start > index else node(other, hashed)
        need(hashed == root, "inclusion: another root")
        heads = [(size, root)]
    else:
        old = re.fullmatch("old ([0-9]+) (\\S+)", lines[0]) if lines else None
        need(old, "no old head")
        old, old_root = decimal(old[1], "no old size"), base64_hash(old[2], "no old root")
        path = [base64_hash(line, "no hash") for line in lines[1:]]
        need(1 <= old <= size, "consistency: no such head")
        (start, _), parts = walk(size, old, lambda _, end: end == old)
        need(len(path) == len(parts) + (start > 0), "consistency: not as many hashes")
        before = after = path.pop(0) if start else old_root
        for (start, _), other in zip(parts, path):
            before, after = (before, node(after, other)) if start >= old else (node(other, before), node(other, after))
        need((before, after) == (old_root, root), "consistency: other roots")
        heads = [(old, old_root), (size, root)]
    need(head is None or head in heads, "checkpoint: not the head given")
    if key is not None:
        check_signature(key, body, signed)
    return f"{size}:{base64.b64encode(root).decode()}"
