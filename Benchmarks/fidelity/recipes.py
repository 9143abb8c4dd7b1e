"""What the tables are made of: a plugin, its data, how many configurations and folds. Drawing and splitting follow from seeds alone."""
import csv
import dataclasses
import pathlib
import random

import spaces

HERE = pathlib.Path(__file__).resolve().parent
DATA = HERE.parents[1] / "data"
SPLIT_SEED, DRAW_SEED = 7, 2026


@dataclasses.dataclass(frozen=True)
class Recipe:
    name: str
    plugin: str
    trainable: str
    data: str
    target: str
    steps: int
    configurations: int
    parts: int  # of which one is scored and the others are trained on
    folds: int  # so many of the parts are scored in turn
    fixed: tuple = ()  # parameters that take their first choice


RECIPES = {recipe.name: recipe for recipe in (
    Recipe("mlp-digits", "mlp", "mlp", "digits.csv", "digit", 50, 1000, 5, 1),
    Recipe("mlp-cancer", "mlp", "mlp", "breast_cancer.csv", "diagnosis", 50, 1000, 5, 1),
    Recipe("boosting-cancer", "boosting", "classifier", "breast_cancer.csv", "diagnosis", 200, 1000, 5, 1, ("booster",)),
    Recipe("boosting-digits", "boosting", "classifier", "digits.csv", "digit", 200, 1000, 5, 1, ("booster",)),
    Recipe("mlp-digits-folds", "mlp", "mlp", "digits.csv", "digit", 50, 100, 10, 10),
    Recipe("mlp-cancer-folds", "mlp", "mlp", "breast_cancer.csv", "diagnosis", 50, 100, 10, 10),
)}


def space_of(schema, fixed=()):
    """The parameters of a plugin's schema as the peers are told them; an ordinal is the place among its choices."""
    found, by_name = [], {}
    for declared in schema["parameters"]:
        name, kind = declared["name"], declared["type"]
        when = ()
        if "when" in declared:
            (other, wanted), = declared["when"].items()
            if other in fixed:
                continue  # its first choice is taken, and this one is of another
            other_kind, other_choices = by_name[other]
            wanted = wanted if isinstance(wanted, list) else [wanted]
            when = (other, tuple(float(other_choices.index(w) if other_choices else w) for w in wanted))
        by_name[name] = (kind, declared.get("choices"))
        if name in fixed:
            continue
        if kind == "categorical":
            found.append(spaces.Parameter(name, kind, choices=tuple(declared["choices"]), when=when))
        elif kind == "ordinal":
            found.append(spaces.Parameter(name, "int", 0, len(declared["choices"]) - 1, when=when))
        else:
            found.append(spaces.Parameter(name, kind, declared["low"], declared["high"], declared.get("log", False), when=when))
    return found


def configurations(recipe, space):
    """Points, the same for the same recipe and space."""
    generator = random.Random(f"{DRAW_SEED} {recipe.name.removesuffix('-folds')}")
    return [spaces.draw(space, lambda parameter: parameter.at(generator.random())) for _ in range(recipe.configurations)]


def parts(recipe):
    """Of each row of the data, which part it belongs to; classes are spread evenly."""
    with open(DATA / recipe.data, newline="") as file:
        rows = list(csv.reader(file))
    column = rows[0].index(recipe.target)
    by_class = {}
    for number, row in enumerate(rows[1:]):
        by_class.setdefault(row[column], []).append(number)
    generator, found, place = random.Random(SPLIT_SEED), [0] * (len(rows) - 1), 0
    for name in sorted(by_class):
        members = by_class[name]
        generator.shuffle(members)
        for number in members:
            found[number] = place % recipe.parts
            place += 1
    return found
