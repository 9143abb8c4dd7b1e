"""What the project has set itself, and whether it is so."""


def goal(what, value, bound, is_lower, unit=""):
    """`is_lower`: the value must be at least the bound, else at most. A value that was not measured is neither met nor missed."""
    met = None if value is None else bool(value >= bound) if is_lower else bool(value <= bound)
    return {"what": what, "value": value, "goal": ("at least " if is_lower else "at most ") + f"{bound:g}{unit}", "unit": unit, "met": met}


def at_least(what, value, bound, unit=""):
    return goal(what, value, bound, True, unit)


def at_most(what, value, bound, unit=""):
    return goal(what, value, bound, False, unit)


def lead(table, peer):
    """By how much a peer's mean rank is ahead of the best other one; negative where it is behind."""
    if table is None:
        return None
    by_peer = {row["peer"]: row["mean_rank"] for row in table["rows"]}
    if peer not in by_peer or len(by_peer) < 2:
        return None
    return min(rank for other, rank in by_peer.items() if other != peer) - by_peer[peer]
