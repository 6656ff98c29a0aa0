"""The rule in plain Python, for the peers that have no engine of their own, and the file that all of them write."""
import csv

COLUMNS = ["indicator", "place", "breakdown", "reporter", "as_of", "value", "published", "source", "seq"]


def last_day(as_of):
    return as_of + "-31" if len(as_of) == 7 else as_of


class Fold:
    """Takes events one by one; knows the current figures at the end."""

    def __init__(self):
        self.figures, self.gone, self.corrections, self.published = {}, set(), {}, {}

    def add(self, event):
        kind, data = event.get("type"), event.get("data")
        if kind == "figure.reported":
            breakdown = ";".join(f"{name}={code}" for name, code in sorted(data.get("breakdown", {}).items()))
            as_of = data["as_of"]
            series = (data["indicator"], data.get("place", ""), breakdown, data["reporter"])
            period = as_of if len(as_of) > 10 else ""
            self.figures[event["seq"]] = (series, period, as_of, data["value"], data["source"])
        elif kind == "record.corrected":
            self.corrections[data["target"]] = data["data"]["value"]
        elif kind in ("record.retracted", "figure.withdrawn"):
            self.gone.add(data["target"])
        elif kind == "source.added":
            self.published[data["id"]] = data.get("published", "")

    def rows(self):
        current = {}
        for seq, (series, period, as_of, value, source) in self.figures.items():
            if seq not in self.gone:
                key, found = (last_day(as_of), seq), current.get((series, period))
                if found is None or found[0] < key:
                    current[series, period] = (key, as_of, value, source)
        for (series, _), ((_, seq), as_of, value, source) in sorted(current.items()):
            yield (*series, as_of, self.corrections.get(seq, value), self.published[source], source, seq)


def write(out, rows):
    with open(out + "/figures.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows)
