"""Who runs: methods of the project and of its peers by name, and the version that each has here."""
import importlib.metadata
import random

import driver
import spaces
from simulation import Job


class RandomPoints:
    def __init__(self, table, seed):
        self.table, self.generator = table, random.Random(seed)

    def row(self):
        return self.table.nearest(spaces.draw(self.table.space, lambda parameter: parameter.at(self.generator.random())))


class RandomSearch:
    """Every configuration is trained in full."""
    def __init__(self, peer, table, seed, *_, **__):
        self.points, self.table, self.count = RandomPoints(table, seed), table, 0

    def next(self):
        self.count += 1
        return Job(self.count, self.points.row(), 0, self.table.steps)

    def report(self, job, step, value):
        return False

    def done(self, job, step, value, is_pruned):
        pass

    def failed(self, job):
        pass

    def close(self):
        pass

    def end(self):
        pass


def make(peer, table, seed, program, workers=1, trials=None):
    """Libraries are imported by those who use them."""
    family = peer.partition(":")[0]
    if family == "tuned":
        import tuned_method
        kind = tuned_method.TunedMethod
    elif family == "optuna":
        import optuna_method
        kind = optuna_method.OptunaMethod
    elif family == "smac":
        import smac_method
        kind = smac_method.SmacMethod
    elif family == "ray":
        import ray_method
        kind = ray_method.RayMethod
    elif peer == "random":
        kind = RandomSearch
    else:
        raise ValueError(f"no method {peer}; there are tuned:SAMPLER/PRUNER, optuna:SAMPLER/PRUNER, smac:multi-fidelity, ray:asha, random")
    return kind(peer, table, seed, program, workers, trials)


def version(peer, program):
    """Of the package, or the revisions of sampler and pruner; None where it is not there."""
    if peer.startswith("tuned:"):
        import tuned_method
        sampler, pruner, settings = tuned_method.parse(peer)
        space = [spaces.Parameter("x", "float", 0, 1)]
        try:
            with driver.Driver(program, space, sampler, pruner=pruner, pruner_settings=settings, fidelity={"low": 1, "high": 9}) as study:
                return "{sampler} {revision} {pruner} {pruner_revision}".format(**study.about)
        except (driver.DriverError, OSError):
            return None
    package = {"optuna": "optuna", "smac": "smac", "ray": "ray"}.get(peer.partition(":")[0])
    if package is None:
        return "1"
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None
