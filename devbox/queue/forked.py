"""Fork a process for jobs and wait for it: with heartbeats in the wait, a time-out, and a verdict at the end."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable
from typing import NoReturn

from devbox.queue import wire
from devbox.queue.board import Board
from devbox.queue.bonds import kill_group
from devbox.queue.orders import Orders
from devbox.queue.report import Failed
from devbox.queue.settings import Settings
from devbox.queue.title import set_title
from devbox.queue.wake import Wake, hold_back, unblock

TICK = 0.5
"""The longest wait in one piece, seconds; a child's end, or any signal, ends it at once."""
SOON = 0.02
"""The first wait, seconds: what a parent does for a job that takes longer it does after that."""
TERM_TICK = 0.1
"""While a job has been asked to end (Resque polls as often)."""


class NoProcess(Exception):
    """The system gives no process (memory, limits): the job has not begun."""


def run(
    settings: Settings, orders: Orders, wake: Wake, board: Board, keep_alive: Callable[[], None],
    child: Callable[[], NoReturn],
) -> Failed | None:  # fmt: skip
    """Run `child` in a forked process; gives the failure that its end is, None for an orderly end; or `NoProcess`."""
    first = min(SOON, settings.job_timeout or SOON)
    board.began = time.monotonic()
    hold_back()
    try:
        pid = os.fork()
    except OSError as error:
        unblock()
        raise NoProcess(error.strerror) from error
    if not pid:
        _inside(child)
    orders.child = pid
    try:
        wake.wait(first)  # before anything else: while a child shares a page, writing to it is copying it
        unblock()
        status, late = _wait(pid, settings, orders, wake, board, keep_alive)
    finally:
        orders.child = 0
    failed = verdict(pid, status, settings.job_timeout if late else None)
    if failed is not None:
        with contextlib.suppress(ProcessLookupError, PermissionError):  # what it has started and left behind
            os.killpg(pid, signal.SIGKILL)
    return failed


def _inside(child: Callable[[], NoReturn]) -> NoReturn:
    """Nothing that goes wrong in a child may let it run on as a second worker."""
    try:
        child()
    except BaseException as error:
        os.write(2, f"the job's process failed: {type(error).__name__}: {error}\n".encode(errors="replace"))
    finally:
        os._exit(70)


def _wait(
    pid: int, settings: Settings, orders: Orders, wake: Wake, board: Board, keep_alive: Callable[[], None]
) -> tuple[int, bool]:
    """The child's status, and whether its job's time was over."""
    late = termed = titled = False
    while True:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return status, late
        if not titled:
            titled = True
            set_title(f"Forked {pid} at {int(time.time())}")
        orders.obey()
        if not late and settings.job_timeout and _age(board) >= settings.job_timeout:
            late = True
            kill_group(pid, signal.SIGKILL)
        board.stop = orders.leaving or orders.paused
        if orders.asked:
            termed = _ask(pid, settings, orders, termed)
        keep_alive()
        wake.wait(_pause(settings, orders, board))


def _pause(settings: Settings, orders: Orders, board: Board) -> float:
    if orders.asked:
        return TERM_TICK
    if settings.job_timeout:
        return min(TICK, max(0.01, settings.job_timeout - _age(board)))
    return TICK


def _age(board: Board) -> float:
    """How long the running job has run; 0 between two jobs."""
    return time.monotonic() - board.began if board.began else 0.0


def _ask(pid: int, settings: Settings, orders: Orders, termed: bool) -> bool:
    """TERM_CHILD: some grace, then TERM, then some time, then KILL."""
    passed = time.monotonic() - orders.asked - settings.pre_shutdown_timeout
    if passed >= settings.term_timeout:
        kill_group(pid, signal.SIGKILL)
    elif passed >= 0 and not termed:
        os.kill(pid, signal.SIGTERM)
        return True
    return termed


def verdict(pid: int, status: int, timeout: float | None = None) -> Failed | None:
    """What a child's wait status says, in Ruby's words; None for exit 0. `timeout`: the one for which it was killed."""
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        core = " (core dumped)" if os.WCOREDUMP(status) else ""
        ended = f"pid {pid} {_name(number)} (signal {number}){core}"
        if timeout is not None:
            return Failed(wire.DIRTY_EXIT, f"Job ran longer than {timeout:g} s and was killed: {ended}")
        return Failed(wire.DIRTY_EXIT, f"Child process received unhandled signal {ended}")
    if code := os.WEXITSTATUS(status):
        return Failed(wire.DIRTY_EXIT, f"Child process ended with a failure: pid {pid} exit {code}")
    return None


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"SIG{number}"
