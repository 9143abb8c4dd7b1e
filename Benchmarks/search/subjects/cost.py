"""What a suggestion costs, with 10 parameters, and what a trial costs in memory. Kept in results/search/cost.json.

Of tuned, the time inside the sampler from the question to the answer and from the result until it is taken in; of Optuna, from ask
to tell, in memory. The history is a uniform sample of a quadratic function.
"""
import json
import math
import os
import pathlib
import random
import statistics
import subprocess
import sys

import driver
import goals
import markdown
import spaces
from subjects import Report

PARAMETERS, ROUNDS = 10, 3
SPACE = spaces.floats(PARAMETERS, 0.0, 1.0)
PARZEN = {1_000: 0.1, 10_000: 0.3, 100_000: 1.0}  # milliseconds, the goals
GAUSSIAN, GAUSSIAN_CALLS = (100, 300), 20
POPULATION, GENERATIONS = 100, 20
SHARE_OF_OPTUNA, NSGA_BOUND, MEMORY_BOUND = 1 / 20, 0.05, 1.0
CASES = ["optuna-suggest-1000", "rustuna-suggest-1000", "optuna-suggest-10000", "rustuna-suggest-10000"]
PEERS = pathlib.Path(__file__).resolve().parents[2] / "peers.py"
OPTUNA_GP = pathlib.Path(__file__).resolve().parents[1] / "optuna_gp_cost.py"


def distance(point):
    return sum((x - 0.3) ** 2 for x in point)


def filled(bench, sampler, known, **problem):
    study = driver.Driver(bench.program, SPACE, sampler.removeprefix("tuned:"), seed=1, **problem)
    generator = random.Random(0)
    for _ in range(known):
        point = [generator.random() for _ in SPACE]
        study.add(point, distance(point))
    return study


def suggestions(study, calls, values=lambda point: (distance(point),)):
    """Milliseconds of each, the first left out: it takes in what was added."""
    found = []
    for _ in range(calls + 1):
        trial, point, asking = study.ask()
        found.append((asking + study.tell(trial, *values(point))) / 1e6)
    return found[1:]


def parzen(bench, sampler):
    rows = []
    for known in PARZEN:
        with filled(bench, sampler, known) as study:
            found = suggestions(study, 200)
            rows.append({"known": known, "milliseconds": statistics.median(found), "mean": statistics.fmean(found),
                         "bytes": study.memory()})
    return rows


def gaussian(bench, sampler):
    rows = []
    for known in GAUSSIAN:
        with filled(bench, sampler, known) as study:
            rows.append({"known": known, "milliseconds": statistics.fmean(suggestions(study, GAUSSIAN_CALLS))})
    return rows


def evolution(bench, sampler):
    """Two objectives; per trial, over all generations."""
    study = driver.Driver(bench.program, SPACE, sampler.removeprefix("tuned:"), {"population": POPULATION}, seed=1, objectives=2)
    with study:
        found = suggestions(study, POPULATION * GENERATIONS, lambda point: (distance(point), point[0]))
        return {"milliseconds": statistics.fmean(found), "population": POPULATION}


def of_program(bench, path, *arguments):
    """What a program of the peers prints as JSON; None where it fails, as it does where the peer is not installed."""
    single = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}
    done = subprocess.run([sys.executable, "-W", "ignore", str(path), *arguments], capture_output=True, text=True,
                          env={**os.environ, **single})
    if done.returncode != 0:
        bench.say(f"  {path.name} {' '.join(arguments)}: {(done.stderr.splitlines() or ['failed'])[-1]}")
        return None
    return json.loads(done.stdout.splitlines()[-1])


def measured(bench, measure, sampler):
    try:
        return measure(bench, sampler)
    except driver.DriverError as error:
        bench.say(f"  {sampler}: {error}")
        return None


def run(bench):
    """Rounds, interleaved: a busy minute falls on all alike. Medians count."""
    samplers = {"parzen": bench.sampler("tpe"), "gaussian": bench.sampler("gp"), "evolution": bench.sampler("nsga2", "nsga-ii", "nsgaii")}
    measures = {"parzen": parzen, "gaussian": gaussian, "evolution": evolution}
    rounds = []
    for number in range(1 if bench.is_quick else ROUNDS):
        bench.say(f"  cost, round {number + 1}")
        found = {name: measured(bench, measures[name], sampler) for name, sampler in samplers.items() if sampler}
        asked = {case: of_program(bench, PEERS, case) for case in CASES}
        asked |= {f"optuna-gp-{known}": of_program(bench, OPTUNA_GP, str(known)) for known in GAUSSIAN}
        found["peers"] = {case: result["value"] for case, result in asked.items() if result}
        rounds.append(found)
    path(bench).parent.mkdir(parents=True, exist_ok=True)
    path(bench).write_text(json.dumps({"rounds": rounds}, indent=1) + "\n")


def path(bench):
    return bench.results / "search/cost.json"


def report(bench):
    if not path(bench).exists():
        return None
    rounds = json.loads(path(bench).read_text())["rounds"]

    def middle(pick):
        """Over the rounds; None where it was not measured."""
        try:
            return statistics.median(pick(found) for found in rounds)
        except (KeyError, IndexError, TypeError):
            return None

    rows, table = [], []
    for i, (known, bound) in enumerate(PARZEN.items()):
        value = middle(lambda found: found["parzen"][i]["milliseconds"])
        rows.append(goals.at_most(f"Parzen, {known:,} trials known: one suggestion", value, bound, " ms"))
        table.append((f"Parzen, {known:,} known", value, middle(lambda found: found["peers"][f"optuna-suggest-{known}"]),
                      middle(lambda found: found["peers"][f"rustuna-suggest-{known}"]), value and 1e3 * value / math.log(known)))
    growth = growth_of(table)
    rows.append(goals.at_most("Parzen: time over log n at 100,000 trials, over that at 1,000", growth, 1))
    for i, known in enumerate(GAUSSIAN):
        value = middle(lambda found: found["gaussian"][i]["milliseconds"])
        optuna = middle(lambda found: found["peers"][f"optuna-gp-{known}"])
        ratio = value / optuna if value is not None and optuna else None
        rows.append(goals.at_most(f"Gaussian process, {known} trials known: over Optuna's", ratio, SHARE_OF_OPTUNA))
        table.append((f"Gaussian process, {known} known", value, optuna, None, None))
    value = middle(lambda found: found["evolution"]["milliseconds"])
    rows.append(goals.at_most(f"NSGA-II, population {POPULATION}: a trial", value, NSGA_BOUND, " ms"))
    table.append((f"NSGA-II, population {POPULATION}", value, None, None, None))
    memory = middle(lambda found: (found["parzen"][2]["bytes"] - found["parzen"][0]["bytes"]) / 1024 / (100_000 - 1_000))
    rows.append(goals.at_most("memory of the Parzen sampler: a trial", memory, MEMORY_BOUND, " KB"))
    section = markdown.table(["a suggestion, ms", "tuned", "Optuna", "rustuna", "tuned, µs over log n"], table)
    return Report("Cost, 10 parameters", rows, [section], {"rounds": rounds})


def growth_of(table):
    first, last = table[0][4], table[len(PARZEN) - 1][4]
    return last / first if first and last else None
