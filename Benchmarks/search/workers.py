"""A run by several workers of uneven speed, simulated: no time passes, but results come back in the order in which they would.

A trial takes the worker's own factor, drawn between a half and two, times a log-normal time; both follow from the seed alone, so
that every optimizer meets the same workers. A curve counts trials as they end.
"""
import heapq
import math
import random

import driver
import peers

SPREAD = 0.5  # deviation of the logarithm of a trial's time


class Tuned:
    def __init__(self, name, space, seed, trials, count, program):
        sampler, settings = driver.parse(name)
        self.study = driver.Driver(program, space, sampler, settings, seed=seed, budget=trials, parallel=count)

    def ask(self):
        asked = self.study.ask()
        return asked[:2] if asked else None

    def tell(self, trial, value):
        self.study.tell(trial, value)

    def close(self):
        self.study.close()


class Optuna:
    def __init__(self, name, space, seed):
        import optuna
        self.study, self.space = optuna.create_study(sampler=peers.optuna_sampler(name, seed)), space

    def ask(self):
        trial = self.study.ask()
        return trial, peers.suggest(trial, self.space)

    def tell(self, trial, value):
        self.study.tell(trial, value)

    def close(self):
        pass


def simulate(study, count, trials, seed, evaluate):
    generator = random.Random(seed)
    factors = [math.exp(generator.uniform(math.log(0.5), math.log(2))) for _ in range(count)]
    running, asked = [], 0

    def start(now, worker):
        nonlocal asked
        if asked == trials:
            return
        answer = study.ask()
        if answer is None:
            return
        ends = now + factors[worker] * math.exp(generator.gauss(0, SPREAD))
        heapq.heappush(running, (ends, asked, worker, *answer))
        asked += 1

    for worker in range(count):
        start(0.0, worker)
    while running:
        now, _, worker, trial, point = heapq.heappop(running)
        study.tell(trial, evaluate(point))
        start(now, worker)


def run(name, count, program):
    def run(space, seed, trials, evaluate):
        is_tuned = name.startswith("tuned:")
        study = Tuned(name, space, seed, trials, count, program) if is_tuned else Optuna(name, space, seed)
        try:
            simulate(study, count, trials, seed, evaluate)
        finally:
            study.close()

    return run
