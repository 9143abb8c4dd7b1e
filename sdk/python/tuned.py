"""tuned.py: studies of the `tuned` daemon for Python programs. One file, nothing but the standard library, Python 3.9 or later.

The program asks for a configuration, tries it in whatever way it likes, and tells what came of it:

    import tuned

    study = tuned.create(
        "mine",
        space={
            "lr": {"type": "float", "low": 1e-5, "high": 1, "log": True},
            "kernel": {"type": "categorical", "choices": ["rbf", "poly"]},
            "degree": {"type": "int", "low": 2, "high": 5, "when": {"kernel": ["poly"]}},
        },
        objectives=[{"metric": "loss", "goal": "minimize"}],
        seed=7,
    )
    for _ in range(100):
        with study.ask() as trial:
            trial.tell(train(**trial.params))      # an inactive parameter is not in params
    print(study.best.params, study.best.value)

or leaves the loop to the study, with reports and early stopping, in four threads:

    def objective(trial):
        for epoch in range(50):
            loss = train_one_epoch(**trial.params)
            trial.report(epoch, loss)
            if trial.should_stop:
                break
        return loss

    study.optimize(objective, trials=100, threads=4)

Another process takes part with tuned.study("mine"); the daemon gives every one who asks a trial of its own. To see what happens,
as it happens:

    for event in study.follow(after=0):
        print(event["sequence"], event["type"])

The daemon of the user is reached over its Unix socket and started where none runs. One on another machine, over TCP:

    daemon = tuned.connect(host="127.0.0.1", port=7070, token_file="/etc/tuned/token")
    study = daemon.study("mine")

Everything that goes wrong is a tuned.Error with a `code` for programs and a `message` for people. docs/api.md describes the
HTTP API beneath.
"""

import argparse
import concurrent.futures
import http.client
import json
import math
import os
import select
import shutil
import socket
import stat
import subprocess
import sys
import threading
import time
from urllib.parse import quote, urlencode

__all__ = ["Daemon", "Error", "Study", "Trial", "connect", "create", "study"]

# Seconds. A connection that lay idle is closed by the daemon after 30, an event stream gives a sign of life every 15.
_TIMEOUT = 60
_IDLE = 20
_HEARTBEAT = 45
# Trials in one reply.
_PAGE = 1000


class Error(Exception):
    """What went wrong: `code` for programs, `message` for people.

    Codes of the daemon: invalid, unauthorized, forbidden, notFound, exists, conflict, plugin, data, resources, unavailable, storage.
    Codes of this file: unreachable (no daemon answers, or the connection broke), protocol (the answer makes no sense), invalid.

        try:
            trial.tell(0.1)
        except tuned.Error as error:
            if error.code != "conflict":       # conflict: it was told before
                raise
    """

    def __init__(self, code, message, path="", underlying=""):
        super().__init__(code, message)
        self.code = code
        self.message = message
        #: Where in the request, such as "space.lr.low"; "" for the whole.
        self.path = path
        #: The words of what failed underneath.
        self.underlying = underlying

    def __str__(self):
        where = f" (at {self.path})" if self.path else ""
        return f"{self.code}: {self.message}{where}"


# ---- The daemon.


def connect(home=None, *, host=None, port=None, token=None, token_file=None, start=True):
    """The daemon of a data directory, or with `host` and `port` one that listens on TCP.

    home:  the data directory; else $TUNED_HOME, $XDG_DATA_HOME/tuned-hpo or ~/.local/share/tuned-hpo.
    token: what a TCP listener asks for, or token_file: the file whose first line it is.
    start: whether a daemon is started where none runs. The command `tuned` is looked for in $TUNED_BIN, then in PATH.

    Nothing is sent before the first request.
    """
    if host is None:
        if port or token or token_file:
            raise Error("invalid", "port and token belong to a TCP listener: give its host too")
        return Daemon(_UnixSocket(home), start)
    if token_file:
        try:
            with open(token_file, encoding="utf-8") as file:
                token = file.readline().strip()
        except OSError as error:
            raise Error("invalid", f"cannot read the token file {token_file}: {error.strerror}") from error
    if not port or not token:
        raise Error("invalid", "a TCP listener wants a port and a token: see docs/administrators.md")
    return Daemon(_TCPSocket(host, port, token), start=False)


def create(name, space=None, **specification):
    """Creates a study on the user's daemon: see Daemon.create."""
    return connect().create(name, space, **specification)


def study(name):
    """A study that exists, on the user's daemon: see Daemon.study."""
    return connect().study(name)


class Daemon:
    """A daemon, by connect(). Its methods may be called from several threads at once."""

    def __init__(self, place, start):
        self._place = place
        self._may_start = start
        self._local = threading.local()

    def __repr__(self):
        return f"<tuned daemon at {self._place}>"

    def create(self, name, space=None, *, objectives=None, sampler="auto", seed=0, trials=None, **more):
        """Creates a study and starts it.

        space:      parameters by name, in the grammar of a schema (sdk/README.md); with a `plugin`, what narrows it.
        objectives: a list of metric names or {"metric": ..., "goal": "minimize" or "maximize"}; else one, "value".
        trials:     how many to make; without it the study goes on until it is stopped.
        more:       any other key of a study file: title, stop, plugin, data, config, split, resources, timeout.

        Error("exists") where the name is taken.
        """
        # JSON numbers of the daemon end at 2^63 - 1; larger seeds go as text.
        body = {"study": name, "sampler": sampler, "seed": str(seed) if isinstance(seed, int) and seed >= 2**63 else seed, **more}
        if space is not None:
            body["space"] = space
        if objectives is not None:
            body["objectives"] = list(objectives)
        if trials is not None:
            body["stop"] = {**more.get("stop", {}), "trials": trials}
        if "data" in body:
            body["data"] = os.path.abspath(body["data"])
        return Study(self, self.request("POST", "/v1/studies", body))

    def study(self, name):
        """A study that exists. Error("notFound") where none has this name."""
        return Study(self, self.request("GET", f"/v1/studies/{_segment(name)}"))

    def studies(self):
        """All studies as the daemon describes them: a list of dictionaries."""
        return self.request("GET", "/v1/studies")["studies"]

    def status(self):
        """How the daemon is: version, process, studies by state, storage."""
        return self.request("GET", "/v1/status")

    def request(self, method, target, body=None):
        """One request of the API and its JSON reply. The other methods are made of it."""
        connection = self._connection()
        try:
            connection.request(method, target, *self._content(body))
            reply = connection.getresponse()
            content = reply.read()
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise Error("unreachable", f"the connection to {self._place} broke: {error}", underlying=repr(error)) from error
        self._local.used = time.monotonic()
        if reply.will_close:
            self.close()
        return self._parse(reply.status, content)

    def close(self):
        """Closes this thread's connection. The next request opens another."""
        connection = self._local.__dict__.pop("connection", None)
        if connection is not None:
            connection.close()

    def _content(self, body):
        headers = dict(self._place.headers)
        if body is None:
            return None, headers
        headers["Content-Type"] = "application/json"
        try:
            return json.dumps(body, allow_nan=False).encode(), headers
        except (TypeError, ValueError) as error:
            raise Error("invalid", f"this cannot be sent as JSON: {error}") from error

    def _connection(self):
        """This thread's connection: a new one where the old may be closed at its other end, or is a parent process's."""
        known = self._local.__dict__
        connection = known.get("connection")
        if connection is not None and known["process"] == os.getpid() and time.monotonic() - known["used"] < _IDLE:
            if not select.select([connection.sock], [], [], 0)[0]:
                return connection
        self.close()
        known.update(connection=self._open(_TIMEOUT), process=os.getpid(), used=time.monotonic())
        return known["connection"]

    def _open(self, timeout, may_start=True):
        try:
            return self._place.open(timeout)
        except (FileNotFoundError, ConnectionRefusedError) as error:
            if not (may_start and self._may_start):
                raise Error("unreachable", f"no daemon answers at {self._place}: {error.strerror}") from error
        except OSError as error:
            raise Error("unreachable", f"{self._place} cannot be reached: {error}") from error
        self._place.start()
        return self._open(timeout, may_start=False)

    @staticmethod
    def _parse(status, content):
        try:
            reply = json.loads(content)
        except ValueError as error:
            raise Error("protocol", f"the reply is not JSON (HTTP status {status})") from error
        if 200 <= status < 300:
            return reply
        fields = reply.get("error", {}) if isinstance(reply, dict) else {}
        raise Error(fields.get("code", f"http-{status}"), fields.get("message", f"the daemon answered with HTTP status {status}"),
                    fields.get("path", ""), fields.get("underlying", ""))

    def _events(self, target, after):
        """One event stream until it ends: (type, id, data) of each event, after a first one of type "open"."""
        connection = self._open(_HEARTBEAT, may_start=False)
        try:
            headers = {**self._place.headers, "Accept": "text/event-stream", "Last-Event-ID": str(after)}
            connection.request("GET", target, headers=headers)
            reply = connection.getresponse()
            if reply.status != 200:
                self._parse(reply.status, reply.read())
            yield "open", None, ""
            yield from _server_sent_events(reply)
        finally:
            connection.close()


class _Connection(http.client.HTTPConnection):
    def __del__(self):
        """Closed when the thread ends that it belongs to."""
        self.close()


class _UnixSocket:
    """Where the daemon of a data directory listens: what Sources/tuned/Client/DataDirectory.swift says, in Python."""

    headers = {"Host": "localhost"}

    def __init__(self, home):
        home = home or os.environ.get("TUNED_HOME")
        shared, user = os.environ.get("XDG_DATA_HOME", ""), os.environ.get("HOME", "")
        if home:
            path = os.path.join(os.getcwd(), home)
        elif shared.startswith("/"):
            path = f"{shared}/tuned-hpo"
        elif user.startswith("/"):
            path = f"{user}/.local/share/tuned-hpo"
        else:
            raise Error("invalid", "no data directory: HOME is not set. Set TUNED_HOME to a directory on a local disk.")
        self.home = path.rstrip("/") or "/"
        self.path = f"{self.home}/daemon.sock"
        # A socket's address has room for 107 bytes.
        if len(os.fsencode(self.path)) > 107:
            self.path = f"{self._short_folder()}/{_fnv1a(os.fsencode(self.home)):x}.sock"

    def __str__(self):
        return self.path

    def open(self, timeout):
        connection = _Connection("localhost", timeout=timeout)
        connection.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.sock.settimeout(timeout)
            connection.sock.connect(self.path)
        except OSError:
            connection.close()
            raise
        return connection

    def start(self):
        """Has the command start the daemon, in the background as always."""
        command = os.environ.get("TUNED_BIN") or shutil.which("tuned")
        if not command:
            raise Error("unreachable", f"no daemon answers at {self}, and the command `tuned` is not in PATH to start one")
        try:
            done = subprocess.run([command, "studies", "--json"], env={**os.environ, "TUNED_HOME": self.home}, timeout=_TIMEOUT,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        except (OSError, subprocess.SubprocessError) as error:
            raise Error("unreachable", f"{command} could not start the daemon: {error}") from error
        if done.returncode != 0:
            words = (done.stderr.strip() or done.stdout.strip())[-2000:]
            raise Error("unreachable", f"{command} could not start the daemon: {words}")

    @staticmethod
    def _short_folder():
        """Refused where somebody else owns it or may write to it: in /tmp anybody could have made it first."""
        folder = f"/tmp/tuned-{os.getuid()}"
        try:
            status = os.lstat(folder)
        except FileNotFoundError:
            return folder
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid() or status.st_mode & 0o077:
            raise Error("forbidden", f"{folder} belongs to somebody else or is open to others; set TUNED_HOME to a shorter path")
        return folder


class _TCPSocket:
    def __init__(self, host, port, token):
        self.host, self.port = host, int(port)
        self.headers = {"Authorization": f"Bearer {token}"}

    def __str__(self):
        return f"{self.host}:{self.port}"

    def open(self, timeout):
        connection = _Connection(self.host, self.port, timeout=timeout)
        connection.connect()
        return connection


# ---- Studies.


class Study:
    """A study, by create() or study(). Its methods may be called from several threads at once."""

    def __init__(self, daemon, description):
        self.daemon = daemon
        self.name = description["study"]
        #: [{"name": "loss", "goal": "minimize"}], in the order of a trial's values.
        self.objectives = description["objectives"]
        self._address = f"/v1/studies/{_segment(self.name)}"

    def __repr__(self):
        return f"<tuned study {self.name}>"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        """Closes the connection; the study goes on."""
        self.daemon.close()

    def describe(self):
        """The study as the daemon describes it: declaration, state, counts, how it stands at this moment."""
        return self.daemon.request("GET", self._address)

    @property
    def state(self):
        """running, paused, completed, stopped or failed."""
        return self.describe()["state"]

    @property
    def best(self):
        """The best complete trial by the first objective; None while there is none."""
        found = self.daemon.request("GET", f"{self._address}/best?count=1")["best"]
        return Trial(self, {**found[0], "number": found[0]["trial"], "state": "complete"}) if found else None

    def trials(self, state=None, sort="number"):
        """Yields the trials, by number or by `sort` ("value", "-value", "duration"); `state` picks ("complete,failed")."""
        offset = 0
        while True:
            query = {"sort": sort, "limit": _PAGE, "offset": offset, **({"state": state} if state else {})}
            page = self.daemon.request("GET", f"{self._address}/trials?{urlencode(query)}")["trials"]
            for fields in page:
                yield Trial(self, fields)
            offset += len(page)
            if len(page) < _PAGE:
                return

    def ask(self):
        """A trial of one's own to try. Error("conflict") where the study asks for no more."""
        return Trial(self, {**self.daemon.request("POST", f"{self._address}/ask"), "state": "running"})

    def enqueue(self, **params):
        """Has a configuration tried next; the sampler fills what is left out."""
        self.daemon.request("POST", f"{self._address}/enqueue", {"values": params})

    def pause(self):
        """No trial is asked for until resume()."""
        self.daemon.request("POST", f"{self._address}/pause")

    def resume(self, trials=None):
        """Goes on after a pause or an end; `trials` says how many there may be in all."""
        self.daemon.request("POST", f"{self._address}/resume", {"stop": {"trials": trials}} if trials else None)

    def stop(self):
        """Ends the study; trials under way are cancelled."""
        self.daemon.request("POST", f"{self._address}/stop")

    def delete(self):
        """Deletes the study and all that it left behind."""
        self.daemon.request("DELETE", self._address)

    def optimize(self, objective, trials=None, threads=1, catch=()):
        """Asks, calls objective(trial) and tells what it returns, `trials` times or until the study wants no more.
        Returns the best trial.

        An exception in the objective fails its trial; one of the types in `catch` is no more than that, any other ends the work
        and is raised here.
        """
        left = iter(range(trials)) if trials is not None else iter(int, 1)
        over = threading.Event()
        lock = threading.Lock()

        def work():
            while not over.is_set():
                with lock:
                    if next(left, None) is None:
                        return
                try:
                    if not self._try(objective):
                        over.set()
                except catch:
                    pass
                except BaseException:
                    over.set()
                    raise

        with concurrent.futures.ThreadPoolExecutor(threads) as pool:
            try:
                for worker in [pool.submit(work) for _ in range(threads)]:
                    worker.result()
            finally:
                over.set()
        return self.best

    def _try(self, objective):
        """Makes one trial; False where the study wants no more of them."""
        try:
            trial = self.ask()
        except Error as error:
            if error.code != "conflict":
                raise
            return False
        try:
            with trial:
                value = objective(trial)
                if trial.state == "running":  # the objective may have told it
                    trial.tell(value)
        except Error as error:
            if error.code != "conflict" or self.state == "running":
                raise
            return False  # the study ended in the meantime
        return True

    def follow(self, after=None, types=None, until_settled=False, patience=30):
        """Yields the study's events as dictionaries, each once and in order, as they become durable.

        after:         the number of the last event one has seen: event["sequence"]. 0 begins with the first event, None with
                       what comes from now on.
        types:         names of the types to be told of, such as ["trial_ended"]; None is all.
        until_settled: ends once the study no longer runs. It ends when the study is deleted in any case.
        patience:      seconds without a daemon, after which Error("unreachable") is raised; a connection that breaks is made
                       again before that, and goes on where it was.

            for event in study.follow(after=0, types=["trial_ended"], until_settled=True):
                print(event["trial"], event["values"])
        """
        position = self.daemon.status()["storage"]["last_sequence"] if after is None else int(after)
        query = urlencode({k: v for k, v in {"types": ",".join(types or []), "until": until_settled and "settled"}.items() if v})
        target = f"{self._address}/events?{query}"
        lost = None
        while True:
            try:
                for name, identifier, data in self.daemon._events(target, position):
                    lost = None
                    if name == "end":
                        return
                    if name not in ("open", "overflow") and identifier is not None:
                        position = int(identifier)
                        yield json.loads(data)
                problem = "the daemon ended the stream"
            except (OSError, http.client.HTTPException) as error:
                problem = str(error)
            except Error as error:
                if error.code not in ("unreachable", "unavailable"):
                    raise
                problem = error.message
            lost = lost or time.monotonic()
            if time.monotonic() - lost > patience:
                raise Error("unreachable", f"the events of {self.name} stopped after number {position}: {problem}")
            time.sleep(0.2)


class Trial:
    """A trial: what to try, and what came of it.

    As a context manager it sees to it that no trial is left open: an exception, or an end without tell(), fails it.
    """

    def __init__(self, study, fields):
        self.study = study
        #: From 0.
        self.number = fields["number"]
        #: Values by name; inactive parameters are left out.
        self.params = fields["configuration"]
        #: The objectives' values in the study's order; [] while there are none.
        self.values = fields.get("values", [])
        #: running, complete, pruned, failed, paused or cancelled: as it was when the trial was fetched or told.
        self.state = fields["state"]
        #: Why it failed; "" where it did not.
        self.failure = fields.get("failure", {}).get("message", "")
        #: Whether the latest report was answered so: end the work and tell what there is.
        self.should_stop = False
        self._address = f"{study._address}/trials/{self.number}"

    def __repr__(self):
        return f"<tuned trial {self.study.name}/{self.number} {self.state} {self.params} {self.values}>"

    def __enter__(self):
        return self

    def __exit__(self, kind, error, _):
        if self.state != "running":
            return
        if error is None and self.should_stop:
            self.prune()
            return
        if error is None:
            self.fail("the program went on without a result")
            return
        try:
            self.fail(f"{kind.__name__}: {error}")
        except Error:
            pass  # the exception that is under way says more

    @property
    def value(self):
        """The first objective's value; None while there is none."""
        return self.values[0] if self.values else None

    def report(self, step, value, metric=None):
        """Tells how a metric (the first objective unless named) stands after a step; steps increase. True: end the work."""
        body = {"metric": metric or self.study.objectives[0]["name"], "step": step, "value": _number(value, "a report")}
        self.should_stop = bool(self.study.daemon.request("POST", f"{self._address}/reports", body)["stop"])
        return self.should_stop

    def tell(self, value):
        """Tells the result: a number; several in the objectives' order; or {metric: number}. It is on disk when this returns.

        Error("conflict") where the trial was told before, or its study has ended.
        """
        if isinstance(value, dict):
            names = [objective["name"] for objective in self.study.objectives]
            if sorted(value) != sorted(names):
                raise Error("invalid", f"tell a value for each of {', '.join(names)}; found {', '.join(map(str, value)) or 'none'}")
            value = [value[name] for name in names]
        values = list(value) if isinstance(value, (list, tuple)) else [value]
        self._tell({"values": [_number(each, "a result") for each in values]})

    def fail(self, reason):
        """Tells that there is no result, and why."""
        self._tell({"failed": str(reason)})

    def prune(self):
        """Tells that the work ended early, as the answer to the last report said; that report is the trial's value."""
        self._tell({"pruned": True})

    def _tell(self, body):
        told = self.study.daemon.request("POST", f"{self._address}/tell", body)
        self.state, self.values = told["state"], told.get("values", [])
        self.failure = told.get("failure", {}).get("message", "")


# ---- Small parts.


def _number(value, what):
    """Numbers of numpy and the like become Python's."""
    try:
        number = float(value)
    except (TypeError, ValueError) as error:
        raise Error("invalid", f"{what} is a number, found {value!r}") from error
    if not math.isfinite(number):
        raise Error("invalid", f"{what} is a finite number, found {number}; a trial without one is told by fail()")
    return number


def _segment(name):
    """A name as one part of an address: also of one that is all dots, `..` would be taken for the folder above."""
    return quote(name, safe="") if set(name) != {"."} else name.replace(".", "%2E")


def _fnv1a(data):
    """FNV-1a with 64 bits, by which the command names the socket of a path that is too long."""
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return value


def _server_sent_events(reply):
    """(name, id, data) of a stream, by the grammar of the HTML standard, section 9.2.6."""
    name, data, identifier = "", [], None
    while True:
        line = reply.readline()
        if not line:
            return
        field, _, value = line.decode().rstrip("\r\n").partition(":")
        value = value[1:] if value.startswith(" ") else value
        if not line.strip():
            if data or name:
                yield name or "message", identifier, "\n".join(data)
            name, data = "", []
        elif field == "event":
            name = value
        elif field == "data":
            data.append(value)
        elif field == "id":
            identifier = value


def _main():
    parser = argparse.ArgumentParser(prog="tuned.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--status", action="store_true", help="ask the daemon how it is; none is started for it")
    parser.add_argument("--home", help="the daemon's data directory, where it is not the usual one")
    arguments = parser.parse_args()
    if not arguments.status:
        parser.print_help()
        return 0
    try:
        print(json.dumps(connect(arguments.home, start=False).status(), indent=2))
    except Error as error:
        print(f"tuned.py: {error}", file=sys.stderr)
        return 5 if error.code == "unreachable" else 1
    return 0


if __name__ == "__main__":
    sys.exit(_main())
