"""Measurements, the rows made of them, and their table."""
import dataclasses
import statistics
from collections.abc import Callable


@dataclasses.dataclass
class Measurement:
    """Something that gives one number each time. The medians of several rounds are compared."""
    name: str
    unit: str
    measure: Callable[[], float]


@dataclasses.dataclass
class Goal:
    """A bound, on the value or, where `of_ratio`, on value / peer."""
    bound: float
    is_lower: bool
    of_ratio: bool

    def met(self, value, ratio):
        figure = ratio if self.of_ratio else value
        if figure is None:
            return None
        return figure >= self.bound if self.is_lower else figure <= self.bound

    def __str__(self):
        bound = f"{self.bound:,.4g}" + (" x peer" if self.of_ratio else "")
        return ("at least " if self.is_lower else "at most ") + bound


def at_least(bound, of_ratio=False):
    return Goal(bound, is_lower=True, of_ratio=of_ratio)


def at_most(bound, of_ratio=False):
    return Goal(bound, is_lower=False, of_ratio=of_ratio)


@dataclasses.dataclass
class Comparison:
    """One row of a result: a measurement, and, where named, the peer's measurement and a goal."""
    what: str
    measurement: str
    peer: str | None = None
    goal: Goal | None = None


@dataclasses.dataclass
class Subject:
    name: str
    command: str  # what a person would type to see the same
    measurements: list[Measurement]
    comparisons: list[Comparison]


def measure(subject, rounds, say):
    """All the samples by measurement. The rounds are interleaved: a busy minute of the machine falls on all alike."""
    samples = {m.name: [] for m in subject.measurements}
    for round_number in range(rounds):
        for m in subject.measurements:
            value = m.measure()
            samples[m.name].append(value)
            say(f"  {subject.name}, round {round_number + 1} of {rounds}: {m.name} {number(value)} {m.unit}")
    return samples


def rows(subject, samples):
    units = {m.name: m.unit for m in subject.measurements}
    result = []
    for c in subject.comparisons:
        value = statistics.median(samples[c.measurement])
        peer_value = statistics.median(samples[c.peer]) if c.peer else None
        ratio = value / peer_value if peer_value else None
        result.append({
            "what": c.what, "value": value, "unit": units[c.measurement],
            "peer": c.peer, "peer_value": peer_value, "ratio": ratio,
            "goal": str(c.goal) if c.goal else None, "met": c.goal.met(value, ratio) if c.goal else None,
        })
    return result


def number(value):
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def table(all_rows):
    """Aligned text: words to the left, numbers to the right."""
    verdicts = {True: "yes", False: "NO", None: ""}
    lines = [("what", "value", "unit", "peer", "peer's", "ratio", "goal", "met")]
    for r in all_rows:
        lines.append((r["what"], number(r["value"]), r["unit"], r["peer"] or "", number(r["peer_value"]),
                      number(r["ratio"]), r["goal"] or "", verdicts[r["met"]]))
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    numeric = {1, 4, 5}
    def align(line):
        return (cell.rjust(w) if i in numeric else cell.ljust(w) for i, (cell, w) in enumerate(zip(line, widths)))

    return "\n".join("  ".join(align(line)).rstrip() for line in lines)
