"""What is lost when 8 and 16 workers of uneven speed ask before the answers are there, at an equal number of trials.

Improvement is by how much the median log10 regret is below that of one random trial, summed over the objectives.
"""
import catalogue
import charts
import goals
import markdown
import ranking
from bench import AUTO
from subjects import Report

BUDGET, CHECKPOINTS, COUNTS = 100, (50, 100), (8, 16)
REFERENCE = "optuna_tpe"
LOSS = 15
# Three times ten seeds lost 23, 17 and 16% with 16 workers after 100 trials.
SEEDS = range(30)
QUICK = ["hartmann6", "rosenbrock5_shift", "griewank8_rot", "mixed_net8", "tab:svr_diabetes", "hpo:hpobench:kc1"]


def objectives(bench):
    return QUICK if bench.is_quick else catalogue.names("public")


def versions_of(peer):
    return [peer, *(f"{peer}@{count}" for count in COUNTS)]


def run(bench):
    seeds = range(2) if bench.is_quick else SEEDS
    bench.run(bench.jobs(objectives(bench), ["random", *versions_of(AUTO), *versions_of(REFERENCE)], seeds, BUDGET))


def report(bench):
    of = ["random", *versions_of(AUTO), *versions_of(REFERENCE)]
    results = bench.measured(of, catalogue.names("public"), BUDGET)
    rows, table, data = [], [], []
    for peer in (AUTO, REFERENCE):
        for count in COUNTS:
            for trials in CHECKPOINTS:
                found = loss(results, peer, count, trials)
                if found is None:
                    continue
                data.append(found)
                table.append((f"{peer}, {count} workers", trials, found["sequential"], found["parallel"], f"{found['loss']:.1f}%",
                              len(found["objectives"]), found["seeds"]))
                if peer == AUTO:
                    rows.append(goals.at_most(f"{count} workers, {trials} trials: improvement lost by auto", found["loss"], LOSS, "%"))
    if not table:
        return None
    section = markdown.table(["", "trials", "improvement, sequential", "with workers", "lost", "objectives", "seeds"], table)
    names = [peer for peer in (*versions_of(AUTO), *versions_of(REFERENCE)) if peer in results.peers]
    drawn = ranking.regret_lines(results, catalogue.names("public"), names, range(10, BUDGET + 1, 5))
    return Report("Parallel", rows, [section], {"losses": data}, {
        "parallel": charts.lines("Workers of uneven speed", "trials", "mean log10 regret", drawn)} if drawn else {})


def loss(results, peer, count, trials):
    """Over the seeds that the sequential and the parallel runs share."""
    alone = together = 0.0
    used, fewest = [], None
    for objective in catalogue.names("public"):
        one, many = results.regrets(objective, peer, trials), results.regrets(objective, f"{peer}@{count}", trials)
        start, seeds = results.median(objective, "random", 1), set(one) & set(many)
        if start is None or not seeds:
            continue
        alone += start - results.median(objective, peer, trials, seeds)
        together += start - results.median(objective, f"{peer}@{count}", trials, seeds)
        used.append(objective)
        fewest = min(len(seeds), fewest or len(seeds))
    if not used or alone <= 0:
        return None
    return {"peer": peer, "workers": count, "trials": trials, "sequential": alone / len(used), "parallel": together / len(used),
            "loss": 100 * (1 - together / alone), "objectives": used, "seeds": fewest}
