"""What a pool forks off: a worker, or a process that tries whether the job modules import."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import TYPE_CHECKING, NoReturn

from devbox.errors import DevboxError
from devbox.queue import jobs
from devbox.queue.board import Board
from devbox.queue.bonds import Bond
from devbox.queue.child import leave
from devbox.queue.events import say
from devbox.queue.report import Failed, Report
from devbox.queue.settings import Settings
from devbox.queue.wake import Wake, unblock
from devbox.queue.worker import Worker

if TYPE_CHECKING:
    from devbox.queue.pool import Pool


def fork(pool: Pool, nonce: str, board: Board) -> int:
    """Start a worker; gives its pid. When the pool ends, however it ends, it finishes its job and ends, too."""

    def inside() -> int:
        pool.link.leave()
        worker = Worker(
            pool.settings, jobs.load(pool.settings.jobs), nonce=nonce, board=board, listeners=pool.listeners
        )
        worker.orders.paused = pool.paused
        return worker.work()

    return _fork(pool.bond, pool.wake, inside)


def probe(settings: Settings, bond: Bond, wake: Wake) -> int:
    """Start a process that imports the job modules and says what is wrong; gives its pid."""

    def inside() -> int:
        unblock()
        jobs.load(settings.jobs)
        return 0

    return _fork(bond, wake, inside)


def check(settings: Settings, bond: Bond, wake: Wake) -> None:
    """Import the job modules in a process of its own, so that each worker gets fresh ones; raises what is wrong."""
    report = Report()

    def inside() -> int:
        try:
            jobs.load(settings.jobs)
            report.write(Failed("", ""))
        except DevboxError as error:
            report.write(Failed(error.code, error.message, [error.cause or ""]))
        return 0

    os.waitpid(_fork(bond, wake, inside), 0)
    told = report.read()
    if told is None:
        raise jobs.invalid("the job modules cannot be used", "their import ends the process")
    if told.exception:
        raise jobs.invalid(told.error, told.backtrace[0])


def _fork(bond: Bond, wake: Wake, inside: Callable[[], int]) -> int:
    pid = os.fork()
    if pid:
        return pid
    _run(bond, wake, inside)


def _run(bond: Bond, wake: Wake, inside: Callable[[], int]) -> NoReturn:
    """In the new process: it ends here, whatever happens."""
    code = 1
    try:
        wake.release()
        bond.tie(signal.SIGQUIT)
        os.setpgid(0, 0)  # Ctrl-C is for the pool, which tells its workers
        code = inside()
    except DevboxError as error:
        say(f"{error.message}: {error.cause}")
    except BaseException as error:
        say(f"the worker failed: {type(error).__name__}: {error}")
    finally:
        leave(code)
