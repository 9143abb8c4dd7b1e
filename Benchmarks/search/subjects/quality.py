"""How good the best configuration is after 25, 50 and 100 trials, over the public objectives and their shifted and noisy copies."""
import catalogue
import charts
import goals
import markdown
import peers
import ranking
from bench import AUTO
from subjects import Report

BUDGET, CHECKPOINTS, STEPS = 100, (25, 50, 100), range(10, 101, 5)
LEADS = {25: 0.5, 50: 1.5, 100: 1.5}
SHARES = {25: 80, 50: 85, 100: 90}
ON_REAL_TABLES = 60
REFERENCE = "optuna_tpe"
# Of these two, whose runs are counted against each other: a share of 230 pairs is known to 5 points, one of 690 to 3.
PAIR_SEEDS = range(30)

# The project's samplers by the names that they may have, and the peers of the same name.
NAMESAKES = [
    (("tpe",), ["optuna_tpe", "rustuna_tpe", "hyperopt_tpe"]),
    (("gp",), ["optuna_gp"]),
    (("cmaes", "cma-es", "cma"), ["optuna_cma"]),
    (("forest", "random-forest", "rf"), ["smac3"]),
    (("sobol", "quasi-random", "qmc"), ["sobol"]),
    (("random",), ["random"]),
]


def namesakes(bench):
    return [(bench.sampler(*names), others) for names, others in NAMESAKES if bench.sampler(*names)]


def run(bench):
    public = catalogue.names("public")
    named = [mine for mine, _ in namesakes(bench)]
    everyone = [AUTO, *peers.CHEAP]
    if bench.is_quick:
        jobs = bench.jobs(public, everyone, range(3), BUDGET) + bench.jobs(public, named, range(1), BUDGET)
        jobs += bench.jobs(catalogue.names("corner"), everyone, range(2), BUDGET)
    else:
        jobs = bench.jobs(public, everyone + named, range(10), BUDGET) + bench.jobs(public, peers.COSTLY, range(5), BUDGET)
        jobs += bench.jobs(catalogue.names("corner") + catalogue.names("noisy"), everyone, range(10), BUDGET)
        jobs += bench.jobs(public + catalogue.names("corner"), [AUTO, REFERENCE], PAIR_SEEDS, BUDGET)
    bench.run(jobs)


def report(bench):
    mine = namesakes(bench)
    everyone = [AUTO, *peers.CHEAP, *peers.COSTLY]
    public, real = catalogue.names("public"), catalogue.names("real")
    corner, noisy = catalogue.names("corner"), catalogue.names("noisy")
    results = bench.measured(everyone + [sampler for sampler, _ in mine], public + corner + noisy, BUDGET)
    if not results.curves:
        return None
    cheap = [peer for peer in everyone if peer in results.peers and peer not in peers.COSTLY]
    every = [peer for peer in everyone if peer in results.peers]
    tables = {"public objectives": ranked(results, public, cheap), "synthetic alone": ranked(results, catalogue.names("synthetic"), cheap),
              "real tables alone": ranked(results, real, cheap), "optimum near a corner": ranked(results, corner, cheap),
              "noisy copies": ranked(results, noisy, cheap)}
    if set(every) != set(cheap):
        tables["public objectives, costly peers too"] = ranked(results, public, every)
    won = {where: [ranking.wins(results, objectives, AUTO, other, n) for other in every if other != AUTO for n in CHECKPOINTS]
           for where, objectives in (("public objectives", public), ("real tables alone", real), ("optimum near a corner", corner))}
    own = [ranking.wins(results, public, sampler, other, n) for sampler, others in mine for other in others for n in CHECKPOINTS]

    rows = []
    for title in ("public objectives", "public objectives, costly peers too"):
        if title in tables:
            rows += [goals.at_least(f"{title}, {n} trials: lead of auto's mean rank", goals.lead(table, AUTO), LEADS[n])
                     for n, table in zip(CHECKPOINTS, tables[title])]
    rows += [share(f"runs won against Optuna's TPE, {n} trials", ranking.wins(results, public, AUTO, REFERENCE, n), SHARES[n])
             for n in CHECKPOINTS]
    rows += [share(f"the same on the real tables alone, {n} trials", ranking.wins(results, real, AUTO, REFERENCE, n), ON_REAL_TABLES)
             for n in CHECKPOINTS]
    rows += [share(f"{w['peer']}: runs won against {w['other']}, {w['trials']} trials", w, 50) for w in own if w]

    sections = [markdown.rank_tables(title, found) for title, found in tables.items()]
    for where, found in won.items():
        if any(found):
            sections.append(f"**Runs that auto wins, {where}** (a tie counts half)\n\n" + markdown.win_table(found))
    if any(own):
        sections.append("**Named samplers against their namesakes, public objectives**\n\n" + markdown.win_table(own))
    shown = every + [sampler for sampler, _ in mine if sampler in results.peers]
    sections.append("**Median log10 regret after 50 / 100 trials**\n\n" + medians(results, public + corner + noisy, shown))
    data = {"ranks": tables, "wins": won, "namesakes": own, "medians": cells(results, public + corner + noisy, shown)}
    drawn = {name: charts.lines(title, "trials", "mean rank", found) for name, title, objectives, of in (
        ("quality", "All public objectives", public, cheap), ("tables", "Tables of real training runs", real, cheap),
        ("corner", "Optimum near a corner", corner, cheap), ("noisy", "Noisy objectives", noisy, cheap),
        ("costly", "Costly peers too", public, every if set(every) != set(cheap) else []))
        if (found := ranking.rank_lines(results, objectives, of, STEPS))}
    return Report("Quality", rows, [section for section in sections if section], data, drawn)


def ranked(results, objectives, of):
    return [ranking.mean_ranks(results, objectives, of, n) for n in CHECKPOINTS]


def share(what, won, bound):
    row = goals.at_least(what, 100 * won["share"] if won else None, bound, "%")
    if won:
        row["interval"] = [100 * won["low"], 100 * won["high"]]
        row["pairs"] = won["pairs"]
    return row


def cells(results, objectives, of):
    return [{"objective": o, "peer": p, "seeds": len(results.regrets(o, p, 25)), **{str(n): results.median(o, p, n) for n in CHECKPOINTS}}
            for o in objectives for p in of if results.regrets(o, p, 25)]


def medians(results, objectives, of):
    def pair(objective, peer):
        values = [results.median(objective, peer, n) for n in (50, 100)]
        return " / ".join("-" if value is None else f"{value:.2f}" for value in values)

    present = [o for o in objectives if o in results.objectives]
    return markdown.table(["objective", *of], [(o, *(pair(o, p) for p in of)) for o in present])
