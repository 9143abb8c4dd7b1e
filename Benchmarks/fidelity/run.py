#!/usr/bin/env python3
"""Measures budgets, rungs and folds beside the peers; `make bench-fidelity` calls it.

What was run already is not run again: stop it whenever you like, and start it again. Results are in results/fidelity.json,
results/fidelity.md and, the raw curves, results/fidelity/.
"""
import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"  # one core a race, before any library is loaded

import argparse
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
PATHS = [str(HERE), str(HERE.parent / "search"), str(HERE.parent)]
sys.path[:] = PATHS + [path for path in sys.path if path not in PATHS]

import report
import sections
from bench import Bench, Selection
from options import numbers, words


def parse(subjects):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("subjects", nargs="*", metavar="SUBJECT", help="all where none is named: " + ", ".join(subjects))
    parser.add_argument("--driver", type=pathlib.Path, required=True, help="the program search-driver")
    parser.add_argument("--tuned", type=pathlib.Path, help="the command tuned, for the subject checkpoint")
    parser.add_argument("--work", type=pathlib.Path, help="the folder with checkpoint.so, likewise, and the recorder, for real training")
    parser.add_argument("--plugins", type=pathlib.Path, help="the folder with mlp.so and boosting.so, for real training")
    parser.add_argument("--tables", type=pathlib.Path, default=HERE / "tables", help="the folder with the tables")
    parser.add_argument("--results", type=pathlib.Path, default=HERE.parent / "results", help="where the results go")
    parser.add_argument("--processes", type=int, default=len(os.sched_getaffinity(0)), help="races at a time (default: cores)")
    parser.add_argument("--quick", action="store_true", help="two seeds and fewer peers; minutes")
    parser.add_argument("--report", action="store_true", help="run nothing, write the report of what is there")
    parser.add_argument("--tasks", type=words, help="only these, as mlp-digits:error")
    parser.add_argument("--peers", type=words, help="only these: tuned:SAMPLER/PRUNER?setting=value, optuna:SAMPLER/PRUNER, ...")
    parser.add_argument("--seeds", type=numbers, help="only these: 0-4, or 0,2")
    parser.add_argument("--again", type=words, default=[], help="forget the curves of these peers first")
    arguments = parser.parse_args()
    for name in arguments.subjects:
        if name not in subjects:
            parser.error(f"no subject {name}; there are " + ", ".join(subjects))
    if not arguments.driver.exists():
        parser.error(f"there is no {arguments.driver}; make bench-fidelity builds it")
    return arguments


def command_of(arguments):
    told = ["make bench-fidelity"]
    if arguments.quick:
        told.append("QUICK=1")
    if arguments.subjects:
        told.append('SUBJECTS="' + " ".join(arguments.subjects) + '"')
    return " ".join(told)


def main():
    subjects = sections.load()
    arguments = parse(subjects)
    arguments.results.mkdir(parents=True, exist_ok=True)

    def say(line):
        print(line, file=sys.stderr, flush=True)

    selection = Selection(arguments.tasks, arguments.peers, arguments.seeds, arguments.quick)
    bench = Bench(arguments.driver.resolve(), arguments.tuned and arguments.tuned.resolve(), arguments.work and arguments.work.resolve(),
                  arguments.plugins and arguments.plugins.resolve(), arguments.tables, arguments.results, arguments.processes, selection, say)
    for peer in arguments.again:
        bench.runner.store.drop(peer)
    if not arguments.report:
        for name in arguments.subjects or subjects:
            say(name)
            subjects[name].run(bench)
    goals = report.write(bench, subjects, command_of(arguments))
    verdict = {True: "yes", False: "NO", None: "not measured"}
    shown = arguments.subjects or list(subjects)
    for name in filter(goals.get, shown):
        for row in goals[name]:
            value = "" if row["value"] is None else f"{row['value']:.4g}{row['unit']}"
            print(f"{name:10} {row['what']:90} {value:>12}  {row['goal']:16} {verdict[row['met']]}")
    met = [row["met"] for name in shown for row in goals.get(name, []) if row["met"] is not None]
    print(f"\n{sum(met)} of {len(met)} goals met; {arguments.results}/fidelity.md has the tables")


if __name__ == "__main__":
    main()
