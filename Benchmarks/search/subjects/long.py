"""Runs of 1,000 trials: what a sampler does past the first hundred."""
import charts
import goals
import markdown
import ranking
from bench import AUTO
from subjects import Report
from subjects.quality import share

BUDGET, CHECKPOINTS = 1000, (200, 500, 1000)
OBJECTIVES = ["hartmann6", "ellipsoid10_rot", "rosenbrock5_shift", "rastrigin6_shift", "griewank8_rot", "lr_surface4", "mixed_net8",
              "hartmann6_plus6_irrelevant_noisy", "categorical6_float2", "corner:ackley10_shift", "hpo:hpobench:kc1",
              "hpo:hpolib:naval_propulsion"]
QUICK = ["hartmann6", "mixed_net8"]
PEERS = [AUTO, "optuna_tpe", "optuna_cma", "rustuna_tpe", "random"]


def run(bench):
    if bench.is_quick:
        bench.run(bench.jobs(QUICK, PEERS, range(1), BUDGET))
    else:
        bench.run(bench.jobs(OBJECTIVES, PEERS, range(5), BUDGET))


def report(bench):
    results = bench.measured(PEERS, OBJECTIVES, BUDGET)
    of = results.reaching(BUDGET, PEERS)
    found = [ranking.mean_ranks(results, OBJECTIVES, of, n) for n in CHECKPOINTS]
    if not of or not found[-1]:
        return None
    won = [ranking.wins(results, OBJECTIVES, AUTO, other, n) for other in of if other != AUTO for n in CHECKPOINTS]
    rows = [goals.at_least(f"{n} trials: lead of auto's mean rank", goals.lead(table, AUTO), 0) for n, table in zip(CHECKPOINTS, found)]
    rows += [share(f"{w['trials']} trials: runs won against Optuna's TPE", w, 50) for w in won if w and w["other"] == "optuna_tpe"]
    sections = [markdown.rank_tables("1,000-trial runs", found), "**Runs that auto wins**\n\n" + markdown.win_table(won)]
    return Report("1,000 trials", rows, sections, {"ranks": found, "wins": won}, {
        "long": charts.lines("1,000 trials", "trials", "mean rank", ranking.rank_lines(results, OBJECTIVES, of, range(50, BUDGET + 1, 50)))})
