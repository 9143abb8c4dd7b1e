"""How busy 16 slots of uneven speed stay with asynchronous halving, while there are trials to begin; and with the tail: what runs after the
last one was begun, and what is then taken up to the top, has fewer and fewer slots to fill whatever the method."""
import statistics

import goals
import markdown
from bench import FULL_BUDGET
from subjects import Report

WORKERS, TRIALS, BOUND = 16, 1000, 95
PEERS = [f"tuned:random/asha@{WORKERS}", f"tuned:random/hyperband@{WORKERS}", f"tuned:random/sha@{WORKERS}"]


def run(bench):
    bench.runner.run(bench.races(PEERS, FULL_BUDGET, TRIALS))


def report(bench):
    rows, table = [], []
    for peer in PEERS:
        for task in bench.tasks():
            found = [result.spent for result in bench.by_seed(task, peer, FULL_BUDGET, TRIALS).values()]
            if not found:
                continue
            steady = [100 * spent.busy_before_tail / (spent.slot_seconds - WORKERS * spent.tail) for spent in found]
            whole = statistics.fmean(100 * spent.busy_seconds / spent.slot_seconds for spent in found)
            tail = statistics.fmean(100 * WORKERS * spent.tail / spent.slot_seconds for spent in found)
            if "asha" in peer:
                rows.append(goals.at_least(f"{task}: slots busy with ASHA, {WORKERS} workers of uneven speed, worst seed", min(steady), BOUND, "%"))
            table.append((task, peer, statistics.fmean(steady), min(steady), whole, tail, len(found)))
    if not table:
        return None
    text = (f"{TRIALS} trials, then what runs is finished. Workers take between half and twice the table's time. The tail is the time after the "
            "last trial was begun.\n\n")
    return Report("Slots", rows, [text + markdown.table(["", "", "busy, %", "worst seed, %", "with the tail, %", "tail, % of the time", "seeds"], table)],
                  {"busy": table})
