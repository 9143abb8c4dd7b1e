"""The machine that the figures belong to."""
import importlib.metadata
import os
import pathlib
import platform
import statistics
import subprocess
import tempfile
import time


def describe(folder):
    """Facts about the machine and about the disk that holds `folder`."""
    return {
        "cpu": first_value("/proc/cpuinfo", "model name"),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(int(first_value("/proc/meminfo", "MemTotal").split()[0]) / 2**20, 1),
        "kernel": platform.release(),
        "system": system_name(),
        "file_system": file_system(folder),
        "fdatasync_ms": round(fdatasync_latency(folder), 3),
        "load_before": os.getloadavg()[0],
    }


def versions(packages):
    """Of Python, of these packages, None where one is not there, and of the project."""
    found = {"python": platform.python_version()}
    for package in packages:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            found[package] = None
    revision = subprocess.run(["git", "-C", str(pathlib.Path(__file__).parent), "describe", "--always", "--dirty"],
                              capture_output=True, text=True)
    found["tuned"] = revision.stdout.strip() or None
    return found


def first_value(path, key):
    with open(path) as file:
        for line in file:
            name, _, value = line.partition(":")
            if name.strip() == key:
                return value.strip()
    return "unknown"


def system_name():
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        return platform.system()


def file_system(folder):
    answer = subprocess.run(["stat", "--file-system", "--format", "%T", folder], capture_output=True, text=True)
    return answer.stdout.strip() or "unknown"


def fdatasync_latency(folder, writes=200):
    """The median time, in milliseconds, to append a page and make it durable: what each commit costs at the least."""
    milliseconds = []
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        page = bytes(4096)
        for _ in range(writes):
            began = time.perf_counter()
            os.write(file.fileno(), page)
            os.fdatasync(file.fileno())
            milliseconds.append((time.perf_counter() - began) * 1e3)
    return statistics.median(milliseconds)


def in_words(m):
    return (f"{m['cpu']}, {m['cores']} cores, {m['memory_gib']} GiB; {m['system']}, Linux {m['kernel']}; "
            f"{m['file_system']}, fdatasync {m['fdatasync_ms']} ms; load {m['load_before']:.2f}")
