"""More objectives made of the same functions: with noise, and with many parameters of which few matter."""
import hashlib
import random
import struct

import spaces

# Deviation of the noise, about a twentieth of what separates good configurations from common ones.
NOISE = {"branin": 2.0, "hartmann6": 0.1, "lr_surface4": 0.02, "mixed_net8": 0.01}

WIDTH = 100


class Noisy:
    """Adds noise that belongs to the point: who asks twice learns nothing."""
    def __init__(self, objective):
        self.base, self.space, self.optimum = objective, objective.space, objective.optimum
        self.name, self.deviation = "noisy:" + objective.name, NOISE[objective.name]

    def __call__(self, point):
        _, true = self.base(point)
        digest = hashlib.sha256(struct.pack(f"{len(point)}d", *point)).digest()
        return true + random.Random(digest).gauss(0, self.deviation), true


class Wide:
    """A function of 5 parameters that are hidden among 100."""
    def __init__(self, name, inner_space, inner, optimum):
        self.name, self.optimum, self.inner = "wide:" + name, optimum, inner
        self.places = sorted(random.Random(name).sample(range(WIDTH), len(inner_space)))
        low, high = inner_space[0].low, inner_space[0].high
        self.space = spaces.floats(WIDTH, low, high)

    def __call__(self, point):
        value = self.inner([point[place] for place in self.places])
        return value, value


def bowl(point):
    """Squared distance from a point off the middle, with the neighbours' products."""
    z = [x - centre for x, centre in zip(point, (0.21, 0.74, 0.33, 0.88, 0.12))]
    return sum(a * a for a in z) + 0.5 * sum(a * b for a, b in zip(z, z[1:]))


WIDE = ["bowl5", "rosenbrock5_shift", "michalewicz5"]


def wide(name, library):
    if name == "bowl5":
        return Wide(name, spaces.floats(5, 0, 1), bowl, 0.0)
    import functions
    base = functions.Synthetic(library, name)
    return Wide(name, base.space, base.true, base.optimum)
