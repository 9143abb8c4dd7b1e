"""Trials on a simulated clock: each step takes the seconds that the table says, times the worker's own factor; no time passes.

A method is asked and told:

    next() -> Job, or None while there is nothing to do     report(job, step, value) -> whether to end it here
    done(job, step, value, is_pruned)                       failed(job): training diverged
    close(): no new trial is wanted

A job trains from the step after `start` up to `end`, and goes on from a checkpoint where `start` is not 0.
"""
import dataclasses
import heapq
import math
import random


@dataclasses.dataclass
class Job:
    key: int  # of the trial
    row: int
    start: int
    end: int
    fold: int = 0
    told: object = None  # what the method knows it by


class Trace:
    """What a run had found after so many steps and slot-seconds, a point at each change.

    incumbent: of the trials that have come furthest the one with the lowest value there, by what its configuration gives when it is trained
    in full; best: the lowest value that a trial which was trained in full ended with."""
    def __init__(self, table):
        self.table, self.furthest, self.lowest, self.incumbent, self.best, self.points = table, 0, math.inf, math.inf, math.inf, []

    def take(self, row, step, value, steps, slot_seconds):
        if step < self.furthest or step == self.furthest and value >= self.lowest:
            return
        self.furthest, self.lowest, self.incumbent = step, value, self.table.full[row]
        if step == self.table.steps:
            self.best = value
        self.points.append((steps, slot_seconds, self.incumbent, self.best))


def speeds(count, seed, is_even=False):
    """Workers of uneven speed take between half and twice the time."""
    generator = random.Random(seed)
    return [1.0 if is_even else math.exp(generator.uniform(math.log(0.5), math.log(2))) for _ in range(count)]


@dataclasses.dataclass
class Spent:
    """Slot-seconds are those of all slots, idle ones too, up to the end."""
    steps: int
    slot_seconds: float
    busy_seconds: float
    trials: int
    tail: float = 0.0  # seconds from when no new trial was begun to the end of the last
    busy_before_tail: float = 0.0


def simulate(table, method, budget, factors, trace, trials=None, is_drained=False):
    """Up to so many steps in all, and no more than so many trials. `is_drained`: what runs when the last trial was begun is finished."""
    clock, steps, busy, before, begun, order = 0.0, 0, 0.0, None, set(), 0
    closed, running, idle = None, [], list(range(len(factors)))

    def proceed(now, worker, job, step):
        nonlocal order
        curve = table.runs[job.row][job.fold]
        took = factors[worker] * curve.seconds[min(step, len(curve.seconds) - 1)]
        order += 1
        heapq.heappush(running, (now + took, order, worker, job, step + 1, took))

    def fill(now):
        nonlocal closed, before
        while idle:
            if closed is None and trials is not None and len(begun) >= trials:
                method.close()
                # What runs was begun before: it counts up to now.
                closed, before = now, busy + sum(min(took, max(0.0, now - (ends - took))) for ends, *_, took in running)
            job = method.next()
            if job is None:
                return
            begun.add(job.key)
            proceed(now, idle.pop(0), job, job.start)

    fill(0.0)
    while running and (steps < budget or is_drained):
        clock, _, worker, job, step, took = heapq.heappop(running)
        steps, busy = steps + 1, busy + took
        curve = table.runs[job.row][job.fold]
        if step > len(curve):
            method.failed(job)
        else:
            value = curve.values[step - 1]
            trace.take(job.row, step, value, steps, clock * len(factors))
            is_pruned = method.report(job, step, value)
            if not is_pruned and step < job.end:
                proceed(clock, worker, job, step)
                continue
            method.done(job, step, value, is_pruned)
        idle.append(worker)
        idle.sort()
        fill(clock)
    if closed is None:
        closed, before = clock, busy
    return Spent(steps, clock * len(factors), busy, len(begun), clock - closed, before)
