"""The 24 noiseless functions of COCO in 2, 5 and 10 dimensions, three instances of each, 50 evaluations a dimension."""
import bbob
import charts
import goals
import markdown
import ranking
from bench import AUTO
from subjects import Report
from subjects.quality import share

OTHERS = ["cmaes", "optuna_tpe", "random"]


def contenders(bench):
    return [AUTO, bench.sampler("cmaes", "cma-es", "cma"), *OTHERS]


def run(bench):
    dimensions, instances = ((2, 5), (1,)) if bench.is_quick else (bbob.DIMENSIONS, bbob.INSTANCES)
    jobs = []
    for d in dimensions:
        jobs += bench.jobs(bbob.names((d,), instances), contenders(bench), range(1), bbob.EVALUATIONS * d)
    bench.run(jobs)


def report(bench):
    results = bench.measured(contenders(bench), bbob.names())
    if not results.curves:
        return None
    of = [peer for peer in contenders(bench) if peer in results.peers]
    tables, areas, won, rows = {}, [], [], []
    for d in bbob.DIMENSIONS:
        names = bbob.names((d,))
        reached = results.reaching(bbob.EVALUATIONS * d, of)
        found = [ranking.mean_ranks(results, names, reached, times * d) for times in (10, 25, 50)]
        if not found[-1]:
            continue
        tables[d] = found
        names = found[-1]["objectives"]
        areas += [{"dimension": d, "peer": peer, "area": area(results, names, peer, bbob.EVALUATIONS * d)} for peer in reached]
        for other in OTHERS:
            won.append(ranking.wins(results, names, AUTO, other, bbob.EVALUATIONS * d))
            if other != "random":
                rows.append(share(f"BBOB in {d} dimensions: runs won against {other}", won[-1], 50))
    for d, found in tables.items():
        ahead = goals.lead(found[-1], AUTO)
        rows.append(goals.at_least(f"BBOB in {d} dimensions: lead of auto's mean rank", ahead, 0))
    sections = [markdown.rank_tables(f"BBOB, {d} dimensions", found) for d, found in tables.items()]
    sections.append("**Share of targets reached, 10² to 10⁻⁸, over the run** (the area under the distribution of running times)\n\n" +
                    markdown.table(["dimensions", *of], [(d, *(area_of(areas, d, peer) for peer in of)) for d in tables]))
    sections.append("**Runs that auto wins after all evaluations**\n\n" + markdown.win_table(won))
    drawn = {f"bbob-{d}": charts.lines(f"BBOB, {d} dimensions", "evaluations", "mean rank", ranking.rank_lines(
        results, bbob.names((d,)), results.reaching(bbob.EVALUATIONS * d, of), [times * d for times in range(2, 51, 4)])) for d in tables}
    return Report("BBOB", rows, sections, {"ranks": tables, "areas": areas, "wins": won}, drawn)


def area_of(areas, dimension, peer):
    return next((a["area"] for a in areas if (a["dimension"], a["peer"]) == (dimension, peer)), None)


def area(results, names, peer, trials):
    found = [curve for name in names for curve in results.curves[name, peer].get(0, []) if len(curve) >= trials]
    return ranking.targets_reached(found, trials)
