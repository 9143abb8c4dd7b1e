"""What a report costs inside sampler and pruner, its pruning decision included, when 10,000 trials are known; `random` takes none of it.

Curves are made up: a power law to a level that differs from trial to trial, with noise. A trial that is told to end, ends.
"""
import random
import statistics

import driver
import goals
import markdown
import spaces
from subjects import Report

TRIALS, STEPS, TIMED, FOLDS, BOUND = 10_000, 20, 100, 10, 50
PRUNERS = {"median": {}, "asha": {"mode": "stop"}, "wilcoxon": {}, "curve": {}, "hyperband": {}}
SPACE = [spaces.Parameter("x", "float", 0, 1)]


def run(bench):
    known = 1_000 if bench.is_quick else TRIALS
    rounds = [{name: measured(bench, name, settings, known) for name, settings in PRUNERS.items()} for _ in range(1 if bench.is_quick else 3)]
    bench.keep("overhead", {"known": known, "rounds": [{name: found for name, found in one.items() if found} for one in rounds]})


def measured(bench, name, settings, known):
    """Nanoseconds: the mean over the reports of the last trials, and the worst; None where there is no such pruner."""
    folds = FOLDS if name == "wilcoxon" else 1
    try:
        study = driver.Driver(bench.program, SPACE, "random", seed=1, pruner=name, pruner_settings=settings, folds=folds,
                              fidelity={"low": 1, "high": STEPS})
    except driver.DriverError as error:
        bench.say(f"  {name}: {error}")
        return None
    generator, took = random.Random(0), []
    with study:
        for number in range(known + TIMED):
            times = trial(study, generator, folds)
            if number >= known:
                took += times
    return {"mean": statistics.fmean(took), "median": statistics.median(took), "worst": max(took), "reports": len(took)}


def trial(study, generator, folds):
    answer = study.request({"next": True})
    number, level, rate, times = answer["trial"], generator.random(), 0.5 + generator.random(), []
    end = round(answer.get("budget") or STEPS)
    for fold in range(folds):
        # Folds are judged by what they end with.
        for step in range(1, end + 1) if folds == 1 else (end,):
            value = level + step ** -rate + generator.gauss(0, 0.01)
            answer = study.request({"report": number, "fold": fold, "step": step, "value": value})
            times.append(answer["ns"])
            if "prune" in answer:
                study.request({"pruned": number, "step": step, "value": value})
                return times
        if folds > 1:
            answer = study.request({"folded": number, "fold": fold, "value": value})
            times.append(answer["ns"])
            if "prune" in answer and fold + 1 < folds:
                study.request({"pruned": number, "step": end, "value": value})
                return times
    study.request({"reached": number, "step": end, "value": value})
    return times


def report(bench):
    kept = bench.kept("overhead")
    if not kept:
        return None
    rows, table = [], []
    for name in PRUNERS:
        found = [one[name] for one in kept["rounds"] if name in one]
        if not found:
            continue
        mean, middle, worst = (statistics.median(one[key] for one in found) / 1e3 for key in ("mean", "median", "worst"))
        rows.append(goals.at_most(f"{name}: a report with its pruning decision, {kept['known']:,} trials known, mean", mean, BOUND, " µs"))
        table.append((name, mean, middle, worst, found[0]["reports"]))
    return Report("Overhead of a report", rows, [markdown.table(["µs", "mean", "median", "worst", "reports timed"], table)], kept)
