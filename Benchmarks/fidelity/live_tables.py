"""Real training in place of a table: each point is trained as far as somebody asks, and the clock is the simulated one all the same.

What was trained once is kept for the rest of the race, and trained again from the start where more of it is wanted: the clock counts the new
steps alone, as a checkpoint would have it.
"""
import math
import tempfile
import pathlib

import curve_tables
import record
import recipes

SEED = 7  # of every training


class LiveCurve:
    """As curve_tables.Curve, for one point; trains when it is looked at."""
    def __init__(self, table, point):
        self.table, self.point, self.known, self.diverged = table, point, curve_tables.Curve([], []), False
        self.values, self.seconds = Steps(self, "values"), Steps(self, "seconds")

    def reach(self, step):
        if self.diverged or len(self.known) >= step:
            return
        # To the next rung, so that a trial which goes on is not trained anew for each step.
        wanted = next(rung for rung in self.table.rungs if rung >= step)
        self.known = self.table.train(self.point, wanted)
        self.diverged = len(self.known) < wanted

    def __len__(self):
        """The last step, as far as it is known: the full training where it has not diverged."""
        return len(self.known) if self.diverged else self.table.steps


class Steps:
    def __init__(self, curve, what):
        self.curve, self.what = curve, what

    def __getitem__(self, place):
        self.curve.reach(self.curve.table.steps if place < 0 else place + 1)
        return getattr(self.curve.known, self.what)[place]

    def __len__(self):
        return len(self.curve.known.seconds) if self.curve.diverged else self.curve.table.steps


class Full:
    """By row, what full training gives."""
    def __init__(self, table):
        self.table = table

    def __getitem__(self, row):
        run = self.table.runs[row][0]
        run.reach(self.table.steps)
        return math.inf if run.diverged else run.known.values[-1]


class LiveTable:
    def __init__(self, name, metric, recorder, plugins):
        self.recipe = recipes.RECIPES[name]
        self.folder = tempfile.TemporaryDirectory()
        self.recording = record.Recording(self.recipe, recorder, plugins, pathlib.Path(self.folder.name))
        self.name, self.metric, self.steps, self.folds = f"live:{name}:{metric}", metric, self.recipe.steps, 1
        self.rungs = sorted({min(self.steps, 3 ** k) for k in range(1, 12)})
        self.space, self.process = self.recording.space, None
        self.begin()

    def begin(self):
        """Forgets what was trained."""
        self.places, self.runs, self.full = {}, [], Full(self)

    def nearest(self, point):
        """The point's own row."""
        key = tuple(point)
        if key not in self.places:
            self.places[key] = len(self.runs)
            self.runs.append([LiveCurve(self, list(point))])
        return self.places[key]

    def train(self, point, steps):
        if self.process is None:
            self.process = self.recording.start()
        self.process.stdin.write(self.recording.request(0, SEED, 0, steps, point))
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer.endswith("\n"):
            raise RuntimeError(f"the recorder ended with status {self.process.wait()}")
        cells = [step.split() for step in answer.rstrip("\n").split("\t")[2:]]
        return curve_tables.curve([cell[("error", "loss").index(self.metric) + 1] for cell in cells], [cell[0] for cell in cells])
