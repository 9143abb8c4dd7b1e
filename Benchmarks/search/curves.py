"""The raw results: one CSV a peer, a line a run, added when the run ends. What is there is not run again.

A curve holds, after each trial, the regret of the best so far: the point with the lowest value seen, counted without noise,
less the optimum. Lines of another version of a peer are kept and not read.
"""
import csv
import dataclasses
import pathlib

FIELDS = ["objective", "seed", "budget", "version", "seconds", "cpu", "curve"]


@dataclasses.dataclass(frozen=True)
class Job:
    objective: str
    peer: str
    seed: int
    budget: int


@dataclasses.dataclass
class Run:
    job: Job
    version: str
    seconds: float
    cpu: float
    curve: list


class Store:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)

    def path(self, peer):
        return self.folder / ("".join(c if c.isalnum() or c in "._-" else "-" for c in peer) + ".csv")

    def runs(self, peer, version=None):
        """Those of the version, or all; the last of a job where there are several."""
        path, found = self.path(peer), {}
        if not path.exists():
            return found
        with open(path, newline="") as file:
            for row in csv.DictReader(file):
                if None in row.values() or (version is not None and row["version"] != version):
                    continue  # a line that was cut off, or another version's
                job = Job(row["objective"], peer, int(row["seed"]), int(row["budget"]))
                curve = [float(value) for value in row["curve"].split()]
                if len(curve) == job.budget:
                    found[job] = Run(job, row["version"], float(row["seconds"]), float(row["cpu"]), curve)
        return found

    def add(self, run):
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.path(run.job.peer)
        is_new = not path.exists()
        with open(path, "a+b") as file:
            if file.tell() > 0:
                file.seek(-1, 2)
                if file.read(1) != b"\n":  # the line before was cut off
                    file.write(b"\n")
        with open(path, "a", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            if is_new:
                writer.writerow(FIELDS)
            curve = " ".join(f"{value:.6g}" for value in run.curve)
            writer.writerow([run.job.objective, run.job.seed, run.job.budget, run.version, f"{run.seconds:.2f}", f"{run.cpu:.2f}", curve])

    def drop(self, peer):
        self.path(peer).unlink(missing_ok=True)


class Incumbent:
    """Follows the best that an optimizer has seen, and what it is worth without noise."""
    objectives = 1

    def __init__(self, objective):
        self.objective, self.best, self.regret, self.curve = objective, float("inf"), float("inf"), []

    def __call__(self, point):
        seen, true = self.objective(point)
        if seen < self.best:
            self.best, self.regret = seen, max(0.0, true - self.objective.optimum)
        self.curve.append(self.regret)
        return seen


def full(curve, budget):
    """Where the peer ended before its budget, as it does when a space is exhausted, the last value stays."""
    if not curve:
        raise RuntimeError("no trial was run")
    return (curve + curve[-1:] * budget)[:budget]
