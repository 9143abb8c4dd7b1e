"""The noiseless functions of the platform COCO: N. Hansen et al., "COCO: a platform for comparing continuous optimizers in a
black-box setting", Optimization Methods and Software 36(1), 2021; https://pypi.org/project/coco-experiment."""
import os
import tempfile

import spaces

FUNCTIONS, DIMENSIONS, INSTANCES = range(1, 25), (2, 5, 10), (1, 2, 3)
EVALUATIONS = 50  # times the dimension


def names(dimensions=DIMENSIONS, instances=INSTANCES):
    return [f"bbob:f{f:02}:d{d}:i{i}" for d in dimensions for f in FUNCTIONS for i in instances]


def dimension(name):
    return int(name.split(":")[2][1:])


class Problem:
    def __init__(self, name):
        import cocoex
        function, dimension, instance = (int(part[1:]) for part in name.split(":")[1:])
        suite = cocoex.Suite("bbob", f"instances:{instance}", f"dimensions:{dimension}")
        self.name = name
        self.suite = suite  # the problem lives as long as it
        self.problem = suite.get_problem_by_function_dimension_instance(function, dimension, instance)
        bounds = zip(self.problem.lower_bounds, self.problem.upper_bounds)
        self.space = [spaces.Parameter(f"x{i}", "float", float(low), float(high)) for i, (low, high) in enumerate(bounds)]
        self.optimum = float(self.problem(best_parameter(self.problem)))

    def __call__(self, point):
        value = float(self.problem(point))
        return value, value


def best_parameter(problem):
    """The library tells it only by a file in the working folder."""
    kept = os.getcwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            problem._best_parameter("print")
            with open("._bbob_problem_best_parameter.txt") as file:
                return [float(number) for number in file.read().split()]
        finally:
            os.chdir(kept)
