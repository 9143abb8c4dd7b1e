"""Folds of one trial in turn, each trained in full, and the pruner asked after each: how many runs are saved, and at what price."""
import math
import warnings


class Incumbent:
    """The best trial of which all folds were run."""
    def __init__(self):
        self.mean, self.row = math.inf, None

    def take(self, row, values):
        mean = sum(values) / len(values)
        if mean < self.mean:
            self.mean, self.row = mean, row


def tuned(table, seed, program, trials, pruner, settings):
    """Runs of folds, and the incumbent's row."""
    import driver
    import spaces
    runs, best = 0, Incumbent()
    with driver.Driver(program, table.space, "random", seed=seed, budget=trials, pruner=pruner, pruner_settings=settings, folds=table.folds,
                       fidelity={"low": 1, "high": table.steps}) as study:
        places, asked, closed = {}, 0, False
        while True:
            if asked == trials and not closed:
                study.request({"close": True})
                closed = True
            answer = study.request({"next": True})
            if "trial" not in answer:
                return runs, best.row
            trial = answer["trial"]
            if "values" in answer:
                asked += 1
                places[trial] = (table.nearest(spaces.point_of(table.space, answer["values"])), [])
            row, values = places[trial]
            runs += one(study, table, trial, row, values, best)


def one(study, table, trial, row, values, best):
    """Goes on with the folds that the trial has not; one that was cut short keeps those it has."""
    done, prune = 0, False
    while len(values) < table.folds and not prune:
        fold = len(values)
        curve = table.runs[row][fold]
        done += 1
        if len(curve) < table.steps:
            study.request({"failed": trial})
            return done
        values.append(curve.values[-1])
        prune = "prune" in study.request({"folded": trial, "fold": fold, "value": values[-1]})
    mean = sum(values) / len(values)
    if len(values) == table.folds:
        best.take(row, values)
        study.request({"reached": trial, "step": table.steps, "value": mean})
    else:
        study.request({"pruned": trial, "step": table.steps, "value": mean})
    return done


def optuna_wilcoxon(table, seed, program, trials):
    """As Optuna's documentation shows it: a report a fold, the mean of the folds so far where it prunes."""
    import optuna
    import peers
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.filterwarnings("ignore", category=optuna.exceptions.ExperimentalWarning)
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=seed), pruner=optuna.pruners.WilcoxonPruner())
    runs, best = 0, Incumbent()
    for _ in range(trials):
        trial = study.ask()
        row, values = table.nearest(peers.suggest(trial, table.space)), []
        for fold in range(table.folds):
            runs += 1
            curve = table.runs[row][fold]
            if len(curve) < table.steps:
                study.tell(trial, state=optuna.trial.TrialState.FAIL)
                break
            values.append(curve.values[-1])
            trial.report(values[-1], fold)
            if fold + 1 < table.folds and trial.should_prune():
                study.tell(trial, sum(values) / len(values))
                break
        else:
            best.take(row, values)
            study.tell(trial, sum(values) / len(values))
    return runs, best.row
