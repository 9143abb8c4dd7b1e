"""k nearest neighbours on a CSV file whose last column is the class; nothing but the standard library.

python3 knn.py --train FILE --evaluate FILE --neighbours 5 --power 2 [--weighted] [--scale range|deviation]
"""

import argparse
import collections
import csv
import heapq
import statistics


def read(path):
    with open(path, newline="") as file:
        rows = list(csv.reader(file))[1:]
    return [[float(cell) for cell in row[:-1]] for row in rows], [row[-1] for row in rows]


def scaling(columns, how):
    """An offset and a factor for each column, from the training rows alone."""
    for column in columns:
        if how == "range":
            low, spread = min(column), max(column) - min(column)
        else:
            low, spread = statistics.mean(column), statistics.pstdev(column)
        yield low, 1 / spread if spread > 0 else 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--train", required=True)
    parser.add_argument("--evaluate", required=True)
    parser.add_argument("--neighbours", type=int, default=5)
    parser.add_argument("--power", type=float, default=2, help="of Minkowski's distance")
    parser.add_argument("--weighted", action="store_true", help="near neighbours count more")
    parser.add_argument("--scale", choices=["range", "deviation"], help="none where it is left out")
    arguments = parser.parse_args()

    rows, classes = read(arguments.train)
    asked, answers = read(arguments.evaluate)
    if arguments.scale:
        scales = list(scaling(zip(*rows), arguments.scale))
        rows, asked = ([[(x - low) * factor for x, (low, factor) in zip(row, scales)] for row in part] for part in (rows, asked))

    wrong = 0
    for row, answer in zip(asked, answers):
        distances = ((sum(abs(a - b) ** arguments.power for a, b in zip(row, other)), name) for other, name in zip(rows, classes))
        votes = collections.Counter()
        for distance, name in heapq.nsmallest(arguments.neighbours, distances):
            votes[name] += 1 / (distance + 1e-9) if arguments.weighted else 1
        wrong += votes.most_common(1)[0][0] != answer
    print(f"error {wrong / len(asked)}")


main()
