"""Checks Recount ledgers and proofs as docs/ledger-format.md describes them, and nothing else of Recount.

    python3 verify.py LEDGER [--head SIZE:ROOT]
    python3 verify.py --proof FILE [--key PUBLIC-KEY] [--head SIZE:ROOT]
    python3 verify.py --many [--key PUBLIC-KEY]     (standard input: `ledger LENGTH` or `proof LENGTH`, so many bytes, again)

It judges bytes (sections 1 to 7, 21, 24): not what events mean (section 14). Exit status 0: it holds; 4: it does not.
"""

import argparse
import base64
import functools
import re
import sys

from lines import Bad, Number, base64_hash, decimal, need, node, read_event
from proofs import verify_proof

CHECKPOINT = re.compile(rb'\{"checkpoint":\{"size":([1-9][0-9]*),"root":"([^"]{44})","crc32c":"([0-9a-f]{8})"\}\}')


# Section 3: CRC-32C.
def crc_table():
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
        yield byte


CRC = tuple(crc_table())


@functools.lru_cache(maxsize=4096)  # of many copies of a ledger most batches are the same
def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ CRC[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


# Section 4: the tree.
class Tree:
    def __init__(self):
        self.size, self.peaks = 0, []

    def push(self, leaf):
        size = self.size
        while size & 1:
            leaf, size = node(self.peaks.pop(), leaf), size >> 1
        self.peaks.append(leaf)
        self.size += 1

    def root(self):
        return functools.reduce(lambda right, left: node(left, right), reversed(self.peaks))


# Section 7: verifying.
def verify_ledger(data, head=None):
    *lines, rest = data.split(b"\n")
    need(lines and not rest, "no LF at the end, or nothing")
    tree, covered, before, last = Tree(), 0, b"", ""
    heads, unexplained = set(), {}
    for line in lines:
        if line.startswith(b'{"checkpoint":'):
            stated = CHECKPOINT.fullmatch(line)
            need(stated, "a checkpoint in another spelling")
            size, root = int(stated[1]), base64_hash(stated[2], "no root")
            need(size == tree.size > covered, "a size that does not fit")
            need(crc32c(before + line[:-13]) == int(stated[3], 16), "a checksum that does not fit")
            need(root == tree.root(), "a root that does not hold")
            covered, before = size, b""
            heads.add((size, root))
        else:
            event, leaf = read_event(line)
            need(event["seq"] == tree.size + 1, "not the next number")
            need(event["at"] >= last, "an earlier moment")
            need((event["type"] == "ledger.created") == (event["seq"] == 1), "ledger.created where it is not, or not")
            last, before = event["at"], before + line + b"\n"
            tree.push(leaf)
            if "redacted" in event:
                unexplained[str(event["seq"])] = line.decode()
            elif event["type"] == "event.redacted":
                target, stub = event["data"].get("target"), event["data"].get("stub")
                need(isinstance(target, Number) and target in unexplained, "explains no stub")
                need(unexplained.pop(target) == stub, "explains another stub")
    need(not before, "events behind the last checkpoint")
    need(not unexplained, "a stub without its event.redacted")
    need(head is None or head in heads, "the head given is not in the ledger")
    return f"{tree.size}:{base64.b64encode(root).decode()}"


def say(check, *given):
    try:
        return "ok " + check(*given)
    except (Bad, UnicodeDecodeError) as error:
        return f"bad {error}"


def many(source, key):
    """Answers one line for each ledger or proof that follows."""
    while header := source.readline().split():
        data = source.read(int(header[1]))
        print(say(verify_proof, data, key) if header[0] == b"proof" else say(verify_ledger, data), flush=True)
    return 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("ledger", nargs="?")
    for option in ("--proof", "--key", "--head"):
        parser.add_argument(option)
    parser.add_argument("--many", action="store_true")
    given = parser.parse_args()
    if given.many:
        return many(sys.stdin.buffer, given.key)
    size, _, root = (given.head or "").partition(":")
    head = given.head and (decimal(size, "no size"), base64_hash(root, "no root"))
    with open(given.proof or given.ledger, "rb") as file:
        data = file.read()
    answer = say(verify_proof, data, given.key, head) if given.proof else say(verify_ledger, data, head)
    print(answer)
    return 0 if answer.startswith("ok") else 4


if __name__ == "__main__":
    sys.exit(main())
