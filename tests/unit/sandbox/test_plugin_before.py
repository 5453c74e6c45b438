"""What a failed deployment leaves is taken away, and why it failed is found wherever Jenkins says it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from devbox.engine.api import Container, ContainerSpec, ContainerState, Engine, ExecResult, Mount
from devbox.errors import DevboxError
from devbox.jenkins.client import Client
from devbox.jenkins.state import Failed, State
from devbox.sandbox.plugins.before import Before, forget, keep, restore
from devbox.sandbox.plugins.causes import logged, new_failures

CONTAINER = Container(
    "c1", "devbox-x-jenkins-1", "jenkins", "sha256:1", {}, "running", "none", None, (), 0.0,
    (Mount("devbox-x_home", "/var/jenkins_home"),),
)  # fmt: skip
STATE = ContainerState("c1", "running", True, 0, False, "", "", 0, "none", {}, ())


@dataclass
class Told:
    """An engine that notes what it is told; `log` is the container's, `code` what commands end with."""

    running: bool = True
    code: int = 0
    log: bytes = b""
    lines: list[str] = field(default_factory=list)
    specs: list[ContainerSpec] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)

    def inspect(self, container: str) -> ContainerState:
        if container == "c1":
            return replace(STATE, state="running" if self.running else "exited", running=self.running)
        return replace(STATE, state="exited", running=False, exit_code=self.code)

    def exec(self, container: str, command: tuple[str, ...], **_: Any) -> ExecResult:
        self.lines.append(command[-1] if command[0] == "sh" else " ".join(command))
        return ExecResult(self.code, b"", b"read-only file system\n" if self.code else b"")

    def create_container(self, spec: ContainerSpec) -> str:
        self.specs.append(spec)
        return "helper"

    def start(self, container: str) -> None:
        assert container == "helper" and self.specs[-1].command is not None
        self.lines.append(self.specs[-1].command[-1])

    def remove_container(self, container: str) -> None:
        self.removed.append(container)

    def logs(self, container: str, **_: Any) -> Iterator[tuple[int, bytes]]:
        yield 2, self.log[:100]
        yield 2, self.log[100:]


def back(told: Told, *plugins: str, kept: tuple[str, ...] = ()) -> str:
    engine: Engine = told  # type: ignore[assignment]
    restore(engine, "x", CONTAINER, plugins, Before(kept))
    return told.lines[-1]


@pytest.mark.parametrize("running", [True, False])
def test_everything_an_upload_may_have_left_goes_and_what_was_there_comes_back(running: bool) -> None:
    told = Told(running)
    line = back(told, "hello", "uploaded42", kept=("hello.hpi", "hello.bak"))
    first, *moves = line.split(" && ")
    base = "/var/jenkins_home/plugins"
    for name in ("hello", "uploaded42"):
        for part in ("", ".jpi", ".hpi", ".bak", ".jpi.pinned", ".jpi.tmp"):
            assert f" {base}/{name}{part}" in f"{first} "
    assert first.startswith("rm -rf -- ")
    assert moves == [
        f"mv -f -- /var/jenkins_home/devbox-plugins/before/{name} {base}/{name}" for name in ("hello.hpi", "hello.bak")
    ]
    assert (told.removed == ["helper"]) is not running
    if not running:
        (spec,) = told.specs
        assert spec.mounts == CONTAINER.mounts and spec.network == "none" and spec.image == "sha256:1"


@pytest.mark.parametrize("running", [True, False])
def test_what_cannot_be_put_back_is_an_error(running: bool) -> None:
    told = Told(running, code=1)
    with pytest.raises(DevboxError) as caught:
        back(told, "hello")
    assert caught.value.code == "plugin.restore" and caught.value.cause in ("read-only file system", "exit 1")


def test_copies_are_forgotten_where_there_are_any() -> None:
    told = Told()
    engine: Engine = told  # type: ignore[assignment]
    forget(engine, CONTAINER, Before())
    assert told.lines == []
    forget(engine, CONTAINER, Before(("hello.jpi",)))
    assert told.lines == ["rm -rf -- /var/jenkins_home/devbox-plugins/before"]


def state(*failed: Failed) -> State:
    return State("2.568.2", "s", 21, {}, failed, {}, {}, (), 0)


def test_only_what_failed_since_counts() -> None:
    old, other = Failed("hello", ("a", "old root")), Failed("other", ("b",))
    again = Failed("hello", ("a", "new root"))
    assert new_failures([old], state(old, other, again), {"hello"}) == ["new root"]
    assert new_failures([old], state(old, old), {"hello"}) == ["old root"], "the same thing again"
    assert new_failures((), state(old), {"hello"}) == ["old root"], "a boot begins a new list"
    assert new_failures((), state(Failed("uploaded7.jpi", ("x",)), other), {"uploaded7"}) == ["x"]


TRACE = (
    "java.io.IOException: Failed to dynamically deploy this plugin\n\tat x.Y(Z.java)\n"
    "Caused by: java.io.IOException: Failed to install {0} plugin\n\tat x.Y(Z.java)\n"
    "Caused by: java.util.zip.ZipException: zip END header not found\n\t... 7 more\n"
)
CURRENT = (
    "2026-11-29 09:00:00.000+0000 [id=1]\tSEVERE\th.m.UpdateCenter$DownloadJob#run: Failed to install {0}\n" + TRACE
)
LEGACY = "Nov 29, 2026 9:00:00 AM hudson.model.UpdateCenter$DownloadJob run\nSEVERE: Failed to install {0}\n" + TRACE


@pytest.mark.parametrize("shape", [CURRENT, LEGACY])
def test_the_last_cause_of_the_log(shape: str) -> None:
    after = shape.format("other").replace("zip END", "another")
    told = Told(log=(shape.format("uploaded7") + after).encode())
    engine: Engine = told  # type: ignore[assignment]
    assert logged(engine, "c1", "uploaded7", 0.0) == "java.util.zip.ZipException: zip END header not found"
    assert logged(engine, "c1", "nothing", 0.0) is None


def test_no_room_for_a_copy_stops_before_anything_is_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any) -> Any:
        raise DevboxError("groovy.failed", "keep.groovy failed", cause="java.io.IOException: No space left on device")

    monkeypatch.setattr("devbox.jenkins.script.call", fails)
    with pytest.raises(DevboxError) as caught:
        keep(Client("http://nowhere"), ["hello"])
    assert caught.value.code == "disk.full"
