"""Benchmarks/search by itself: TUNED_PLUGINS=build/plugins [SEARCH_DRIVER=path] python3 -m unittest Tests/Python/test_search_benchmark.py"""

import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Benchmarks/search"))

import catalogue
import charts
import curves
import driver
import fronts
import ranking
import runner
import spaces
import workers

FUNCTIONS = pathlib.Path(os.environ.get("TUNED_PLUGINS", ROOT / "build/plugins")).resolve() / "functions.so"
DRIVER = os.environ.get("SEARCH_DRIVER")


def random_points(objective, count):
    generator = random.Random(objective.name)
    return [spaces.draw(objective.space, lambda parameter: parameter.at(generator.random())) for _ in range(count)]


class Objectives(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.catalogue = catalogue.Catalogue(str(FUNCTIONS))

    def test_optimum_lies_where_it_is_said_to(self):
        for name in catalogue.names("synthetic") + catalogue.names("corner"):
            objective = self.catalogue[name]
            _, true = objective(objective.best_point)
            self.assertAlmostEqual(true, objective.optimum, delta=1e-6, msg=name)

    def test_nothing_is_below_the_optimum(self):
        for of in ("synthetic", "corner", "noisy", "wide", "tables"):
            for name in catalogue.names(of):
                objective = self.catalogue[name]
                lowest = min(objective(point)[1] for point in random_points(objective, 300))
                self.assertGreaterEqual(lowest, objective.optimum - 1e-9, name)

    def test_only_noise_parts_what_is_seen_from_what_is_true(self):
        for name in catalogue.names("synthetic") + catalogue.names("noisy"):
            objective = self.catalogue[name]
            seen, true = objective(random_points(objective, 1)[0])
            self.assertEqual(seen != true, "noisy" in name, name)
            self.assertEqual((seen, true), objective(random_points(objective, 1)[0]), name)

    def test_optimum_of_a_shifted_copy_is_near_a_corner_and_within_bounds(self):
        for name in catalogue.names("corner"):
            objective = self.catalogue[name]
            for parameter, value, by in zip(objective.space, objective.best_point, objective.shift):
                if by:
                    place = parameter.place(value)
                    self.assertTrue(0.029 < min(place, 1 - place) < 0.121, (name, parameter.name, place))

    def test_five_of_a_hundred_matter(self):
        for name in catalogue.names("wide"):
            objective = self.catalogue[name]
            first, second = random_points(objective, 2)
            self.assertEqual(len(first), 100)
            mixed = [a if i in objective.places else b for i, (a, b) in enumerate(zip(first, second))]
            self.assertEqual(objective(first), objective(mixed), name)

    def test_a_point_of_a_conditional_space_holds_what_is_active(self):
        for name in catalogue.names("conditional"):
            objective = self.catalogue[name]
            for point in random_points(objective, 200):
                values = {p.name: x for p, x in zip(objective.space, point) if x is not None}
                for parameter, value in zip(objective.space, point):
                    self.assertEqual(value is not None, parameter.is_active(values), (name, parameter.name))
                self.assertGreaterEqual(objective(point)[0], objective.optimum, name)

    def test_hypervolume_against_counting(self):
        generator = random.Random(7)
        for objectives in (2, 3):
            points = [[generator.random() for _ in range(objectives)] for _ in range(12)]
            drawn = [[generator.random() for _ in range(objectives)] for _ in range(20_000)]
            share = sum(any(all(a <= b for a, b in zip(point, place)) for point in points) for place in drawn) / len(drawn)
            self.assertAlmostEqual(fronts.hypervolume(points, (1.0,) * objectives), share, delta=0.015)

    def test_nothing_is_beyond_the_true_front(self):
        for name in catalogue.names("fronts"):
            objective = self.catalogue[name]
            found = fronts.Follower(objective)
            for point in random_points(objective, 300):
                found(point)
            self.assertEqual(len(found.curve), 300, name)
            self.assertEqual(found.curve, sorted(found.curve, reverse=True), name)
            # Of a sphere the sample is coarse.
            raw = fronts.hypervolume(found.front, objective.reference)
            self.assertLess(raw, objective.most, name)

    def test_tables_are_read_at_the_nearest_value(self):
        table = self.catalogue["tab:svm_digits"]
        self.assertEqual(table.optimum, 0.024286)
        kernel = float(table.space[2].choices.index("linear"))
        self.assertEqual(table([0.0012, 1.1e-6, kernel])[0], table([0.001, 1e-6, kernel])[0])
        self.assertEqual(table([0.001, 1e-6, kernel])[0], 0.138571)

    def test_values_are_within_bounds_to_the_ends(self):
        for parameter in (spaces.Parameter("n", "int", 1, 8), spaces.Parameter("u", "int", 8, 1024, True), spaces.Parameter("x", "float", 1e-6, 1, True)):
            self.assertAlmostEqual(parameter.at(0.0), parameter.low)
            self.assertAlmostEqual(parameter.at(1.0), parameter.high)
        self.assertEqual(spaces.Parameter("c", "categorical", choices=("a", "b")).at(1.0), 1.0)


class Resuming(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.store = curves.Store(self.folder.name)
        self.said = []
        self.runner = runner.Runner(str(FUNCTIONS), None, 1, say=self.said.append)

    def test_what_is_there_is_not_run_again(self):
        jobs = [curves.Job("branin", "random", seed, 5) for seed in (0, 1)]
        self.runner.run(self.store, jobs[:1])
        before = self.store.path("random").read_text()
        self.runner.run(self.store, jobs)
        after = self.store.path("random").read_text()
        self.assertTrue(after.startswith(before))
        self.assertEqual(self.runner.missing(self.store, jobs), [])
        runs = self.store.runs("random")
        self.assertEqual(set(runs), set(jobs))
        for run in runs.values():
            self.assertEqual(run.curve, sorted(run.curve, reverse=True))

    def test_a_failure_is_told_and_the_rest_goes_on(self):
        jobs = [curves.Job("no such", "random", 0, 5), curves.Job("branin", "random", 0, 5)]
        self.runner.run(self.store, jobs)
        self.assertEqual([failure["objective"] for failure in self.runner.failures], ["no such"])
        self.assertEqual(set(self.store.runs("random")), {jobs[1]})

    def test_a_line_that_was_cut_off_is_not_read_and_the_next_stands_alone(self):
        job = curves.Job("branin", "random", 0, 3)
        self.store.add(curves.Run(job, "1", 0.1, 0.1, [3.0, 2.0, 1.0]))
        with open(self.store.path("random"), "a") as file:
            file.write("branin,1,3,1,0.1,0.1,3 2")
        self.store.add(curves.Run(curves.Job("branin", "random", 2, 3), "1", 0.1, 0.1, [3.0, 2.0, 1.0]))
        self.assertEqual({job.seed for job in self.store.runs("random")}, {0, 2})

    def test_another_version_is_run_anew(self):
        job = curves.Job("branin", "random", 0, 1)
        self.store.add(curves.Run(job, "0", 0.1, 0.1, [3.0]))
        self.assertEqual(self.runner.missing(self.store, [job]), [job])

    def test_curve_follows_what_was_seen_and_counts_what_is_true(self):
        class Objective:
            optimum = 0.0
            answers = iter([(5.0, 4.0), (3.0, 6.0), (4.0, 0.0), (float("nan"), 0.0)])
            def __call__(self, point):
                return next(self.answers)

        incumbent = curves.Incumbent(Objective())
        for _ in range(4):
            incumbent([])
        self.assertEqual(curves.full(incumbent.curve, 6), [4.0, 6.0, 6.0, 6.0, 6.0, 6.0])


def made_up(curves_by_peer):
    """One curve an objective and seed: {peer: {objective: [curve of seed 0, ...]}}."""
    return ranking.Results([
        curves.Run(curves.Job(objective, peer, seed, len(curve)), "1", 0, 0, curve)
        for peer, by_objective in curves_by_peer.items() for objective, all_curves in by_objective.items()
        for seed, curve in enumerate(all_curves)])


class Ranking(unittest.TestCase):
    def test_ties_share_their_ranks(self):
        self.assertEqual(ranking.ranks([3.0, 1.0, 1.0, 2.0]), [4.0, 1.5, 1.5, 3.0])

    def test_mean_rank_of_the_medians(self):
        results = made_up({
            "good": {"a": [[9, 1], [9, 2], [9, 100]], "b": [[9, 1e-7]] * 3},
            "bad": {"a": [[9, 3], [9, 4], [9, 5]], "b": [[9, 1e-9]] * 3, "c": [[9, 1]]},
        })
        table = ranking.mean_ranks(results, ["a", "b", "c"], ["bad", "good"], 2)
        self.assertEqual(table["objectives"], ["a", "b"])
        self.assertEqual([(row["peer"], row["mean_rank"]) for row in table["rows"]], [("good", 1.25), ("bad", 1.75)])
        self.assertEqual(table["rows"][1]["behind"], 0.5)
        self.assertIsNone(ranking.mean_ranks(results, ["a"], ["bad", "good"], 3))

    def test_only_seeds_that_all_have_count(self):
        results = made_up({"one": {"a": [[5], [1], [1]]}, "other": {"a": [[4]]}})
        self.assertEqual(ranking.mean_ranks(results, ["a"], ["one", "other"], 1)["rows"][0]["peer"], "other")

    def test_a_tie_is_half_a_win(self):
        results = made_up({"one": {"a": [[1], [2], [1e-8], [1]]}, "other": {"a": [[2], [1], [1e-7]]}})
        won = ranking.wins(results, ["a"], "one", "other", 1)
        self.assertEqual((won["share"], won["pairs"]), (0.5, 3))

    def test_interval_of_wilson(self):
        low, high = ranking.wilson(0.8, 10)
        self.assertAlmostEqual(low, 0.4902, places=4)
        self.assertAlmostEqual(high, 0.9433, places=4)

    def test_the_run_with_the_budget_asked_for_is_preferred(self):
        runs = [curves.Run(curves.Job("a", "p", 0, n), "1", 0, 0, [float(n)] * n) for n in (2, 3, 4)]
        self.assertEqual(ranking.Results(runs, 3).regrets("a", "p", 1), {0: 3.0})
        self.assertEqual(ranking.Results(runs).regrets("a", "p", 1), {0: 2.0})
        self.assertEqual(ranking.Results(runs, 3).regrets("a", "p", 4), {0: 4.0})

    def test_targets_reached(self):
        self.assertEqual(ranking.targets_reached([[1e-9, 1e-9]], 2), 1.0)
        self.assertEqual(ranking.targets_reached([[1e9, 1e-9]], 2), 0.5)
        self.assertEqual(ranking.targets_reached([[1e9, 1e9]], 2), 0.0)


class Workers(unittest.TestCase):
    def test_as_many_as_there_are_workers_are_out_and_each_is_told_once(self):
        class Study:
            out, most, asked, told = set(), 0, 0, []
            def ask(self):
                self.out.add(self.asked)
                self.most = max(self.most, len(self.out))
                self.asked += 1
                return self.asked - 1, [float(self.asked - 1)]
            def tell(self, trial, value):
                self.out.remove(trial)
                self.told.append(trial)

        study = Study()
        workers.simulate(study, 4, 20, 1, lambda point: point[0])
        self.assertEqual((study.most, study.asked), (4, 20))
        self.assertEqual(sorted(study.told), list(range(20)))
        self.assertNotEqual(study.told, list(range(20)))


class Charts(unittest.TestCase):
    def test_every_line_is_drawn_within_the_frame_and_named(self):
        series = {f"peer <{i}>": [(n, i / 100 + 1 / n) for n in range(1, 50)] for i in range(8)}
        root = xml.etree.ElementTree.fromstring(charts.lines("A & B", "trials", "rank", series))
        texts = ["".join(node.itertext()) for node in root.iter("{http://www.w3.org/2000/svg}text")]
        for name in ("A & B", *series):
            self.assertIn(name, texts)
        lines = list(root.iter("{http://www.w3.org/2000/svg}polyline"))
        self.assertEqual(len(lines), 2 * len(series))
        for line in lines:
            for place in line.get("points").split():
                x, y = map(float, place.split(","))
                self.assertTrue(0 <= x <= charts.WIDTH and charts.TOP <= y <= charts.HEIGHT - charts.BOTTOM + 1, place)

    def test_names_do_not_cover_each_other(self):
        places = charts.spread([(charts.HEIGHT - charts.BOTTOM, str(i)) for i in range(9)])
        heights = sorted(places.values())
        self.assertTrue(all(b - a >= charts.LEAST_GAP - 1e-9 for a, b in zip(heights, heights[1:])), heights)
        self.assertLessEqual(heights[-1], charts.HEIGHT - charts.BOTTOM)

    def test_ticks_are_round(self):
        self.assertEqual(charts.ticks(0, 100), [0, 20, 40, 60, 80, 100])
        self.assertEqual(charts.ticks(-3, 1, 4), [-3, -2, -1, 0, 1])


@unittest.skipUnless(DRIVER, "SEARCH_DRIVER is not set")
class Driver(unittest.TestCase):
    SPACE = [spaces.Parameter("x", "float", 1e-3, 1, True), spaces.Parameter("n", "int", 1, 4), spaces.Parameter("k", "categorical", choices=("a", "b"))]

    def test_several_are_out_and_told_in_any_order(self):
        with driver.Driver(DRIVER, self.SPACE, "tpe", seed=1) as study:
            asked = [study.ask() for _ in range(3)]
            self.assertEqual([trial for trial, _, _ in asked], [0, 1, 2])
            for trial, point, _ in reversed(asked):
                self.assertTrue(1e-3 <= point[0] <= 1 and point[1] in (1, 2, 3, 4) and point[2] in (0, 1))
                study.tell(trial, float("nan") if trial == 1 else point[0])
            study.add([0.5, 2.0, 1.0], 0.1)
            self.assertEqual(study.ask()[0], 4)
            self.assertGreater(study.memory(), 0)

    def test_the_same_seed_asks_for_the_same(self):
        def points():
            with driver.Driver(DRIVER, self.SPACE, "random", seed=5) as study:
                return [study.ask()[1] for _ in range(5)]

        self.assertEqual(points(), points())

    def test_failures_reports_and_pruned_trials_are_taken(self):
        with driver.Driver(DRIVER, self.SPACE, "tpe") as study:
            trials = [study.ask()[0] for _ in range(3)]
            study.request({"report": trials[0], "step": 1, "value": 0.5})
            study.request({"tell": trials[0], "pruned": {"step": 1, "value": 0.5}})
            study.request({"tell": trials[1], "failed": True})
            study.request({"tell": trials[2], "cancelled": True})
            self.assertIn("explanation", study.request({"explain": True}))

    def test_an_exhausted_space_is_told(self):
        with driver.Driver(DRIVER, self.SPACE[2:], "grid") as study:
            for _ in range(2):
                study.tell(study.ask()[0], 1.0)
            self.assertIsNone(study.ask())

    def test_errors_are_lines_and_the_run_goes_on(self):
        with self.assertRaisesRegex(driver.DriverError, "no sampler"):
            driver.Driver(DRIVER, self.SPACE, "none such")
        with driver.Driver(DRIVER, self.SPACE, "random") as study:
            for wrong in ({"tell": 0, "values": [1]}, {"bogus": 1}, {"add": {"y": 1}, "values": [1]}):
                with self.assertRaises(driver.DriverError):
                    study.request(wrong)
            trial, _, _ = study.ask()
            with self.assertRaises(driver.DriverError):
                study.request({"tell": trial, "values": [1, 2]})
            study.tell(trial, 1.0)

    def test_a_run_leaves_a_report_and_the_second_runs_nothing(self):
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, ROOT / "Benchmarks/search/run.py", "--driver", DRIVER, "--functions", FUNCTIONS, "--results", folder,
                       "--processes", "1", "--peers", "random,tuned:auto,tuned:auto@8", "--objectives", "hartmann6,corner:branin,tab:svm_digits",
                       "--seeds", "0", "--quick", "quality", "parallel"]
            first = subprocess.run(command, capture_output=True, text=True)
            self.assertEqual(first.returncode, 0, first.stderr)
            result = json.loads((pathlib.Path(folder) / "search.json").read_text())
            self.assertEqual(set(result["goals"]), {"quality", "parallel"})
            self.assertEqual(result["failures"], [])
            lead = result["goals"]["quality"][0]
            self.assertEqual(lead["met"], lead["value"] >= 0.5)
            self.assertIn("**Runs that auto wins", (pathlib.Path(folder) / "search.md").read_text())
            curves_before = {path.name: path.read_bytes() for path in (pathlib.Path(folder) / "search").iterdir()}
            second = subprocess.run(command, capture_output=True, text=True)
            self.assertIn(" 0 to do", second.stderr)
            self.assertEqual({path.name: path.read_bytes() for path in (pathlib.Path(folder) / "search").iterdir()}, curves_before)


if __name__ == "__main__":
    unittest.main()
