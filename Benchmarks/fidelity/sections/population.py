"""Population-based training of the mlp plugin, beside as many fixed schedules as the population has members, at an equal total of epochs.

Both begin with the same random configurations: the fixed ones train each of them in full. Real training by the daemon, so it takes minutes.
"""
import pathlib
import statistics
import tempfile

import goals
import markdown
from bench import SEEDS, QUICK_SEEDS
from subjects import Report

MEMBERS, INTERVAL = 10, 5
MUTABLE = "rate,momentum,beta1,beta2,weight_decay"
DATA = {"digits": "digit"}
METHODS = {
    "fixed schedules": [],
    "tuned:pbt": ["--pruner", "pbt", "--pruner-setting", f"population={MEMBERS}", "--pruner-setting", f"interval={INTERVAL}"],
    "tuned:pbt?explore=pb2": ["--pruner", "pbt", "--pruner-setting", f"population={MEMBERS}", "--pruner-setting", f"interval={INTERVAL}",
                              "--pruner-setting", "explore=pb2"],
}
FOLDER = pathlib.Path(__file__).resolve().parents[3] / "data"


def run(bench):
    plugin = bench.plugins and bench.plugins / "mlp.so"
    if not bench.tuned or not plugin or not plugin.exists():
        bench.say("  the command tuned and mlp.so are needed, and are not there")
        return
    from daemon import Daemon
    found = bench.kept("population") or []
    with tempfile.TemporaryDirectory(dir=bench.results) as work, Daemon(bench.tuned, work) as daemon:
        daemon.command("load", plugin)
        for data, target in DATA.items():
            for seed in QUICK_SEEDS if bench.is_quick else SEEDS:
                for name, words in METHODS.items():
                    if any((one["data"], one["seed"], one["method"]) == (data, seed, name) for one in found):
                        continue
                    found.append({"data": data, "seed": seed, "method": name, **measured(daemon, data, target, seed, words)})
                bench.keep("population", found)


def measured(daemon, data, target, seed, words):
    words = words + (["--pruner-setting", f"mutable={MUTABLE}"] if words else ["--trials", MEMBERS])
    study = f"s{seed}-{abs(hash((data, *words))) % 10**8}"
    daemon.command("run", "mlp", "--study", study, "--data", FOLDER / f"{data}.csv", "--config", f"target={target}", "--objective", "loss",
                   "--sampler", "random", "--seed", seed, *words)
    told = daemon.command("show", study)
    trials = daemon.command("trials", study, "--limit", 1000)["trials"]
    complete = [trial["values"][0] for trial in trials if trial["state"] == "complete"]
    return {"loss": min(complete), "epochs": told["live"]["budget"]["spent"], "trials": len(trials)}


def report(bench):
    kept = bench.kept("population")
    if not kept:
        return None
    rows, table = [], []
    for data in dict.fromkeys(one["data"] for one in kept):
        of = {name: {one["seed"]: one for one in kept if one["data"] == data and one["method"] == name} for name in METHODS}
        for name, found in of.items():
            if not found:
                continue
            pairs = [(one["loss"], of["fixed schedules"][seed]["loss"]) for seed, one in found.items() if seed in of["fixed schedules"]]
            better = sum(mine < fixed for mine, fixed in pairs) + sum(mine == fixed for mine, fixed in pairs) / 2
            table.append((data, name, statistics.median(one["loss"] for one in found.values()), statistics.median(one["epochs"] for one in found.values()),
                          100 * better / len(pairs) if pairs else None, len(found)))
            if name == "tuned:pbt" and pairs:
                middle = statistics.median(mine for mine, _ in pairs) / statistics.median(fixed for _, fixed in pairs)
                rows.append(goals.at_most(f"mlp on {data}: loss of population-based training, over that of {MEMBERS} fixed schedules, medians", middle, 1))
    header = ["", "", "best validation loss, median", "epochs, median", "% of seeds better than fixed", "seeds"]
    text = (f"{MEMBERS} members, an exchange every {INTERVAL} of 50 epochs; both begin with the same random configurations. "
            "The loss is that of the best network that was trained in full, on the validation rows: of errors there are too few to tell apart.\n\n")
    return Report("Populations", rows, [text + markdown.table(header, table)], {"runs": kept})
