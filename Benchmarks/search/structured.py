"""Conditional spaces: which parameters there are depends on choices, to a depth of two."""
import math

from spaces import Parameter


class Structured:
    """`value` is called with the active parameters by name; a point has None for the others."""
    def __init__(self, name, space, value, optimum=0.0):
        self.name, self.space, self.value, self.optimum = "tree:" + name, space, value, optimum

    def __call__(self, point):
        found = self.value({p.name: x for p, x in zip(self.space, point) if x is not None})
        return found, found


def decades(value, target):
    return math.log10(value / target)


LEARNERS, KERNELS = ("linear", "kernel", "boosting"), ("rbf", "polynomial")
LEARNER = [
    Parameter("learner", "categorical", choices=LEARNERS),
    Parameter("alpha", "float", 1e-5, 10, log=True, when=("learner", (0,))),
    Parameter("l1_ratio", "float", 0, 1, when=("learner", (0,))),
    Parameter("kernel", "categorical", choices=KERNELS, when=("learner", (1,))),
    Parameter("C", "float", 1e-2, 1e4, log=True, when=("learner", (1,))),
    Parameter("gamma", "float", 1e-5, 10, log=True, when=("kernel", (0,))),
    Parameter("degree", "int", 2, 6, when=("kernel", (1,))),
    Parameter("rate", "float", 1e-3, 1, log=True, when=("learner", (2,))),
    Parameter("rounds", "int", 10, 2000, log=True, when=("learner", (2,))),
    Parameter("depth", "int", 1, 12, when=("learner", (2,))),
    Parameter("subsample", "float", 0.3, 1, when=("learner", (2,))),
]


def learner(x):
    """The best learner is the hardest to tune; the easy ones end a little above it."""
    if LEARNERS[int(x["learner"])] == "linear":
        return 0.08 + 0.01 * decades(x["alpha"], 3e-3) ** 2 + 0.05 * (x["l1_ratio"] - 0.2) ** 2
    if LEARNERS[int(x["learner"])] == "boosting":
        effort = decades(x["rate"] * x["rounds"], 20)
        return 0.03 * effort ** 2 + 0.02 * decades(x["rounds"], 900) ** 2 + 0.003 * (x["depth"] - 5) ** 2 + 0.2 * (x["subsample"] - 0.7) ** 2
    if KERNELS[int(x["kernel"])] == "rbf":
        return 0.03 + 0.02 * decades(x["C"], 50) ** 2 + 0.03 * decades(x["gamma"] * x["C"], 0.5) ** 2
    return 0.06 + 0.02 * decades(x["C"], 5) ** 2 + 0.01 * (x["degree"] - 3) ** 2


LAYERS = [Parameter("layers", "categorical", choices=(1, 2, 3, 4))] + [
    Parameter(f"width{i}", "int", 8, 512, log=True, when=("layers", tuple(range(i - 1, 4)))) for i in range(1, 5)] + [
    Parameter(f"dropout{i}", "float", 0, 0.6, when=("layers", tuple(range(i - 1, 4)))) for i in range(1, 5)] + [
    Parameter("rate", "float", 1e-5, 1, log=True)]


def layers(x):
    """Three layers that narrow; the best rate falls with the depth."""
    count = int(x["layers"]) + 1
    value = 0.05 * (count - 3) ** 2 + 0.04 * decades(x["rate"], 1e-2 / count) ** 2
    for i in range(1, count + 1):
        value += (0.06 * decades(x[f"width{i}"], 200 / i) ** 2 + 0.3 * (x[f"dropout{i}"] - 0.3 / i) ** 2) / count
    return value


OPTIMIZERS, SCHEDULES = ("sgd", "adam", "rmsprop"), ("constant", "step", "cosine")
TRAINING = [
    Parameter("optimizer", "categorical", choices=OPTIMIZERS),
    Parameter("rate", "float", 1e-5, 1, log=True),
    Parameter("momentum", "float", 0, 0.99, when=("optimizer", (0,))),
    Parameter("beta1", "float", 0.5, 0.99, when=("optimizer", (1,))),
    Parameter("beta2", "float", 0.9, 0.9999, when=("optimizer", (1,))),
    Parameter("schedule", "categorical", choices=SCHEDULES),
    Parameter("steps", "int", 1, 10, when=("schedule", (1,))),
    Parameter("factor", "float", 0.05, 0.9, when=("schedule", (1,))),
    Parameter("warmup", "float", 0, 0.5, when=("schedule", (2,))),
    Parameter("decay", "float", 1e-7, 1e-1, log=True),
]


def training(x):
    """Each optimizer wants a rate of its own, and sgd one that goes with its momentum."""
    name, schedule = OPTIMIZERS[int(x["optimizer"])], SCHEDULES[int(x["schedule"])]
    if name == "sgd":
        value = 0.04 * decades(x["rate"] / (1 - x["momentum"]), 0.5) ** 2 + 0.1 * (x["momentum"] - 0.9) ** 2
    elif name == "adam":
        value = 0.01 + 0.05 * decades(x["rate"], 1e-3) ** 2 + 0.2 * (x["beta1"] - 0.9) ** 2 + 0.5 * (x["beta2"] - 0.99) ** 2
    else:
        value = 0.03 + 0.04 * decades(x["rate"], 5e-4) ** 2
    if schedule == "constant":
        value += 0.03
    elif schedule == "step":
        value += 0.01 + 0.001 * (x["steps"] - 3) ** 2 + 0.05 * (x["factor"] - 0.3) ** 2
    else:
        value += 0.1 * (x["warmup"] - 0.1) ** 2
    return value + 0.01 * decades(x["decay"], 1e-4) ** 2


PROBLEMS = {"learner": (LEARNER, learner), "layers": (LAYERS, layers), "training": (TRAINING, training)}
NAMES = list(PROBLEMS)


def make(name):
    space, value = PROBLEMS[name]
    return Structured(name, space, value)
