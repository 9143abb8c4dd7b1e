"""Runs what is missing, over several processes. Order: seed, objective, peer, so that what is there so far can be compared."""
import concurrent.futures
import logging
import multiprocessing
import os
import signal
import time
import warnings

import catalogue
import curves
import fronts
import peers


class TookTooLong(BaseException):
    pass


class Worker:
    """One process's own: libraries and tables are loaded once."""
    objectives = None
    program = None


def prepare(library, program):
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    Worker.objectives, Worker.program = catalogue.Catalogue(library), program
    signal.signal(signal.SIGALRM, stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends it


def stop(*_):
    raise TookTooLong


def processor_time():
    """Seconds of this process and of those that it has ended."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def perform(job, version, limit):
    """A run, or in words why there is none."""
    began, cpu = time.perf_counter(), processor_time()
    signal.alarm(limit)
    try:
        objective = Worker.objectives[job.objective]
        found = fronts.Follower(objective) if isinstance(objective, fronts.Front) else curves.Incumbent(objective)
        peers.find(job.peer, Worker.program)(objective.space, job.seed, job.budget, found)
        curve = curves.full(found.curve, job.budget)
    except TookTooLong:
        return f"took more than {limit} s"
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:300]
    finally:
        signal.alarm(0)
    return curves.Run(job, version, time.perf_counter() - began, processor_time() - cpu, curve)


class Runner:
    def __init__(self, library, program, processes, limit=0, say=print):
        self.library, self.program, self.processes, self.limit, self.say = library, program, processes, limit, say
        self.versions, self.failures, self.left = {}, [], 0
        self.deadline = None  # by time.monotonic(); what has not begun then is left for another time

    def version(self, peer):
        if peer not in self.versions:
            self.versions[peer] = peers.version(peer, self.program)
            if self.versions[peer] is None:
                self.say(f"  {peer} is not installed here and is left out")
        return self.versions[peer]

    def missing(self, store, jobs):
        known = {}
        for peer in {job.peer for job in jobs}:
            if self.version(peer) is not None:
                known[peer] = store.runs(peer, self.version(peer))
        return [job for job in jobs if job.peer in known and job not in known[job.peer]]

    def run(self, store, jobs):
        """Adds to the store what it has not; jobs that fail are told and left out."""
        todo = sorted(self.missing(store, jobs), key=lambda job: job.seed)
        self.say(f"  {len(jobs) - len(todo)} of {len(jobs)} runs are there or left out, {len(todo)} to do")
        if not todo:
            return
        began = told = time.monotonic()
        context = multiprocessing.get_context("spawn")
        with concurrent.futures.ProcessPoolExecutor(self.processes, context, prepare, (self.library, self.program)) as pool:
            waiting = {pool.submit(perform, job, self.version(job.peer), self.limit): job for job in todo}
            try:
                for count, future in enumerate(concurrent.futures.as_completed(waiting), 1):
                    if future.cancelled():
                        continue
                    job, result = waiting[future], future.result()
                    if isinstance(result, str):
                        self.failures.append({"objective": job.objective, "peer": job.peer, "seed": job.seed, "why": result})
                        self.say(f"  {job.peer} on {job.objective}, seed {job.seed}: {result}")
                    else:
                        store.add(result)
                    if self.deadline is not None and time.monotonic() > self.deadline:
                        left = sum(other.cancel() for other in waiting if not other.cancelled())
                        if left:
                            self.left += left
                            self.say(f"  out of time: {left} runs are left for another time")
                    if time.monotonic() - told > 60:
                        told = time.monotonic()
                        self.say(f"  {count} of {len(todo)} runs, {told - began:.0f} s")
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def all(self, store, of):
        """All runs of the present versions of those peers."""
        found = {}
        for peer in of:
            if self.version(peer) is not None:
                found.update(store.runs(peer, self.version(peer)))
        return found
