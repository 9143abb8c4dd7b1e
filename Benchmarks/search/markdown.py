"""Tables that a person reads."""


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    lines += ["| " + " | ".join(cell(value) for value in row) + " |" for row in rows]
    return "\n".join(lines)


def cell(value):
    if value is None:
        return ""
    if isinstance(value, float):
        return number(value)
    return str(value)


def number(value):
    if value == 0 or 1e-3 <= abs(value) < 1e5:
        return f"{value:.4g}" if abs(value) < 1000 else f"{value:,.0f}"
    return f"{value:.2g}"


def goals(rows):
    verdict = {True: "yes", False: "**no**", None: "not measured"}
    return table(["goal", "seen", "wanted", "met"],
                 [(r["what"], seen(r), r["goal"], verdict[r["met"]]) for r in rows])


def seen(row):
    return "" if row["value"] is None else number(float(row["value"])) + row["unit"]


def rank_tables(title, all_ranked):
    """One table, the numbers of trials beside each other; the order is that of the last."""
    all_ranked = [ranked for ranked in all_ranked if ranked]
    if not all_ranked:
        return None
    last = all_ranked[-1]
    low, high = min(r["seeds"][0] for r in all_ranked), max(r["seeds"][1] for r in all_ranked)
    seeds = f"{low} to {high} seeds" if low != high else "1 seed" if low == 1 else f"{low} seeds"
    header, rows = [""], []
    for ranked in all_ranked:
        header += [f"at {ranked['trials']}", "behind the first"]
    for row in last["rows"]:
        line = [row["peer"]]
        for ranked in all_ranked:
            mine = next(r for r in ranked["rows"] if r["peer"] == row["peer"])
            error = "" if mine["standard_error"] is None else f" ± {mine['standard_error']:.2f}"
            line += [f"{mine['mean_rank']:.2f}", f"{mine['behind']:.2f}{error}" if mine["behind"] else ""]
        rows.append(line)
    return f"**{title}**: mean rank over {len(last['objectives'])} objectives, {seeds}\n\n" + table(header, rows)


def win_table(all_wins):
    rows = [(w["peer"], w["other"], w["trials"], f"{100 * w['share']:.1f}%", f"{100 * w['low']:.1f} to {100 * w['high']:.1f}%", w["pairs"])
            for w in all_wins if w]
    return table(["", "against", "trials", "runs won", "interval of 95%", "pairs"], rows)
