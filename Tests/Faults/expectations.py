"""What each behaviour of Tests/Plugins/misbehave.c must come to: the trial's state, the failure's kind and what it must say."""

COMPLETE = ("complete", None, [])
DEADLINE = ("failed", "deadline", ["did not end within"])


def failed(kind, *says):
    return ("failed", kind, list(says))


EXPECTED = {
    # Healthy, or harmless: the result counts.
    "ok": COMPLETE, "none": COMPLETE, "sleep_ms": COMPLETE, "print_much": COMPLETE, "print_stderr": COMPLETE, "log_much": COMPLETE,
    "close_fds": COMPLETE, "chdir_env": COMPLETE, "thread_outlives": COMPLETE, "report_late": COMPLETE, "report_1000": COMPLETE,
    "report_many": COMPLETE, "report_nan": COMPLETE, "report_backwards": COMPLETE, "daemonize": COMPLETE, "signal_handlers": COMPLETE,
    "stale_directory": COMPLETE,
    # Signals.
    "segfault": failed("crashed", "SIGSEGV", "in evaluate", "plugin+0x", "do_segfault"),
    "abort": failed("crashed", "SIGABRT", "plugin+0x", "do_abort"),
    "fpe": failed("crashed", "SIGFPE", "plugin+0x"),
    "trap": failed("crashed", "SIGILL", "plugin+0x"),
    "kill_self": failed("crashed", "SIGKILL"),
    "stack_overflow": failed("crashed", "stack overflow"),
    "stack_overflow_thread": failed("crashed", "SIGSEGV"),
    "double_free": failed("crashed", "SIGABRT"),
    "heap_overrun": failed("crashed", "SIGABRT"),
    "report_then_crash": failed("crashed", "SIGSEGV", "plugin+0x"),
    # The process ends.
    "exit0": failed("exited", "status 0 in evaluate"),
    "_exit0": failed("exited", "status 0 in evaluate"),
    "exit_while_other_thread": failed("exited", "status 0"),
    "pthread_exit": failed("exited", "pthread_exit"),
    "signal_handler": failed("exited", "status 0"),
    "fork_and_die": failed("exited", "status 1"),
    "close_all": failed("exited", "closed file descriptors"),
    # It never ends, or takes all there is.
    "hang": DEADLINE, "hang_polite": DEADLINE, "hang_ignoring_sigterm": DEADLINE, "raise_stop": DEADLINE,
    "endless_output": DEADLINE, "fork_bomb": DEADLINE,
    "oom": failed(("memory", "reported"), "memory"),
    # It says no, or something that cannot be.
    "nan": failed("not-finite", "nan"), "inf": failed("not-finite", "inf"),
    "missing_objective": failed("missing-objective", "value"), "unknown_metric": failed("missing-objective", "value"),
    "fail_with_text": failed("reported", "the loss exploded at step 3"),
    "fail_without_text": failed("reported", "without saying why"),
    "fail_odd_text": failed("reported", "broken"),
    "infeasible": failed("infeasible", "the layers do not fit together"),
    "cancelled": ("pruned", None, []),
}


def problem(trial):
    """None, or what is wrong with a trial of misbehave."""
    how = trial["configuration"]["how"]
    state, kind, says = EXPECTED[how]
    failure = trial.get("failure") or {}
    text = f"{failure.get('message', '')} | {failure.get('detail', '')}"
    if trial["state"] != state:
        return f"{how}: {trial['state']} instead of {state}: {text}"
    if state == "complete" and trial["values"] != [trial["configuration"]["x"]]:
        return f"{how}: the value is {trial['values']} instead of {trial['configuration']['x']}"
    if kind and failure.get("kind") not in (kind if isinstance(kind, tuple) else (kind,)):
        return f"{how}: of kind {failure.get('kind')} instead of {kind}: {text}"
    if how == "report_then_crash" and trial.get("step") != 3:
        return f"{how}: the last step is {trial.get('step')} instead of 3"
    missing = [part for part in says if part not in text]
    return f"{how}: \"{text}\" does not say {missing}" if missing else None
