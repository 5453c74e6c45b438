"""The pool: RobustWorkerPool's contract and Parallel::Prefork's manners, seen from outside."""

from __future__ import annotations

import itertools
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from devbox.queue.address import parse
from devbox.queue.board import Board
from devbox.queue.pool import GROWN_UP, Member, Pool
from devbox.queue.settings import Settings
from tests.integration.support.waiting import until
from tests.queue.running import JOBS, ROOT, WAIT, Yard, all_gone, gone, kill

pytestmark = pytest.mark.lab


def test_it_keeps_its_number_whoever_dies_and_however(yard: Yard) -> None:
    pool = yard.start("--count", "3", ready=3)
    yard.client.enqueue_many([("q", "Mark", [n]) for n in range(9)])
    yard.settled(done=9)
    for number in (signal.SIGQUIT, signal.SIGTERM, signal.SIGKILL):
        before = pool.workers()
        kill(before[0], number=number)
        yard.until(lambda before=before: gone(before[0]), "it is gone")  # type: ignore[misc]
        yard.until(lambda: len(pool.workers()) == 3, "there are three again")
        assert set(before[1:]) < set(pool.workers())
    yard.until(lambda: yard.client.stats().workers == 3, "and no more are registered")


def test_scale_up_and_down_while_jobs_run(yard: Yard) -> None:
    pool = yard.start("--count", "2", ready=2)
    yard.client.enqueue_many([("q", "Until", [n]) for n in range(4)])
    yard.until(lambda: len(yard.lines("begun")) == 2, "two run")
    yard.client.scale(4)
    yard.until(lambda: len(yard.lines("begun")) == 4, "four run")
    yard.client.scale(1)
    yard.until(lambda: "1 workers are wanted instead of 4" in pool.text(), "it has heard of it")
    assert yard.client.stats().working == 4, "running jobs finish"
    (yard.folder / "go").touch()
    yard.settled(done=4)
    yard.until(lambda: len(pool.workers()) == 1, "one is left")
    yard.client.scale(0)
    yard.until(lambda: not pool.workers(), "none is left")
    yard.client.scale(2)
    yard.until(lambda: yard.client.stats().workers == 2, "two are back")


def test_a_size_is_remembered_until_the_command_says_another(yard: Yard) -> None:
    pool = yard.start("--count", "2", ready=2)
    yard.client.scale(3)
    yard.until(lambda: len(pool.workers()) == 3, "three")
    pool.signal(signal.SIGTERM)
    pool.ends(0)
    again = yard.start("--count", "2", ready=2)
    again.signal(signal.SIGTERM)
    again.ends(0)
    other = yard.start("--count", "1")
    yard.until(lambda: yard.client.wanted() == 1, "the new wish holds")
    assert len(other.workers()) == 1


def test_pools_of_one_name_are_scaled_together_and_do_not_quarrel(yard: Yard) -> None:
    one, two = yard.start("--count", "1"), yard.start("--count", "2", ready=2)
    yard.client.scale(3)
    yard.until(lambda: (len(one.workers()), len(two.workers())) == (3, 3), "three each")
    third = yard.start("--count", "1", "--pool", "another")
    yard.client.scale(2, "another")
    yard.until(lambda: len(third.workers()) == 2, "two of another name")
    assert (len(one.workers()), len(two.workers()), yard.client.wanted()) == (3, 3, 3)


def test_a_size_that_was_said_before_there_was_a_pool_holds(yard: Yard) -> None:
    yard.client.scale(3)
    pool = yard.start("--count", "1", ready=3)
    assert len(pool.workers()) == 3


def test_what_dies_before_it_has_done_anything_holds_spawning_off(yard: Yard) -> None:
    """The hold doubles; a job that is done ends it."""
    jobs = yard.folder / "shaky.py"
    jobs.write_text(
        "import os\nfrom tests.queue.matrix_jobs import FOLDER, note\n"
        "def before_first_fork():\n    note('starts', 'x')\n    if not (FOLDER / 'well').exists(): os._exit(9)\n"
        "def work(): pass\n"
    )
    pool = yard.start("--error-respawn-interval", "0.1", jobs=str(jobs), ready=0)
    yard.until(lambda: len(yard.lines("starts")) >= 4, "it has been tried four times")
    holds = [float(text) for text in re.findall(r"no new one for ([\d.]+) s", pool.text())]
    assert holds[:3] == [0.1, 0.2, 0.4]
    (yard.folder / "well").touch()
    yard.client.enqueue("q", "work")
    yard.settled(done=1)
    (worker,) = pool.workers()
    kill(worker)
    yard.until(lambda: pool.workers() and pool.workers() != [worker], "it is replaced")
    assert len(re.findall("no new one", pool.text())) == len(re.findall("exit 9", pool.text())), "without a hold"


def test_a_start_that_fails_for_a_while_does_not_shrink_the_pool(yard: Yard) -> None:
    jobs = yard.folder / "moody.py"
    jobs.write_text("def work(): pass\n")
    pool = yard.start("--count", "2", "--error-respawn-interval", "0.1", jobs=str(jobs), ready=2)
    yard.client.enqueue("q", "work")
    yard.settled(done=1)
    jobs.write_text("raise RuntimeError('half written')\n")
    kill(*pool.workers())
    yard.until(lambda: "half written" in pool.text(), "the new ones do not start")
    jobs.write_text("def work(): pass\n")
    yard.until(lambda: yard.client.stats().workers == 2 and len(pool.workers()) == 2, "two are back")


def test_workers_are_created_one_after_the_other_where_that_is_asked(yard: Yard) -> None:
    pool = yard.start("--count", "3", "--spawn-interval", "0.5", ready=3)
    ticks = sorted(int(Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()[19]) for pid in pool.workers())
    second = os.sysconf("SC_CLK_TCK")
    assert [later - earlier >= second * 0.48 for earlier, later in itertools.pairwise(ticks)] == [True, True]


@pytest.mark.parametrize(("lived", "held"), [(0.0, True), (GROWN_UP + 1, False)])
def test_who_has_lived_a_while_is_replaced_at_once(yard: Yard, lived: float, held: bool) -> None:
    pool = Pool(Settings(where=parse(yard.url), keys=yard.client.keys, queues=("q",)))
    one = Member(1, "nonce", 0, Board())
    one.born -= lived
    pool._gone(one, signal.SIGKILL)
    assert (pool._hold_until > time.monotonic()) is held


def test_hup_loads_the_jobs_anew_while_the_old_ones_finish(yard: Yard) -> None:
    jobs = yard.folder / "changing.py"
    text = (
        "import time\nfrom tests.queue.matrix_jobs import FOLDER, note\ndef wait():\n    note('begun', '0 0')\n"
        "    while not (FOLDER / 'go').exists(): time.sleep(0.01)\n    note('versions', 'VERSION')\n"
        "def work(): note('versions', 'VERSION')\n"
    )
    jobs.write_text(text.replace("VERSION", "old"))
    pool = yard.start(jobs=str(jobs))
    yard.client.enqueue("q", "wait")
    yard.pids()
    jobs.write_text("this is no Python\n")
    pool.signal(signal.SIGHUP)
    yard.until(lambda: "do not import" in pool.text(), "what does not import is not taken")
    jobs.write_text(text.replace("VERSION", "new"))
    pool.signal(signal.SIGHUP)
    yard.until(lambda: "loaded anew" in pool.text(), "what imports is")
    yard.client.enqueue("q", "work")
    yard.until(lambda: yard.lines("versions") == ["new"], "the new one works while the old one runs")
    (yard.folder / "go").touch()
    yard.settled(done=2)
    assert yard.lines("versions") == ["new", "old"]
    yard.until(lambda: len(pool.workers()) == 1, "the old worker is gone")


def test_ctrl_c_is_for_the_pool_alone(yard: Yard) -> None:
    """The terminal sends it to the whole group: workers and jobs are in groups of their own."""
    pool = yard.start()
    yard.client.enqueue("q", "Until", [1])
    child, worker = yard.pids()
    assert len({os.getpgid(pid) for pid in (pool.pid, worker, child)}) == 3
    os.killpg(os.getpgid(pool.pid), signal.SIGINT)
    (yard.folder / "go").touch()
    pool.ends(0)
    assert (yard.done(), yard.client.stats().failed) == ([1], 0)


def test_three_signals_end_even_what_does_not_listen(yard: Yard) -> None:
    pool = yard.start()
    yard.client.enqueue("q", "Until", [1])
    child, worker = yard.pids()
    kill(worker, number=signal.SIGSTOP)
    until(lambda: pool.process.poll() is not None or pool.signal(signal.SIGTERM), "the pool ends", WAIT, 0.3)
    pool.ends(0)
    yard.until(lambda: all_gone([child, worker]), "nobody is left")
    assert yard.client.stats().in_flight == 0, "it is put back"
    assert yard.client.stats().pending == 1


CANNOT_START = [
    (["--jobs", "no_such_module"], 1, "queue.jobs_invalid", "ModuleNotFoundError"),
    (["--jobs", "BROKEN"], 1, "queue.jobs_invalid", "broken.py, line 2: SyntaxError: "),
    (["--jobs", "LEAVES"], 1, "queue.jobs_invalid", "ends the process"),
    (["--jobs", "missing.py"], 1, "queue.jobs_invalid", "no such file"),
    (["--queues", ""], 2, "option.invalid", ""),
    (["--queues", "!a"], 2, "option.invalid", ""),
    (["--count", "0"], 2, "option.invalid", ""),
    (["--count", "x"], 2, "option.invalid", ""),
    (["--interval", "-1"], 2, "option.invalid", ""),
    (["--interval", "nan"], 2, "option.invalid", ""),
    (["--job-timeout", "0"], 2, "option.invalid", ""),
    (["--term", "gently"], 2, "option.invalid", ""),
    (["--redis", "http://x"], 2, "redis.url_invalid", ""),
    (["--redis", "redis://:secret@127.0.0.1:99999"], 2, "redis.url_invalid", ""),
]


@pytest.mark.parametrize(("options", "code", "error", "cause"), CANNOT_START, ids=lambda value: str(value)[:40])
def test_what_cannot_start_says_why(yard: Yard, options: list[str], code: int, error: str, cause: str) -> None:
    (yard.folder / "broken.py").write_text("x = 1\nx x\n")
    (yard.folder / "leaves.py").write_text("import os\nos._exit(0)\n")
    places = {"BROKEN": str(yard.folder / "broken.py"), "LEAVES": str(yard.folder / "leaves.py")}
    pool = yard.start(*[places.get(word, word) for word in options], ready=0)
    pool.ends(None)
    told = pool.text()
    assert (pool.process.returncode, told.count("Traceback")) == (code, 0), told
    assert error in told and cause in told
    assert "secret" not in told


def test_the_installed_command_is_the_same(yard: Yard) -> None:
    """Options from variables, too; one object with --json, also for an error."""
    devbox = str(Path(sys.executable).with_name("devbox"))
    env = {**os.environ, "MATRIX_FOLDER": str(yard.folder), "QUEUE": "q", "DEVBOX_REDIS": yard.url}
    words = [devbox, "--json", "worker", "--jobs", JOBS, "--namespace", yard.client.keys.namespace, "--interval"]

    def run(interval: str) -> tuple[int, dict[str, Any]]:
        done = subprocess.run([*words, interval], cwd=ROOT, env=env, capture_output=True, text=True, timeout=120)
        return done.returncode, json.loads(done.stdout)

    yard.client.enqueue("q", "Mark", [1])
    code, told = run("0")
    assert (code, told["status"], yard.done()) == (0, "ok", [1])
    code, told = run("soon")
    assert (code, told["error"]["code"]) == (2, "option.invalid")


def test_a_wrong_password_ends_it_and_is_not_shown(yard: Yard) -> None:
    pool = yard.start("--redis", yard.url.replace("redis://", "redis://:secret@"), ready=0)
    pool.ends(1)
    assert "redis.auth" in pool.text()
    assert "secret" not in pool.text()
