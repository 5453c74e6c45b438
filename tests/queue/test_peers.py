"""Other people's programs on the other side of Redis: they enqueue for us, we for them, and each sees the other's."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from devbox.queue import dates
from tests.queue.peers import install
from tests.queue.redis_server import RedisServer
from tests.queue.running import Yard

pytestmark = pytest.mark.lab
JOBS = str(Path(install.HERE) / "pyres_jobs.py")


@pytest.fixture
def plain(own_redis: Callable[..., RedisServer], tmp_path: Path) -> Iterator[tuple[Yard, int]]:
    """A Redis of its own, since pyres knows no other namespace than `resque`."""
    server = own_redis()
    with server.client(namespace="resque") as client:
        yard = Yard(client, server.url, tmp_path)
        yield yard, server.port
        yard.sweep()


def told(process: subprocess.Popen[str]) -> str:
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 0, out
    return out


def test_node_resque_enqueues_for_our_workers_and_sees_them(plain: tuple[Yard, int]) -> None:
    yard, port = plain
    told(install.node("enqueue", "q", "Mark", "[1]", port=port))
    told(install.node("enqueue", "q", "fails", '["ünlucky"]', port=port))
    told(install.node("enqueue", "q", "Until", "[2]", port=port))
    assert yard.client.peek("q")[0] == {"class": "Mark", "queue": "q", "args": [1]}
    yard.start(queues="q,low")
    yard.pids()
    seen = json.loads(told(install.node("list", port=port)))
    (worker,) = yard.client.workers()
    assert seen["workers"] == {worker.id.rpartition(":")[0]: "q,low"} or worker.id in json.dumps(seen["workers"])
    assert "Until" in json.dumps(seen["working"])
    (failed,) = seen["failed"]
    assert (failed["exception"], failed["error"], failed["payload"]["class"]) == ("LookupError", "ünlucky", "fails")
    (yard.folder / "go").touch()
    yard.until(lambda: yard.done() == [1, 2], "all are done")
    stats = json.loads(told(install.node("list", port=port)))["stats"]
    assert (stats["processed"], stats["failed"]) == ("3", "1")


def test_node_resque_works_on_our_jobs_and_we_see_it(plain: tuple[Yard, int]) -> None:
    yard, port = plain
    yard.client.enqueue("js", "add", [1, 2])
    yard.client.enqueue("js", "boom", ["so it goes"])
    yard.client.enqueue("js", "nowhere", [])
    lines = [json.loads(line) for line in told(install.node("work", "js", "3", port=port)).splitlines()]
    assert {"success": 3} in lines
    stats = yard.client.stats()
    assert (stats.pending, stats.failed) == (0, 2)
    failures = yard.client.failures.find()
    assert [f.cls for f in failures] == ["boom", "nowhere"]
    assert failures[0].record["error"] == "so it goes"
    assert dates.parse(failures[0].record["failed_at"]) is not None, failures[0].record
    assert yard.client.failures.retry(failures[:1]) == 1
    assert yard.client.peek("js")[0]["class"] == "boom"


def test_our_listing_shows_a_node_worker(plain: tuple[Yard, int]) -> None:
    yard, port = plain
    process = install.node("work", "js,other", "1", port=port)
    try:
        yard.until(lambda: yard.client.workers(), "it registers")
        yard.until(lambda: yard.client.workers()[0].started_at, "with its start")
        (worker,) = yard.client.workers()
        assert (worker.queues, worker.state, worker.ours) == (["js", "other"], "idle", False)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", worker.started_at or "")
    finally:
        yard.client.enqueue("js", "add", [1, 1])
        process.communicate(timeout=120)


def test_pyres_enqueues_for_our_workers_and_sees_them(plain: tuple[Yard, int]) -> None:
    yard, port = plain
    out = yard.folder / "out"
    told(install.pyres("enqueue", "py", "pyres_jobs.Write", json.dumps([str(out), "from pyres"]), port=port))
    told(install.pyres("enqueue", "py", "pyres_jobs.Boom", '["gone"]', port=port))
    assert "enqueue_timestamp" in yard.client.peek("py")[0]
    yard.start(queues="py", jobs=JOBS)
    yard.settled(done=1, failed=1)
    assert out.read_text() == "from pyres\n"
    seen = json.loads(told(install.pyres("list", port=port)))
    assert seen["workers"] == [yard.client.workers()[0].id]
    assert seen["failed"][0]["payload"]["class"] == "pyres_jobs.Boom"
    assert (seen["info"]["processed"], seen["info"]["failed"]) == (2, 1)


def test_pyres_works_on_our_jobs_and_we_see_it(plain: tuple[Yard, int]) -> None:
    yard, port = plain
    out = yard.folder / "out"
    yard.client.enqueue("py", "pyres_jobs.Write", [str(out), "for pyres"])
    yard.client.enqueue("py", "pyres_jobs.Boom", ["gone"])
    told(install.pyres("work", "py", "2", port=port))
    assert out.read_text() == "for pyres\n"
    (failure,) = yard.client.failures.find()
    assert failure.cls == "pyres_jobs.Boom"
    assert "KeyError" in str(failure.record["error"])
    assert dates.parse(failure.record["failed_at"]) is not None, failure.record
    assert yard.client.stats().pending == 0
    shown: Any = failure.data()
    assert shown["index"] == 0
