"""The lines of `plugin watch`."""

from datetime import datetime

import pytest

from devbox.events import Edited
from devbox.ui.edits import MARKS, line, shortened
from devbox.ui.style import Style, width

NOW = datetime(2026, 11, 29, 12, 3, 4)
LONG = "org/jenkinsci/plugins/some_very_long_name/with/many/parts/HelloAction/index.jelly"


def test_a_view_that_is_on_the_page() -> None:
    assert line(Edited("view", "org/x/A/index.jelly", "live", 0.084), Style(), NOW) == (
        "12:03:04  view     org/x/A/index.jelly                      on the page  0.08 s"
    )


def test_a_view_that_is_refused_is_on_the_page_all_the_same() -> None:
    assert " broken" in line(Edited("view", "org/x/A/index.jelly:3:5", "failed"), Style(), NOW)
    assert " failed" in line(Edited("class", "org.x.A", "failed"), Style(), NOW)


def test_why_stands_below() -> None:
    text = line(Edited("jenkins", "", "restarting", 0, "org.x.A: a method was added"), Style(), NOW)
    assert text.splitlines()[1] == "          org.x.A: a method was added"


@pytest.mark.parametrize("result", [*MARKS, "new"])
@pytest.mark.parametrize("path", ["a", LONG, "x" * 300, "12 files"])
@pytest.mark.parametrize("seconds", [0, 0.1, 59.9, 4000.0])
def test_every_line_fits_a_terminal_of_80(result: str, path: str, seconds: float) -> None:
    detail = 'The element type "p" must be terminated; systemId: file:/a/very/long/path/that/has/no/blank/' + "y" * 90
    for painted in (Style(), Style(True)):
        lines = line(Edited("resource", path, result, seconds, detail), painted, NOW).splitlines()
        assert max(map(width, lines)) <= 80


def test_whole_words_are_kept_together() -> None:
    text = line(Edited("view", "a", "failed", 0, "one two three " * 12), Style(), NOW)
    assert all(part.split() == part.strip().split() for part in text.splitlines())
    assert not any(part.endswith(("tw", "thre")) for part in text.splitlines())


def test_a_long_path_loses_whole_folders_at_its_beginning() -> None:
    assert shortened(LONG, 40) == ".../with/many/parts/HelloAction/index.jelly"[-40:] or len(shortened(LONG, 40)) <= 40
    assert shortened(LONG, 40).endswith("HelloAction/index.jelly")
    assert shortened("short", 40) == "short"
    assert len(shortened("x" * 99, 40)) == 40


def test_control_characters_do_not_reach_the_terminal() -> None:
    text = line(Edited("view", "a\x1b[2Jb", "failed", 0, "x\x07y"), Style(), NOW)
    assert "\x1b" not in text and "\x07" not in text
