#!/usr/bin/env python3
"""The fault run: trials that misbehave in every known way among healthy ones, at full load, in one daemon. Every healthy trial must
complete with the right value, every faulty one be named, and the daemon's memory and descriptors stay flat."""
import argparse
import collections
import os
import pathlib
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "Benchmarks"))
import machine  # noqa: E402
from daemon import Daemon  # noqa: E402
from expectations import EXPECTED, problem  # noqa: E402


def descriptors(daemon):
    return len(os.listdir(f"/proc/{daemon.process.pid}/fd"))


def wait(daemon, studies, total, tell):
    """Returns the daemon's private memory in MB at each quarter of the first study's trials."""
    began, last, quarters = time.time(), 0, []
    while True:
        rows = [daemon.command("show", study) for study in studies]
        ended = [row["counts"]["total"] - row["counts"]["running"] for row in rows]
        is_over = all(row["state"] != "running" for row in rows)
        while len(quarters) < 4 and (is_over or ended[0] * 4 >= total * (len(quarters) + 1)):
            quarters.append(daemon.private_mb())
        if is_over:
            return quarters
        if time.time() - last >= 15:
            last = time.time()
            tell(f"{last - began:4.0f} s: " + ", ".join(f"{row['study']} {count}" for row, count in zip(rows, ended))
                 + f"; daemon {daemon.private_mb():.1f} MB, {descriptors(daemon)} descriptors")
        time.sleep(0.2)


def begin(daemon, study, plugin, *arguments):
    daemon.command("run", plugin, "--study", study, "--detach", "--sampler", "random", *arguments)


def trials(daemon, study):
    found = []
    while True:
        page = daemon.command("trials", study, "--limit", 1000, "--offset", len(found))
        found += page["trials"]
        if len(found) >= page["total"]:
            return found


def live_children(daemon):
    """Processes that carry this daemon's data directory in their environment, other than itself."""
    alive = []
    needle = f"{daemon.home}".encode()
    for entry in os.listdir("/proc"):
        if entry.isdigit() and int(entry) not in (os.getpid(), daemon.process.pid):
            try:
                environment = pathlib.Path(f"/proc/{entry}/environ").read_bytes()
                command = pathlib.Path(f"/proc/{entry}/cmdline").read_bytes()
            except OSError:
                continue
            if needle in environment and b"TUNED_WORKER_ID=" in environment and b"tuned-worker" not in command:
                alive.append(int(entry))
    return alive


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--plugins", type=pathlib.Path, required=True, help="folder of misbehave.so and misbehave_cxx.so")
    parser.add_argument("--noop", type=pathlib.Path, required=True, help="folder of noop.so")
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--trials", type=int, default=600, help="misbehaving trials (default: 600)")
    parser.add_argument("--healthy", type=int, default=5000, help="healthy trials beside them (default: 5000)")
    parser.add_argument("--table", type=pathlib.Path, help="file that the table is written to")
    return parser.parse_args()


def main():
    arguments = parse()
    arguments.work.mkdir(parents=True, exist_ok=True)
    cores = len(os.sched_getaffinity(0))
    tell = lambda line: print(line, file=sys.stderr, flush=True)  # noqa: E731
    with Daemon(arguments.bin.resolve() / "tuned", arguments.work.resolve()) as daemon:
        for library in (arguments.plugins / "misbehave.so", arguments.plugins / "misbehave_cxx.so", arguments.noop / "noop.so"):
            daemon.command("load", library)
        # What the first studies need stays; what grows after them grows with every trial.
        daemon.command("run", "noop", "--trainable", "noop", "--trials", 2000, "--sampler", "random")
        time.sleep(1)
        before = (daemon.private_mb(), descriptors(daemon))
        began = time.time()
        begin(daemon, "faults", "misbehave", "--trials", arguments.trials, "--timeout", "5s", "--memory", "256MiB", "--config", "count=300",
              "--config", "limit_mb=2000", "--space", "sleep_ms={low: 0, high: 300}", "--seed", 11)
        begin(daemon, "exceptions", "misbehave_cxx", "--trials", 20)
        begin(daemon, "healthy", "noop", "--trainable", "sleep", "--trials", arguments.healthy, "--config", "ms=5")
        quarters = wait(daemon, ["faults", "exceptions", "healthy"], arguments.trials, tell)
        seconds = time.time() - began
        time.sleep(3)
        after = descriptors(daemon)
        faults, exceptions, healthy = (trials(daemon, study) for study in ("faults", "exceptions", "healthy"))
        left = live_children(daemon)
    problems = [found for found in map(problem, faults) if found]
    problems += [f"healthy trial {t['number']}: {t['state']} {t['values']}" for t in healthy
                 if t["state"] != "complete" or t["values"] != [t["configuration"]["x"]]]
    problems += [f"exception of trial {t['number']} is not named" for t in exceptions
                 if t["state"] != "complete" and "thrown across the boundary" not in t["failure"]["message"]]
    if len(faults) != arguments.trials or len(healthy) != arguments.healthy:
        problems.append(f"{len(faults)} of {arguments.trials} and {len(healthy)} of {arguments.healthy} trials were made")
    if left:
        problems.append(f"{len(left)} processes were left behind")
    if after > before[1] + 8:
        problems.append(f"descriptors grew from {before[1]} to {after}")
    if quarters[3] > quarters[0] + 8:
        problems.append(f"memory grew from {quarters[0]:.1f} MB at a quarter of the run to {quarters[3]:.1f} MB at its end")
    memory = ", ".join(f"{mb:.1f}" for mb in quarters)
    summary = (f"Daemon's private memory: {before[0]:.1f} MB before, {memory} MB at the quarters of the run. "
               f"Its descriptors: {before[1]} before, {after} after. Processes left behind: {len(left)}.")
    text = table(faults, exceptions, healthy, summary, seconds, cores, arguments)
    print(text)
    if arguments.table:
        arguments.table.write_text(text)
    for line in problems[:20]:
        print("WRONG:", line)
    print(f"{len(problems)} problems")
    sys.exit(1 if problems else 0)


def plain(text):
    """Fit for a cell of a table."""
    return "".join(c if c.isprintable() else "?" for c in text).replace("|", "\\|")


def table(faults, exceptions, healthy, summary, seconds, cores, arguments):
    by_how = collections.defaultdict(list)
    for trial in faults:
        by_how[trial["configuration"]["how"]].append(trial)
    lines = [
        "# The fault run", "",
        f"`make faults`: {len(faults)} trials that misbehave in {len(by_how)} ways, {len(exceptions)} that may throw in C++, and "
        f"{len(healthy)} healthy ones beside them, on {cores} cores, in {seconds:.0f} s. {machine.in_words(machine.describe(arguments.work))}",
        "", "| behaviour | trials | named as | said |", "|---|---|---|---|",
    ]
    for how in EXPECTED:
        if not by_how[how]:
            continue
        kinds = collections.Counter((t.get("failure") or {}).get("kind") or t["state"] for t in by_how[how])
        failure = by_how[how][-1].get("failure") or {}
        said = plain(failure.get("message", ""))[:90]
        detail = plain(failure.get("detail", "").split(", thread")[0])[:110]
        right = sum(problem(t) is None for t in by_how[how])
        lines.append(f"| `{how}` | {right} of {len(by_how[how])} | {', '.join(kinds)} | {said}{'; ' + detail if detail else ''} |")
    complete = sum(t["state"] == "complete" for t in healthy)
    lines += ["", f"Healthy trials complete: {complete} of {len(healthy)}. {summary}", ""]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
