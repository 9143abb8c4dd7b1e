"""Logistic regression with numpy, by mini-batch gradient descent: `make demo-python` tunes it on data/breast_cancer.csv."""

import csv

import numpy as np


def create(config):
    """Reads the data once in each worker. The last column, or the one that config names, is the class."""
    with open(config.data, newline="") as file:
        header, *rows = csv.reader(file)
    target = header.index(config.get("target", header[-1]))
    names = sorted({row[target] for row in rows})
    if len(names) != 2:
        raise ValueError(f"{len(names)} classes; this is a model for two")
    labels = np.array([names.index(row[target]) for row in rows])
    features = np.array([[float(cell) for i, cell in enumerate(row) if i != target] for row in rows])
    return features, labels


def dataset(config):
    """The classes, so that the host can make stratified folds."""
    return create(config)[1].tolist()


def scale(features, rows):
    """By the training rows alone: those that score a model have no part in it."""
    return (features - features[rows].mean(axis=0)) / (features[rows].std(axis=0) + 1e-9)


def train(trial):
    features, labels = trial.state
    rows = np.asarray(trial.train_rows)
    scaled = scale(features, rows)
    random = np.random.default_rng(trial.seed)
    weights, bias, velocity = np.zeros(features.shape[1]), 0.0, 0.0
    size = trial["batch"]
    for epoch in range(int(trial.budget) or 60):
        for batch in np.array_split(random.permutation(rows), max(1, len(rows) // size)):
            slope = 1 / (1 + np.exp(-(scaled[batch] @ weights + bias))) - labels[batch]
            gradient = scaled[batch].T @ slope / len(batch) + trial["penalty"] * weights
            velocity = trial["momentum"] * velocity - trial["rate"] * gradient
            weights = weights + velocity
            bias -= trial["rate"] * slope.mean()
        if trial.report(epoch + 1, error(scaled, labels, trial.evaluate_rows, weights, bias)):
            break
    return scaled, weights, bias


def error(scaled, labels, rows, weights, bias):
    rows = np.asarray(rows)
    return np.mean((scaled[rows] @ weights + bias > 0) != labels[rows])


def evaluate(trial):
    scaled, weights, bias = trial.model
    return error(scaled, trial.state[1], trial.evaluate_rows, weights, bias)
