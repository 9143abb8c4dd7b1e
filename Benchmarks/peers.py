#!/usr/bin/env python3
"""What Optuna and rustuna need for the same work.

    peers.py CASE ...      measures the cases one after the other, each in a process of its own; a JSON line each
    peers.py --list        names the cases

Throughput: no-op trials a second, end to end, stored in an SQLite file in the temporary folder, with the peer's own
settings of durability. Suggestion: milliseconds from ask to tell, with all parameters, in memory, with so many finished
trials known.
"""
import argparse
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time

PARAMETERS = 10


class Peer:
    """What the two have in common, which is nearly all: rustuna's names follow Optuna's."""

    def sampler(self, name):
        kinds = {"random": self.module.samplers.RandomSampler, "tpe": self.module.samplers.TPESampler}
        return kinds[name](seed=0)

    def stored_study(self, sampler, path):
        return self.module.create_study(storage=self.storage(path), sampler=self.sampler(sampler))

    def study_in_memory(self, sampler):
        return self.module.create_study(sampler=self.sampler(sampler))

    def finished_trial(self, parameters, value):
        distributions = {name: self.uniform for name in parameters}
        return self.create_trial(params=parameters, distributions=distributions, value=value)


class Optuna(Peer):
    def __init__(self):
        import optuna
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self.module = optuna
        self.uniform = optuna.distributions.FloatDistribution(0, 1)
        self.create_trial = optuna.trial.create_trial

    def storage(self, path):
        return f"sqlite:///{path}"

    def tell(self, study, trial, value):
        study.tell(trial, value)


class Rustuna(Peer):
    def __init__(self):
        import rustuna
        self.module = rustuna
        self.uniform = rustuna.distributions.FloatDistribution(0.0, 1.0)
        self.create_trial = rustuna.create_trial

    def storage(self, path):
        return self.module.storages.SQLite3Storage(path)

    def tell(self, study, trial, value):
        study.tell(trial.number, value)


PEERS = {"optuna": Optuna, "rustuna": Rustuna}


def throughput(peer, sampler, parameters, trials):
    def objective(trial):
        return sum(trial.suggest_float(f"x{i}", 0, 1) for i in range(parameters))

    with tempfile.TemporaryDirectory() as folder:
        study = PEERS[peer]().stored_study(sampler, os.path.join(folder, "study.db"))
        began = time.perf_counter()
        study.optimize(objective, n_trials=trials)
        seconds = time.perf_counter() - began
        if len(study.trials) != trials:
            raise RuntimeError(f"{len(study.trials)} of {trials} trials were stored")
    return {"value": trials / seconds, "unit": "trials/s", "trials": trials, "parameters": parameters}


def suggestion(peer, known, calls):
    framework = PEERS[peer]()
    study = framework.study_in_memory("tpe")
    generator = random.Random(0)
    for _ in range(known):
        point = {f"x{i}": generator.random() for i in range(PARAMETERS)}
        study.add_trial(framework.finished_trial(point, distance(point.values())))
    milliseconds = []
    for _ in range(calls + 1):  # the first fills caches and is not counted
        began = time.perf_counter()
        trial = study.ask()
        point = [trial.suggest_float(f"x{i}", 0, 1) for i in range(PARAMETERS)]
        framework.tell(study, trial, distance(point))
        milliseconds.append((time.perf_counter() - began) * 1e3)
    return {"value": statistics.median(milliseconds[1:]), "unit": "ms", "known": known, "calls": calls}


def distance(point):
    return sum((x - 0.3) ** 2 for x in point)


CASES = {
    "optuna-sqlite-random": lambda: throughput("optuna", "random", 2, 300),
    "rustuna-sqlite-random": lambda: throughput("rustuna", "random", 2, 2000),
    "optuna-sqlite-tpe": lambda: throughput("optuna", "tpe", PARAMETERS, 1000),
    "rustuna-sqlite-tpe": lambda: throughput("rustuna", "tpe", PARAMETERS, 1000),
    "optuna-suggest-1000": lambda: suggestion("optuna", 1000, 30),
    "rustuna-suggest-1000": lambda: suggestion("rustuna", 1000, 30),
    "optuna-suggest-10000": lambda: suggestion("optuna", 10000, 7),
    "rustuna-suggest-10000": lambda: suggestion("rustuna", 10000, 15),
}


def in_child(case):
    single = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}
    child = subprocess.run([sys.executable, "-W", "ignore", __file__, "--here", case], stdout=subprocess.PIPE, text=True,
                           env={**os.environ, **single})
    if child.returncode != 0:
        sys.exit(f"{case} ended with status {child.returncode}")
    return child.stdout.strip().splitlines()[-1]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="*", metavar="CASE", help="one of: " + ", ".join(CASES))
    parser.add_argument("--list", action="store_true", help="name the cases")
    parser.add_argument("--here", action="store_true", help="measure in this process")
    arguments = parser.parse_args()
    unknown = [case for case in arguments.cases if case not in CASES]
    if unknown:
        parser.error(f"no case {unknown[0]}; there are " + ", ".join(CASES))
    if arguments.list:
        print("\n".join(CASES))
    for case in arguments.cases:
        if not arguments.here:
            print(in_child(case), flush=True)
            continue
        result = {"case": case, **CASES[case]()}
        result["peak_rss_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps(result))


if __name__ == "__main__":
    main()
