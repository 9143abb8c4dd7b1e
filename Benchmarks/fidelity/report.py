"""results/fidelity.json and results/fidelity.md, made of all that has been measured so far."""
import datetime
import json
import math

import machine
import markdown

EXPLANATION = (
    "Tasks named `live:` and populations train the plugins themselves; the overhead of a report and checkpoints are timed. Everything else is simulated over tables of learning "
    "curves that were recorded once (`Benchmarks/fidelity/tables`): "
    "a trial has the curve of the nearest configuration of the table that no trial of its race has had, each step takes the seconds of processor time that it took, and all who "
    "search meet the same curves. Methods that continue a trial at a higher budget go on from its checkpoint; SMAC3 is given that too. The curves of "
    "all races are in `fidelity/`.")
PACKAGES = ["numpy", "scipy", "optuna", "smac", "ConfigSpace", "ray"]


def versions(bench):
    found = machine.versions(PACKAGES)
    found["methods"] = {peer: version for peer, version in sorted(bench.runner.versions.items()) if peer.startswith("tuned:") and version}
    return found


def write(bench, subjects, command):
    """All subjects of which there are results. Answers the goals, by subject."""
    reports = {name: found for name, subject in subjects.items() if (found := subject.report(bench))}
    described, used = machine.describe(bench.results), versions(bench)
    absent = sorted(peer for peer, version in bench.runner.versions.items() if version is None)
    result = {
        "subject": "fidelity", "date": datetime.date.today().isoformat(), "command": command, "quick": bench.is_quick, "machine": described,
        "versions": used, "left_out": absent, "failures": bench.runner.failures,
        "goals": {name: found.goals for name, found in reports.items()},
        "subjects": {name: found.data for name, found in reports.items()},
    }
    for found in reports.values():
        for name, text in found.charts.items():
            (bench.results / f"fidelity-{name}.svg").write_text(text)
    (bench.results / "fidelity.json").write_text(json.dumps(sound(result), indent=1, allow_nan=False) + "\n")
    (bench.results / "fidelity.md").write_text(page(reports, described, used, absent, command, bench.runner))
    return result["goals"]


def sound(value):
    """JSON has no word for what is infinite."""
    if isinstance(value, dict):
        return {key: sound(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [sound(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def page(reports, described, used, absent, command, runner):
    told = ", ".join(f"{name} {version}" for name, version in used.items() if isinstance(version, str))
    lines = ["# Budgets, rungs and folds beside their peers", "", f"`{command}` on {machine.in_words(described)}.", "", f"Versions: {told}."]
    if absent:
        lines += ["", f"Not there, and so not measured: {', '.join(absent)}."]
    lines += ["", EXPLANATION]
    for found in reports.values():
        lines += ["", f"## {found.title}"]
        if found.goals:
            lines += ["", markdown.goals(found.goals)]
        for name in found.charts:
            lines += ["", f"![{name}](fidelity-{name}.svg)"]
        for section in found.sections:
            lines += ["", section]
    if runner.failures:
        lines += ["", "## Races that failed", "", markdown.table(["peer", "table", "seed", "why"], [
            (f["peer"], f["table"], f["seed"], f["why"].replace("|", "/").replace("\n", " ")) for f in runner.failures])]
    return "\n".join(lines) + "\n"
