"""What the subjects are given: where things are, and how much of everything is to be run."""
import dataclasses
import pathlib
import statistics

import curves
import driver
import ranking
import runner

AUTO = "tuned:auto"


@dataclasses.dataclass
class Selection:
    """What a person asked for; None for all that the subject has."""
    objectives: list | None = None
    peers: list | None = None
    seeds: list | None = None
    budget: int | None = None
    is_quick: bool = False


class Bench:
    def __init__(self, library, program, results, processes, selection, limit=0, say=print):
        self.program, self.results, self.selection, self.say = program, pathlib.Path(results), selection, say
        self.store = curves.Store(self.results / "search")
        self.runner = runner.Runner(library, program, processes, limit, say)
        self.samplers = driver.samplers(program)

    @property
    def is_quick(self):
        return self.selection.is_quick

    def sampler(self, *names):
        """The first of the names under which a sampler is registered, as a peer; None where there is none yet."""
        return next((f"tuned:{name}" for name in names if name in self.samplers), None)

    def jobs(self, objectives, peers, seeds, budget):
        chosen = self.selection
        objectives = [o for o in objectives if chosen.objectives is None or o in chosen.objectives]
        peers = [p for p in peers if p and (chosen.peers is None or p in chosen.peers)]
        seeds = [s for s in seeds if chosen.seeds is None or s in chosen.seeds]
        return [curves.Job(o, p, s, chosen.budget or budget) for s in seeds for o in objectives for p in peers]

    def run(self, jobs):
        self.runner.run(self.store, list(dict.fromkeys(jobs)))

    def measured(self, peers, objectives, budget=None):
        """The stored runs on those objectives, those with the budget preferred."""
        wanted = set(objectives)
        found = self.runner.all(self.store, [peer for peer in peers if peer])
        return ranking.Results([run for run in found.values() if run.job.objective in wanted], budget)

    def store_seconds(self, peer, budget):
        """Median and longest of the processor time of that peer's runs."""
        found = [run.cpu for job, run in self.runner.all(self.store, [peer]).items() if job.budget == budget]
        return (statistics.median(found), max(found)) if found else (None, None)
