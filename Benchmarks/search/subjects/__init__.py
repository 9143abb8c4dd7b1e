"""The subjects by name. Each has `run(bench)`, which measures, and `report(bench)`, which answers a Report, or None where nothing
was measured yet."""
import dataclasses


@dataclasses.dataclass
class Report:
    title: str
    goals: list    # rows of goals.py
    sections: list  # Markdown
    data: dict     # for search.json
    charts: dict = dataclasses.field(default_factory=dict)  # by name, the text of an SVG file


def load():
    """`compare` is one only where it is named, and has a `text(bench)` in place of the report."""
    from . import bbob, compare, conditional, cost, fronts, long, parallel, quality, wide
    return {"compare": compare, "quality": quality, "conditional": conditional, "fronts": fronts, "bbob": bbob, "parallel": parallel,
            "cost": cost, "long": long, "wide": wide}
