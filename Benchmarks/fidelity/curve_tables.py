"""Tables of learning curves as objectives: a point is as good, at each step, as the nearest configuration that was trained and that the
race has not met yet.

So every point has a curve of a real run, and no two trials have the same one, as no two real ones would: else whoever looks closely at a good
region would get the same configuration there again and again. Where all have been met, the nearest of them counts.

Distance is in the unit cube, on the logarithmic scale where a parameter has one; another choice, and a parameter that only one of the two has,
counts as a whole side. A side counts by how much the parameter matters: a thousand points in sixteen dimensions are all far away, and the nearest
by unweighted distance says next to nothing of a point.
"""
import csv
import gzip
import json
import math
import pathlib

import numpy
import spaces

# Of numbers, as many parts have means; and what a parameter weighs that has no effect.
PARTS, LEAST_WEIGHT = 8, 0.01
FOLDER = pathlib.Path(__file__).resolve().parent / "tables"


class Curve:
    """One run: values after each step, and the seconds of each. A run that diverged has fewer steps than asked for."""
    def __init__(self, values, seconds):
        self.values, self.seconds = values, seconds

    def __len__(self):
        return len(self.values)


class Table:
    """`metric` is what is searched for: error or loss."""
    def __init__(self, name, metric, folder=FOLDER):
        self.facts = json.loads((folder / f"{name}.json").read_text())
        self.name, self.metric, self.steps, self.folds = f"{name}:{metric}", metric, self.facts["steps"], self.facts["folds"]
        self.space = [spaces.Parameter(p["name"], p["kind"], p["low"], p["high"], p["log"], tuple(p["choices"]), as_condition(p["when"]))
                      for p in self.facts["space"]]
        self.points, self.runs = [], []
        with gzip.open(folder / f"{name}.csv.gz", "rt", newline="") as file:
            for row in csv.DictReader(file):
                if int(row["fold"]) == 0:
                    self.points.append([float(row[p.name]) if row[p.name] else None for p in self.space])
                    self.runs.append([])
                self.runs[-1].append(curve(row[metric].split(), row["seconds"].split()))
        self.coordinates = numpy.array([self.place(point) for point in self.points])
        self.is_choice = numpy.array([p.is_categorical for p in self.space])
        # Of each configuration, after all steps, the mean over its folds.
        self.full = [self.final(row) for row in range(len(self.runs))]
        self.weights = numpy.array([LEAST_WEIGHT + self.effect(axis) for axis in range(len(self.space))])
        self.optimum = min(value for value in self.full if value < math.inf)
        self.begin()

    def begin(self):
        """A race begins: none has been met."""
        self.met = numpy.zeros(len(self.points), dtype=bool)

    def final(self, row):
        if any(len(run) < self.steps for run in self.runs[row]):
            return math.inf
        return sum(run.values[-1] for run in self.runs[row]) / self.folds

    def effect(self, axis):
        """The share of the variance of the configurations' ranks that this parameter alone explains, by the means of its choices, or of eight
        parts of equal size of its numbers; adjusted for the number of means."""
        ranks = numpy.argsort(numpy.argsort(self.full)).astype(float)
        values = self.coordinates[:, axis]
        active = ~numpy.isnan(values)
        part = numpy.full(len(values), -1)
        part[active] = values[active] if self.is_choice[axis] else PARTS * numpy.argsort(numpy.argsort(values[active])) // max(1, active.sum())
        found = [ranks[part == one] for one in numpy.unique(part)]
        between = sum(len(group) * (group.mean() - ranks.mean()) ** 2 for group in found) / ((ranks - ranks.mean()) ** 2).sum()
        return max(0.0, 1 - (1 - between) * (len(ranks) - 1) / max(1, len(ranks) - len(found)))

    def place(self, point):
        return [math.nan if value is None else value if p.is_categorical else p.place(value) for p, value in zip(self.space, point)]

    def nearest(self, point):
        """The place of the configuration in the table; a trial asks once."""
        asked = numpy.array(self.place(point))
        apart = numpy.abs(self.coordinates - asked)
        apart[:, self.is_choice] = (apart[:, self.is_choice] > 0) + 0.0 * apart[:, self.is_choice]
        missing = numpy.isnan(self.coordinates) != numpy.isnan(asked)
        distances = numpy.where(missing, 1.0, numpy.nan_to_num(apart) ** 2) @ self.weights
        if not self.met.all():
            distances[self.met] = numpy.inf
        found = int(numpy.argmin(distances))
        self.met[found] = True
        return found


def curve(values, seconds):
    """Of texts, up to the first value that is not finite: there training had diverged."""
    return trimmed(Curve([finite(text) for text in values], [float(text) for text in seconds]))


def as_condition(when):
    return (when[0], tuple(when[1])) if when else ()


def finite(text):
    value = float(text)
    return value if math.isfinite(value) else math.inf


def trimmed(whole):
    for step, value in enumerate(whole.values):
        if value == math.inf:
            return Curve(whole.values[:step], whole.seconds[:step + 1])
    return whole
