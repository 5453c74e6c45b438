"""`devbox up queue` and what goes with it, end to end: Redis and workers on a real engine."""

from __future__ import annotations

import secrets
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from devbox.stacks import load
from tests.integration.conftest import Fragile
from tests.integration.support.command import Devbox
from tests.integration.support.docker import Docker
from tests.integration.support.ports import free_port, listening
from tests.integration.support.queue import IMAGES, QueueBox
from tests.integration.support.waiting import until

pytestmark = [pytest.mark.engine, pytest.mark.lab]


@pytest.fixture
def queue(devbox: Devbox, docker: Docker, lab: object) -> Iterator[QueueBox]:
    for image in IMAGES:
        docker.have(image)
    made = QueueBox(f"q{secrets.token_hex(4)}", devbox, docker, free_port())
    yield made
    docker.sweep(made.name)


def test_up_again_change_down_and_up_again(queue: QueueBox) -> None:
    """The life of a queue, as one who uses it sees it."""
    ran = queue.up().ok()
    assert queue.parts() == queue.whole
    sandbox = ran.sandbox
    assert (sandbox["name"], sandbox["stack"], sandbox["state"]) == (queue.name, "queue", "running")
    assert (sandbox["url"], sandbox["version"]) == (queue.url, None)
    assert [(s["name"], s["container"], s["health"]) for s in sandbox["services"]] == [
        ("redis", queue.redis, "healthy"), ("worker", queue.worker(), "healthy"),
    ]  # fmt: skip
    assert sandbox["services"][0]["ports"] == {"6379/tcp": f"127.0.0.1:{queue.port}"}
    found = queue.docker.container(queue.redis)
    assert found is not None
    assert found["HostConfig"]["RestartPolicy"]["Name"] == "unless-stopped"
    assert [m["Name"] for m in found["Mounts"]] == [f"devbox-{queue.name}_data"]
    assert queue.stats()["workers"] == 2

    life = queue.docker.life(queue.worker())
    assert queue.again().ok().changes == []
    assert queue.devbox.run("env", queue.name).ok().stdout == f"REDIS_URL={queue.url}\n"
    assert queue.devbox.json("open", queue.name).failed("sandbox.no_page")
    refused = queue.devbox.json("credentials", queue.name).failed("sandbox.no_page")
    assert refused.error["cures"][0]["command"] == f"devbox env -n {queue.name}"
    shown = queue.devbox.json("status", queue.name).ok().sandbox
    assert (shown["state"], shown["url"]) == ("running", queue.url)
    assert queue.docker.life(queue.worker()) == life

    redis = queue.docker.life(queue.redis)
    assert {target.removesuffix("_old") for _, target in queue.again("--queues", "mail").ok().changes} == {
        queue.worker()
    }
    assert queue.docker.life(queue.redis) == redis
    queue.queue("enqueue", "other", "Echo", '["stays"]').ok()

    kept = queue.devbox.json("down", queue.name).ok().data["kept"]
    assert kept == [{"kind": "volume", "name": f"devbox-{queue.name}_data"}]
    assert queue.again("--durable").ok().sandbox["url"] == queue.url
    assert queue.queue("peek", "other").ok().data["jobs"] == [{"class": "Echo", "args": ["stays"]}]
    policy = queue.devbox.run("exec", queue.name, "-s", "redis", "--", "redis-cli", "CONFIG", "GET", "appendfsync")
    assert policy.ok().stdout.split() == ["appendfsync", "always"]
    queue.again("--queues", "*").ok()
    queue.settled(processed=1)
    assert "stays" in queue.devbox.run("logs", queue.name, "-s", "worker").ok().stdout
    queue.devbox.json("down", queue.name, "--volumes", "-y").ok()
    assert queue.parts() == set()


def test_new_jobs_are_taken_by_draining_and_no_job_is_killed(queue: QueueBox) -> None:
    queue.up("--jobs", queue.jobs("one"), "--workers", "1").ok()
    worker = queue.docker.life(queue.worker())
    queue.queue("enqueue", "q", "Note", '["slow", 3]').ok()
    until(lambda: queue.stats()["working"] == 1, "the job runs")
    queue.jobs("two")
    ran = queue.devbox.json("restart", queue.name, "-s", "worker").ok()
    assert ran.changes == [("reload", queue.worker())]
    queue.queue("enqueue", "q", "Note", '["quick"]').ok()
    queue.settled(processed=2)
    assert ("one slow" in queue.log(), "two quick" in queue.log()) == (True, True)
    assert queue.docker.life(queue.worker()) == worker
    (queue.devbox.cwd / "jobs" / "notes.py").write_text("def (")
    ran = queue.devbox.json("restart", queue.name, "-s", "worker").failed("jobs.invalid")
    assert ran.error["cause"].startswith("notes.py, line 1: SyntaxError: ")
    queue.queue("enqueue", "q", "Note", '["still"]').ok()
    queue.settled(processed=3)
    assert "two still" in queue.log()


def test_scaling_is_at_once_and_remembered(queue: QueueBox) -> None:
    queue.up("--workers", "1").ok()
    worker = queue.docker.life(queue.worker())
    assert queue.queue("scale", "3").ok().data["workers"] == 3
    assert queue.stats()["workers"] == 3
    assert queue.again().ok().changes == []
    queue.devbox.json("down", queue.name).ok()
    queue.again().ok()
    assert queue.stats()["workers"] == 3
    assert queue.again("--workers", "1").ok().changes == [("scale", queue.worker())]
    until(lambda: queue.stats()["workers"] == 1, "two of them end")
    assert queue.docker.life(queue.worker()) != worker


def test_workers_of_ones_own_are_containers_with_redis_in_their_environment(queue: QueueBox) -> None:
    own = ("--worker-image", "devbox-lab/tiny:latest", "--worker-command", "sleep 3600")
    ran = queue.up(*own, "--workers", "2", "--queues", "a,b").ok()
    assert ran.warnings == ["worker.unregistered"]
    assert [s["container"] for s in ran.sandbox["services"]] == [queue.redis, queue.worker(1), queue.worker(2)]
    found = queue.docker.container(queue.worker(2))
    assert found is not None
    assert {"REDIS_URL=redis://redis:6379/0", "QUEUE=a,b", "QUEUES=a,b"} <= set(found["Config"]["Env"])
    assert (found["Config"]["Cmd"], found["HostConfig"]["RestartPolicy"]["Name"]) == (
        ["sleep", "3600"],
        "unless-stopped",
    )
    assert queue.again().ok().changes == []
    queue.queue("scale", "1").ok()
    assert queue.docker.state(queue.worker(2)) == "gone"
    assert queue.again().ok().changes == []
    queue.again("--worker-command", "false").failed("worker.failed")
    assert queue.docker.state(queue.worker(1)) == "running"


def test_a_taken_port_moves_and_says_who_has_it(queue: QueueBox) -> None:
    with listening(queue.port):
        queue.up().failed("port.taken")
        assert queue.parts() == set()


def test_jobs_that_do_not_import_are_taken_back_with_what_they_said(queue: QueueBox) -> None:
    folder = queue.jobs("one")
    (folder / "broken.py").write_text("import nothing_like_it\n")
    ran = queue.up("--jobs", folder).failed("worker.failed")
    assert ran.error["cause"] == "broken.py, line 1: ModuleNotFoundError: No module named 'nothing_like_it'"
    assert "nothing_like_it" in Path(ran.error["log"]).read_text()
    assert queue.parts() == set()


def test_interrupted_it_takes_back_what_it_made(queue: QueueBox) -> None:
    running = queue.starts("--workers", "1000", "--timeout", "90")  # more than will be there soon
    running.sees("waiting for the workers")
    running.signal(signal.SIGINT)
    assert running.end().code == 130
    assert queue.parts() == set()


def test_killed_the_next_up_goes_on_and_down_removes_all(queue: QueueBox) -> None:
    running = queue.starts()
    running.sees(f"create {queue.worker()}")
    running.kill()
    queue.again().ok()
    assert queue.parts() == queue.whole
    assert queue.stats()["workers"] == 2
    queue.devbox.json("down", queue.name, "--volumes", "-y").ok()
    assert queue.parts() == set()


def test_after_a_restart_of_the_engine_it_returns_whole(fragile: Fragile, tmp_path: Path) -> None:
    for image in IMAGES:
        fragile.docker.have(image)
    user = Devbox.at(tmp_path / "fragile", fragile.engine.docker_host)
    queue = QueueBox("t-queue", user, fragile.docker, free_port())
    queue.up("--durable").ok()
    queue.queue("enqueue", "default", "Sleep", "[600]").ok()
    until(lambda: queue.stats()["working"] == 1, "the job runs")
    fragile.engine.stop()
    fragile.engine.start()
    until(lambda: _workers(queue) >= 2, "Redis and two workers are back", seconds=180, every=1)
    assert queue.again().ok().changes == []
    queue.devbox.json("down", queue.name, "--volumes", "-y").ok()


def _workers(queue: QueueBox) -> int:
    ran = queue.queue("workers")
    beats = [w["heartbeat_age"] for w in ran.data["workers"]] if ran.code == 0 else []
    return len([age for age in beats if age is not None and age < 10])


def test_run_plainly_the_worker_says_that_devbox_puts_it_in(queue: QueueBox) -> None:
    """What `docker compose up` makes of the file: its image and its command, and nothing of devbox's."""
    service = load("queue").service("worker")
    name = f"{queue.name}-plain"
    queue.docker.run(name, service.image, command=list(service.command or ()), entrypoint=None)
    until(lambda: b"devbox up queue" in queue.docker.api.logs(name), "it says so")
    assert queue.docker.state(name) == "running"
