"""Ray Tune's asynchronous successive halving: its scheduler object, told of each result as Ray's own controller tells it.

Ray itself is not started: its trials would be processes. Configurations come from random search, which is what Ray Tune pairs it with
when nothing else is named. `ray:asha?reduction=3` sets the reduction factor, whose default is 4.
"""
import types

import driver
import methods
from ray.tune.schedulers import AsyncHyperBandScheduler, TrialScheduler
from simulation import Job


class RayMethod:
    def __init__(self, peer, table, seed, *_, **__):
        _, settings = driver.parse(peer.removeprefix("ray:"))
        self.draw, self.count, self.table = methods.RandomPoints(table, seed), 0, table
        self.scheduler = AsyncHyperBandScheduler(
            metric="value", mode="min", max_t=table.steps, grace_period=1, **({"reduction_factor": settings["reduction"]} if settings else {}))

    def next(self):
        trial = types.SimpleNamespace(trial_id=str(self.count))
        self.count += 1
        self.scheduler.on_trial_add(None, trial)
        return Job(self.count, self.draw.row(), 0, self.table.steps, told=trial)

    def report(self, job, step, value):
        told = {"training_iteration": step, "value": value}
        return step < job.end and self.scheduler.on_trial_result(None, job.told, told) == TrialScheduler.STOP

    def done(self, job, step, value, is_pruned):
        if not is_pruned:
            self.scheduler.on_trial_complete(None, job.told, {"training_iteration": step, "value": value})

    def failed(self, job):
        self.scheduler.on_trial_remove(None, job.told)

    def close(self):
        pass

    def end(self):
        pass
