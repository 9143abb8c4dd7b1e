#!/usr/bin/env python3
"""Milliseconds from ask to tell of Optuna's Gaussian process with so many finished trials known: optuna_gp_cost.py KNOWN"""
import json
import random
import statistics
import sys
import time

import optuna

PARAMETERS, CALLS = 10, 5


def distance(point):
    return sum((x - 0.3) ** 2 for x in point)


def main(known):
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(sampler=optuna.samplers.GPSampler(seed=0))
    generator, uniform = random.Random(0), optuna.distributions.FloatDistribution(0, 1)
    for _ in range(known):
        point = {f"x{i}": generator.random() for i in range(PARAMETERS)}
        study.add_trial(optuna.trial.create_trial(params=point, distributions={name: uniform for name in point},
                                                  value=distance(point.values())))
    milliseconds = []
    for _ in range(CALLS + 1):  # the first loads libraries and is not counted
        began = time.perf_counter()
        trial = study.ask()
        point = [trial.suggest_float(f"x{i}", 0, 1) for i in range(PARAMETERS)]
        study.tell(trial, distance(point))
        milliseconds.append((time.perf_counter() - began) * 1e3)
    print(json.dumps({"value": statistics.fmean(milliseconds[1:]), "unit": "ms", "known": known, "calls": CALLS}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
