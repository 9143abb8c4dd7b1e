"""How curves are compared: ranks of median regrets, and runs won in pairs."""
import math
import statistics

FLOOR = 1e-6  # a regret below it is as good as none


def log_regret(value):
    return math.log10(max(FLOOR, value))


class Results:
    """Regrets by objective, peer and seed, read off curves after a number of trials.

    Where there are several runs of a seed, the one with that budget counts, else the shortest that reaches so far: an optimizer
    that knows its budget may begin otherwise when it is longer."""
    def __init__(self, runs, budget=None):
        self.curves = {}  # by objective and peer, then by seed: the curves, the preferred first
        for run in sorted(runs, key=lambda run: (run.job.budget != budget, run.job.budget)):
            by_seed = self.curves.setdefault((run.job.objective, run.job.peer), {})
            by_seed.setdefault(run.job.seed, []).append(run.curve)
        self.objectives = {objective for objective, _ in self.curves}
        self.peers = {peer for _, peer in self.curves}

    def reaching(self, trials, peers):
        """Those of the peers that have run so far on any objective."""
        reached = {peer for (_, peer), by_seed in self.curves.items()
                   if any(len(curve) >= trials for curves in by_seed.values() for curve in curves)}
        return [peer for peer in peers if peer in reached]

    def regrets(self, objective, peer, trials):
        """By seed."""
        found = {}
        for seed, curves in self.curves.get((objective, peer), {}).items():
            long_enough = next((curve for curve in curves if len(curve) >= trials), None)
            if long_enough:
                found[seed] = long_enough[trials - 1]
        return found

    def median(self, objective, peer, trials, seeds=None):
        """The logarithm of the median; None where nothing was run."""
        regrets = self.regrets(objective, peer, trials)
        values = [regrets[seed] for seed in (seeds if seeds is not None else regrets)]
        return log_regret(statistics.median(values)) if values else None


def ranks(values):
    """1 for the lowest; equal ones share the mean of their ranks."""
    order = sorted(range(len(values)), key=lambda i: values[i])
    result = [0.0] * len(values)
    first = 0
    while first < len(order):
        last = first
        while last + 1 < len(order) and values[order[last + 1]] == values[order[first]]:
            last += 1
        for place in order[first:last + 1]:
            result[place] = (first + last) / 2 + 1
        first = last + 1
    return result


def mean_ranks(results, objectives, peers, trials):
    """By the rank of the median logarithmic regret over the seeds that all these peers share; the best peer first.

    An objective that some of the peers has not run is left out."""
    table, used, shared = {peer: [] for peer in peers}, [], []
    for objective in objectives:
        by_peer = {peer: results.regrets(objective, peer, trials) for peer in peers}
        seeds = set.intersection(*(set(regrets) for regrets in by_peer.values())) if by_peer else set()
        if not seeds:
            continue
        medians = [round(log_regret(statistics.median(by_peer[peer][seed] for seed in seeds)), 6) for peer in peers]
        for peer, rank in zip(peers, ranks(medians)):
            table[peer].append(rank)
        used.append(objective)
        shared.append(len(seeds))
    if not used:
        return None
    rows = sorted(({"peer": peer, "mean_rank": statistics.fmean(all_ranks)} for peer, all_ranks in table.items()),
                  key=lambda row: row["mean_rank"])
    first = table[rows[0]["peer"]]
    for row in rows:
        behind = [a - b for a, b in zip(table[row["peer"]], first)]
        row["behind"] = statistics.fmean(behind)
        row["standard_error"] = statistics.stdev(behind) / math.sqrt(len(behind)) if len(behind) > 1 else None
    return {"trials": trials, "objectives": used, "seeds": [min(shared), max(shared)], "rows": rows}


def rank_lines(results, objectives, peers, trials):
    """By peer, the mean rank after each of those numbers of trials, as a line to draw."""
    found = [table for n in trials if (table := mean_ranks(results, objectives, peers, n))]
    by_rank = [row["peer"] for row in found[-1]["rows"]] if found else []
    return {peer: [(table["trials"], row["mean_rank"]) for table in found for row in table["rows"] if row["peer"] == peer]
            for peer in by_rank}


def regret_lines(results, objectives, peers, trials):
    """By peer, the mean over the objectives of the median log10 regret; the lowest first. Objectives that some have not run are left out."""
    shared = [o for o in objectives if all(results.regrets(o, peer, trials[-1]) for peer in peers)]
    found = {peer: [(n, statistics.fmean(results.median(o, peer, n) for o in shared)) for n in trials] for peer in peers if shared}
    return dict(sorted(found.items(), key=lambda item: item[1][-1][1]))


def wins(results, objectives, peer, other, trials):
    """The share of runs of the same objective and seed that end with the lower regret, a tie as half of one; None where there
    are no such pairs."""
    won = pairs = 0
    for objective in objectives:
        mine, theirs = results.regrets(objective, peer, trials), results.regrets(objective, other, trials)
        for seed in set(mine) & set(theirs):
            a, b = max(FLOOR, mine[seed]), max(FLOOR, theirs[seed])
            won += 1.0 if a < b else 0.5 if a == b else 0.0
            pairs += 1
    if pairs == 0:
        return None
    low, high = wilson(won / pairs, pairs)
    return {"peer": peer, "other": other, "trials": trials, "share": won / pairs, "pairs": pairs, "low": low, "high": high}


def wilson(share, count, z=1.959963984540054):
    """The interval of 95% around a share: E. Wilson, "Probable inference", Journal of the American Statistical Association 22,
    1927."""
    centre = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z / (1 + z * z / count) * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return max(0.0, centre - half), min(1.0, centre + half)


def targets_reached(curves, trials, low=-8, high=2, per_decade=5):
    """How much of a grid of targets, 10^high to 10^low, runs reach, over the share of their trials: the area under the empirical
    distribution of running times, 0 to 1, of Hansen et al. 2016, arXiv:1605.03560, section 4."""
    targets = [10 ** (low + i / per_decade) for i in range((high - low) * per_decade + 1)]
    area = 0.0
    for curve in curves:
        for target in targets:
            first = next((i for i, value in enumerate(curve[:trials]) if value <= target), trials)
            area += 1 - first / trials
    return area / (len(curves) * len(targets))
