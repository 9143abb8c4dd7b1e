"""SMAC3's multi-fidelity facade (a random forest inside Hyperband), by ask and tell.

It asks for each budget as a run of its own; here a run goes on from what was trained at a lower one, which saves it steps. Budgets are whole
steps, rounded up. The number of trials that it wants to know beforehand is never reached.
"""
import math
import tempfile

from ConfigSpace import Categorical, ConfigurationSpace, Float, InCondition, Integer
from simulation import Job
from smac import MultiFidelityFacade, Scenario
from smac.runhistory.dataclasses import TrialValue
from smac.runhistory.enumerations import StatusType


def space_of(table, seed):
    found, by_name = ConfigurationSpace(seed=seed), {}
    for p in table.space:
        if p.is_categorical:
            by_name[p.name] = Categorical(p.name, list(range(len(p.choices))))
        else:
            by_name[p.name] = (Integer if p.kind == "int" else Float)(p.name, (p.low, p.high), log=p.log)
        found.add(by_name[p.name])
    for p in table.space:
        if p.when:
            found.add(InCondition(by_name[p.name], by_name[p.when[0]], [int(value) for value in p.when[1]]))
    return found


class SmacMethod:
    def __init__(self, peer, table, seed, *_, **__):
        self.table, self.numbers, self.rows, self.reached, self.folder = table, {}, {}, {}, tempfile.TemporaryDirectory()
        scenario = Scenario(space_of(table, seed), n_trials=100_000, min_budget=1, max_budget=table.steps, deterministic=True, seed=seed,
                            output_directory=self.folder.name)
        self.facade = MultiFidelityFacade(scenario, lambda config, seed=0, budget=0.0: 0.0, overwrite=True, logging_level=50)

    def next(self):
        while True:
            info = self.facade.ask()
            end = min(self.table.steps, max(1, math.ceil(info.budget - 1e-9)))
            if info.config not in self.rows:
                values = dict(info.config)
                self.rows[info.config] = self.table.nearest([float(values[p.name]) if p.name in values else None for p in self.table.space])
            start, last = self.reached.get(info.config, (0, None))
            if start < end:
                return Job(self.numbers.setdefault(info.config, len(self.numbers)), self.rows[info.config], start, end, told=info)
            # Known already: budgets that round to the same step.
            self.facade.tell(info, TrialValue(cost=last), save=False)

    def report(self, job, step, value):
        return False

    def done(self, job, step, value, is_pruned):
        self.reached[job.told.config] = (step, value)
        self.facade.tell(job.told, TrialValue(cost=value, time=1.0), save=False)

    def failed(self, job):
        self.facade.tell(job.told, TrialValue(cost=float("inf"), status=StatusType.CRASHED), save=False)

    def close(self):
        pass

    def end(self):
        self.folder.cleanup()
