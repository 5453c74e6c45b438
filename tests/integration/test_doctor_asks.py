"""Who is asked, for what, and how it ends: `--fix` on and off a terminal, `--yes`, `--allow`, `--dry-run`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.integration.support.command import Devbox
from tests.integration.support.terminal import Terminal
from tests.integration.support.vm import short_folder, user
from tests.integration.test_doctor_fix import OLD, OLD_INFO, docker_1_3
from tests.replay import Answer, ReplayServer
from tests.vmtools.machine import B2D
from tests.vmtools.shelf import Shelf

FIX = ("doctor", "engine.release", "--fix")
UPGRADE = [["boot2docker", "upgrade"]]


@dataclass(frozen=True)
class Bench:
    """A boot2docker with an engine of 2014, which `upgrade` replaces by one of 2021 (both are replayed)."""

    devbox: Devbox
    shelf: Shelf


@pytest.fixture
def bench() -> Iterator[Bench]:
    with short_folder() as folder:
        old, new, socket = folder / "old.sock", folder / "new.sock", folder / "b2d.sock"
        socket.symlink_to(old)
        shelf = Shelf.at(folder / "shelf", ("boot2docker", "VBoxManage"))
        shelf.state.put("boot2docker", B2D, state="running", uuid="u1", host=f"unix://{socket}", socket=str(socket),
                        on_upgrade=str(new))  # fmt: skip
        routes = {"GET /version": Answer(body=OLD), "GET /info": Answer(body=OLD_INFO), "GET /_ping": Answer(body="OK"),
                  "*": docker_1_3}  # fmt: skip
        with ReplayServer(routes, unix=old), ReplayServer(unix=new):
            yield Bench(user(folder, shelf).having(DOCKER_HOST=f"unix://{socket}"), shelf)


def test_a_dry_run_shows_the_ladder_and_does_nothing(bench: Bench) -> None:
    shown = bench.devbox.json(*FIX, "--dry-run").ok()
    assert [c["action"] for c in shown.data["changes"]] == ["engine.update", "engine.recreate"]
    assert shown.data["changes"][0]["target"] == "boot2docker upgrade"
    said = bench.devbox.run(*FIX, "--dry-run")
    assert said.code == 0 and "boot2docker upgrade" in said.stdout
    assert bench.shelf.changing() == []


SETTINGS = ("--allow", "settings", "--yes")


@pytest.mark.parametrize(
    ("words", "code", "error"),
    [
        ((), 3, "confirm.needed"),
        (("--yes",), 1, "doctor.findings"),
        (SETTINGS, 1, "doctor.findings"),
        (("--allow", "everything"), 2, "option.invalid"),
    ],
)
def test_off_a_terminal_nothing_costly_is_done_without_leave(
    bench: Bench, words: tuple[str, ...], code: int, error: str
) -> None:
    ran = bench.devbox.json(*FIX, *words).failed(error, code)
    assert bench.shelf.changing() == []
    if code != 2:
        assert "--allow restart" in str(ran.error["cures"]), "how to go on"
        assert ran.data["findings"] and ran.data["repaired"] == []


def test_with_leave_it_is_done(bench: Bench) -> None:
    fixed = bench.devbox.json(*FIX, "--allow", "restart").ok()
    assert bench.shelf.changing() == UPGRADE
    assert [(r["id"], r["command"]) for r in fixed.data["repaired"]] == [("engine.release", "boot2docker upgrade")]
    assert "boot2docker upgrade" in fixed.stderr, "shown before it is run"


@pytest.mark.parametrize(("answer", "code", "calls"), [(b"y\n", 0, UPGRADE), (b"\n", 1, []), (b"n\n", 1, [])])
def test_on_a_terminal_it_asks(bench: Bench, answer: bytes, code: int, calls: list[list[str]]) -> None:
    with Terminal.opened(30, 80) as terminal:
        terminal.run([*bench.devbox.program, *FIX], {**bench.devbox.env, "TERM": "xterm"})
        terminal.sees(b"[y/N]")
        terminal.type(answer)
        terminal.rest()
        assert terminal.ended() == code
    assert bench.shelf.changing() == calls


def test_no_backups_yet(bench: Bench) -> None:
    assert bench.devbox.json("doctor", "--backups").ok().data == {"backups": []}
    assert "nothing" not in bench.devbox.run("doctor", "--backups").stderr


def test_a_state_folder_that_cannot_be_read(bench: Bench) -> None:
    Path(bench.devbox.env["DEVBOX_STATE_DIR"]).write_text("a file in the place of the folder")
    assert bench.devbox.json("doctor", "--backups").ok().data == {"backups": []}
    bench.devbox.json(*FIX).failed("lock.unusable")
