"""The synthetic objectives: the functions of Plugins/functions, called as they are, with their optima.

An objective has a `name`, a `space`, an `optimum` and, where it is known, the point of it; called with a point it answers
what the optimizer sees and the same without noise, which is what counts.
"""
import ctypes
import itertools
import json
import math
import pathlib
import re

import spaces

KINDS = {"double": ctypes.c_double, "int32_t": ctypes.c_int32, "const char *": ctypes.c_char_p}
SIDECAR = pathlib.Path(__file__).resolve().parents[2] / "Plugins/functions/functions.tuned.json"

# Those of the quality subject, in the order in which they are shown.
NAMES = ["branin", "hartmann6", "ellipsoid10_rot", "rosenbrock5_shift", "rastrigin6_shift", "ackley10_shift", "griewank8_rot",
         "levy20_shift", "styblinski6_plus6_irrelevant", "michalewicz5", "schwefel4", "lr_surface4", "mixed_net8",
         "hartmann6_plus6_irrelevant_noisy", "stairs_needle4", "categorical6_float2"]

HARTMANN = [0.20168951, 0.15001069, 0.47687398, 0.27533243, 0.31165162, 0.65730053]
# Seed and bounds of the vector by which a function of moved.c was moved, which is where its optimum lies.
MOVED = {"ellipsoid10_rot": (2, -3, 3), "rosenbrock5_shift": (3, -1, 3), "rastrigin6_shift": (4, -3, 3),
         "ackley10_shift": (5, -18, 18), "griewank8_rot": (6, -300, 300), "levy20_shift": (7, -6, 6),
         "stairs_needle4": (14, 0.2, 0.8)}
# Which arguments of the noisy function are Hartmann's.
SEEN_BY_NOISY = [1, 3, 4, 7, 8, 11]


class Library:
    """Functions of the built plugin by name."""
    def __init__(self, path):
        self.library = ctypes.CDLL(str(path))
        trainables = json.loads(SIDECAR.read_text())["trainables"]
        self.declared = {trainable["id"]: trainable for trainable in trainables}

    def function(self, name):
        """Takes a point; text arguments are given the choice's own text, the others its number."""
        declared = self.declared[name]
        space = self.space(name)
        arguments = re.search(r"\((.*)\)", declared["function"]).group(1).split(", ")
        kinds = [argument.rsplit(" ", 1)[0] for argument in arguments]
        call = self.library[name]
        call.restype, call.argtypes = ctypes.c_double, [KINDS[kind] for kind in kinds]

        def argument(parameter, kind, value):
            if kind == "double":
                return value
            if kind == "int32_t":
                return parameter.choices[int(value)] if parameter.is_categorical else int(value)
            return str(parameter.choices[int(value)]).encode()

        return lambda point: call(*(argument(*each) for each in zip(space, kinds, point)))

    def space(self, name):
        return [spaces.read(parameter) for parameter in self.declared[name]["parameters"]]

    def moved_by(self, name):
        seed, low, high = MOVED[name]
        count = len(self.space(name))
        vector = (ctypes.c_double * count)()
        self.library.random_vector(vector, count, ctypes.c_uint64(seed), ctypes.c_double(low), ctypes.c_double(high))
        return list(vector)


class Synthetic:
    def __init__(self, library, name):
        self.name, self.space = name, library.space(name)
        self.seen = library.function(name)
        if name == "hartmann6_plus6_irrelevant_noisy":
            true = library.function("hartmann6")
            self.true = lambda point: true([point[i] for i in SEEN_BY_NOISY])
        else:
            self.true = self.seen
        self.best_point = best_point(library, name, self.space, self.true)
        self.optimum = OPTIMA.get(name, 0.0)

    def __call__(self, point):
        seen = self.seen(point)
        return seen, seen if self.true is self.seen else self.true(point)


# Lower bounds of the functions, reached to all digits or, of the two whose optimum lies between whole numbers or at a corner of
# a search, to 1e-6; 0 for all others.
OPTIMA = {"branin": 0.39788735772973816, "hartmann6": -3.322368011415515, "michalewicz5": -4.687658179088148,
          "hartmann6_plus6_irrelevant_noisy": -3.322368011415515, "lr_surface4": 0.08, "mixed_net8": 0.04,
          "categorical6_float2": 2.4376287760107354}


def best_point(library, name, space, true):
    """Where the optimum lies; a point close to it where whole numbers are in the way."""
    if name in MOVED:
        return library.moved_by(name)
    if name == "categorical6_float2":
        return best_categories(space, true)
    noisy = [0.5] * 12
    for place, value in zip(SEEN_BY_NOISY, HARTMANN):
        noisy[place] = value
    log_rate = -1.3 + 0.4 * 0.35 + math.log10(1 - 0.9 + 1e-3)
    return {
        "branin": [math.pi, 2.275], "hartmann6": HARTMANN, "hartmann6_plus6_irrelevant_noisy": noisy,
        "michalewicz5": [2.20290552, 1.57079633, 1.28499157, 1.92305847, 1.72046977], "schwefel4": [420.96874636] * 4,
        "styblinski6_plus6_irrelevant": [-2.90353403] * 6 + [0.0] * 6,
        "lr_surface4": [10 ** log_rate, 10 ** (-4.2 - 0.25 * (log_rate + 2.5)), 0.9, 0.35],
        # layers 4 and 194 units are the capacity that is needed; the learning rate follows from layers and batch.
        "mixed_net8": [10 ** (-3 + 0.105 * (math.log2(45) - 6) - 0.06), 4.0, 194.0, 0.22, 45.0, 1e-4, 0.0, 0.0],
    }[name]


def best_categories(space, true):
    """By trying all categories with the numbers that are best for them."""
    def numbers(categories):
        return [0.2 + 0.1 * categories[0], min(1.0, max(1e-4, 10 ** (-2 - 0.3 * categories[1])))]

    candidates = itertools.product(*(range(len(parameter.choices)) for parameter in space[:6]))
    points = ([float(c) for c in categories] + numbers(categories) for categories in candidates)
    return min(points, key=true)
