"""`up queue` on an in-memory engine: its services, what changes alone, what is kept; and a crash at any moment."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import pytest

from devbox.errors import DevboxError, Interrupted, UsageError
from devbox.events import Milestone
from devbox.sandbox.kinds.queue_wait import unregistered
from devbox.sandbox.request import UpRequest
from devbox.sandbox.up import up
from tests.fake_engine import FakeContainer, FakeEngine
from tests.unit.sandbox.queue_double import QueueMachine

REDIS, WORKER = "devbox-queue-redis-1", "devbox-queue-worker-1"
ALL = [REDIS, WORKER, "devbox-queue_data", "devbox-queue_default"]
FOREIGN = {"worker_image": "me/worker:1", "worker_command": "rake resque:work", "workers": 3}


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("devbox.sandbox.kinds.queue_wait.SETTLED", 0.0)
    monkeypatch.setattr("devbox.sandbox.kinds.queue_wait.REGISTER", 0.0)
    monkeypatch.setattr("devbox.sandbox.kinds.queue_wait.INSPECT", 0.0)


@pytest.fixture
def machine(tmp_path: Path) -> QueueMachine:
    return QueueMachine(tmp_path)


@pytest.fixture
def jobs(tmp_path: Path) -> Path:
    folder = tmp_path / "jobs"
    (folder / "inner").mkdir(parents=True)
    (folder / "mail.py").write_text("def Mail(): pass\n")
    (folder / "inner" / "data.txt").write_text("x")
    (folder / ".git").mkdir()
    (folder / ".git" / "config").write_text("secret")
    return folder


def actions(machine: QueueMachine, **asked: object) -> list[tuple[str, str]]:
    data = machine.up(**asked).data
    assert data is not None
    return [(change["action"], change["target"]) for change in data["changes"]]


def words(machine: QueueMachine) -> tuple[str, ...]:
    return machine.box("worker").spec.command or ()


def test_the_first_up_makes_redis_and_workers_in_this_order(machine: QueueMachine) -> None:
    assert actions(machine) == [
        ("create network", "devbox-queue_default"), ("create volume", "devbox-queue_data"),
        ("create", REDIS), ("start", REDIS), ("create", WORKER), ("start", WORKER),
    ]  # fmt: skip
    assert machine.ours() == sorted(ALL)


def test_what_the_json_says_of_a_queue(machine: QueueMachine) -> None:
    data = machine.up(redis_port=7000).data
    assert data is not None
    (sandbox,) = data["sandboxes"]
    assert (sandbox["stack"], sandbox["state"], sandbox["url"]) == ("queue", "running", "redis://127.0.0.1:7000")
    assert [(s["name"], s["container"], s["image"], s["health"], s["ports"]) for s in sandbox["services"]] == [
        ("redis", REDIS, "redis:8", "healthy", {"6379/tcp": "127.0.0.1:7000"}),
        ("worker", WORKER, "python:3.13-slim", "healthy", {}),
    ]
    assert (sandbox["version"], sandbox["volumes"]) == (None, ["devbox-queue_data"])


def test_again_changes_nothing(machine: QueueMachine) -> None:
    machine.up(workers=3)
    before = machine.engine.operations
    assert actions(machine) == []
    assert actions(machine, workers=3) == []
    assert machine.engine.operations == before


def test_redis_is_durable_when_asked_and_stays_so(machine: QueueMachine) -> None:
    machine.up()
    assert (machine.box("redis").spec.command or ())[-2:] == ("--appendfsync", "everysec")
    worker = machine.box("worker").id
    assert ("create", REDIS) in actions(machine, durable=True)
    assert (machine.box("redis").spec.command or ())[-2:] == ("--appendfsync", "always")
    assert machine.box("worker").id == worker
    assert actions(machine) == []


def test_changed_queues_make_a_new_worker_alone(machine: QueueMachine) -> None:
    machine.up()
    redis = machine.box("redis").id
    told = actions(machine, queues=["high", "low"])
    assert {target.removesuffix("_old") for _, target in told} == {WORKER}
    assert machine.box("redis").id == redis
    assert words(machine)[words(machine).index("--queues") + 1] == "high,low"
    assert machine.ours() == sorted(ALL)


def test_a_number_of_workers_is_told_to_the_running_pool(machine: QueueMachine) -> None:
    machine.up()
    worker = machine.box("worker").id
    assert actions(machine, workers=5) == [("scale", WORKER)]
    assert (machine.box("worker").id, machine.wanted) == (worker, {"devbox-queue_default": 5})
    machine.down()
    assert actions(machine)
    assert words(machine)[words(machine).index("--count") + 1] == "5"


def test_what_was_scaled_since_is_not_undone_by_an_up_that_asks_for_nothing(machine: QueueMachine) -> None:
    machine.up(workers=2)
    machine.redis(":6379").scale(4)
    assert actions(machine) == []
    assert actions(machine, workers=2) == [("scale", WORKER)]


def test_a_setting_of_workers_holds_until_it_changes(machine: QueueMachine) -> None:
    machine.up(settings={"workers": 3})
    machine.redis(":6379").scale(4)
    assert actions(machine, settings={"workers": 3}) == []
    assert actions(machine, settings={"workers": 6}) == [("scale", WORKER)]


def test_choices_outlive_down_with_the_data(machine: QueueMachine) -> None:
    machine.up(queues=["a"], env={"TOKEN": "x y"}, redis_port=7777, durable=True)
    machine.down()
    assert machine.ours() == ["devbox-queue_data"]
    machine.up()
    assert machine.box("worker").spec.environment["TOKEN"] == "x y"
    assert [p.host for p in machine.box("redis").spec.ports] == [7777]
    assert "always" in (machine.box("redis").spec.command or ())
    labels = json.dumps([dict(box.spec.labels) for box in machine.engine.boxes.values()])
    assert "x y" not in labels


def test_reset_forgets(machine: QueueMachine) -> None:
    machine.up(queues=["a"], workers=5)
    machine.up(reset=True)
    assert words(machine)[words(machine).index("--queues") + 1] == "*"
    assert machine.wanted == {"devbox-queue_default": 2}


def test_a_taken_port_moves_and_stays_moved(machine: QueueMachine) -> None:
    machine.engine.foreign_ports |= {6379, 6380}
    result = machine.up()
    assert [w.code for w in result.warnings] == ["port.moved", "port.moved"]
    assert machine.box("redis").spec.ports[0].host == 6381
    machine.engine.foreign_ports.clear()
    assert actions(machine) == []


def test_a_port_that_was_asked_for_does_not_move(machine: QueueMachine) -> None:
    machine.engine.foreign_ports.add(6379)
    with pytest.raises(DevboxError) as error:
        machine.up(redis_port=6379)
    assert error.value.code == "port.taken"
    assert machine.ours() == []


def test_two_queues_stand_side_by_side(machine: QueueMachine) -> None:
    machine.up("one")
    machine.up("two")
    assert machine.box("redis", name="two").spec.ports[0].host == 6380
    assert machine.box("worker", name="two").spec.network == "devbox-two_default"


def test_the_users_jobs_are_put_in_without_what_is_hidden(machine: QueueMachine, jobs: Path) -> None:
    machine.up(jobs=str(jobs))
    names = [name for name in machine.box("worker").tree.nodes if name.startswith("/devbox/jobs-")]
    assert sorted(name.partition("/devbox/jobs-")[2].partition("/")[2] for name in names) == [
        "", "inner", "inner/data.txt", "mail.py",
    ]  # fmt: skip
    assert "/devbox/lib/devbox/queue/worker.py" in machine.box("worker").tree.nodes
    assert "/devbox/lib/redis/client.py" in machine.box("worker").tree.nodes


def test_changed_jobs_are_taken_by_the_running_pool(machine: QueueMachine, jobs: Path) -> None:
    machine.up(jobs=str(jobs))
    assert actions(machine, jobs=str(jobs)) == []
    (jobs / "mail.py").write_text("def Mail(): return 1\n")
    assert actions(machine) == []  # they are put in when somebody says so
    worker = machine.box("worker").id
    assert actions(machine, jobs=str(jobs)) == [("reload", WORKER)]
    assert (machine.box("worker").id, machine.generations) == (worker, {worker: 1})
    assert actions(machine, jobs=str(jobs)) == []


def test_a_restart_of_the_worker_is_a_reload_and_one_of_all_a_restart(machine: QueueMachine, jobs: Path) -> None:
    machine.up(jobs=str(jobs))
    (jobs / "mail.py").write_text("def Mail(): return 2\n")
    worker = machine.box("worker")
    told = machine.restart("worker").data
    assert told is not None
    assert [change["action"] for change in told["changes"]] == ["reload"]
    assert (worker.starts, machine.generations) == (1, {worker.id: 1})
    assert actions(machine, jobs=str(jobs)) == []  # they are in by now
    told = machine.restart().data
    assert told is not None
    assert [(c["action"], c["target"]) for c in told["changes"]] == [("restart", REDIS), ("restart", WORKER)]
    assert worker.starts == 2


def test_jobs_that_do_not_import_leave_the_running_ones(machine: QueueMachine, jobs: Path) -> None:
    machine.up(jobs=str(jobs))
    machine.broken = True
    (jobs / "mail.py").write_text("def (")
    with pytest.raises(DevboxError) as error:
        machine.up(jobs=str(jobs))
    assert (error.value.code, error.value.cause) == ("jobs.invalid", "SyntaxError: no")
    assert error.value.cures[0].command == "devbox restart -s worker"
    assert machine.running() == [REDIS, WORKER]
    assert machine.generations == {}


def test_jobs_that_are_gone_are_missed_only_when_they_are_needed(machine: QueueMachine, jobs: Path) -> None:
    machine.up(jobs=str(jobs))
    jobs.rename(jobs.with_name("elsewhere"))
    assert actions(machine) == []
    machine.down()
    with pytest.raises(DevboxError) as error:
        machine.up()
    assert error.value.code == "jobs.gone"
    machine.up(jobs=str(jobs.with_name("elsewhere")))
    assert machine.running() == [REDIS, WORKER]


def test_workers_that_do_not_start_are_taken_back_and_said(machine: QueueMachine) -> None:
    machine.broken = True
    with pytest.raises(DevboxError) as error:
        machine.up()
    assert error.value.code == "worker.failed"
    assert "the job modules cannot be used" in error.value.tail
    assert machine.ours() == []


def test_the_old_worker_comes_back_when_the_new_one_fails(machine: QueueMachine) -> None:
    machine.up()
    old = machine.box("worker").id
    honest = machine.engine.services["worker"]

    def fails(made: object, box: object) -> None:
        if box.id != old:  # type: ignore[attr-defined]
            box.state, box.exit_code = "exited", 3  # type: ignore[attr-defined]

    machine.engine.services["worker"] = fails
    with pytest.raises(DevboxError):
        machine.up(queues=["other"])
    machine.engine.services["worker"] = honest
    assert (machine.box("worker").id, machine.running()) == (old, [REDIS, WORKER])
    assert actions(machine) == []


def test_workers_that_never_register_are_a_matter_of_time(machine: QueueMachine) -> None:
    machine.dumb = True
    with pytest.raises(DevboxError) as error:
        machine.up(timeout=0.2)
    assert error.value.code == "queue.timeout"
    assert machine.ours() == []


def test_the_users_own_workers_are_containers_of_their_own(machine: QueueMachine) -> None:
    result = machine.up(**FOREIGN)
    assert result.warnings == ()
    assert machine.running() == [REDIS, *(f"devbox-queue-worker-{n}" for n in (1, 2, 3))]
    spec = machine.box("worker", 3).spec
    assert (spec.command, spec.healthcheck) == (("rake", "resque:work"), None)
    assert spec.environment == {"REDIS_URL": "redis://redis:6379/0", "QUEUE": "*", "QUEUES": "*"}
    assert spec.labels["com.docker.compose.container-number"] == "3"
    assert spec.restart == "unless-stopped"
    assert actions(machine) == []


def test_fewer_or_more_of_the_users_own_workers(machine: QueueMachine) -> None:
    machine.up(**FOREIGN)
    first = machine.box("worker", 1).id
    assert actions(machine, workers=1) == [
        (action, f"devbox-queue-worker-{n}") for n in (2, 3) for action in ("stop", "remove")
    ]
    assert machine.running() == [REDIS, WORKER]
    assert actions(machine) == []
    machine.up(workers=2)
    assert machine.running() == [REDIS, WORKER, "devbox-queue-worker-2"]
    assert machine.box("worker", 1).id == first


def test_back_from_the_users_own_workers_to_ours(machine: QueueMachine, jobs: Path) -> None:
    machine.up(**FOREIGN)
    machine.up(jobs=str(jobs))
    assert machine.running() == [REDIS, WORKER]
    assert machine.box("worker").spec.image == "python:3.13-slim"
    assert actions(machine) == []


def test_own_workers_that_do_not_register_are_warned_of(machine: QueueMachine) -> None:
    machine.dumb = True
    assert [w.code for w in machine.up(**FOREIGN).warnings] == ["worker.unregistered"]
    assert "a-1 runs and has not registered" in unregistered(["a-1"], "a").message
    assert "a-1, a-2 run and have not registered" in unregistered(["a-1", "a-2"], "a").message
    assert machine.up().warnings == ()


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"worker_command": "true"}, "option.conflict"),
        ({"worker_image": "me/worker:1", "jobs": "."}, "option.conflict"),
        ({"jobs": "/no/such/folder"}, "jobs.invalid"),
    ],
)
def test_what_excludes_each_other(machine: QueueMachine, jobs: Path, asked: dict[str, str], code: str) -> None:
    if asked.get("jobs") == ".":
        asked = {**asked, "jobs": str(jobs)}
    with pytest.raises(UsageError) as error:
        machine.up(**asked)
    assert error.value.code == code
    assert machine.ours() == []


def test_a_folder_without_a_module_is_no_jobs(machine: QueueMachine, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError) as error:
        machine.up(jobs=str(tmp_path / "empty"))
    assert error.value.code == "jobs.invalid"


def test_dry_run_plans_and_touches_nothing(machine: QueueMachine) -> None:
    assert [action for action, _ in actions(machine, dry_run=True)] == [
        "create network", "create volume", "create", "start", "create", "start",
    ]  # fmt: skip
    assert machine.ours() == []
    machine.up()
    before = machine.engine.operations
    assert actions(machine, workers=9, dry_run=True) == [("scale", WORKER)]
    assert machine.engine.operations == before
    assert machine.wanted == {"devbox-queue_default": 2}


def test_another_version_of_redis(machine: QueueMachine) -> None:
    machine.up(version="7")
    assert machine.box("redis").spec.image == "redis:7"
    assert actions(machine) == []


def test_a_name_that_a_jenkins_has_is_refused(machine: QueueMachine) -> None:
    machine.engine.add_image("jenkins/jenkins:lts")
    machine.up("mine")
    with pytest.raises(DevboxError) as error:
        up(machine.world, UpRequest("jenkins", "mine"))
    assert error.value.code == "name.taken"


WHICH = ("fresh", "queues", "foreign", "fewer", "durable")


def scenario(machine: QueueMachine, which: str) -> UpRequest:
    """What is there before, and the `up` that is cut off."""
    match which:
        case "fresh":
            return UpRequest("queue", "queue")
        case "queues":
            machine.up()
            return UpRequest("queue", "queue", {"queues": ["a", "b"]})
        case "foreign":
            machine.up()
            return UpRequest("queue", "queue", FOREIGN)
        case "fewer":
            machine.up(**FOREIGN)
            return UpRequest("queue", "queue", {"workers": 1})
        case _:
            machine.up()
            return UpRequest("queue", "queue", {"durable": True})


def operations(tmp_path: Path, which: str) -> int:
    machine = QueueMachine(tmp_path / "count")
    request = scenario(machine, which)
    before = machine.engine.operations
    up(machine.world, request)
    return machine.engine.operations - before


@pytest.mark.parametrize("takes_effect", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("which", WHICH)
def test_killed_at_every_step_the_next_up_converges_and_down_leaves_nothing(
    tmp_path: Path, which: str, takes_effect: bool
) -> None:
    reference = QueueMachine(tmp_path / "reference")
    up(reference.world, scenario(reference, which))
    for step in range(1, operations(tmp_path, which) + 1):
        machine = QueueMachine(tmp_path / str(step))
        request = scenario(machine, which)
        made = machine.engine
        made.fail_at, made.fail_after, made.stay_dead = made.operations + step, takes_effect, True
        with contextlib.suppress(DevboxError):  # at the end it is usable all the same
            up(machine.world, request)
        made.fail_at, made.stay_dead = None, False
        machine.up(**request.asked)
        assert (machine.ours(), machine.running()) == (reference.ours(), reference.running()), f"step {step}"
        assert actions(machine, **request.asked) == [], f"step {step}"
        machine.down(volumes=True)
        assert machine.ours() == []


@pytest.mark.parametrize("failure", [DevboxError("engine.error", "no"), Interrupted()], ids=["error", "interrupt"])
@pytest.mark.parametrize("which", WHICH)
def test_failed_at_every_step_a_run_takes_back_what_it_made(tmp_path: Path, which: str, failure: BaseException) -> None:
    reference = QueueMachine(tmp_path / "reference")
    up(reference.world, scenario(reference, which))
    for step in range(1, operations(tmp_path, which) + 1):
        machine = QueueMachine(tmp_path / f"{step}")
        request = scenario(machine, which)
        before, running = machine.ours(), machine.running()
        machine.events.clear()
        made = machine.engine
        made.fail_at, made.failure = made.operations + step, failure
        failed = False
        try:
            up(machine.world, request)
        except (DevboxError, Interrupted):
            failed = True
        made.fail_at = None
        if failed and not _was_usable(machine):
            assert (machine.ours(), machine.running()) == (before, running), f"step {step} of {which}: {made.log[-8:]}"
        machine.up(**request.asked)
        assert (machine.ours(), machine.running()) == (reference.ours(), reference.running())
        machine.down(volumes=True)
        assert machine.ours() == []


def _was_usable(machine: QueueMachine) -> bool:
    """Whether the run had come to its end: what it had left to do is no reason to take the rest back."""
    return any(isinstance(event, Milestone) and event.service == "worker" for event in machine.events)


def test_workers_end_before_redis_does(machine: QueueMachine) -> None:
    """So that they take their names out of it."""
    machine.up(**FOREIGN)
    redis = machine.box("redis").id
    machine.engine.log.clear()
    machine.down()
    stopped = [target for verb, target in machine.engine.log if verb == "stop"]
    assert (len(stopped), stopped[-1]) == (4, redis)


NEXT = [
    ({}, "default Echo '[\"hello\"]' -n other"),
    ({"queues": ["mail", "*"]}, "mail Echo '[\"hello\"]' -n other"),
    ({"queues": ["*", "!a"]}, "default Echo '[\"hello\"]' -n other"),
    ({"jobs": True}, "default CLASS [ARGS_JSON] -n other"),
    ({"worker_image": "me/worker:1", "queues": ["a b"]}, "'a b' CLASS [ARGS_JSON] -n other"),
]


@pytest.mark.parametrize(("asked", "job"), NEXT, ids=range(len(NEXT)))
def test_the_job_to_try_is_one_that_the_workers_have(
    machine: QueueMachine, jobs: Path, asked: dict[str, object], job: str
) -> None:
    chosen = {**asked, "jobs": str(jobs)} if "jobs" in asked else asked
    told = machine.up("other", **chosen).next
    assert told[0].command == f"devbox queue enqueue {job}"
    assert machine.up("other").next == told, "the same when there is nothing to do"


def test_what_is_wrong_with_the_jobs_is_one_line_with_the_users_file(machine: QueueMachine, jobs: Path) -> None:
    said = "queue.jobs_invalid: the job module /devbox/jobs cannot be used"
    cause = "/devbox/jobs/inner/broken.py, line 1: SyntaxError: '(' was never closed"
    machine.engine.services["worker"] = lambda made, box: fails(made, box, f"{said}\n  {cause}\n" * 4)
    with pytest.raises(DevboxError) as error:
        machine.up(jobs=str(jobs))
    assert (error.value.code, error.value.tail) == ("worker.failed", ())
    assert error.value.cause == "inner/broken.py, line 1: SyntaxError: '(' was never closed"


def fails(made: FakeEngine, box: FakeContainer, text: str) -> None:
    made.say(box.id, text)
    box.state, box.exit_code = "exited", 1
