"""Benchmarks/fidelity by itself: TUNED_PLUGINS=build/plugins [SEARCH_DRIVER=path] python3 -m unittest Tests/Python/test_fidelity_benchmark.py"""

import csv
import gzip
import io
import json
import math
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / "Benchmarks/fidelity"
sys.path[:0] = [str(FOLDER), str(ROOT / "Benchmarks/search"), str(ROOT / "Benchmarks")]

import bench
import curve_tables
import driver
import folds
import races
import recipes
import simulation
import spaces
import tuned_method

PLUGINS = pathlib.Path(os.environ.get("TUNED_PLUGINS", ROOT / "build/plugins")).resolve()
DRIVER = os.environ.get("SEARCH_DRIVER")
SPACE = [spaces.Parameter("x", "float", 0, 1), spaces.Parameter("n", "int", 1, 4), spaces.Parameter("k", "categorical", choices=("a", "b")),
         spaces.Parameter("y", "float", 1e-3, 1, True, when=("k", (1.0,)))]
STEPS = 9


def write_table(folder, name="made-up", count=60, steps=STEPS, folds=1, diverging=()):
    """Values fall as 1 / step to a level that is x; every third configuration takes twice as long."""
    points = [[i / count, float(1 + i % 4), float(i % 2), 0.1 if i % 2 else None] for i in range(count)]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["seed", "fold", *(p.name for p in SPACE), "error", "loss", "seconds"])
    for i, point in enumerate(points):
        for fold in range(folds):
            values = [repr(point[0] + 0.001 * fold + 1 / step) for step in range(1, steps + 1)]
            if i in diverging:
                values[1:] = ["nan"]
            seconds = ["2" if i % 3 == 0 else "1"] * len(values)
            writer.writerow([i, fold, *("" if v is None else repr(v) for v in point), " ".join(values), " ".join(values), " ".join(seconds)])
    folder = pathlib.Path(folder)
    (folder / f"{name}.csv.gz").write_bytes(gzip.compress(text.getvalue().encode(), mtime=0))
    (folder / f"{name}.json").write_text(json.dumps({
        "steps": steps, "folds": folds,
        "space": [{"name": p.name, "kind": p.kind, "low": p.low, "high": p.high, "log": p.log, "choices": p.choices, "when": p.when} for p in SPACE]}))


class WithTable(unittest.TestCase):
    options = {}

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        write_table(self.folder, **self.options)
        self.table = curve_tables.Table("made-up", "error", self.folder)


class Recipes(unittest.TestCase):
    def test_space_of_a_schema(self):
        found = recipes.space_of({"parameters": [
            {"name": "layers", "type": "int", "low": 1, "high": 3},
            {"name": "batch", "type": "ordinal", "choices": [8, 16, 32]},
            {"name": "second", "type": "float", "low": 0, "high": 1, "when": {"layers": [2, 3]}},
            {"name": "rule", "type": "categorical", "choices": ["p", "q"]},
            {"name": "beta", "type": "float", "low": 0, "high": 1, "when": {"rule": ["q"]}},
            {"name": "kind", "type": "categorical", "choices": ["tree", "dart"]},
            {"name": "drop", "type": "float", "low": 0, "high": 1, "when": {"kind": ["dart"]}}]}, fixed=("kind",))
        by_name = {p.name: p for p in found}
        self.assertEqual(list(by_name), ["layers", "batch", "second", "rule", "beta"])
        self.assertEqual((by_name["batch"].kind, by_name["batch"].low, by_name["batch"].high), ("int", 0, 2))
        self.assertEqual(by_name["second"].when, ("layers", (2.0, 3.0)))
        self.assertEqual(by_name["beta"].when, ("rule", (1.0,)))

    def test_parts_are_even_within_each_class_and_the_same_again(self):
        recipe = recipes.RECIPES["mlp-cancer"]
        parts = recipes.parts(recipe)
        self.assertEqual(parts, recipes.parts(recipe))
        with open(recipes.DATA / recipe.data, newline="") as file:
            classes = [row[recipe.target] for row in csv.DictReader(file)]
        self.assertEqual(len(parts), len(classes))
        for name in set(classes):
            counts = [sum(1 for c, part in zip(classes, parts) if c == name and part == p) for p in range(recipe.parts)]
            self.assertLessEqual(max(counts) - min(counts), 1)

    def test_the_tables_that_are_kept_are_those_of_the_recipes(self):
        for path in (FOLDER / "tables").glob("*.json"):
            facts, recipe = json.loads(path.read_text()), recipes.RECIPES[path.stem]
            self.assertEqual((facts["steps"], facts["configurations"], facts["folds"]), (recipe.steps, recipe.configurations, recipe.folds))
            table = curve_tables.Table(path.stem, "error")
            drawn = recipes.configurations(recipe, table.space)
            self.assertEqual(table.points, drawn)


class Tables(WithTable):
    options = {"diverging": (5,)}

    def test_each_configuration_is_the_nearest_to_itself(self):
        self.assertEqual([self.table.nearest(point) for point in self.table.points], list(range(60)))

    def test_no_configuration_comes_twice_before_all_have_come(self):
        point = self.table.points[7]
        rows = [self.table.nearest(point) for _ in range(62)]
        self.assertEqual(sorted(rows[:60]), list(range(60)))
        self.assertEqual(rows[0], 7)
        self.assertEqual(rows[60:], [7, 7])
        self.table.begin()
        self.assertEqual(self.table.nearest(point), 7)

    def test_a_choice_counts_more_than_a_number(self):
        self.assertEqual(self.table.nearest([0.42, 1.0, 1.0, 0.1]) % 2, 1)
        self.assertEqual(self.table.nearest([0.42, 1.0, 0.0, None]) % 2, 0)

    def test_a_run_that_diverged_is_never_the_best(self):
        self.assertEqual(self.table.full[5], math.inf)
        self.assertEqual((len(self.table.runs[5][0]), len(self.table.runs[5][0].seconds)), (1, 2))
        self.assertAlmostEqual(self.table.optimum, 1 / STEPS)


class Scripted:
    """Asks for what it is given, and keeps what it was told."""
    def __init__(self, jobs, prune_at=None):
        self.jobs, self.prune_at, self.told, self.closed = list(jobs), prune_at, [], False

    def next(self):
        return self.jobs.pop(0) if self.jobs else None

    def report(self, job, step, value):
        return step == self.prune_at

    def done(self, job, step, value, is_pruned):
        self.told.append((job.key, step, is_pruned))

    def failed(self, job):
        self.told.append((job.key, "failed"))

    def close(self):
        self.closed = True


class Simulation(WithTable):
    options = {"diverging": (5,)}

    def simulate(self, jobs, factors=(1.0,), budget=1000, **others):
        method, trace = Scripted(jobs, others.pop("prune_at", None)), simulation.Trace(self.table)
        return method, trace, simulation.simulate(self.table, method, budget, list(factors), trace, **others)

    def test_a_trial_that_goes_on_costs_what_is_new(self):
        method, trace, spent = self.simulate([simulation.Job(0, 1, 0, 3), simulation.Job(0, 1, 3, STEPS)])
        self.assertEqual(method.told, [(0, 3, False), (0, STEPS, False)])
        self.assertEqual((spent.steps, spent.slot_seconds, spent.trials), (STEPS, STEPS, 1))
        self.assertAlmostEqual(trace.best, self.table.full[1])

    def test_time_is_that_of_the_table_and_of_the_worker(self):
        _, _, spent = self.simulate([simulation.Job(0, 1, 0, STEPS), simulation.Job(1, 3, 0, STEPS)], factors=(1.0, 0.5))
        self.assertEqual((spent.slot_seconds, spent.busy_seconds), (2 * STEPS, STEPS + 2 * STEPS / 2))

    def test_an_idle_slot_is_paid_for(self):
        _, _, spent = self.simulate([simulation.Job(0, 1, 0, STEPS)], factors=(1.0, 1.0, 1.0))
        self.assertEqual((spent.slot_seconds, spent.busy_seconds), (3 * STEPS, STEPS))

    def test_a_pruned_trial_ends_where_it_is_told(self):
        method, _, spent = self.simulate([simulation.Job(0, 1, 0, STEPS)], prune_at=2)
        self.assertEqual((method.told, spent.steps), ([(0, 2, True)], 2))

    def test_divergence_is_told_after_the_step_in_which_it_shows(self):
        method, _, spent = self.simulate([simulation.Job(0, 5, 0, STEPS)])
        self.assertEqual((method.told, spent.steps), ([(0, "failed")], 2))

    def test_the_budget_ends_it_and_a_last_trial_is_finished_where_that_is_wanted(self):
        jobs = [simulation.Job(i, i + 10, 0, STEPS) for i in range(5)]
        self.assertEqual(self.simulate(list(jobs), budget=12)[2].steps, 12)
        method, _, spent = self.simulate(list(jobs), budget=12, trials=5, is_drained=True)
        self.assertEqual((spent.steps, len(method.told)), (5 * STEPS, 5))
        self.assertTrue(method.closed)
        self.assertLess(spent.busy_before_tail, spent.busy_seconds + 1e-9)

    def test_the_incumbent_is_the_best_of_those_that_came_furthest(self):
        trace = simulation.Trace(self.table)
        for point in ((40, 1, 0.9, 1, 1.0), (20, 1, 0.5, 2, 2.0), (40, 2, 0.8, 3, 3.0), (20, 2, 0.9, 4, 4.0), (1, STEPS, 0.7, 5, 5.0), (2, STEPS, 0.6, 6, 6.0)):
            trace.take(*point)
        full = self.table.full
        self.assertEqual([point[2] for point in trace.points], [full[40], full[20], full[40], full[1], full[2]])
        self.assertEqual([point[3] for point in trace.points], [math.inf] * 3 + [0.7, 0.6])


class Kept(WithTable):
    def setUp(self):
        super().setUp()
        self.tables, self.store = races.Tables(self.folder), races.Store(self.folder / "kept")
        self.race = races.Race("made-up:error", "random", 3, 2)
        self.digest = self.tables.digest("made-up:error")

    def result(self, race, curve=((1, 2.0, 0.5, math.inf), (9, 9.0, 0.4, 0.4))):
        return races.Result(race, "1", self.digest, 0.1, simulation.Spent(9, 9.0, 9.0, 1), list(curve))

    def test_what_is_added_is_read_again(self):
        limited = races.Race("made-up:error", "random", 3, 2, 50)
        for race in (self.race, limited):
            self.store.add(self.result(race))
        found = self.store.results("random", "1", self.tables)
        self.assertEqual(set(found), {self.race, limited})
        self.assertEqual((found[self.race].at(8), found[self.race].at(9)), ((0.5, math.inf), (0.4, 0.4)))
        self.assertEqual((found[self.race].reached(0.4), found[self.race].reached(0.3)), (9.0, math.inf))

    def test_another_version_another_table_and_a_line_cut_off_are_not_read(self):
        self.store.add(self.result(self.race))
        self.assertEqual(self.store.results("random", "2", self.tables), {})
        with open(self.store.path("random"), "a") as file:
            file.write("made-up:error,4,2,1")
        other = races.Race("made-up:error", "random", 5, 2)
        self.store.add(self.result(other))
        self.assertEqual(set(self.store.results("random", "1", self.tables)), {self.race, other})
        write_table(self.folder, count=30)
        self.assertEqual(self.store.results("random", "1", races.Tables(self.folder)), {})

    def test_interval_of_a_median(self):
        self.assertEqual(bench.median_interval(list(range(10))), (4.5, 1, 8))
        self.assertEqual(bench.median_interval([3.0]), (3.0, 3.0, 3.0))


@unittest.skipUnless(DRIVER, "SEARCH_DRIVER is not set")
class Driven(WithTable):
    options = {"folds": 1, "diverging": (5,)}

    def test_the_best_third_goes_on_from_where_it_stood(self):
        method = tuned_method.TunedMethod("tuned:random/asha", self.table, 1, DRIVER)
        self.addCleanup(method.end)
        jobs = []
        for _ in range(3):
            job = method.next()
            self.assertEqual((job.start, job.end), (0, 1))
            jobs.append(job)
            method.done(job, 1, float(job.key), False)
        again = method.next()
        self.assertEqual((again.key, again.row, again.start, again.end), (0, jobs[0].row, 1, 3))

    def test_a_race_is_the_same_again(self):
        def race():
            self.table.begin()
            method, trace = tuned_method.TunedMethod("tuned:tpe/hyperband", self.table, 4, DRIVER), simulation.Trace(self.table)
            spent = simulation.simulate(self.table, method, 20 * STEPS, [1.0], trace)
            method.end()
            return spent, trace.points

        self.assertEqual(race(), race())

    def test_a_hopeless_trial_is_told_to_end(self):
        with driver.Driver(DRIVER, SPACE, "random", pruner="median", fidelity={"low": 1, "high": STEPS}) as study:
            for number in range(6):
                trial = study.request({"next": True})["trial"]
                answers = [study.request({"report": trial, "step": step, "value": number + 1 / step}) for step in range(1, STEPS)]
                study.request({"reached": trial, "step": STEPS, "value": float(number)})
            self.assertNotIn("prune", answers[0] if number < 4 else {})
            trial = study.request({"next": True})["trial"]
            self.assertIn("median", study.request({"report": trial, "step": 1, "value": 100.0})["prune"])
            study.request({"pruned": trial, "step": 1, "value": 100.0})

    def test_errors_are_lines(self):
        with self.assertRaisesRegex(driver.DriverError, "no pruner"):
            driver.Driver(DRIVER, SPACE, "random", pruner="none such", fidelity={"low": 1, "high": 9})
        with driver.Driver(DRIVER, SPACE, "random", pruner="asha", fidelity={"low": 1, "high": 9}) as study:
            for wrong in ({"reached": 0, "step": 1, "value": 1}, {"ask": True}, {"report": 0}, {"folded": 0}):
                with self.assertRaises(driver.DriverError):
                    study.request(wrong)
            self.assertEqual(study.request({"next": True})["budget"], 1)

    def test_folds_are_all_run_or_pruned(self):
        write_table(self.folder, "folds", folds=10)
        table = curve_tables.Table("folds", "error", self.folder)
        every, row = folds.tuned(table, 1, DRIVER, 20, "none", {})
        table.begin()
        fewer, same = folds.tuned(table, 1, DRIVER, 20, "wilcoxon", {})
        self.assertEqual((every, row), (200, same))
        self.assertLess(fewer, 150)

    def test_a_run_leaves_a_report_and_the_second_runs_nothing(self):
        write_table(self.folder, "mlp-digits")
        command = [sys.executable, FOLDER / "run.py", "--driver", DRIVER, "--tables", self.folder, "--results", self.folder / "results",
                   "--processes", "1", "--seeds", "0", "--quick", "--peers", "random,tuned:random/asha,tuned:tpe/asha,tuned:random/asha@16",
                   "speed", "peers", "slots"]
        first = subprocess.run(command, capture_output=True, text=True)
        self.assertEqual(first.returncode, 0, first.stderr)
        result = json.loads((self.folder / "results/fidelity.json").read_text())
        self.assertEqual(result["failures"], [])
        self.assertEqual(set(result["goals"]), {"speed", "peers", "slots"})
        self.assertIn("**mlp-digits:error**", (self.folder / "results/fidelity.md").read_text())
        before = {path.name: path.read_bytes() for path in (self.folder / "results/fidelity").iterdir()}
        second = subprocess.run(command, capture_output=True, text=True)
        self.assertIn(" 0 to do", second.stderr)
        self.assertEqual({path.name: path.read_bytes() for path in (self.folder / "results/fidelity").iterdir()}, before)


@unittest.skipUnless(shutil.which("cc") and (PLUGINS / "mlp.so").exists(), "no C compiler, or mlp is not built")
class Recording(unittest.TestCase):
    def test_runs_are_recorded_and_gone_on_with(self):
        with tempfile.TemporaryDirectory() as folder:
            recorder = pathlib.Path(folder) / "record"
            subprocess.run(["cc", "-O1", "-I", ROOT / "sdk/include", FOLDER / "recorder/record.c", "-o", recorder, "-ldl"], check=True)
            command = [sys.executable, FOLDER / "record.py", "--recorder", recorder, "--plugins", PLUGINS, "--work", folder, "--limit", "2", "mlp-cancer"]
            for _ in range(2):
                subprocess.run(command, check=True, capture_output=True)
            lines = [line.split("\t") for line in (pathlib.Path(folder) / "mlp-cancer.runs").read_text().splitlines()]
            self.assertEqual([line[0] for line in lines], ["0", "1", "2", "3"])
            for line in lines:
                for seconds, error, loss in (map(float, step.split()) for step in line[2:]):
                    self.assertTrue(seconds >= 0 and (0 <= error <= 1 or math.isnan(error)))
            self.assertTrue(any(len(line) == 52 and line[1] == "0" for line in lines))


if __name__ == "__main__":
    unittest.main()
