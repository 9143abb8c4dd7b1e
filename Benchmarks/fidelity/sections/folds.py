"""Wilcoxon pruning on ten folds: how many runs of folds it takes for how good a final configuration, beside running all of them."""
import math
import statistics

import folds
import goals
import markdown
from bench import QUICK_SEEDS
from subjects import Report

TASKS = ["mlp-digits-folds:error", "mlp-cancer-folds:loss"]
TRIALS, SHARE = 100, 50
# Two seeds differ by ten points in the share of runs, and a race takes a second.
SEEDS = range(20)


def run(bench):
    found = []
    for task in TASKS:
        if not bench.tables.has(task):
            continue
        for seed in QUICK_SEEDS if bench.is_quick else SEEDS:
            found.append(measured(bench, task, seed))
    if found:
        bench.keep("folds", found)


def measured(bench, task, seed):
    table, result = bench.tables[task], {"task": task, "seed": seed}
    methods = {
        "all folds": lambda: folds.tuned(table, seed, bench.program, TRIALS, "none", {}),
        "tuned:random/wilcoxon": lambda: folds.tuned(table, seed, bench.program, TRIALS, "wilcoxon", {}),
        "optuna:random/wilcoxon": lambda: folds.optuna_wilcoxon(table, seed, bench.program, TRIALS),
    }
    for name, method in methods.items():
        try:
            table.begin()
            runs, row = method()
        except (ImportError, RuntimeError) as error:
            bench.say(f"  {name}: {error}")
            continue
        values = [curve.values[-1] for curve in table.runs[row]]
        result[name] = {"runs": runs, "error": statistics.fmean(values),
                        "standard_error": statistics.stdev(values) / math.sqrt(len(values)), "row": row}
    return result


def report(bench):
    kept = bench.kept("folds")
    if not kept:
        return None
    rows, table = [], []
    for task in dict.fromkeys(one["task"] for one in kept):
        every = [one for one in kept if one["task"] == task]
        for name in ("all folds", "tuned:random/wilcoxon", "optuna:random/wilcoxon"):
            found = [(one[name], one["all folds"]) for one in every if name in one]
            if not found:
                continue
            # Against all folds of the same trials; Optuna draws other ones, and is compared in the mean.
            share = statistics.fmean(100 * mine["runs"] / full["runs"] for mine, full in found)
            behind = statistics.fmean((mine["error"] - full["error"]) / full["standard_error"] for mine, full in found)
            worst = max((mine["error"] - full["error"]) / full["standard_error"] for mine, full in found)
            if name.startswith("tuned"):
                rows.append(goals.at_most(f"{task}: runs of folds with Wilcoxon pruning, of all", share, SHARE, "%"))
                rows.append(goals.at_most(f"{task}: final value above that of all folds, in standard errors, worst seed", worst, 1))
            table.append((task, name, statistics.fmean(mine["runs"] for mine, _ in found), share, statistics.fmean(mine["error"] for mine, _ in found),
                          behind, worst, len(found)))
    header = ["", "", "runs of folds", "% of all", "final value", "standard errors above, mean", "worst", "seeds"]
    text = f"{TRIALS} random trials of ten folds in turn. The standard error is that of the ten folds of the best.\n\n"
    return Report("Folds", rows, [text + markdown.table(header, table)], {"runs": kept})
