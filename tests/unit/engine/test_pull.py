"""Pulling as the user sees it: progress that only grows, retries, several at once, local copies, interrupts."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devbox.engine.api import Image, LayerProgress
from devbox.engine.pull import Fetched, Meter, ensure_images, pull
from devbox.errors import DevboxError, Interrupted
from devbox.events import Event, PullProgress, Warned
from tests.fake_engine import FakeEngine


def broken_way() -> DevboxError:
    return DevboxError("registry.unreachable", "The way to the registry broke.", retryable=True)


@pytest.fixture
def engine() -> FakeEngine:
    made = FakeEngine()
    made.add_image("a/local:1", remote=False)
    made.add_image("a/both:1")
    made.add_image("a/remote:1", local=False)
    made.add_image("b/remote:1", local=False)
    return made


def pulls(events: list[Event]) -> list[PullProgress]:
    return [event for event in events if isinstance(event, PullProgress)]


class TestOnePull:
    def test_the_last_event_says_done_with_the_digest(self, engine: FakeEngine) -> None:
        events: list[Event] = []
        image = pull(engine, "a/remote:1", events.append)
        last = pulls(events)[-1]
        assert (last.status, last.layers_done, last.layers, last.current, last.total) == ("done", 3, 3, 300, 300)
        assert last.detail == image.digests[0].partition("@")[2]

    def test_network_faults_are_tried_again_with_growing_pauses(self, engine: FakeEngine) -> None:
        events: list[Event] = []
        pauses: list[float] = []
        engine.pull_errors = [broken_way(), broken_way()]
        pull(engine, "a/remote:1", events.append, sleep=pauses.append)
        assert pauses == [0.5, 1.0]
        assert [p.status for p in pulls(events) if p.status != "pulling"] == ["retrying", "retrying", "done"]

    def test_at_last_it_gives_up_with_the_error(self, engine: FakeEngine) -> None:
        events: list[Event] = []
        engine.pull_errors = [broken_way() for _ in range(9)]
        with pytest.raises(DevboxError) as caught:
            pull(engine, "a/remote:1", events.append, attempts=3, sleep=lambda _: None)
        assert caught.value.code == "registry.unreachable"
        assert len(engine.pull_errors) == 6
        assert pulls(events)[-1].status == "failed"

    @pytest.mark.parametrize("code", ["image.not_found", "image.rate_limit", "disk.full", "engine.unreachable"])
    def test_what_will_not_go_away_is_not_tried_again(self, engine: FakeEngine, code: str) -> None:
        engine.pull_errors = [DevboxError(code, "no", retryable=code == "engine.unreachable"), broken_way()]
        with pytest.raises(DevboxError) as caught:
            pull(engine, "a/remote:1", lambda _: None, sleep=lambda _: None)
        assert caught.value.code == code
        assert len(engine.pull_errors) == 1

    def test_a_flood_of_messages_becomes_twenty_events_a_second(self) -> None:
        now = [0.0]

        class Flood(FakeEngine):
            def pull(self, ref: str, progress: Callable[[LayerProgress], None], *, stop: Any = None) -> Image:
                for n in range(10_000):
                    now[0] += 0.001
                    progress(LayerProgress("0" * 12, "Downloading", n, 10_000))
                return self.images[ref].image

        engine = Flood()
        engine.add_image("a:1")
        events: list[Event] = []
        pull(engine, "a:1", events.append, clock=lambda: now[0])
        assert 150 <= len(events) <= 210
        assert pulls(events)[-1].status == "done"


layer_messages = st.builds(
    LayerProgress,
    st.sampled_from(["", "a" * 12, "b" * 12, "c" * 12]),
    st.sampled_from(
        [
            "Pulling fs layer",
            "Waiting",
            "Downloading",
            "Verifying Checksum",
            "Download complete",
            "Extracting",
            "Pull complete",
            "Already exists",
            "Retrying in 5 seconds",
            "Something new",
        ]
    ),
    st.integers(0, 1000),
    st.integers(0, 1000),
)


@given(said=st.lists(layer_messages, max_size=60))
def test_the_sums_never_fall_and_never_pass_the_total(said: list[LayerProgress]) -> None:
    meter = Meter("x")
    before = meter.progress("pulling")
    for message in said:
        meter.add(message)
        after = meter.progress("pulling")
        assert after.current >= before.current
        assert after.total >= before.total
        assert after.layers_done >= before.layers_done
        assert after.current <= after.total
        assert after.layers_done <= after.layers
        before = after


class TestSeveral:
    def test_missing_pulls_what_is_not_there(self, engine: FakeEngine) -> None:
        fetched = ensure_images(engine, ["a/local:1", "a/remote:1", "a/local:1"], "missing", lambda _: None)
        assert [(f.image, f.status) for f in fetched] == [("a/local:1", "present"), ("a/remote:1", "pulled")]
        assert engine.log == [("pull", "a/remote:1")]

    def test_never_pulls_nothing_and_says_what_is_missing(self, engine: FakeEngine) -> None:
        assert ensure_images(engine, ["a/local:1"], "never", lambda _: None)[0].status == "present"
        with pytest.raises(DevboxError) as caught:
            ensure_images(engine, ["a/remote:1"], "never", lambda _: None)
        assert caught.value.code == "image.missing"
        assert any("a/remote:1" in (cure.command or "") for cure in caught.value.cures)
        assert engine.log == []

    def test_always_asks_and_says_what_moved(self, engine: FakeEngine) -> None:
        moved = engine.add_image("a/both:1", local=False)
        fetched = ensure_images(engine, ["a/both:1"], "always", lambda _: None)
        assert fetched == (Fetched("a/both:1", moved.digests[0].partition("@")[2], "moved"),)
        assert ensure_images(engine, ["a/both:1"], "always", lambda _: None)[0].status == "present"

    def test_a_registry_out_of_reach_is_a_warning_where_there_is_a_copy(self, engine: FakeEngine) -> None:
        engine.pull_errors = [broken_way()]
        events: list[Event] = []
        fetched = ensure_images(engine, ["a/both:1"], "always", events.append, attempts=1)
        assert fetched[0].status == "present"
        assert [event.code for event in events if isinstance(event, Warned)] == ["registry.unreachable"]

    def test_a_registry_out_of_reach_is_an_error_where_there_is_none(self, engine: FakeEngine) -> None:
        engine.pull_errors = [broken_way()]
        with pytest.raises(DevboxError) as caught:
            ensure_images(engine, ["a/remote:1"], "missing", lambda _: None, attempts=1)
        assert caught.value.code == "registry.unreachable"

    def test_another_fault_is_an_error_with_a_copy_too(self, engine: FakeEngine) -> None:
        engine.pull_errors = [DevboxError("image.rate_limit", "no")]
        with pytest.raises(DevboxError) as caught:
            ensure_images(engine, ["a/both:1"], "always", lambda _: None)
        assert caught.value.code == "image.rate_limit"

    def test_events_come_in_the_callers_thread(self, engine: FakeEngine) -> None:
        threads: set[int] = set()
        ensure_images(engine, ["a/remote:1", "b/remote:1"], "missing", lambda _: threads.add(threading.get_ident()))
        assert threads == {threading.get_ident()}


class Waiting(FakeEngine):
    """Its pulls go on until they are stopped; `b/remote:1` fails once the others are under way."""

    def __init__(self) -> None:
        super().__init__()
        self.running = threading.Semaphore(0)
        self.ended = threading.Semaphore(0)

    def pull(self, ref: str, progress: Callable[[LayerProgress], None], *, stop: Any = None) -> Image:
        progress(LayerProgress("", "Pulling from it"))
        self.running.release()
        if ref.startswith("bad"):
            assert self.running.acquire(timeout=60)
            raise DevboxError("image.not_found", "It does not exist.")
        assert stop.wait(60)
        self.ended.release()
        raise DevboxError("engine.stopped", "given up")


def test_images_are_pulled_side_by_side_and_the_first_failure_ends_the_others() -> None:
    engine = Waiting()
    with pytest.raises(DevboxError) as caught:
        ensure_images(engine, ["a:1", "bad:1", "c:1"], "missing", lambda _: None)
    assert caught.value.code == "image.not_found"
    assert engine.ended.acquire(timeout=60)
    assert engine.ended.acquire(timeout=60)


def test_an_interrupt_gets_out_at_once_and_ends_the_pulls() -> None:
    engine = Waiting()

    def interrupt(_event: Event) -> None:
        raise Interrupted

    with pytest.raises(Interrupted):
        ensure_images(engine, ["a:1"], "missing", interrupt)
    assert engine.ended.acquire(timeout=60)
