"""100 parameters of which 5 matter, 200 trials: auto's median regret over that of the best peer."""
import math
import statistics

import catalogue
import charts
import goals
import markdown
import peers
import ranking
from bench import AUTO
from subjects import Report

BUDGET, BOUND = 200, 0.5


def run(bench):
    names = catalogue.names("wide")
    bench.run(bench.jobs(names, [AUTO, *peers.CHEAP], range(1 if bench.is_quick else 10), BUDGET))
    if not bench.is_quick:
        bench.run(bench.jobs(names, peers.COSTLY, range(5), BUDGET))


def report(bench):
    everyone = [AUTO, *peers.CHEAP, *peers.COSTLY]
    names = catalogue.names("wide")
    results = bench.measured(everyone, names, BUDGET)
    of = results.reaching(BUDGET, everyone)
    if not of:
        return None
    table, ratios, data = [], [], []
    for name in names:
        medians = {peer: regret(results, name, peer) for peer in of}
        others = {peer: value for peer, value in medians.items() if value is not None and peer != AUTO}
        ratio = None
        if medians.get(AUTO) is not None and others:
            ratio = medians[AUTO] / max(1e-6, min(others.values()))
            ratios.append(ratio)
        table.append((name, *(medians[peer] for peer in of), ratio))
        data.append({"objective": name, "medians": medians, "ratio": ratio})
    rows = [goals.at_most(f"{row['objective']}: auto's regret over the best peer's", row["ratio"], BOUND) for row in data]
    mean = math.exp(statistics.fmean(math.log(max(1e-6, ratio)) for ratio in ratios)) if ratios else None
    rows.append(goals.at_most("geometric mean of these ratios", mean, BOUND))
    section = "Median regret after 200 trials\n\n" + markdown.table(["objective", *of, "auto over the best peer"], table)
    return Report("100 parameters, 5 of which matter", rows, [section], {"objectives": data, "mean_ratio": mean}, {
        "wide": charts.lines("100 parameters, 5 of which matter", "trials", "mean log10 regret",
                             ranking.regret_lines(results, names, of, range(10, BUDGET + 1, 10)))})


def regret(results, name, peer):
    regrets = results.regrets(name, peer, BUDGET)
    return statistics.median(regrets.values()) if regrets else None
