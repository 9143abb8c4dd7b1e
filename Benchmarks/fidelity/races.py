"""Races: who searched which table, from which seed, with how many steps. One CSV a peer, a line a race; what is there is not run again.

A curve is a list of points, each `steps/slot-seconds/incumbent/best` (simulation.Trace). Lines of another version of a peer, or of a table that
has changed since, are kept and not read.
"""
import concurrent.futures
import csv
import dataclasses
import hashlib
import logging
import math
import multiprocessing
import pathlib
import signal
import time
import warnings

import curve_tables
import live_tables
import methods
import recipes
import simulation

FIELDS = ["table", "seed", "budget", "version", "digest", "seconds", "steps", "slot_seconds", "busy_seconds", "trials", "tail", "busy_before_tail", "curve"]


@dataclasses.dataclass(frozen=True)
class Race:
    """`peer@4`: with four workers of uneven speed. The budget is in full trainings; where `trials` is set, no more are begun, and what runs
    then is finished."""
    table: str
    peer: str
    seed: int
    budget: int
    trials: int = 0


@dataclasses.dataclass
class Result:
    race: Race
    version: str
    digest: str
    seconds: float
    spent: simulation.Spent
    curve: list

    def at(self, steps):
        """Incumbent and best after so many steps."""
        found = (math.inf, math.inf)
        for point in self.curve:
            if point[0] > steps:
                break
            found = point[2:]
        return found

    def reached(self, target):
        """Slot-seconds until a trial that was trained in full ended with the target or less; infinite where none did."""
        return next((point[1] for point in self.curve if point[3] <= target), math.inf)


class Tables:
    """By name: `mlp-digits:error` is a table, `live:mlp-digits:error` trains, where the recorder and the plugin are there."""
    def __init__(self, folder, recorder=None, plugins=None):
        self.folder, self.recorder, self.plugins = pathlib.Path(folder), recorder, plugins
        self.loaded = {}

    def __getitem__(self, name):
        if name not in self.loaded:
            *live, table, metric = name.split(":")
            self.loaded[name] = (live_tables.LiveTable(table, metric, self.recorder, self.plugins) if live
                                 else curve_tables.Table(table, metric, self.folder))
        return self.loaded[name]

    def source(self, name):
        """The file that it stands on; None where there is none."""
        *live, table, _ = name.split(":")
        if not live:
            return self.folder / f"{table}.csv.gz"
        return self.plugins / f"{recipes.RECIPES[table].plugin}.so" if self.plugins and self.recorder and self.recorder.exists() else None

    def has(self, name):
        source = self.source(name)
        return source is not None and source.exists()

    def digest(self, name):
        return hashlib.sha256(self.source(name).read_bytes()).hexdigest()[:12]


class Worker:
    """One process's own."""
    tables = None
    program = None


def prepare(tables, program):
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends it
    Worker.tables, Worker.program = Tables(*tables), program


def perform(race, version, digest):
    """A result, or in words why there is none."""
    began = time.perf_counter()
    try:
        table = Worker.tables[race.table]
        table.begin()
        name, _, count = race.peer.partition("@")
        count = int(count or 1)
        method = methods.make(name, table, race.seed, Worker.program, count, race.trials or None)
        trace = simulation.Trace(table)
        try:
            spent = simulation.simulate(table, method, race.budget * table.steps * table.folds, simulation.speeds(count, race.seed, count == 1),
                                        trace, race.trials or None, bool(race.trials))
        finally:
            method.end()
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:300]
    return Result(race, version, digest, time.perf_counter() - began, spent, trace.points)


class Store:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)

    def path(self, peer):
        return self.folder / ("".join(c if c.isalnum() or c in "._-@" else "-" for c in peer) + ".csv")

    def results(self, peer, version, tables):
        path, found, digests = self.path(peer), {}, {}
        if not path.exists():
            return found
        with open(path, newline="") as file:
            for row in csv.DictReader(file):
                if None in row.values() or row["version"] != version or not tables.has(row["table"]):
                    continue  # a line that was cut off, or another version's
                if digests.setdefault(row["table"], tables.digest(row["table"])) != row["digest"]:
                    continue
                budget, _, trials = row["budget"].partition("x")
                race = Race(row["table"], peer, int(row["seed"]), int(budget), int(trials or 0))
                spent = simulation.Spent(int(row["steps"]), float(row["slot_seconds"]), float(row["busy_seconds"]), int(row["trials"]),
                                         float(row["tail"]), float(row["busy_before_tail"]))
                curve = [tuple(float(part) for part in point.split("/")) for point in row["curve"].split()]
                found[race] = Result(race, version, row["digest"], float(row["seconds"]), spent, curve)
        return found

    def add(self, result):
        self.folder.mkdir(parents=True, exist_ok=True)
        path, race, spent = self.path(result.race.peer), result.race, result.spent
        is_new = not path.exists()
        whole = is_new or path.read_bytes().endswith(b"\n")
        with open(path, "a", newline="") as file:
            if not whole:
                file.write("\n")
            writer = csv.writer(file, lineterminator="\n")
            if is_new:
                writer.writerow(FIELDS)
            curve = " ".join(f"{steps:.0f}/{slot:.5g}/{incumbent:.6g}/{best:.6g}" for steps, slot, incumbent, best in result.curve)
            budget = f"{race.budget}x{race.trials}" if race.trials else race.budget
            writer.writerow([race.table, race.seed, budget, result.version, result.digest, f"{result.seconds:.2f}", spent.steps,
                             f"{spent.slot_seconds:.6g}", f"{spent.busy_seconds:.6g}", spent.trials, f"{spent.tail:.6g}", f"{spent.busy_before_tail:.6g}", curve])

    def drop(self, peer):
        self.path(peer).unlink(missing_ok=True)


class Runner:
    def __init__(self, tables, store, program, processes, say=print):
        self.tables, self.store, self.program, self.processes, self.say = tables, store, str(program), processes, say
        self.versions, self.failures = {}, []

    def version(self, peer):
        peer = peer.partition("@")[0]
        if peer not in self.versions:
            self.versions[peer] = methods.version(peer, self.program)
            if self.versions[peer] is None:
                self.say(f"  {peer} is not there and is left out")
        return self.versions[peer]

    def known(self, peers):
        found = {}
        for peer in peers:
            if self.version(peer) is not None:
                found.update(self.store.results(peer, self.version(peer), self.tables))
        return found

    def run(self, races):
        known = self.known({race.peer for race in races})
        todo = [race for race in races if race not in known and self.version(race.peer) is not None and self.tables.has(race.table)]
        todo.sort(key=lambda race: race.seed)
        self.say(f"  {len(races) - len(todo)} of {len(races)} races are there or left out, {len(todo)} to do")
        if not todo:
            return
        began = told = time.monotonic()
        context = multiprocessing.get_context("spawn")
        with concurrent.futures.ProcessPoolExecutor(self.processes, context, prepare,
                                                    ((self.tables.folder, self.tables.recorder, self.tables.plugins), self.program)) as pool:
            waiting = {pool.submit(perform, race, self.version(race.peer), self.tables.digest(race.table)): race for race in todo}
            try:
                for count, future in enumerate(concurrent.futures.as_completed(waiting), 1):
                    race, result = waiting[future], future.result()
                    if isinstance(result, str):
                        self.failures.append({"table": race.table, "peer": race.peer, "seed": race.seed, "why": result})
                        self.say(f"  {race.peer} on {race.table}, seed {race.seed}: {result}")
                    else:
                        self.store.add(result)
                    if time.monotonic() - told > 30:
                        told = time.monotonic()
                        self.say(f"  {count} of {len(todo)} races, {told - began:.0f} s")
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
