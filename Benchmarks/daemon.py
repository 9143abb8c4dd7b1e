"""A daemon of its own for a measurement, in a data directory of its own, driven by the commands that people type."""
import contextlib
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

START_LIMIT = 20  # seconds


class Daemon:
    def __init__(self, tuned, work, configuration=""):
        self.tuned = str(tuned)
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="home-", dir=work))
        if configuration:
            (self.home / "config.yaml").write_text(configuration)
        self.environment = {**os.environ, "TUNED_HOME": str(self.home)}
        self.process = None
        self.first_reply = None  # seconds from the start of the process to its first answer

    def __enter__(self):
        with open(self.home / "serve.log", "wb") as log:
            began = time.perf_counter()
            self.process = subprocess.Popen([self.tuned, "serve"], env=self.environment, stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=subprocess.STDOUT)
        try:
            while not self.answers():
                if self.process.poll() is not None or time.perf_counter() - began > START_LIMIT:
                    raise RuntimeError("the daemon does not answer:\n" + (self.home / "serve.log").read_text())
                time.sleep(0.001)
        except BaseException:
            self.__exit__()
            raise
        self.first_reply = time.perf_counter() - began
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.home, ignore_errors=True)

    def answers(self):
        connection = http.client.HTTPConnection("localhost")
        with contextlib.closing(socket.socket(socket.AF_UNIX)) as connection.sock:
            try:
                connection.sock.connect(str(self.home / "daemon.sock"))
                connection.request("GET", "/v1/status")
                return connection.getresponse().status == 200
            except (OSError, http.client.HTTPException):
                return False

    def command(self, *arguments):
        """What the command printed, which is JSON."""
        words = [self.tuned, *map(str, arguments), "--json"]
        done = subprocess.run(words, env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(words)}: status {done.returncode}\n{done.stderr}{done.stdout}")
        return json.loads(done.stdout)

    def resident_mb(self):
        """Memory of the daemon alone; workers are processes of their own."""
        return self._status_mb("VmRSS:")

    def private_mb(self):
        """The part of it that the daemon wrote; pages of its program and its libraries come and go with their use."""
        return self._status_mb("RssAnon:")

    def _status_mb(self, field):
        for line in open(f"/proc/{self.process.pid}/status"):
            if line.startswith(field):
                return int(line.split()[1]) / 1024
        raise RuntimeError("the daemon has gone")

    def workers_private_mb(self):
        """Private dirty memory of each of its workers."""
        found = []
        for entry in filter(str.isdigit, os.listdir("/proc")):
            try:
                command, rest = pathlib.Path(f"/proc/{entry}/stat").read_text().split("(", 1)[1].rsplit(")", 1)
                if command != "tuned-worker" or int(rest.split()[1]) != self.process.pid:
                    continue
                rollup = pathlib.Path(f"/proc/{entry}/smaps_rollup").read_text()
            except OSError:
                continue
            found += [int(line.split()[1]) / 1024 for line in rollup.splitlines() if line.startswith("Private_Dirty:")]
        return found
