"""tuned, by ask and tell: the program search-driver, a process that lives for one run."""
import json
import subprocess

import spaces


class DriverError(RuntimeError):
    pass


class Driver:
    """One run. What it can be asked is at the head of driver/Run.swift."""
    def __init__(self, program, space, sampler="auto", settings=None, **problem):
        self.space = space
        self.process = subprocess.Popen([str(program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            self.about = self.request({"space": spaces.declare(space), "sampler": sampler, "settings": settings or {}, **problem})
        except DriverError:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()

    def request(self, fields):
        line = json.dumps(fields, separators=(",", ":"), allow_nan=False)
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()
        reply = self.process.stdout.readline()
        if not reply:
            raise DriverError(f"search-driver ended with status {self.process.wait()}")
        answer = json.loads(reply)
        if "error" in answer:
            raise DriverError(answer["error"])
        return answer

    def ask(self):
        """Trial, point, and nanoseconds in the sampler; None where the space is exhausted."""
        answer = self.request({"ask": True})
        if "exhausted" in answer:
            return None
        return answer["trial"], spaces.point_of(self.space, answer["values"]), answer["ns"]

    def tell(self, trial, *values):
        """Nanoseconds in the sampler."""
        return self.request({"tell": trial, "values": [finite(value) for value in values]})["ns"]

    def add(self, point, *values):
        named = {parameter.name: int(value) if parameter.kind != "float" else value
                 for parameter, value in zip(self.space, point)}
        self.request({"add": named, "values": [finite(value) for value in values]})

    def memory(self):
        """Resident bytes."""
        with open(f"/proc/{self.process.pid}/statm") as file:
            return int(file.read().split()[1]) * 4096


def finite(value):
    """JSON has no word for what is not a number."""
    return value if abs(value) < float("inf") else None


def samplers(program):
    done = subprocess.run([str(program), "--samplers"], capture_output=True, text=True, check=True)
    return done.stdout.split()


def parse(peer):
    """`tuned:NAME` or `tuned:NAME?setting=value+...` -> the name and its settings."""
    name, _, text = peer.removeprefix("tuned:").partition("?")
    settings = {}
    for pair in filter(None, text.split("+")):
        key, _, value = pair.partition("=")
        try:
            settings[key] = json.loads(value)
        except json.JSONDecodeError:
            settings[key] = value
    return name, settings
