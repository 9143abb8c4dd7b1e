"""What is measured, each subject by one function, with the goals that the project has set itself."""
import json
import os
import statistics
import subprocess
import time

from daemon import Daemon
from figures import Comparison, Measurement, Subject, at_least, at_most

PEERS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers.py")
SLOTS = 2


class Bench:
    """Where everything is: the commands under test, the peers' Python, the plugins, a folder on the disk to be measured."""
    def __init__(self, bin_folder, python, plugins, work):
        self.tuned = bin_folder / "tuned"
        self.python, self.plugins, self.work = python, plugins, work

    def peer(self, case):
        done = subprocess.run([self.python, PEERS, case], stdout=subprocess.PIPE, text=True, check=True,
                              env={**os.environ, "TMPDIR": str(self.work)})
        return json.loads(done.stdout)["value"]

    def peers(self, unit, *cases):
        return [Measurement(case, unit, lambda case=case: self.peer(case)) for case in cases]

    def daemon(self, configuration=""):
        return Daemon(self.tuned, self.work, configuration)

    def trials_per_second(self, trainable, trials, sampler, isolation="worker"):
        with self.daemon("inprocess: true\n" if isolation == "inprocess" else "") as daemon:
            daemon.command("load", self.plugins / "noop.so")
            if isolation == "inprocess":
                daemon.command("check", self.plugins / "noop.so", "--trainable", trainable)
            result = daemon.command("run", "noop", "--trainable", trainable, "--trials", trials, "--parallel", SLOTS,
                                    "--sampler", sampler, "--isolation", isolation)
            if result["trials"] != trials:
                raise RuntimeError(f"{result['trials']} of {trials} trials were run")
            return result["trials_per_second"]


def throughput(bench):
    random_search, parzen = "no-op trials, random search", "no-op trials, Parzen, 10 parameters"
    return Subject(
        "throughput", f"tuned run noop --trainable noop --trials 20000 --parallel {SLOTS} --sampler random",
        [
            Measurement("tuned-random", "trials/s", lambda: bench.trials_per_second("noop", 20000, "random")),
            Measurement("tuned-tpe", "trials/s", lambda: bench.trials_per_second("noop10", 1000, "tpe")),
            *bench.peers("trials/s", "optuna-sqlite-random", "rustuna-sqlite-random"),
            *bench.peers("trials/s", "optuna-sqlite-tpe", "rustuna-sqlite-tpe"),
        ],
        [
            Comparison(random_search, "tuned-random", goal=at_least(5000)),
            Comparison(random_search, "tuned-random", "optuna-sqlite-random", at_least(100, of_ratio=True)),
            Comparison(random_search, "tuned-random", "rustuna-sqlite-random", at_least(10, of_ratio=True)),
            Comparison(parzen, "tuned-tpe", goal=at_least(2000)),
            Comparison(parzen, "tuned-tpe", "optuna-sqlite-tpe"),
            Comparison(parzen, "tuned-tpe", "rustuna-sqlite-tpe"),
        ])


def inprocess(bench):
    def without_storage():
        done = subprocess.run([bench.tuned, "bench-batch", bench.plugins / "noop.so", "--trials", "1000000", "--parallel", str(SLOTS),
                               "--json"], stdout=subprocess.PIPE, text=True, check=True)
        return json.loads(done.stdout)["trials_per_second"]

    return Subject(
        "inprocess", f"tuned run noop --trainable noop-batch --trials 500000 --parallel {SLOTS} --sampler random --isolation inprocess",
        [
            Measurement("single", "trials/s", lambda: bench.trials_per_second("noop", 100000, "random", "inprocess")),
            Measurement("batch", "trials/s", lambda: bench.trials_per_second("noop-batch", 500000, "random", "inprocess")),
            Measurement("batch-memory", "trials/s", without_storage),
        ],
        [
            Comparison("no-op trials inside the daemon, one by one", "single", goal=at_least(30000)),
            Comparison("no-op trials inside the daemon, in batches", "batch", goal=at_least(60000)),
            Comparison("the same in batches, without storage", "batch-memory", goal=at_least(500000)),
        ])


def suggestion(bench):
    def ours(known):
        done = subprocess.run([bench.tuned, "bench-suggest", "--trials", str(known), "--parameters", "10", "--json"],
                              stdout=subprocess.PIPE, text=True, check=True)
        return json.loads(done.stdout)["ms"]

    def what(known):
        return f"one Parzen suggestion, {known:,} trials known"

    sizes = [(1000, 0.1), (10000, 1 / 30)]
    return Subject(
        "suggestion", "tuned bench-suggest --trials 10000 --parameters 10",
        [m for known, _ in sizes for m in (
            Measurement(f"tuned-suggest-{known}", "ms", lambda known=known: ours(known)),
            *bench.peers("ms", f"rustuna-suggest-{known}", f"optuna-suggest-{known}"))],
        [c for known, share in sizes for c in (
            Comparison(what(known), f"tuned-suggest-{known}", f"rustuna-suggest-{known}", at_most(share, of_ratio=True)),
            Comparison(what(known), f"tuned-suggest-{known}", f"optuna-suggest-{known}"))])


def idle(bench):
    def first_reply():
        with bench.daemon() as daemon:
            return daemon.first_reply * 1e3

    def resident():
        with bench.daemon() as daemon:
            time.sleep(2)
            return daemon.resident_mb()

    return Subject(
        "idle", "tuned serve",
        [Measurement("first-reply", "ms", first_reply), Measurement("resident", "MB", resident)],
        [
            Comparison("daemon's first reply after its start", "first-reply", goal=at_most(150)),
            Comparison("idle daemon's resident memory", "resident", goal=at_most(40)),
        ])


def run_stamped(bench, trials, parallel, **config):
    """The trials' own notes, in the order in which they began: (began, ended, "ok" or "crash"), in seconds."""
    with bench.daemon() as daemon:
        stamps = daemon.home / "stamps"
        daemon.command("load", bench.plugins / "stamped.so")
        settings = [f"{key}={value}" for key, value in {"file": stamps, **config}.items()]
        daemon.command("run", "stamped", "--trials", trials, "--parallel", parallel, "--sampler", "random",
                       *(word for setting in settings for word in ("--config", setting)))
        fields = [line.split() for line in stamps.read_text().splitlines()]
    if len(fields) < trials:
        raise RuntimeError(f"{len(fields)} of {trials} trials left a note")
    return sorted((float(began), float(ended), end) for _, began, ended, end in fields)


def recovery(bench):
    def after_crashes(summary):
        notes = run_stamped(bench, 30, 1, crash_every=5)
        gaps = [(later[0] - crashed[1]) * 1e3 for crashed, later in zip(notes, notes[1:]) if crashed[2] == "crash"]
        return summary(gaps)

    return Subject(
        "recovery", "tuned run stamped --trials 30 --parallel 1 --config crash_every=5",
        [
            Measurement("crash-median", "ms", lambda: after_crashes(statistics.median)),
            Measurement("crash-worst", "ms", lambda: after_crashes(max)),
        ],
        [
            Comparison("worker's crash to the next trial, median", "crash-median", goal=at_most(50)),
            Comparison("worker's crash to the next trial, worst of 5", "crash-worst", goal=at_most(50)),
        ])


def occupancy(bench):
    def share():
        notes = run_stamped(bench, 200, SLOTS, ms=50)
        span = max(ended for _, ended, _ in notes) - notes[0][0]
        return sum(ended - began for began, ended, _ in notes) / (SLOTS * span)

    return Subject(
        "occupancy", f"tuned run stamped --trials 200 --parallel {SLOTS} --config ms=50",
        [Measurement("busy", "of slot time", share)],
        [Comparison(f"{SLOTS} slots, 200 trials of 50 ms: time in trials", "busy", goal=at_least(0.97))])


def calls(bench):
    def in_worker(library, trainable, count):
        done = subprocess.run([bench.tuned.with_name("tuned-worker"), "bench-call", bench.plugins / library, trainable, str(count)],
                              stdout=subprocess.PIPE, text=True, check=True)
        return json.loads(done.stdout)

    def host_call(metric):
        return lambda: in_worker("calls.so", "host-calls", 50)["metrics"][metric]

    return Subject(
        "calls", "tuned-worker bench-call build/bench-plugins/plain.so plain 1000000",
        [
            Measurement("function", "ns", lambda: in_worker("plain.so", "plain", 1000000)["ns"]),
            Measurement("report", "ns", host_call("report_ns")),
            Measurement("should-stop", "ns", host_call("should_stop_ns")),
        ],
        [
            Comparison("plain C function: one run with its values and result", "function", goal=at_most(500)),
            Comparison("one report of a plugin", "report", goal=at_most(50)),
            Comparison("one question of a plugin whether to stop", "should-stop", goal=at_most(50)),
        ])


def worker(bench):
    def round_trip(cores):
        # Pinned as a whole: to one core, or to as many as there are. Between cores of a virtual machine each hand-over wakes a halted one.
        done = subprocess.run([bench.tuned, "bench-worker", bench.plugins / "noop.so", "--runs", "20000", "--json"],
                              stdout=subprocess.PIPE, text=True, check=True,
                              preexec_fn=lambda: os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores]))
        return json.loads(done.stdout)["p50_us"]

    def private_dirty():
        with bench.daemon() as daemon:
            daemon.command("load", bench.plugins / "noop.so")
            daemon.command("run", "noop", "--trainable", "noop", "--trials", 1, "--parallel", 1, "--sampler", "random")
            return max(daemon.workers_private_mb())

    def swift_plugin():
        return os.path.getsize(bench.plugins / "mlp.so") / 1e3

    return Subject(
        "worker", "tuned bench-worker build/bench-plugins/noop.so --runs 20000",
        [
            Measurement("round-trip", "us", lambda: round_trip(1)), Measurement("round-trip-apart", "us", lambda: round_trip(SLOTS)),
            Measurement("private-dirty", "MB", private_dirty),
            Measurement("swift-plugin", "KB", swift_plugin),
        ],
        [
            Comparison("warm worker on its daemon's core: a run and its result, p50", "round-trip", goal=at_most(20)),
            Comparison("the same over all cores", "round-trip-apart"),
            Comparison("worker of a C plugin after one trial, private dirty memory", "private-dirty", goal=at_most(6)),
            Comparison("file of a plugin in Swift (mlp)", "swift-plugin", goal=at_most(200)),
        ])


SUBJECTS = {"throughput": throughput, "suggestion": suggestion, "idle": idle, "recovery": recovery, "occupancy": occupancy,
            "calls": calls, "worker": worker, "inprocess": inprocess}
