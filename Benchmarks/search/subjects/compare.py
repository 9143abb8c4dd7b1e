"""Any peers against the first of them, for whoever works on a sampler: printed, and no part of the results.

    make bench-search SUBJECTS=compare ARGUMENTS="--peers tuned:gp,tuned:gp?candidates=500,optuna_tpe --seeds 0-4"
"""
import catalogue
import markdown
import ranking

BUDGET, CHECKPOINTS = 100, (25, 50, 100)


def chosen(bench):
    return bench.selection.objectives or catalogue.names("public") + catalogue.names("corner") + catalogue.names("noisy")


def run(bench):
    peers = bench.selection.peers or ["tuned:auto", "optuna_tpe"]
    bench.run(bench.jobs(chosen(bench), peers, range(5), BUDGET))


def text(bench):
    peers = bench.selection.peers or ["tuned:auto", "optuna_tpe"]
    budget = bench.selection.budget or BUDGET
    checkpoints = [n for n in CHECKPOINTS if n < budget] + [budget]
    results = bench.measured(peers, chosen(bench), budget)
    of = results.reaching(budget, peers)
    sections = [markdown.rank_tables("all", [ranking.mean_ranks(results, chosen(bench), of, n) for n in checkpoints])]
    for where in ("synthetic", "real", "corner", "noisy"):
        names = [name for name in catalogue.names(where) if name in results.objectives]
        won = [ranking.wins(results, names, of[0], other, n) for other in of[1:] for n in checkpoints]
        if any(won):
            sections.append(f"**{where}**\n\n" + markdown.win_table(won))
    present = [name for name in chosen(bench) if name in results.objectives]
    rows = [(name, *("" if (value := results.median(name, peer, budget)) is None else f"{value:.2f}" for peer in of)) for name in present]
    sections.append(f"**Median log10 regret after {budget} trials**\n\n" + markdown.table(["objective", *of], rows))
    seconds = [(peer, *bench.store_seconds(peer, budget)) for peer in of]
    sections.append(f"**Seconds a run of {budget} trials**\n\n" + markdown.table(["", "median", "longest"], seconds))
    return "\n\n".join(section for section in sections if section)
