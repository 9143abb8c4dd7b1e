#!/usr/bin/env python3
"""Measures tuned, and its peers in the same run; prints a table and writes results/SUBJECT.json. `make run` calls it."""
import argparse
import datetime
import json
import pathlib
import sqlite3
import subprocess
import sys

import figures
import machine
from subjects import SUBJECTS, Bench

HERE = pathlib.Path(__file__).resolve().parent


def versions(bench):
    tuned = subprocess.run([bench.tuned, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    script = "import importlib.metadata as m, json; print(json.dumps({p: m.version(p) for p in ('optuna', 'rustuna')}))"
    peers = subprocess.run([bench.python, "-c", script], capture_output=True, text=True, check=True)
    return {"tuned": tuned, **json.loads(peers.stdout), "python": sys.version.split()[0],
            "sqlite_of_peers": sqlite3.sqlite_version}


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("subjects", nargs="*", metavar="SUBJECT", help="all where none is named: " + ", ".join(SUBJECTS))
    parser.add_argument("--bin", type=pathlib.Path, required=True, help="folder of the built commands")
    parser.add_argument("--python", type=pathlib.Path, required=True, help="a Python with the peers installed")
    parser.add_argument("--plugins", type=pathlib.Path, required=True, help="folder of noop.so and stamped.so")
    parser.add_argument("--work", type=pathlib.Path, required=True, help="folder for data, on the disk to be measured")
    parser.add_argument("--results", type=pathlib.Path, default=HERE / "results", help="where the JSON goes")
    parser.add_argument("--rounds", type=int, default=3, help="rounds, of which the medians count (default: 3)")
    arguments = parser.parse_args()
    for name in arguments.subjects:
        if name not in SUBJECTS:
            parser.error(f"no subject {name}; there are " + ", ".join(SUBJECTS))
    if not (arguments.bin / "tuned").exists():
        parser.error(f"{arguments.bin} holds no tuned; build it with: swift build -c release")
    return arguments


def main():
    arguments = parse()
    arguments.work.mkdir(parents=True, exist_ok=True)
    arguments.results.mkdir(parents=True, exist_ok=True)
    bench = Bench(arguments.bin.resolve(), arguments.python, arguments.plugins.resolve(), arguments.work.resolve())
    used = versions(bench)
    print(machine.in_words(machine.describe(bench.work)))
    print(", ".join(f"{name} {version}" for name, version in used.items()), flush=True)

    all_rows = []
    for name in arguments.subjects or SUBJECTS:
        subject = SUBJECTS[name](bench)
        described = machine.describe(bench.work)
        samples = figures.measure(subject, arguments.rounds, lambda line: print(line, file=sys.stderr, flush=True))
        rows = figures.rows(subject, samples)
        all_rows += rows
        result = {
            "subject": name, "date": datetime.date.today().isoformat(), "command": subject.command, "machine": described,
            "versions": used, "rounds": arguments.rounds, "rows": rows, "samples": samples,
        }
        (arguments.results / f"{name}.json").write_text(json.dumps(result, indent=2) + "\n")
    print()
    print(figures.table(all_rows))
    goals = [row["met"] for row in all_rows if row["met"] is not None]
    print(f"\n{sum(goals)} of {len(goals)} goals met; results are in {arguments.results}")


if __name__ == "__main__":
    main()
