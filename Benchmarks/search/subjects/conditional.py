"""Conditional spaces, 100 trials: which parameters there are depends on choices."""
import catalogue
import charts
import goals
import markdown
import ranking
from bench import AUTO
from subjects import Report
from subjects.quality import share

BUDGET, CHECKPOINTS = 100, (25, 50, 100)
# Those that can be told a conditional space as it is.
PEERS = ["optuna_tpe", "optuna_tpe_uni", "rustuna_tpe", "sobol", "random"]


def contenders(bench):
    return [AUTO, bench.sampler("tpe"), bench.sampler("forest"), *PEERS]


def run(bench):
    bench.run(bench.jobs(catalogue.names("conditional"), contenders(bench), range(3 if bench.is_quick else 10), BUDGET))


def report(bench):
    names = catalogue.names("conditional")
    results = bench.measured(contenders(bench), names, BUDGET)
    of = results.reaching(BUDGET, contenders(bench))
    found = [ranking.mean_ranks(results, names, of, n) for n in CHECKPOINTS]
    if not found[-1]:
        return None
    won = [ranking.wins(results, names, AUTO, other, n) for other in PEERS for n in CHECKPOINTS]
    rows = [share(f"{w['trials']} trials: runs won against Optuna's TPE", w, 50) for w in won if w and w["other"] == "optuna_tpe"]
    rows += [goals.at_least(f"{n} trials: lead of auto's mean rank", goals.lead(table, AUTO), 0) for n, table in zip(CHECKPOINTS, found)]
    sections = [markdown.rank_tables("conditional spaces", found), "**Runs that auto wins**\n\n" + markdown.win_table(won)]
    return Report("Conditional spaces", rows, sections, {"ranks": found, "wins": won}, {
        "conditional": charts.lines("Conditional spaces", "trials", "mean rank", ranking.rank_lines(results, names, of, range(10, BUDGET + 1, 5)))})
