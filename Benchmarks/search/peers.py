"""The peers, each driven as its authors show it and with its own defaults. Each is imported when it is run.

A peer is a function of the space, the seed, the number of trials and the objective, which it calls once a trial. Every peer is
given the same seed for its own generator.
"""
import importlib.metadata
import math
import os
import random
import tempfile

import driver
import spaces


def run_random(space, seed, trials, evaluate):
    generator = random.Random(seed)
    for _ in range(trials):
        evaluate(spaces.draw(space, lambda parameter: parameter.at(generator.random())))


def run_sobol(space, seed, trials, evaluate):
    from scipy.stats import qmc
    power = max(1, math.ceil(math.log2(trials)))
    for row in qmc.Sobol(len(space), scramble=True, rng=seed).random_base2(power)[:trials]:
        shares = {parameter.name: u for parameter, u in zip(space, row)}
        evaluate(spaces.draw(space, lambda parameter: parameter.at(shares[parameter.name])))


def suggest(trial, space):
    """A point by the calls that Optuna and rustuna have in common."""
    def choose(p):
        if p.is_categorical:
            return trial.suggest_categorical(p.name, list(range(len(p.choices))))
        if p.kind == "int":
            return trial.suggest_int(p.name, int(p.low), int(p.high), log=p.log)
        return trial.suggest_float(p.name, p.low, p.high, log=p.log)

    return spaces.draw(space, choose)


def optuna_sampler(name, seed):
    import optuna
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    samplers = optuna.samplers
    return {
        "optuna_tpe": lambda: samplers.TPESampler(seed=seed),  # multivariate, from version 5 on
        "optuna_tpe_uni": lambda: samplers.TPESampler(seed=seed, multivariate=False),
        "optuna_gp": lambda: samplers.GPSampler(seed=seed),
        "optuna_cma": lambda: samplers.CmaEsSampler(seed=seed),
        "optuna_nsga2": lambda: samplers.NSGAIISampler(seed=seed),
    }[name]()


def run_optuna(name):
    def run(space, seed, trials, evaluate):
        import optuna
        study = optuna.create_study(directions=["minimize"] * evaluate.objectives, sampler=optuna_sampler(name, seed))
        study.optimize(lambda trial: evaluate(suggest(trial, space)), n_trials=trials)

    return run


def run_rustuna(space, seed, trials, evaluate):
    import rustuna
    study = rustuna.create_study(sampler=rustuna.samplers.TPESampler(seed=seed))
    study.optimize(lambda trial: evaluate(suggest(trial, space)), n_trials=trials)


def run_hyperopt(space, seed, trials, evaluate):
    import numpy
    from hyperopt import fmin, hp, tpe

    def expression(p):
        if p.is_categorical:
            return hp.choice(p.name, list(range(len(p.choices))))
        if p.kind == "int" and p.log:
            return hp.qloguniform(p.name, math.log(p.low - 0.5), math.log(p.high + 0.5), 1)
        if p.kind == "int":
            return hp.quniform(p.name, p.low - 0.5, p.high + 0.5, 1)
        if p.log:
            return hp.loguniform(p.name, math.log(p.low), math.log(p.high))
        return hp.uniform(p.name, p.low, p.high)

    def objective(values):
        within = [float(v) if p.is_categorical else min(p.high, max(p.low, float(v))) for p, v in zip(space, values)]
        return evaluate(within)

    fmin(objective, [expression(p) for p in space], tpe.suggest, trials, rstate=numpy.random.default_rng(seed),
         show_progressbar=False, verbose=False)


def run_smac(space, seed, trials, evaluate):
    from ConfigSpace import Categorical, ConfigurationSpace, Float, Integer
    from smac import HyperparameterOptimizationFacade, Scenario
    configurations = ConfigurationSpace(seed=seed)
    for p in space:
        if p.is_categorical:
            configurations.add(Categorical(p.name, list(range(len(p.choices)))))
        else:
            configurations.add((Integer if p.kind == "int" else Float)(p.name, (p.low, p.high), log=p.log))
    with tempfile.TemporaryDirectory() as folder:
        scenario = Scenario(configurations, n_trials=trials, deterministic=True, seed=seed, output_directory=os.path.join(folder, "smac"))
        HyperparameterOptimizationFacade(
            scenario, lambda values, seed=0: evaluate([float(values[p.name]) for p in space]), overwrite=True, logging_level=50,
        ).optimize()


def run_cmaes(space, seed, trials, evaluate):
    """For spaces of numbers alone: from the middle of the unit cube, deviation a fifth; begun anew where it has converged."""
    import cmaes
    import numpy
    if any(p.is_categorical or p.kind != "float" for p in space):
        raise ValueError("cmaes is run on continuous spaces alone")
    d, done, restarts = len(space), 0, 0
    while done < trials:
        mean = numpy.full(d, 0.5) if restarts == 0 else numpy.random.default_rng((seed, restarts)).random(d)
        optimizer = cmaes.CMA(mean=mean, sigma=0.2, bounds=numpy.array([[0.0, 1.0]] * d), seed=seed + 1000 * restarts + 1)
        restarts += 1
        while done < trials and not optimizer.should_stop():
            generation = []
            for _ in range(min(optimizer.population_size, trials - done)):
                unit = optimizer.ask()
                generation.append((unit, evaluate([p.at(u) for p, u in zip(space, unit)])))
                done += 1
            if len(generation) == optimizer.population_size:
                optimizer.tell(generation)


def run_tuned(peer, program):
    name, settings = driver.parse(peer)

    def run(space, seed, trials, evaluate):
        with driver.Driver(program, space, name, settings, seed=seed, budget=trials, objectives=evaluate.objectives) as study:
            for _ in range(trials):
                asked = study.ask()
                if asked is None:
                    return
                trial, point, _ = asked
                values = evaluate(point)
                study.tell(trial, *(values if evaluate.objectives > 1 else [values]))

    return run


PEERS = {
    "random": run_random, "sobol": run_sobol, "optuna_tpe": run_optuna("optuna_tpe"), "optuna_tpe_uni": run_optuna("optuna_tpe_uni"),
    "optuna_cma": run_optuna("optuna_cma"), "optuna_nsga2": run_optuna("optuna_nsga2"), "optuna_gp": run_optuna("optuna_gp"), "rustuna_tpe": run_rustuna,
    "hyperopt_tpe": run_hyperopt, "smac3": run_smac, "cmaes": run_cmaes,
}
CHEAP = ["random", "sobol", "optuna_tpe", "optuna_tpe_uni", "optuna_cma", "rustuna_tpe", "hyperopt_tpe"]
COSTLY = ["optuna_gp", "smac3"]
# What each stands on, whose version goes with its curves.
PACKAGES = {"random": None, "sobol": "scipy", "optuna_tpe": "optuna", "optuna_tpe_uni": "optuna", "optuna_cma": "optuna",
            "optuna_gp": "optuna", "optuna_nsga2": "optuna", "rustuna_tpe": "rustuna", "hyperopt_tpe": "hyperopt", "smac3": "smac", "cmaes": "cmaes"}


def find(peer, program=None):
    """A name with @K at its end is the same with K workers; see workers.py."""
    name, _, count = peer.partition("@")
    if count:
        import workers
        return workers.run(name, int(count), program)
    return run_tuned(name, program) if name.startswith("tuned:") else PEERS[name]


def version(peer, program=None):
    """Of the package, or the sampler's revision; None where it is not there."""
    peer = peer.partition("@")[0]
    if peer.startswith("tuned:"):
        name, settings = driver.parse(peer)
        space = [driver.spaces.Parameter("x", "float", 0, 1)]
        try:
            with driver.Driver(program, space, name, settings, budget=100) as study:
                return "{sampler} {revision}".format(**study.about)
        except (driver.DriverError, OSError):
            return None
    package = PACKAGES[peer]
    if package is None:
        return "1"
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None
