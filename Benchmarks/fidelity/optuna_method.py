"""Optuna: a sampler and a pruner, by ask and tell, as its documentation shows them. What it prunes it never takes up again."""
import optuna
import peers
from simulation import Job

optuna.logging.set_verbosity(optuna.logging.ERROR)


def pruner(name, steps):
    return {
        "hyperband": lambda: optuna.pruners.HyperbandPruner(min_resource=1, max_resource=steps),
        "sha": lambda: optuna.pruners.SuccessiveHalvingPruner(),
        "median": lambda: optuna.pruners.MedianPruner(),
        "none": lambda: optuna.pruners.NopPruner(),
    }[name]()


class OptunaMethod:
    """`optuna:SAMPLER/PRUNER`, the sampler tpe or random."""
    def __init__(self, peer, table, seed, *_, **__):
        sampler, _, name = peer.removeprefix("optuna:").partition("/")
        samplers = {"tpe": optuna.samplers.TPESampler, "random": optuna.samplers.RandomSampler}
        self.table = table
        self.study = optuna.create_study(sampler=samplers[sampler](seed=seed), pruner=pruner(name or "none", table.steps))

    def next(self):
        trial = self.study.ask()
        return Job(trial.number, self.table.nearest(peers.suggest(trial, self.table.space)), 0, self.table.steps, told=trial)

    def report(self, job, step, value):
        job.told.report(value, step)
        return step < job.end and job.told.should_prune()

    def done(self, job, step, value, is_pruned):
        self.study.tell(job.told, state=optuna.trial.TrialState.PRUNED) if is_pruned else self.study.tell(job.told, value)

    def failed(self, job):
        self.study.tell(job.told, state=optuna.trial.TrialState.FAIL)

    def close(self):
        pass

    def end(self):
        pass
