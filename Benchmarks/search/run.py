#!/usr/bin/env python3
"""Measures how well tuned searches, beside its peers; `make bench-search` calls it.

What was run already is not run again: stop it whenever you like, and start it again. Results are in results/search.json,
results/search.md and, the raw curves, results/search/.
"""
import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"  # one core a run, before any library is loaded

import argparse
import pathlib
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parent))  # machine.py

import report
from bench import Bench, Selection
from options import numbers, words
from subjects import load


# Of a quick run: minutes in all, seconds for one run, and what share of the minutes has gone when a subject must have ended.
QUICK_MINUTES, QUICK_LIMIT = 50, 180
QUICK_SHARES = {"quality": 0.45, "conditional": 0.48, "fronts": 0.52, "bbob": 0.65, "parallel": 0.8, "cost": 0.84, "long": 0.9, "wide": 1.0}


def parse(subjects):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("subjects", nargs="*", metavar="SUBJECT", help="all where none is named: " + ", ".join(subjects))
    parser.add_argument("--driver", type=pathlib.Path, required=True, help="the program search-driver")
    parser.add_argument("--functions", type=pathlib.Path, required=True, help="functions.so")
    parser.add_argument("--results", type=pathlib.Path, default=HERE.parent / "results", help="where the results go")
    parser.add_argument("--processes", type=int, default=len(os.sched_getaffinity(0)), help="runs at a time (default: cores)")
    parser.add_argument("--quick", action="store_true", help="fewer seeds, objectives and peers; ends within an hour")
    parser.add_argument("--report", action="store_true", help="run nothing, write the report of what is there")
    parser.add_argument("--objectives", type=words, help="only these of each subject")
    parser.add_argument("--peers", type=words, help="only these; tuned's are tuned:NAME, tuned:NAME?setting=value")
    parser.add_argument("--seeds", type=numbers, help="only these: 0-4, or 0,2")
    parser.add_argument("--budget", type=int, help="trials a run, in place of each subject's own")
    parser.add_argument("--limit", type=int, default=0, help="seconds after which a run is given up (default: none)")
    parser.add_argument("--again", type=words, default=[], help="forget the curves of these peers first")
    arguments = parser.parse_args()
    for name in arguments.subjects:
        if name not in subjects:
            parser.error(f"no subject {name}; there are " + ", ".join(subjects))
    for path in (arguments.driver, arguments.functions):
        if not path.exists():
            parser.error(f"there is no {path}; make bench-search builds it")
    return arguments


def command_of(arguments):
    told = ["make bench-search"]
    if arguments.quick:
        told.append("QUICK=1")
    if arguments.subjects:
        told.append('SUBJECTS="' + " ".join(arguments.subjects) + '"')
    return " ".join(told)


def main():
    subjects = load()
    arguments = parse(subjects)
    compare = subjects.pop("compare")
    arguments.results.mkdir(parents=True, exist_ok=True)
    selection = Selection(arguments.objectives, arguments.peers, arguments.seeds, arguments.budget, arguments.quick)

    def say(line):
        print(line, file=sys.stderr, flush=True)

    bench = Bench(str(arguments.functions.resolve()), arguments.driver.resolve(), arguments.results, arguments.processes, selection,
                  arguments.limit or (QUICK_LIMIT if arguments.quick else 0), say)
    for peer in arguments.again:
        bench.store.drop(peer)
    if "compare" in arguments.subjects:
        compare.run(bench)
        print(compare.text(bench))
        return
    if not arguments.report:
        began = time.monotonic()
        for name in arguments.subjects or subjects:
            say(name)
            if arguments.quick:
                bench.runner.deadline = began + 60 * QUICK_MINUTES * (1.0 if arguments.subjects else QUICK_SHARES[name])
            subjects[name].run(bench)
    goals = report.write(bench, subjects, command_of(arguments))
    verdict = {True: "yes", False: "NO", None: "not measured"}
    shown = arguments.subjects or list(subjects)
    for name in filter(goals.get, shown):
        for row in goals[name]:
            value = "" if row["value"] is None else f"{row['value']:.4g}{row['unit']}"
            print(f"{name:9} {row['what']:75} {value:>10}  {row['goal']:18} {verdict[row['met']]}")
    met = [row["met"] for name in shown for row in goals.get(name, []) if row["met"] is not None]
    print(f"\n{sum(met)} of {len(met)} goals met; {arguments.results}/search.md has the tables")


if __name__ == "__main__":
    main()
