"""The subjects by name. Each has `run(bench)`, which measures, and `report(bench)`, which answers a Report of Benchmarks/search, or None
where nothing was measured yet."""


def load():
    from . import checkpoint, folds, overhead, peers, population, slots, speed
    return {"speed": speed, "peers": peers, "folds": folds, "slots": slots, "overhead": overhead, "checkpoint": checkpoint,
            "population": population}
