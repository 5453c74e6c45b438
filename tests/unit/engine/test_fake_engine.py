"""What the fake engine has beyond the contract: faults on demand, foreign ports, scripted services."""

from __future__ import annotations

import pytest

from devbox.engine.api import ContainerSpec, Engine, Publish
from devbox.engine.sdk import DockerEngine
from devbox.errors import DevboxError, Interrupted
from tests.fake_engine import FakeContainer, FakeEngine

SPEC = ContainerSpec("a", "img:1", "web", {}, "net", ports=(Publish(80, "127.0.0.1", 8080),), restart="on-failure:2")


@pytest.fixture
def engine() -> FakeEngine:
    made = FakeEngine()
    made.add_image("img:1")
    return made


def work(engine: Engine) -> None:
    engine.create_network("net", {})
    engine.create_volume("vol", {})
    engine.start(engine.create_container(SPEC))


def test_both_engines_keep_the_protocol(engine: FakeEngine) -> None:
    verbs = [name for name in vars(Engine) if not name.startswith("_")]
    assert all(callable(getattr(engine, verb)) and callable(getattr(DockerEngine, verb)) for verb in verbs)
    assert len(verbs) > 25


@pytest.mark.parametrize("at", [1, 2, 3, 4])
def test_the_nth_operation_fails_before_it_takes_effect(engine: FakeEngine, at: int) -> None:
    engine.fail_at = at
    with pytest.raises(DevboxError):
        work(engine)
    assert len(engine.log) == at - 1


@pytest.mark.parametrize("at", [1, 2, 3, 4])
def test_or_after_it_took_effect(engine: FakeEngine, at: int) -> None:
    engine.fail_at, engine.fail_after, engine.failure = at, True, Interrupted()
    with pytest.raises(Interrupted):
        work(engine)
    assert len(engine.log) == at
    assert (engine.find_network("net") is not None, engine.find_volume("vol") is not None) == (True, at > 1)


def test_a_dead_process_does_nothing_more(engine: FakeEngine) -> None:
    engine.fail_at, engine.stay_dead = 2, True
    with pytest.raises(DevboxError):
        work(engine)
    with pytest.raises(DevboxError):
        engine.remove_network("net")
    assert engine.log == [("create_network", "net")]


def test_a_port_of_a_program_outside(engine: FakeEngine) -> None:
    engine.foreign_ports.add(8080)
    with pytest.raises(DevboxError) as caught:
        work(engine)
    assert caught.value.code == "port.taken"
    assert engine.box("a").state == "created"


def test_a_service_plays_its_part_at_each_start(engine: FakeEngine) -> None:
    def web(fake: FakeEngine, box: FakeContainer) -> None:
        fake.say(box.id, f"start {box.starts}")
        fake.set_health(box.id, "healthy")

    engine.services["web"] = web
    work(engine)
    engine.exits("a", 5)
    assert [data for _, data in engine.logs("a")] == [b"start 1\n", b"start 2\n"]
    assert engine.inspect("a").restart_count == 1
    assert engine.inspect("a").health == "healthy"
    engine.exits("a", 5)
    engine.exits("a", 137, oom=True)
    state = engine.inspect("a")
    assert (state.state, state.exit_code, state.oom_killed, state.restart_count) == ("exited", 137, True, 2)
