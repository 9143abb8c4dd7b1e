"""A checkpoint of 100 MB, saved and restored by a plugin in a worker of the daemon, beside a plain copy of such a file on the same disk.

The plugin (checkpoint/checkpoint.c) times both in turn, in each of its trials; medians count. A copy reads the file, which the system still has in memory,
writes another and waits until that is on the disk, as saving does; it stands against saving and against restoring.
"""
import statistics
import tempfile

import goals
import markdown
from subjects import Report

TRIALS, BOUND = 21, 2
METRICS = {"save_ms": "a checkpoint saved, durable", "load_ms": "a checkpoint restored", "write_ms": "a plain file written, durable",
           "read_ms": "a plain file read", "copy_ms": "a plain file copied, durable"}


def run(bench):
    plugin = bench.work and bench.work / "checkpoint.so"
    if not bench.tuned or not plugin or not plugin.exists():
        bench.say("  the command tuned and checkpoint.so are needed, and are not there")
        return
    from daemon import Daemon
    trials = 3 if bench.is_quick else TRIALS
    with tempfile.TemporaryDirectory(dir=bench.results) as work, Daemon(bench.tuned, work) as daemon:
        daemon.command("load", plugin)
        objectives = [word for name in METRICS for word in ("--objective", f"{name}:minimize")]
        daemon.command("run", "checkpoint", "--study", "checkpoint", "--config", f"folder={work}", *objectives, "--sampler", "random",
                       "--trials", trials, "--parallel", 1)
        found = daemon.command("export", "checkpoint")
    bench.keep("checkpoint", [dict(zip(METRICS, trial["values"])) for trial in found])


def report(bench):
    kept = bench.kept("checkpoint")
    if not kept:
        return None
    middle = {name: statistics.median(one[name] for one in kept) for name in METRICS}
    rows = [goals.at_most("a checkpoint of 100 MB saved, over a plain copy", middle["save_ms"] / middle["copy_ms"], BOUND),
            goals.at_most("a checkpoint of 100 MB restored, over a plain copy", middle["load_ms"] / middle["copy_ms"], BOUND)]
    table = [(title, middle[name], min(one[name] for one in kept), max(one[name] for one in kept)) for name, title in METRICS.items()]
    return Report("Checkpoints of 100 MB", rows, [markdown.table(["ms", "median", "least", "most"], table)], {"trials": kept})
