"""sdk/python/tuned.py against a real daemon: TUNED_BIN=path/to/tuned python3 -m unittest Tests/Python/test_tuned.py

Each class starts a daemon in a home of its own and ends it; one class speaks to a false daemon, for what a real one does rarely.
"""

import importlib.util
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2] / "sdk/python/tuned.py"
_specification = importlib.util.spec_from_file_location("tuned", SOURCE)
tuned = importlib.util.module_from_spec(_specification)
_specification.loader.exec_module(tuned)

SPACE = {"x": {"type": "float", "low": -5, "high": 5}, "kind": {"type": "categorical", "choices": ["a", "b"]},
         "n": {"type": "int", "low": 1, "high": 8, "when": {"kind": ["b"]}}}
LOSS = [{"metric": "loss", "goal": "minimize"}]


class Home:
    """A data directory with environment variables that lead to it."""

    def __init__(self):
        self.path = tempfile.mkdtemp(prefix="tuned-test-")
        self.kept = {name: os.environ.pop(name, None) for name in ("TUNED_HOME", "XDG_DATA_HOME", "HOME")}
        os.environ["HOME"] = self.path

    @property
    def data(self):
        return f"{self.path}/.local/share/tuned-hpo"

    def end_daemon(self, signal_number=signal.SIGTERM):
        try:
            with open(f"{self.data}/lock", encoding="ascii") as file:
                process = int(file.read().strip() or 0)
            os.kill(process, signal_number)
            while os.path.exists(f"/proc/{process}"):
                time.sleep(0.01)
        except (FileNotFoundError, ProcessLookupError, ValueError):
            pass

    def remove(self):
        self.end_daemon()
        for name, value in self.kept.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        shutil.rmtree(self.path)


class DaemonCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not os.access(os.environ.get("TUNED_BIN", ""), os.X_OK):
            raise RuntimeError("set TUNED_BIN to the command tuned")
        cls.home = Home()
        cls.addClassCleanup(cls.home.remove)

    def assertCode(self, code, body, *words):
        with self.assertRaises(tuned.Error) as caught:
            body()
        self.assertEqual(caught.exception.code, code, caught.exception)
        for word in words:
            self.assertIn(word, str(caught.exception))


class AskAndTell(DaemonCase):
    def test_told_trials_are_complete(self):
        study = tuned.create("told", SPACE, objectives=LOSS, seed=7, title="ask and tell")
        for number in range(20):
            trial = study.ask()
            self.assertEqual(trial.number, number)
            self.assertEqual("n" in trial.params, trial.params["kind"] == "b")
            trial.tell(trial.params["x"] ** 2)
            self.assertEqual((trial.state, trial.value), ("complete", trial.params["x"] ** 2))
        trials = list(tuned.study("told").trials())
        self.assertEqual([trial.number for trial in trials], list(range(20)))
        self.assertEqual(study.best.value, min(trial.value for trial in trials))
        self.assertEqual(next(study.trials(sort="value")).params, study.best.params)
        self.assertEqual(study.describe()["title"], "ask and tell")

    def test_the_same_seed_asks_the_same(self):
        asked = []
        for name in ("seed-1", "seed-2"):
            study = tuned.create(name, SPACE, sampler="random", seed=2**63)
            asked.append([study.ask().params for _ in range(5)])
        self.assertEqual(asked[0], asked[1])

    def test_several_objectives(self):
        study = tuned.create("several", SPACE, objectives=["f1", {"metric": "f2", "goal": "maximize"}], sampler="random")
        study.ask().tell({"f2": 2, "f1": 1})
        study.ask().tell([3, 4.5])
        self.assertEqual([trial.values for trial in study.trials()], [[1, 2], [3, 4.5]])
        trial = study.ask()
        self.assertCode("invalid", lambda: trial.tell(1), "f1, f2")
        self.assertCode("invalid", lambda: trial.tell({"f1": 1}), "f1, f2")
        self.assertCode("invalid", lambda: trial.tell({"f1": 1, "f2": 2, "f3": 3}), "f3")
        self.assertEqual(trial.state, "running")

    def test_failures_have_a_reason(self):
        study = tuned.create("failures", SPACE)
        study.ask().fail("diverged")
        with self.assertRaises(ZeroDivisionError):
            with study.ask() as trial:
                trial.tell(1 / 0)
        with study.ask():
            pass
        failures = [trial.failure for trial in study.trials(state="failed")]
        self.assertEqual(failures[0], "diverged")
        self.assertIn("ZeroDivisionError: ", failures[1])
        self.assertIn("without a result", failures[2])
        self.assertIsNone(study.best)

    def test_threads_get_trials_of_their_own(self):
        study = tuned.create("threads", SPACE, sampler="random")
        numbers = [[] for _ in range(6)]

        def work(mine):
            for _ in range(25):
                with study.ask() as trial:
                    mine.append(trial.number)
                    trial.tell(trial.params["x"])

        workers = [threading.Thread(target=work, args=(mine,)) for mine in numbers]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        self.assertEqual(sorted(sum(numbers, [])), list(range(150)))
        self.assertEqual(study.describe()["counts"]["complete"], 150)

    def test_a_child_process_has_a_connection_of_its_own(self):
        study = tuned.create("forked", SPACE)
        study.ask().tell(1)
        children = []
        for _ in range(3):
            child = os.fork()
            if child == 0:
                for _ in range(5):
                    study.ask().tell(2)
                os._exit(0)
            children.append(child)
        study.ask().tell(3)
        for child in children:
            self.assertEqual(os.waitpid(child, 0)[1], 0)
        self.assertEqual(study.describe()["counts"]["complete"], 17)

    def test_control(self):
        with tuned.create("control", SPACE, trials=2) as study:
            study.enqueue(x=0.25, kind="a")
            trial = study.ask()
            self.assertEqual(trial.params, {"x": 0.25, "kind": "a"})
            study.pause()
            self.assertEqual(study.state, "paused")
            self.assertCode("conflict", study.ask, "paused")
            study.resume(trials=3)
            trial.tell(0)
            study.ask().tell(0)
            study.stop()
            self.assertEqual(study.state, "stopped")
            study.delete()
            self.assertCode("notFound", study.describe)


class Optimize(DaemonCase):
    def test_until_the_study_has_its_trials(self):
        study = tuned.create("parabola", {"x": SPACE["x"]}, trials=60, sampler="tpe", seed=1)
        best = study.optimize(lambda trial: (trial.params["x"] - 1) ** 2, threads=4)
        self.assertLess(best.value, 0.1)
        self.assertEqual(study.state, "completed")
        self.assertEqual(study.describe()["counts"]["complete"], 60)

    def test_so_many_times(self):
        study = tuned.create("ten", SPACE)
        study.optimize(lambda trial: {"value": trial.params["x"]}, trials=10, threads=3)
        self.assertEqual(study.describe()["counts"]["total"], 10)
        self.assertEqual(study.state, "running")

    def test_exceptions(self):
        study = tuned.create("exceptions", SPACE)

        def objective(trial):
            if trial.number % 2:
                raise ValueError(f"odd {trial.number}")
            if trial.number == 6:
                raise KeyError("six")
            return 0

        with self.assertRaises(KeyError):
            study.optimize(objective, trials=100, catch=(ValueError,))
        counts = study.describe()["counts"]
        self.assertEqual((counts["complete"], counts["failed"], counts["running"]), (3, 4, 0))

    def test_a_study_that_ends_under_way(self):
        study = tuned.create("ended", SPACE)

        def objective(trial):
            if trial.number == 3:
                study.stop()
            return 1

        self.assertEqual(study.optimize(objective, trials=10).value, 1)
        self.assertEqual(study.describe()["counts"]["complete"], 3)


class Following(DaemonCase):
    def test_from_the_start_to_the_end(self):
        study = tuned.create("history", SPACE, trials=5)
        study.optimize(lambda trial: trial.number)
        events = list(study.follow(after=0, until_settled=True))
        self.assertEqual(events[0]["type"], "study_created")
        ended = [event for event in events if event["type"] == "trial_ended"]
        self.assertEqual([event["values"] for event in ended], [[0], [1], [2], [3], [4]])
        sequences = [event["sequence"] for event in events]
        self.assertEqual(sequences, sorted(set(sequences)))
        middle = sequences[len(sequences) // 2]
        rest = list(study.follow(after=middle, until_settled=True))
        self.assertEqual([event["sequence"] for event in rest], [number for number in sequences if number > middle])
        chosen = list(study.follow(after=0, types=["trial_ended"], until_settled=True))
        self.assertEqual(chosen, ended)

    def test_live(self):
        study = tuned.create("live", SPACE)
        study.ask().tell(0)
        seen = []

        def follow():
            for event in study.follow(types=["trial_ended"]):
                seen.append(event["trial"])
                if len(seen) == 3:
                    return

        follower = threading.Thread(target=follow)
        follower.start()
        while study.daemon.status()["followers"] == 0:
            time.sleep(0.01)
        for _ in range(3):
            study.ask().tell(1)
        follower.join(20)
        self.assertEqual(seen, [1, 2, 3])

    def test_goes_on_after_the_daemon_was_killed(self):
        study = tuned.create("restart", SPACE)
        events = study.follow(after=0, types=["trial_ended"])
        for _ in range(3):
            study.ask().tell(0)
        seen = [next(events)["trial"] for _ in range(3)]
        self.home.end_daemon(signal.SIGKILL)
        for _ in range(3):
            study.ask().tell(0)  # starts the daemon again
        seen += [next(events)["trial"] for _ in range(3)]
        self.assertEqual(seen, list(range(6)))

    def test_a_study_that_is_deleted(self):
        study = tuned.create("deleted", SPACE)
        study.ask().tell(0)
        events = study.follow(after=0)
        self.assertEqual(next(events)["type"], "study_created")
        study.delete()
        self.assertLess(len(list(events)), 10)


class Refusals(DaemonCase):
    def test_unknown_study(self):
        self.assertCode("notFound", lambda: tuned.study("nowhere"), "nowhere")
        self.assertCode("invalid", lambda: tuned.study(".."))
        self.assertCode("invalid", lambda: tuned.study("a/b?c"))

    def test_names_and_spaces(self):
        tuned.create("taken", SPACE)
        self.assertCode("exists", lambda: tuned.create("taken", SPACE), "taken")
        self.assertCode("invalid", lambda: tuned.create("No Name", SPACE), "study")
        self.assertCode("invalid", lambda: tuned.create("bad", {"x": {"type": "float", "low": 2, "high": 1}}), "space")
        self.assertCode("invalid", lambda: tuned.create("bad", SPACE, smapler="tpe"), "smapler")
        self.assertCode("invalid", lambda: tuned.create("bad", SPACE, seed=object()), "JSON")
        self.assertCode("notFound", lambda: tuned.create("bad", plugin="svn"), "svn")

    def test_told_twice(self):
        study = tuned.create("twice", SPACE)
        trial = study.ask()
        trial.tell(1)
        self.assertCode("conflict", lambda: trial.tell(2), "ended")
        self.assertCode("conflict", lambda: trial.fail("no"))
        self.assertEqual(study.best.value, 1)

    def test_no_numbers(self):
        study = tuned.create("numbers", SPACE)
        trial = study.ask()
        for value in (float("nan"), float("inf"), "a", None, []):
            self.assertCode("invalid", lambda value=value: trial.tell(value))
        self.assertCode("invalid", lambda: trial.report(1, float("nan")))
        trial.tell("0.5")
        self.assertEqual(trial.value, 0.5)

    def test_no_daemon(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertCode("unreachable", tuned.connect(folder, start=False).status, folder)
            command, os.environ["TUNED_BIN"] = os.environ["TUNED_BIN"], "/nowhere/tuned"
            try:
                self.assertCode("unreachable", tuned.connect(folder).status, "/nowhere/tuned")
            finally:
                os.environ["TUNED_BIN"] = command

    def test_what_connect_is_given(self):
        self.assertCode("invalid", lambda: tuned.connect(port=7))
        self.assertCode("invalid", lambda: tuned.connect(host="localhost", port=7), "token")
        self.assertCode("invalid", lambda: tuned.connect(host="localhost", port=7, token_file="/nowhere"), "/nowhere")
        self.assertCode("unreachable", tuned.connect(host="127.0.0.1", port=1, token="x" * 32).status)

    def test_a_home_whose_path_is_too_long_for_a_socket(self):
        home = f"{self.home.path}/{'x' * 120}"
        daemon = tuned.connect(home)
        self.addCleanup(subprocess.run, [os.environ["TUNED_BIN"], "serve", "--stop"], env={**os.environ, "TUNED_HOME": home},
                        stdout=subprocess.DEVNULL)
        self.assertEqual(daemon.status()["directory"], home)

    def test_as_a_program(self):
        run = subprocess.run([sys.executable, str(SOURCE), "--help"], capture_output=True, text=True, check=True)
        self.assertIn("study.ask()", run.stdout)
        tuned.connect().status()
        run = subprocess.run([sys.executable, str(SOURCE), "--status"], capture_output=True, text=True, check=True)
        self.assertIn("last_sequence", json.loads(run.stdout)["storage"])
        run = subprocess.run([sys.executable, str(SOURCE), "--status", "--home", "/nowhere"], capture_output=True, text=True)
        self.assertEqual(run.returncode, 5)


class OverTCP(DaemonCase):
    def test_with_its_token(self):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        os.makedirs(self.home.data, mode=0o700)
        token_file = f"{self.home.data}/token"
        with open(os.open(token_file, os.O_CREAT | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
            file.write("s" * 40 + "\n")
        with open(f"{self.home.data}/config.yaml", "w", encoding="ascii") as file:
            file.write(f"listen: {{host: 127.0.0.1, port: {port}, token_file: {token_file}}}\n")
        tuned.create("remote", SPACE)
        study = tuned.connect(host="127.0.0.1", port=port, token_file=token_file).study("remote")
        study.ask().tell(3)
        self.assertEqual(study.best.value, 3)
        self.assertEqual(next(study.follow(after=0))["type"], "study_created")
        self.assertCode("unauthorized", tuned.connect(host="127.0.0.1", port=port, token="t" * 40).status)


class Reports(DaemonCase):
    def test_reports(self):
        study = tuned.create("reports", SPACE)
        document = study.daemon.request("GET", "/v1/openapi.json")
        if "/v1/studies/{slug}/trials/{number}/reports" not in document["paths"]:
            self.skipTest("this daemon takes no reports from outside")
        trial = study.ask()
        for step in range(3):
            self.assertFalse(trial.report(step, 1 / (step + 1)))
        self.assertCode("invalid", lambda: trial.report(4, 1, metric="nonesuch"))
        trial.tell(0.2)
        self.assertCode("conflict", lambda: trial.report(5, 1))
        study.stop()
        reported = list(study.follow(after=0, types=["reported"], until_settled=True))
        self.assertEqual([(event["step"], event["value"]) for event in reported], [(0, 1), (1, 1 / 2), (2, 1 / 3)])


class FalseDaemon(unittest.TestCase):
    """Answers what it is told to, one connection after another."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="tuned-test-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(f"{self.folder}/daemon.sock")
        self.listener.listen()
        self.addCleanup(self.listener.close)
        self.daemon = tuned.connect(self.folder, start=False)
        self.study = tuned.Study(self.daemon, {"study": "s", "objectives": [{"name": "loss", "goal": "minimize"}]})

    def serve(self, *answers):
        """Each answer is for one connection: the bytes of a reply, after one request. Returns the requests."""
        requests = []

        def work():
            for answer in answers:
                connection, _ = self.listener.accept()
                with connection:
                    requests.append(self.request(connection))
                    connection.sendall(answer)

        thread = threading.Thread(target=work)
        thread.start()
        self.addCleanup(thread.join)
        return requests

    @staticmethod
    def request(connection):
        text = b""
        while b"\r\n\r\n" not in text:
            text += connection.recv(65536)
        fields = [line.partition(b": ") for line in text.partition(b"\r\n\r\n")[0].split(b"\r\n")]
        length = next((int(value) for name, _, value in fields if name.lower() == b"content-length"), 0)
        while len(text.partition(b"\r\n\r\n")[2]) < length:
            text += connection.recv(65536)
        return text

    @staticmethod
    def reply(status, body, content_type="application/json"):
        return (f"HTTP/1.1 {status} X\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n"
                f"Connection: close\r\n\r\n{body}").encode()

    def test_reports_say_when_to_stop(self):
        trial = tuned.Trial(self.study, {"number": 4, "configuration": {}, "state": "running"})
        requests = self.serve(self.reply(200, '{"stop": false}'), self.reply(200, '{"stop": true}'))
        self.assertFalse(trial.report(1, 0.5))
        self.assertFalse(trial.should_stop)
        self.assertTrue(trial.report(2, 0.25, metric="error"))
        self.assertTrue(trial.should_stop)
        self.assertTrue(requests[0].startswith(b"POST /v1/studies/s/trials/4/reports "))
        self.assertEqual(json.loads(requests[0].split(b"\r\n\r\n")[1]), {"metric": "loss", "step": 1, "value": 0.5})
        self.assertEqual(json.loads(requests[1].split(b"\r\n\r\n")[1]), {"metric": "error", "step": 2, "value": 0.25})

    def test_a_broken_stream_goes_on_where_it_was(self):
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\nretry: 1000\n\n"
        first = head + b': heartbeat\n\nid: 5\nevent: noted\ndata: {"sequence": 5,\ndata: "text": "a"}\n\nid: 6\nevent: noted\ndata: {"seq'
        second = head + b'event: overflow\ndata: {"after":5}\n\nid: 6\r\nevent: noted\r\ndata: {"sequence": 6}\r\n\r\nevent: end\ndata: {}\n\n'
        requests = self.serve(first, second)
        events = list(self.study.follow(after=3))
        self.assertEqual(events, [{"sequence": 5, "text": "a"}, {"sequence": 6}])
        self.assertIn(b"Last-Event-ID: 3\r\n", requests[0])
        self.assertIn(b"Last-Event-ID: 5\r\n", requests[1])

    def test_patience_ends(self):
        self.listener.close()
        os.unlink(f"{self.folder}/daemon.sock")
        with self.assertRaises(tuned.Error) as caught:
            list(self.study.follow(after=3, patience=0.1))
        self.assertEqual(caught.exception.code, "unreachable")
        self.assertIn("after number 3", caught.exception.message)

    def test_answers_without_sense(self):
        self.serve(b"", b"SSH-2.0\r\n", self.reply(200, "<html>"), self.reply(500, "[]"),
                   self.reply(507, '{"error": {"code": "storage", "message": "full", "underlying": "ENOSPC"}}'))
        for code in ("unreachable", "unreachable", "protocol", "http-500", "storage"):
            with self.assertRaises(tuned.Error) as caught:
                self.daemon.status()
            self.assertEqual(caught.exception.code, code)
        self.assertEqual(caught.exception.underlying, "ENOSPC")


if __name__ == "__main__":
    unittest.main()
