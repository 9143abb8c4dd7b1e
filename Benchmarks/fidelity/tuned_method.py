"""tuned: a sampler and a pruner of the project, by the program search-driver (driver/Fidelity.swift says what it is asked).

    tuned:SAMPLER/PRUNER      tuned:tpe/hyperband      tuned:random/asha?mode=stop+reduction=4
"""
import driver
import math
import spaces
from simulation import Job


def parse(peer):
    """Sampler, pruner, and the pruner's settings."""
    name, settings = driver.parse(peer)
    sampler, _, pruner = name.partition("/")
    return sampler, pruner or "none", settings


class TunedMethod:
    def __init__(self, peer, table, seed, program, workers=1, trials=None):
        sampler, pruner, settings = parse(peer)
        self.table, self.out = table, {}
        self.study = driver.Driver(
            program, table.space, sampler, seed=seed, pruner=pruner, pruner_settings=settings, parallel=workers, folds=table.folds,
            fidelity={"low": 1, "high": table.steps}, **({"budget": trials} if trials else {}))
        self.about = self.study.about

    def next(self):
        answer = self.study.request({"next": True})
        if "trial" not in answer:
            return None
        trial, end = answer["trial"], self.steps(answer.get("budget"))
        if "values" in answer:
            row = self.table.nearest(spaces.point_of(self.table.space, answer["values"]))
            self.out[trial] = Job(trial, row, 0, end)
        else:
            last = self.out[trial]
            self.out[trial] = Job(trial, last.row, last.end, end)
        return self.out[trial]

    def steps(self, budget):
        return self.table.steps if budget is None else min(self.table.steps, math.ceil(budget - 1e-9))

    def report(self, job, step, value):
        return "prune" in self.study.request({"report": job.key, "fold": job.fold, "step": step, "value": value})

    def done(self, job, step, value, is_pruned):
        job.end = step
        self.study.request({"pruned" if is_pruned else "reached": job.key, "step": step, "value": value})

    def failed(self, job):
        self.study.request({"failed": job.key})

    def close(self):
        self.study.request({"close": True})

    def end(self):
        self.study.close()
