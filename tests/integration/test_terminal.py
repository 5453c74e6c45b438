"""On a terminal: the live view, questions, and the terminal as it was afterwards."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.integration.support.box import Box
from tests.integration.support.terminal import Terminal

pytestmark = [pytest.mark.engine, pytest.mark.lab]


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    with Terminal.opened(24, 80) as made:
        yield made


def _on(terminal: Terminal, box: Box, *words: str) -> None:
    terminal.run([*box.devbox.program, *words], {**box.devbox.env, "TERM": "xterm-256color"})


def test_up_moves_while_it_works_and_leaves_the_summary(terminal: Terminal, box: Box, lts: str) -> None:
    _on(terminal, box, "up", "jenkins", "-n", box.name, *box.ports)
    text = terminal.rest()
    assert terminal.ended() == 0
    assert box.parts() == box.whole()
    assert "\x1b[" in text and box.url in text
    assert text.count("\x1b[?25l") == text.count("\x1b[?25h"), "the cursor is left hidden"
    assert text.rindex("\x1b[?25h") < text.rindex(box.url)
    assert terminal.is_as_before()


def test_ctrl_c_is_answered_at_once_and_the_cursor_comes_back(terminal: Terminal, box: Box, lts: str) -> None:
    _on(terminal, box, "up", "jenkins", "-n", box.name, *box.ports, "--env", "STANDIN_BOOT_SECONDS=60")
    terminal.sees(b"initialising")
    terminal.type(b"\x03")
    terminal.sees(b"Interrupted: rolling back", 2)
    text = terminal.rest()
    assert terminal.ended() == 130
    assert box.parts() == set()
    assert terminal.is_as_before()
    assert "\x1b[?25h" in text and "Traceback" not in text


def test_with_no_color_there_are_no_colours(terminal: Terminal, box: Box, lts: str) -> None:
    _on(terminal, box, "up", "jenkins", "-n", box.name, *box.ports, "--no-color")
    text = terminal.rest()
    assert terminal.ended() == 0
    assert not re.findall(r"\x1b\[(?:[0-9;]*;)?3[0-7](?:;[0-9;]*)?m", text)


@pytest.mark.parametrize(("answer", "goes"), [(b"y\n", True), (b"n\n", False), (b"\n", False)])
def test_down_asks_before_a_home_goes(terminal: Terminal, box: Box, answer: bytes, goes: bool, lts: str) -> None:
    labels = {"dev.devbox.stack": "jenkins", "dev.devbox.name": box.name, "dev.devbox.role": "home"}
    box.docker.api.create_volume(box.volume, labels=labels)
    _on(terminal, box, "down", box.name, "--volumes")
    terminal.sees(b"[y/N]")
    terminal.type(answer)
    terminal.rest()
    assert terminal.ended() == 0
    assert box.parts() == (set() if goes else {f"volume {box.volume}"})
