"""Sample jobs: each is there to see one behaviour of a worker. A job is a class with a static `perform`, or a function.

    devbox queue enqueue sample Echo '["hello"]'

Look at `devbox queue stats --watch`, `devbox queue failed` and the worker's log while they run.
"""

from __future__ import annotations

import ctypes
import os
import signal
import time
from typing import Any, NoReturn


class Echo:
    """Prints its arguments. See: the worker's log."""

    @staticmethod
    def perform(*args: Any) -> None:
        print("echo:", *args, flush=True)


class Sleep:
    """Sleeps so many seconds. See: what a worker runs (`queue workers`), and that a stop waits for it."""

    @staticmethod
    def perform(seconds: float = 1.0) -> None:
        time.sleep(seconds)


class Fail:
    """Raises an error. See: the failure with its backtrace (`queue failed`)."""

    @staticmethod
    def perform(message: str = "this job fails") -> NoReturn:
        raise RuntimeError(message)


class Exit:
    """Leaves its process with a code, past everything. See: a code that is not 0 is a failure, in Resque it is none."""

    @staticmethod
    def perform(code: int = 3) -> NoReturn:
        os._exit(code)


class Segfault:
    """Reads where nothing is. See: one job is lost to the crash, and filed; the worker goes on."""

    @staticmethod
    def perform() -> None:
        ctypes.string_at(0)


class EatMemory:
    """Takes so many megabytes and holds them a while. See: the memory goes with the child; the worker stays small."""

    @staticmethod
    def perform(megabytes: int = 50, seconds: float = 0.0) -> None:
        held = bytearray(megabytes << 20)
        for page in range(0, len(held), 4096):
            held[page] = 1
        time.sleep(seconds)


class Grandchild:
    """Starts a process of its own and fails. See: what a failed job left behind is ended with it."""

    @staticmethod
    def perform(seconds: float = 600.0) -> NoReturn:
        pid = os.fork()
        if not pid:
            time.sleep(seconds)
            os._exit(0)
        print(f"started process {pid}", flush=True)
        os._exit(1)


class Stubborn:
    """Ignores SIGTERM. See: with `--term child` it is killed after `--term-timeout`; gracefully it is waited for."""

    @staticmethod
    def perform(seconds: float = 10.0) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            time.sleep(0.1)


class KillWorker:
    """Kills the worker that runs it. See: the job comes back, and after three such deaths it is filed as failed."""

    @staticmethod
    def perform() -> None:
        os.kill(os.getppid(), signal.SIGKILL)
        time.sleep(600)


class Flood:
    """Puts so many Echo jobs into a queue. See: rates and sparkline in `queue stats --watch`."""

    @staticmethod
    def perform(count: int = 1000, queue: str = "sample") -> None:
        from devbox.queue.client import Client

        with Client.at(os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0")) as client:
            client.enqueue_many((queue, "Echo", [number]) for number in range(count))


def add(*numbers: float) -> None:
    """A plain function is a job, too."""
    print("sum:", sum(numbers), flush=True)
