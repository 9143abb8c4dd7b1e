"""What the subjects are given: where things are, and how much is to be run."""
import dataclasses
import json
import math
import pathlib
import statistics

import races

TASKS = ["mlp-digits:error", "mlp-cancer:loss", "boosting-digits:error", "boosting-cancer:loss"]
LIVE = ["live:" + task for task in TASKS]
SEEDS, QUICK_SEEDS = range(10), range(2)
# Full trainings. Random search has the first, whoever is compared with it the second.
FULL_BUDGET, BUDGET = 100, 40


@dataclasses.dataclass
class Selection:
    """What a person asked for; None for all that the subject has."""
    tasks: list | None = None
    peers: list | None = None
    seeds: list | None = None
    is_quick: bool = False


class Bench:
    def __init__(self, program, tuned, work, plugins, tables, results, processes, selection, say=print):
        self.program, self.tuned, self.work, self.plugins, self.say = program, tuned, work, plugins, say
        self.results, self.selection = pathlib.Path(results), selection
        self.tables = races.Tables(tables, work and work / "record", plugins)
        self.runner = races.Runner(self.tables, races.Store(self.results / "fidelity"), program, processes, say)

    @property
    def is_quick(self):
        return self.selection.is_quick

    def tasks(self, live=False):
        """Those whose tables are there; where live is true those, too, that train, where the plugins are. Quick runs train nothing."""
        every = TASKS + LIVE if live and not self.is_quick else TASKS
        return [task for task in every if self.tables.has(task) and (self.selection.tasks is None or task in self.selection.tasks)]

    def races(self, peers, budget, trials=0, live=False):
        seeds = QUICK_SEEDS if self.is_quick else SEEDS
        seeds = [seed for seed in seeds if self.selection.seeds is None or seed in self.selection.seeds]
        peers = [peer for peer in peers if self.selection.peers is None or peer in self.selection.peers]
        return [races.Race(task, peer, seed, budget, trials) for seed in seeds for task in self.tasks(live) for peer in peers]

    def by_seed(self, task, peer, budget, trials=0):
        """The stored results."""
        return {race.seed: result for race, result in self.runner.known([peer]).items()
                if race.table == task and race.budget == budget and race.trials == trials}

    # Measurements that are no races are kept beside them.
    def keep(self, name, found):
        path = self.results / "fidelity" / f"{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(found, indent=1) + "\n")

    def kept(self, name):
        path = self.results / "fidelity" / f"{name}.json"
        return json.loads(path.read_text()) if path.exists() else None


def median_interval(values):
    """The median, and the order statistics that enclose it with at least 95% by the binomial distribution (J. Gibbons 2003, section 5.2)."""
    ordered, n, place, tail = sorted(values), len(values), 0, 0.5 ** len(values)
    # The chance that fewer than `place` + 1 values lie below the true median.
    while tail <= 0.025:
        place += 1
        tail += math.comb(n, place) * 0.5 ** n
    place = max(place, 1)
    return statistics.median(ordered), ordered[place - 1], ordered[n - place]
