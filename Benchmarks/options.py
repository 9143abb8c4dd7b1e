"""Values of options that the benchmarks' commands share."""


def numbers(text):
    """0-4 or 0,2,5."""
    low, dash, high = text.partition("-")
    return list(range(int(low), int(high) + 1)) if dash else [int(part) for part in text.split(",")]


def words(text):
    return [part for part in text.replace(",", " ").split() if part]
