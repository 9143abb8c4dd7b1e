"""Slot-seconds until a trial that was trained in full is as good as the best of full-budget random search.

Random search trains as many configurations in full as FULL_BUDGET allows; its best there, with the same seed, is the target. What a method
takes to reach it is compared with what random search spends in all; beside that, with what it had spent when it found its best.
"""
import math

import goals
import markdown
from bench import BUDGET, FULL_BUDGET, median_interval
from subjects import Report

SHARE = 1 / 5
METHODS = {"ASHA": "tuned:random/asha", "ASHA and Parzen": "tuned:tpe/asha", "BOHB": "tuned:bohb/asha", "BOHB in Hyperband": "tuned:bohb/hyperband"}
JUDGED = ("ASHA", "BOHB", "BOHB in Hyperband")


def run(bench):
    bench.runner.run(bench.races(["random"], FULL_BUDGET, live=True))
    bench.runner.run(bench.races(list(METHODS.values()), BUDGET, live=True))


def ratios(bench, task, peer):
    """By seed, over all that random search spends, and over what it had spent when it found its best."""
    random_runs, found = bench.by_seed(task, "random", FULL_BUDGET), {}
    for seed, result in bench.by_seed(task, peer, BUDGET).items():
        if seed in random_runs:
            full = random_runs[seed]
            target = full.at(math.inf)[1]
            took = result.reached(target)
            found[seed] = (took / full.spent.slot_seconds, took / full.reached(target))
    return found


def report(bench):
    rows, table, data = [], [], []
    for title, peer in METHODS.items():
        for task in bench.tasks(live=True):
            found = ratios(bench, task, peer)
            if not found:
                continue
            middle, low, high = median_interval([whole for whole, _ in found.values()])
            first = median_interval([first for _, first in found.values()])[0]
            missed = sum(math.isinf(whole) for whole, _ in found.values())
            if title in JUDGED:
                row = goals.at_most(f"{task}, {title}: share of random search's slot-seconds until its best", finite(middle), SHARE)
                row.update({"met": middle <= SHARE, "interval": [finite(low), finite(high)], "seeds": len(found)})
                rows.append(row)
            table.append((task, title, shown(middle), f"{shown(low)} to {shown(high)}", shown(first), missed, len(found)))
            data.append({"task": task, "peer": peer, "ratios": {seed: [finite(a), finite(b)] for seed, (a, b) in sorted(found.items())}})
    if not table:
        return None
    text = (f"The target is the best of random search within {FULL_BUDGET} full trainings, seed by seed; who has not reached it within {BUDGET} "
            "full trainings' steps counts as infinite. One slot.\n\n")
    section = text + markdown.table(
        ["", "", "median share of all that random search spends", "interval of 95%", "of what it spends until its best", "not reached", "seeds"], table)
    return Report("Time to random search's best", rows, [section], {"ratios": data})


def finite(value):
    return value if math.isfinite(value) else None


def shown(value):
    return f"{value:.3f}" if math.isfinite(value) else "not reached"
