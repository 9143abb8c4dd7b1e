#!/usr/bin/env python3
"""Makes the tables of learning curves: trains every configuration and keeps what each step gave. Goes on where it stopped.

    make -C Benchmarks/fidelity tables                   # all of them: hours
    make -C Benchmarks/fidelity tables TABLES=mlp-digits
"""
import argparse
import csv
import gzip
import io
import json
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path += [str(HERE.parent), str(HERE.parent / "search")]

import machine
import recipes

KINDS = {"float": 1, "int": 2, "categorical": 3, "ordinal": 4, "bool": 5}


def schema_of(recorder, plugin, trainable):
    text = subprocess.run([recorder, plugin, trainable], capture_output=True, text=True, check=True).stdout
    version, schema = text.split("\n", 1)
    return version, json.loads(schema)


def field(declared, value):
    """A value as the recorder reads it: type, active, as a number, as an integer, as text."""
    kind, choices = declared["type"], declared.get("choices")
    if value is None:
        return f"{KINDS[kind]} 0 0 0"
    if kind in ("categorical", "ordinal"):
        choice = choices[int(value)]
        number = choice if isinstance(choice, (int, float)) else int(value)
        return f"{KINDS[kind]} 1 {number!r} {int(value)} {choice}"
    return f"{KINDS[kind]} 1 {value!r} {int(value)} {value!r}"


class Recording:
    """The runs of one table: a line each in a file of its own, until all are there."""
    def __init__(self, recipe, recorder, plugins, work):
        self.recipe, self.recorder, self.plugin = recipe, str(recorder), str(plugins / f"{recipe.plugin}.so")
        self.version, self.schema = schema_of(self.recorder, self.plugin, recipe.trainable)
        self.space = recipes.space_of(self.schema, recipe.fixed)
        self.points = recipes.configurations(recipe, self.space)
        self.parts = recipes.parts(recipe)
        work.mkdir(parents=True, exist_ok=True)
        self.raw, self.rows = work / f"{recipe.name}.runs", work / f"{recipe.name}.rows"

    def runs(self):
        """Configuration by configuration, so that what is there so far holds all folds of it."""
        return [(place, fold) for place in range(len(self.points)) for fold in range(self.recipe.folds)]

    def line(self, number):
        place, fold = self.runs()[number]
        return self.request(number, self.seed(place, fold), fold, self.recipe.steps, self.points[place])

    def request(self, number, seed, fold, steps, point):
        """A run as the recorder is asked for it."""
        values = {p.name: v for p, v in zip(self.space, point)}
        values.update({name: 0.0 for name in self.recipe.fixed})
        fields = [field(declared, values.get(declared["name"])) for declared in self.schema["parameters"]]
        return "\t".join([str(number), str(seed), str(fold), str(steps), *fields]) + "\n"

    def start(self):
        """The recorder, ready for requests."""
        self.rows.write_text("".join(f"{part}\n" for part in self.parts))
        command = [self.recorder, self.plugin, self.recipe.trainable, str(recipes.DATA / self.recipe.data), str(self.rows),
                   f"target={self.recipe.target}"]
        single = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, **single})

    def seed(self, place, fold):
        return 1_000 * place + fold

    def there(self):
        found = {}
        if self.raw.exists():
            for text in self.raw.read_text().splitlines(keepends=True):
                number, *rest = text.rstrip("\n").split("\t")
                if text.endswith("\n") and rest:
                    found[int(number)] = rest
        return found

    def record(self, say, limit=None):
        there = self.there()
        todo = [number for number in range(len(self.runs())) if number not in there][:limit]
        say(f"{self.recipe.name}: {len(there)} of {len(self.runs())} runs are there, {len(todo)} to do")
        if not todo:
            return
        with self.start() as process, open(self.raw, "a") as raw:
            if there and not self.raw.read_text().endswith("\n"):
                raw.write("\n")
            for count, number in enumerate(todo, 1):
                process.stdin.write(self.line(number))
                process.stdin.flush()
                answer = process.stdout.readline()
                if not answer.endswith("\n"):
                    raise RuntimeError(f"the recorder ended in run {number}")
                raw.write(answer)
                raw.flush()
                if count % 50 == 0:
                    say(f"  {count} of {len(todo)}")
            process.stdin.close()

    def pack(self, folder):
        """The table as it is kept: NAME.json and NAME.csv.gz, see tables/README.md."""
        there = self.there()
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(["seed", "fold", *(p.name for p in self.space), "error", "loss", "seconds"])
        for number, (place, fold) in enumerate(self.runs()):
            if number not in there:
                raise RuntimeError(f"{self.recipe.name}: run {number} is missing")
            status, *steps = there[number]
            cells = [step.split() for step in steps]
            point = ["" if v is None else f"{v:.17g}" for v in self.points[place]]
            columns = [" ".join(shortest(cell[i], digits) for cell in cells) for i, digits in ((1, 5), (2, 4), (0, 3))]
            writer.writerow([self.seed(place, fold), fold, *point, *columns])
        path = folder / f"{self.recipe.name}.csv.gz"
        path.write_bytes(gzip.compress(text.getvalue().encode(), 9, mtime=0))
        fidelity = self.schema["fidelity"]["name"]
        facts = {
            "name": self.recipe.name, "plugin": self.recipe.plugin, "plugin_version": self.version, "trainable": self.recipe.trainable,
            "data": self.recipe.data, "target": self.recipe.target, "fidelity": fidelity, "steps": self.recipe.steps,
            "configurations": len(self.points), "folds": self.recipe.folds, "parts": self.recipe.parts, "scored_rows": self.parts.count(0),
            "split_seed": recipes.SPLIT_SEED, "draw_seed": recipes.DRAW_SEED, "fixed": list(self.recipe.fixed),
            "command": f"make -C Benchmarks/fidelity tables TABLES={self.recipe.name}", "machine": machine.describe(recipes.HERE),
            "space": [{"name": p.name, "kind": p.kind, "low": p.low, "high": p.high, "log": p.log, "choices": list(p.choices),
                       "when": list(p.when)} for p in self.space]}
        (folder / f"{self.recipe.name}.json").write_text(json.dumps(facts, indent=1) + "\n")
        return path


def shortest(text, digits):
    return f"{float(text):.{digits}g}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tables", nargs="*", metavar="TABLE", help="all where none is named: " + ", ".join(recipes.RECIPES))
    parser.add_argument("--recorder", type=pathlib.Path, required=True, help="the program made of recorder/record.c")
    parser.add_argument("--plugins", type=pathlib.Path, required=True, help="the folder with mlp.so and boosting.so")
    parser.add_argument("--work", type=pathlib.Path, required=True, help="where runs are kept until a table is whole")
    parser.add_argument("--out", type=pathlib.Path, default=HERE / "tables", help="where tables go")
    parser.add_argument("--limit", type=int, help="stop after so many runs of each table, packing none")
    arguments = parser.parse_args()
    for name in arguments.tables:
        if name not in recipes.RECIPES:
            parser.error(f"no table {name}; there are " + ", ".join(recipes.RECIPES))
    for name in arguments.tables or recipes.RECIPES:
        recording = Recording(recipes.RECIPES[name], arguments.recorder, arguments.plugins, arguments.work)
        recording.record(lambda line: print(line, file=sys.stderr, flush=True), arguments.limit)
        if not arguments.limit:
            path = recording.pack(arguments.out)
            print(f"{path.name}: {path.stat().st_size / 1e6:.2f} MB", file=sys.stderr)


if __name__ == "__main__":
    main()
