"""Beside the peers on the same tables, at equal numbers of steps: what the incumbent's configuration gives when it is trained in full, less the
lowest of the table.

The incumbent is, of the trials that have come furthest, the one with the lowest value there: the best that was trained in full, once one was. One slot, for all peers can be driven so.
"""
import math
import statistics

import charts
import goals
import markdown
import ranking
from bench import BUDGET, median_interval
from subjects import Report

POINTS = (5, 10, 20, 40)  # full trainings
OURS = ["tuned:bohb/asha", "tuned:bohb/hyperband", "tuned:tpe/hyperband", "tuned:tpe/asha", "tuned:random/asha", "tuned:tpe/asha?mode=stop",
        "tuned:tpe/sha", "tuned:tpe/median", "tuned:tpe/curve", "tuned:dehb/hyperband", "tuned:priorband/hyperband"]
THEIRS = ["optuna:tpe/hyperband", "smac:multi-fidelity", "ray:asha"]
OTHERS = ["optuna:tpe/sha", "optuna:tpe/median", "ray:asha?reduction=3", "random"]
QUICK = ["tuned:bohb/asha", "tuned:tpe/asha", "optuna:tpe/hyperband", "ray:asha"]
LEADS = ["tuned:bohb/asha", "tuned:bohb/hyperband", "tuned:tpe/asha"]


def run(bench):
    every = QUICK if bench.is_quick else OURS + THEIRS + OTHERS
    bench.runner.run(bench.races(every, BUDGET))


class Regrets:
    """By task and peer, then by seed: the results."""
    def __init__(self, bench, peers):
        self.tasks = bench.tasks()
        self.found = {(task, peer): found for peer in peers for task in self.tasks if (found := bench.by_seed(task, peer, BUDGET))}
        self.peers = [peer for peer in peers if any((task, peer) in self.found for task in self.tasks)]
        self.steps = {task: bench.tables[task].steps for task in self.tasks}
        self.lowest = {task: bench.tables[task].optimum for task in self.tasks}

    def at(self, task, peer, trainings):
        """By seed; an incumbent whose full training diverges counts as an error or a loss of 1, which is the most that counts."""
        return {seed: min(1.0, result.at(trainings * self.steps[task])[0]) - self.lowest[task]
                for seed, result in self.found.get((task, peer), {}).items()}

    def mean(self, task, peer, trainings):
        values = list(self.at(task, peer, trainings).values())
        return statistics.fmean(values) if values else None

    def pairs(self, peer, other):
        """Of each seed and task, the difference of the mean regrets over the points, in units of the other's mean on that task."""
        found = []
        for task in self.tasks:
            mine = [self.at(task, peer, point) for point in POINTS]
            its = [self.at(task, other, point) for point in POINTS]
            seeds = set.intersection(*(set(regrets) for regrets in mine + its))
            unit = statistics.fmean(regrets[seed] for regrets in its for seed in seeds) if seeds else 0
            found += [(statistics.fmean(r[seed] for r in mine) - statistics.fmean(r[seed] for r in its)) / unit for seed in seeds if unit > 0]
        return found


def report(bench):
    regrets = Regrets(bench, OURS + THEIRS + OTHERS)
    if not regrets.found:
        return None
    rows = [row for peer in LEADS for other in THEIRS if (row := ahead(regrets, peer, other))]
    sections, drawn = [], {}
    for task in regrets.tasks:
        of = [peer for peer in regrets.peers if (task, peer) in regrets.found]
        if not of:
            continue
        lines = sorted(((peer, *(regrets.mean(task, peer, point) for point in POINTS), statistics.fmean(
            r.spent.trials for r in regrets.found[task, peer].values()), len(regrets.found[task, peer])) for peer in of), key=lambda line: statistics.fmean(line[1:1 + len(POINTS)]))
        header = ["", *(f"at {point}" for point in POINTS), "trials", "seeds"]
        sections.append(f"**{task}**: mean regret over the seeds after so many full trainings' steps ({regrets.steps[task]} each); "
                        f"the lowest known is {regrets.lowest[task]:.4g}\n\n" + markdown.table(header, lines))
        picked = [peer for peer in LEADS + THEIRS if peer in of]
        if len(picked) > 1:
            drawn[task.replace(":", "-")] = charts.lines(
                task, "full trainings' steps", "mean regret, log10",
                {peer: [(x, ranking.log_regret(regrets.mean(task, peer, x))) for x in range(2, BUDGET + 1)] for peer in picked})
    data = [{"task": task, "peer": peer, "seeds": len(found), "regret": {point: regrets.mean(task, peer, point) for point in POINTS}} for (task, peer), found in regrets.found.items()]
    return Report("Beside the peers, at equal steps", rows, sections, {"regrets": data}, drawn)


def ahead(regrets, peer, other):
    """By how much less regret; the interval is of the mean over seeds and tasks."""
    pairs = regrets.pairs(peer, other)
    if not pairs:
        return None
    mean = -100 * statistics.fmean(pairs)
    error = 100 * statistics.stdev(pairs) / math.sqrt(len(pairs)) if len(pairs) > 1 else 0.0
    row = goals.at_least(f"{peer}: less regret than {other}, mean over {', '.join(map(str, POINTS))} trainings", mean, 0, "%")
    row.update({"met": mean > 0, "interval": [mean - 1.96 * error, mean + 1.96 * error], "pairs": len(pairs)})
    return row
