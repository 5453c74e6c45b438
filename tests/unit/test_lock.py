"""Locks between processes: one holds, the others wait and say for whom; they end with the process, however it ends."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from devbox.errors import DevboxError
from devbox.lock import exclusive

HOLD = """
import sys
from pathlib import Path
from devbox.lock import exclusive
with exclusive(Path(sys.argv[1]), "devbox up", lambda holder: print("waiting for", holder, flush=True)):
    print("held", flush=True)
    sys.stdin.readline()
print("released", flush=True)
"""


class Holder:
    """Another process that holds the lock until it is told to let go."""

    def __init__(self, path: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def says(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def let_go(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "locks" / "engine-jenkins.lock"


@pytest.fixture
def holder(path: Path) -> Iterator[Holder]:
    made = Holder(path)
    assert made.says() == "held"
    yield made
    made.end()


def nobody(holder: str) -> None:
    raise AssertionError(f"nothing is to be waited for, not {holder}")


def test_a_free_lock_is_held_without_a_word_and_its_folder_is_made(path: Path) -> None:
    with exclusive(path, "devbox up", nobody):
        assert path.exists()
    with exclusive(path, "devbox down", nobody):
        pass


def test_a_taken_lock_is_waited_for_once_and_by_name(path: Path, holder: Holder) -> None:
    told: list[str] = []

    def waiting(who: str) -> None:
        told.append(who)
        holder.let_go()

    with exclusive(path, "devbox down", waiting):
        assert holder.says() == "released"
    assert told == [f"devbox up, pid {holder.process.pid}"]


def test_two_in_one_process_take_turns_too(path: Path) -> None:
    order: list[str] = []
    second_waits = threading.Event()

    def second() -> None:
        with exclusive(path, "second", lambda _holder: second_waits.set()):
            order.append("second")

    thread = threading.Thread(target=second)
    with exclusive(path, "first", nobody):
        thread.start()
        assert second_waits.wait(60)
        order.append("first")
    thread.join(60)
    assert order == ["first", "second"]


def test_a_process_that_is_killed_leaves_the_lock_free(path: Path, holder: Holder) -> None:
    holder.process.send_signal(signal.SIGKILL)
    holder.process.wait(60)
    assert path.with_suffix(".holder").exists(), "it had no time to clear up"
    with exclusive(path, "devbox down", nobody):
        assert path.with_suffix(".holder").read_text() == f"devbox down, pid {os.getpid()}"


def test_the_lock_is_free_after_an_error_in_the_block(path: Path) -> None:
    with pytest.raises(ZeroDivisionError), exclusive(path, "devbox up", nobody):
        raise ZeroDivisionError
    with exclusive(path, "devbox up", nobody):
        pass


def test_nothing_says_who_holds_a_lock_that_nobody_holds(path: Path) -> None:
    with exclusive(path, "devbox up", nobody):
        assert path.with_suffix(".holder").exists()
    assert not path.with_suffix(".holder").exists()


def test_a_holder_that_could_not_leave_its_name_is_another_process(path: Path, holder: Holder) -> None:
    path.with_suffix(".holder").unlink()
    told: list[str] = []

    def waiting(who: str) -> None:
        told.append(who)
        holder.let_go()

    with exclusive(path, "devbox down", waiting):
        pass
    assert told == ["another process"]


def test_locks_of_other_names_do_not_wait_for_each_other(path: Path, holder: Holder) -> None:
    with exclusive(path.with_name("engine-second.lock"), "devbox up", nobody):
        assert holder.process.poll() is None


def test_where_no_lock_can_be_made_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "locks").write_text("a file is in the way")
    with pytest.raises(DevboxError) as error, exclusive(tmp_path / "locks" / "x.lock", "devbox up", nobody):
        raise AssertionError("held")
    assert error.value.code == "lock.unusable"
    assert str(tmp_path) in error.value.message
    assert error.value.cause
