"""Events as a live view, as lines, as JSON, and in silence."""

from __future__ import annotations

import io
import json
import re
import threading
from contextlib import closing

import pytest

from devbox.events import Event, Milestone, Note, PullProgress, Step, Waiting, Warned
from devbox.result import Warning_
from devbox.ui import progress
from devbox.ui.board import Board
from devbox.ui.jsonlines import JsonLines
from devbox.ui.live import LiveView
from devbox.ui.plain import PlainLines
from devbox.ui.style import Style

PULL = "jenkins/jenkins:lts"
EVENTS: list[Event] = [
    PullProgress(PULL, "pulling"),
    PullProgress(PULL, "pulling", 10_000_000, 210_000_000, 1, 5),
    PullProgress(PULL, "retrying", 10_000_000, 210_000_000, 1, 5, "connection reset"),
    PullProgress(PULL, "pulling", 90_000_000, 210_000_000, 3, 5),
    PullProgress(PULL, "done", 210_000_000, 210_000_000, 5, 5),
    Step("create", "volume devbox-jenkins_home", "there is none"),
    Step("create", "volume devbox-jenkins_home", "there is none", "done"),
    Warned("port.moved", "port 8080 is taken"),
    Note("a note"),
    Waiting("waiting for another devbox"),
    Waiting("waiting for another devbox"),
    Milestone("jenkins", "jobs loaded", 2.5),
]


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def plain(*, quiet: bool = False, verbose: bool = False) -> list[str]:
    stream = io.StringIO()
    with closing(PlainLines(stream, Style(), quiet=quiet, verbose=verbose)) as sink:
        for event in EVENTS:
            sink.emit(event)
    return stream.getvalue().splitlines()


def test_off_a_terminal_each_change_is_a_line() -> None:
    assert plain() == [
        "pulling jenkins/jenkins:lts",
        "retrying jenkins/jenkins:lts: connection reset",
        "pulling jenkins/jenkins:lts",
        "pulled jenkins/jenkins:lts, 5 layers, 210 MB",
        "create volume devbox-jenkins_home (there is none)",
        "warning[port.moved]: port 8080 is taken",
        "a note",
        "waiting for another devbox",
        "jenkins: jobs loaded (2.5 s)",
    ]


def test_quiet_leaves_warnings_alone() -> None:
    assert plain(quiet=True) == ["warning[port.moved]: port 8080 is taken"]


def test_verbose_says_when_a_step_is_over() -> None:
    assert set(plain(verbose=True)) - set(plain()) == {"create volume devbox-jenkins_home: done"}


def test_a_warning_of_the_result_is_told_once() -> None:
    stream = io.StringIO()
    sink = PlainLines(stream, Style(), quiet=True, verbose=False)
    sink.emit(Warned("a.b", "one"))
    sink.rest([Warning_("a.b", "one"), Warning_("a.c", "two")])
    assert stream.getvalue() == "warning[a.b]: one\nwarning[a.c]: two\n"


def test_json_lines_have_every_field() -> None:
    stream = io.StringIO()
    with closing(JsonLines(stream, quiet=False)) as sink:
        for event in EVENTS:
            sink.emit(event)
        sink.say("Interrupted")
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert len(lines) == len(EVENTS) + 1
    assert lines[-2] == {"event": "milestone", "service": "jenkins", "text": "jobs loaded", "seconds": 2.5}
    assert lines[-1] == {"event": "note", "text": "Interrupted"}


@pytest.mark.parametrize(
    ("json_", "quiet", "terminal", "term", "kind"),
    [
        (True, False, True, "xterm", JsonLines),
        (False, False, True, "xterm", LiveView),
        (False, True, True, "xterm", PlainLines),
        (False, False, True, "dumb", PlainLines),
        (False, False, False, "xterm", PlainLines),
    ],
)
def test_which_sink_fits(json_: bool, quiet: bool, terminal: bool, term: str, kind: type) -> None:
    stream = Terminal() if terminal else io.StringIO()
    sink = progress.open_sink(stream, {"TERM": term}, Style(), json=json_, quiet=quiet, verbose=False)
    assert type(sink) is kind


def last_screen(text: str) -> str:
    """What stays on a terminal after these bytes: lines that were not erased (cursor up and erase line alone)."""
    lines, row = [""], 0
    for token in re.findall(r"\x1b\[[0-9;?]*[A-Za-z]|\r|\n|[^\x1b\r\n]+", text):
        if token == "\n":
            row += 1
            lines += [""] * (row + 1 - len(lines))
        elif token.endswith("A") and token.startswith("\x1b"):
            row -= int(token[2:-1] or 1)
        elif token.endswith("K"):
            lines[row] = ""
        elif not token.startswith("\x1b") and token != "\r":
            lines[row] += token
    return "\n".join(lines).strip()


def test_of_a_live_view_only_warnings_and_notes_stay() -> None:
    stream = Terminal()
    with closing(LiveView(stream, Style(), verbose=False)) as sink:
        for event in EVENTS:
            sink.emit(event)
    assert last_screen(stream.getvalue()) == "warning[port.moved]: port 8080 is taken\na note"
    assert stream.getvalue().count("\x1b[?25l") == stream.getvalue().count("\x1b[?25h") > 0


def test_a_live_view_without_colour_has_none() -> None:
    stream = Terminal()
    with closing(LiveView(stream, Style(colour=False), verbose=False)) as sink:
        for event in EVENTS:
            sink.emit(event)
    assert not re.search(r"\x1b\[[0-9;]*m", stream.getvalue())


def test_a_live_view_that_is_over_stays_over() -> None:
    stream = Terminal()
    with closing(LiveView(stream, Style(), verbose=False)) as sink:
        sink.emit(Waiting("for it"))
    length = len(stream.getvalue())
    sink.rest([Warning_("a.b", "late")])
    assert stream.getvalue()[length:] == "warning[a.b]: late\n"


def test_nothing_is_drawn_when_nothing_takes_time() -> None:
    stream = Terminal()
    with closing(LiveView(stream, Style(), verbose=False)) as sink:
        sink.emit(Note("chosen"))
    assert stream.getvalue() == "chosen\n"


def test_a_signals_words_stay_after_the_view() -> None:
    stream = Terminal()
    with closing(LiveView(stream, Style(), verbose=False)) as sink:
        sink.emit(Waiting("for it"))
        sink.say("Interrupted: rolling back")
    assert last_screen(stream.getvalue()) == "Interrupted: rolling back"


def test_leaving_at_once_shows_the_cursor_again() -> None:
    stream = Terminal()
    with closing(LiveView(stream, Style(), verbose=False)) as sink:
        sink.leave()
        assert "\x1b[?25h" not in stream.getvalue()
        sink.emit(Waiting("for it"))
        sink.leave()
        assert stream.getvalue().endswith("\x1b[?25h\n")


def test_a_question_has_the_terminal_for_itself() -> None:
    stream = Terminal()
    with closing(LiveView(stream, Style(), verbose=False)) as sink:
        sink.emit(Waiting("for it"))
        sink.pause()
        length = len(stream.getvalue())
        assert last_screen(stream.getvalue()) == ""
        sink.emit(Waiting("again"))
        assert len(stream.getvalue()) > length


def test_events_may_come_from_many_threads() -> None:
    stream = Terminal()
    with closing(LiveView(stream, Style(), verbose=False)) as sink:

        def pull(image: str) -> None:
            for done in range(20):
                sink.emit(PullProgress(image, "pulling", done, 20, done, 20))
            sink.emit(PullProgress(image, "done", 20, 20, 20, 20))

        threads = [threading.Thread(target=pull, args=(f"image-{n}",)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert last_screen(stream.getvalue()) == ""


def test_the_clock_runs_since_the_boot_began_not_since_the_last_milestone() -> None:
    board = Board()
    board.apply(Step("start", "jenkins", ""), 10.0)
    board.apply(Milestone("jenkins", "Java runs", 0.1), 11.0)
    board.apply(Milestone("jenkins", "jobs loaded", 2.0), 13.0)
    assert (board.now, board.since) == ("jenkins boots", 11.0)
    assert list(board.done) == ["jenkins: Java runs (0.10 s)", "jenkins: jobs loaded (2.0 s)"]


def test_the_view_shows_pulls_with_bytes_and_layers_in_80_columns() -> None:
    from rich.console import Console

    from devbox.ui.drawing import draw

    board = Board()
    board.apply(Step("create", "volume", "", "done"), 0)
    board.apply(PullProgress(PULL, "pulling", 90_000_000, 210_000_000, 3, 5), 0)
    board.apply(PullProgress("registry.example.com/a/very/long/name/of/an/image:latest", "pulling"), 0)
    console = Console(file=io.StringIO(), width=80, color_system=None)
    with console.capture() as capture:
        console.print(draw(board, 1.0, unicode=True))
    lines = capture.get().splitlines()
    assert lines[0] == "  create volume"
    assert re.fullmatch(r"pulling jenkins/jenkins:lts +\S+ +90 MB/210 MB 3/5 layers *", lines[1])
    assert max(map(len, lines)) <= 80


def test_the_view_shows_what_goes_on_with_the_time_it_takes() -> None:
    from rich.console import Console

    from devbox.ui.drawing import draw

    board = Board()
    board.apply(Waiting("waiting for another devbox"), 10.0)
    board.notice = "Interrupted"
    console = Console(file=io.StringIO(), width=80, color_system=None)
    with console.capture() as capture:
        console.print(draw(board, 12.5, unicode=False))
    assert re.fullmatch(r"[-\\|/] waiting for another devbox 2\.5 s *\nInterrupted\n", capture.get())


def test_a_pull_that_is_done_moves_up() -> None:
    board = Board()
    board.apply(PullProgress(PULL, "pulling"), 0)
    board.apply(PullProgress(PULL, "done"), 0)
    assert (board.pulls, list(board.done)) == ({}, [f"pulled {PULL}"])
