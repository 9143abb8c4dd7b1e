"""Several objectives, 100 trials: the share of the true front's hypervolume that is not found yet."""
import catalogue
import charts
import goals
import markdown
import ranking
from bench import AUTO
from subjects import Report
from subjects.quality import share

BUDGET, CHECKPOINTS = 100, (25, 50, 100)
PEERS = ["optuna_tpe", "optuna_nsga2", "sobol", "random"]
COSTLY = ["optuna_gp"]


def contenders(bench):
    return [AUTO, bench.sampler("tpe"), bench.sampler("nsga2"), *PEERS, *COSTLY]


def run(bench):
    names = catalogue.names("fronts")
    bench.run(bench.jobs(names, contenders(bench)[:-len(COSTLY)], range(3 if bench.is_quick else 10), BUDGET))
    if not bench.is_quick:
        bench.run(bench.jobs(names, COSTLY, range(5), BUDGET))


def report(bench):
    names = catalogue.names("fronts")
    results = bench.measured(contenders(bench), names, BUDGET)
    of = results.reaching(BUDGET, contenders(bench))
    found = [ranking.mean_ranks(results, names, of, n) for n in CHECKPOINTS]
    if not found[-1]:
        return None
    others = [peer for peer in of if not peer.startswith("tuned:")]
    won = [ranking.wins(results, names, AUTO, other, n) for other in others for n in CHECKPOINTS]
    rows = [share(f"{w['trials']} trials: runs won against Optuna's TPE", w, 50) for w in won if w and w["other"] == "optuna_tpe"]
    rows += [goals.at_least(f"{n} trials: lead of auto's mean rank", goals.lead(table, AUTO), 0) for n, table in zip(CHECKPOINTS, found)]
    table = markdown.table(["objective", *of], [
        (name, *(f"{value:.2f}" if (value := results.median(name, peer, BUDGET)) is not None else "-" for peer in of))
        for name in names])
    sections = [markdown.rank_tables("several objectives", found), "**Runs that auto wins**\n\n" + markdown.win_table(won),
                f"**Median log10 of the share of the hypervolume not found after {BUDGET} trials**\n\n" + table]
    return Report("Several objectives", rows, sections, {"ranks": found, "wins": won}, {
        "fronts": charts.lines("Several objectives", "trials", "log10 of the hypervolume not found",
                               ranking.regret_lines(results, names, of, range(10, BUDGET + 1, 5)))})
