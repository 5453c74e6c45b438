"""A boot that failed is told from one that lasts, with its known cause and the last lines of the log."""

import pytest

from devbox.errors import DevboxError
from devbox.jenkins import ready
from devbox.jenkins.ready import LOST, RESTARTS, TAIL, wait_ready
from tests.unit.jenkins.stage import BROKEN, LOADING, READY, RESET, Stage


@pytest.fixture(autouse=True)
def loading(stage: Stage) -> None:
    stage.web.phase = LOADING
    stage.web.listen()


def failure(stage: Stage, timeout: float = 60) -> DevboxError:
    with pytest.raises(DevboxError) as error:
        wait_ready(stage.wait(timeout=timeout))
    return error.value


def test_a_503_that_loses_its_header_and_stays_is_a_failed_boot(stage: Stage) -> None:
    stage.clock.at(2, stage.web.becomes(BROKEN))
    error = failure(stage)
    assert error.code == "jenkins.boot_failed"
    assert 2 + LOST <= stage.clock.now <= 2 + LOST + 1


def test_the_cause_of_a_failed_boot_is_taken_from_the_log(stage: Stage) -> None:
    stage.clock.at(1, lambda: stage.box.say("SEVERE: Failed GroovyInitScript.init", "java.lang.Error: why"))
    stage.clock.at(2, stage.web.becomes(BROKEN))
    error = failure(stage)
    assert error.cause == "Failed GroovyInitScript.init"
    assert error.tail[-1] == "java.lang.Error: why"
    assert error.cures


@pytest.mark.parametrize("between", [BROKEN, RESET])
def test_a_503_that_loses_its_header_for_a_moment_is_not(stage: Stage, between: str) -> None:
    for second in range(1, 5):
        stage.clock.at(second, stage.web.becomes(between))
        stage.clock.at(second + LOST / 2, stage.web.becomes(LOADING))
    stage.clock.at(5, stage.web.becomes(READY))
    assert wait_ready(stage.wait()).signed_in


def test_an_answer_of_another_kind_ends_the_count(stage: Stage) -> None:
    """The last moments before a restart have no header, and the first of the next life may have none either."""
    stage.clock.at(1, stage.web.becomes(BROKEN))
    stage.clock.at(2, stage.web.becomes(RESET))
    stage.clock.at(2.2, stage.web.becomes(BROKEN))
    stage.clock.at(3.2, stage.web.becomes(READY))
    assert wait_ready(stage.wait()).signed_in


def test_a_503_that_never_had_the_header_is_a_boot_that_lasts(stage: Stage) -> None:
    stage.web.phase = BROKEN
    stage.clock.at(4 * LOST, stage.web.becomes(READY))
    assert wait_ready(stage.wait()).signed_in


NOT_WRITABLE = "java.io.FileNotFoundException: /var/jenkins_home/war/META-INF/MANIFEST.MF (No such file or directory)"


NO_LOG = "Can not write to /var/jenkins_home/copy_reference_file.log. Wrong volume permissions?"

ENDS: list[tuple[int, bool, list[str], str, str]] = [
    (0, False, [], "jenkins.boot_failed", "exit 0"),
    (0, False, ["SEVERE: Container startup failed", NOT_WRITABLE], "home.not_writable", "home"),
    (1, False, [], "jenkins.boot_failed", "exit 1"),
    (1, False, [NO_LOG], "home.not_writable", "home"),
    (1, False, ["Unrecognized VM option 'Foo'"], "jvm.option", "option"),
    (5, False, [], "jenkins.boot_failed", "exit 5"),
    (78, False, ["devbox: SECURITY-FAILED java.lang.Error"], "signin.failed", "sign-in"),
    (137, False, [], "jenkins.killed", "137"),
    (137, True, [], "jenkins.out_of_memory", "memory"),
    (143, False, [], "jenkins.boot_failed", "exit 143"),
]
"""Exit status, whether Docker saw it out of memory, last words; the code of the error, a word of it."""


@pytest.mark.parametrize(
    ("state", "end"),
    [("exited", end) for end in ENDS]
    + [("restarting", end) for end in ENDS if end[0] != 5]  # that one is a restart that Jenkins asked for
    + [("dead", ENDS[-2])],
)
def test_an_end_while_booting_is_told_with_its_cause(
    stage: Stage, state: str, end: tuple[int, bool, list[str], str, str]
) -> None:
    code, oom, lines, expected, told = end
    stage.clock.at(1, lambda: stage.box.ends(code, *lines, state=state, oom_killed=oom))
    error = failure(stage)
    assert error.code == expected
    assert told in error.message
    assert 1 <= stage.clock.now <= 2
    if lines:
        assert error.cause
        assert error.cause in "\n".join(lines)


def test_last_words_that_the_follower_has_not_come_to_are_heard(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine a container can end before the thread that follows its log has read a line."""
    logs = stage.box.logs
    monkeypatch.setattr(stage.box, "logs", lambda *a, follow, **how: iter(()) if follow else logs(*a, **how))
    stage.box.said(NO_LOG)
    stage.clock.at(1, lambda: stage.box.ends(1))
    assert failure(stage).code == "home.not_writable"


def test_a_restart_that_jenkins_asked_for_is_no_failure(stage: Stage) -> None:
    stage.clock.at(2, lambda: stage.box.ends(5, "INFO Stopping Jenkins", state="restarting"))
    stage.clock.at(3, lambda: stage.box.starts_again(11))
    stage.clock.at(6, stage.web.becomes(READY))
    assert wait_ready(stage.wait()).signed_in
    assert stage.clock.now >= 6


def test_a_restart_loop_is_a_failure_though_each_restart_is_exit_5(stage: Stage) -> None:
    for n in range(20):
        stage.clock.at(2 * n + 1, lambda: stage.box.change(state="restarting", exit_code=5))
        stage.clock.at(2 * n + 2, lambda n=n: stage.box.starts_again(n + 10))
    error = failure(stage)
    assert error.code == "jenkins.boot_failed"
    assert f"restarted {RESTARTS} times" in error.message
    assert stage.clock.now <= 2 * RESTARTS + 1


def test_a_loop_that_is_too_quick_to_be_seen_restarting_is_counted(stage: Stage) -> None:
    stage.box.change(restart_count=4)
    stage.clock.at(1, lambda: stage.box.change(restart_count=4 + RESTARTS))
    assert "restarted 3 times" in failure(stage).message


def test_restarts_before_this_wait_do_not_count(stage: Stage) -> None:
    stage.box.change(restart_count=9)
    stage.clock.at(5, stage.web.becomes(READY))
    assert wait_ready(stage.wait()).signed_in


def test_a_boot_that_says_it_failed_is_not_given_a_second_life(stage: Stage) -> None:
    """Since 2.469 that is exit 5, too: the log tells it from a restart that was asked for."""
    stage.clock.at(2, lambda: stage.box.ends(5, "SEVERE Failed to initialize Jenkins", state="restarting"))
    error = failure(stage)
    assert error.code == "jenkins.boot_failed"
    assert stage.clock.now <= 3


def test_a_failed_boot_that_stays_up_is_told_from_its_log_too(stage: Stage) -> None:
    """A wait that begins after the failure never sees the header get lost."""
    stage.web.phase = BROKEN
    stage.box.said("SEVERE: Failed to initialize Jenkins")
    stage.clock.at(0.2, stage.box.read_up)
    error = failure(stage)
    assert error.code == "jenkins.boot_failed"
    assert stage.clock.now <= 2


def test_never_ready_is_a_time_out_with_the_last_answer(stage: Stage) -> None:
    error = failure(stage, timeout=12)
    assert error.code == "jenkins.timeout"
    assert error.retryable
    assert "after 12 s" in error.message
    assert "503" in error.message
    assert any("--timeout" in (cure.command or "") for cure in error.cures)
    assert 12 <= stage.clock.now <= 13


def test_no_answer_at_all_is_a_time_out_that_says_so(stage: Stage) -> None:
    stage.web.phase = RESET
    assert "it gave no answer" in failure(stage, timeout=2).message


def test_a_time_out_names_a_cause_that_the_log_knows(stage: Stage) -> None:
    stage.clock.at(1, lambda: stage.box.say("Failed to listen on port 50000 because it's already in use."))
    error = failure(stage, timeout=5)
    assert error.code == "jenkins.timeout"
    assert error.cause is not None
    assert "50000" in error.cause
    assert any("--agent-port" in (cure.command or "") for cure in error.cures)


def test_a_jenkins_asked_without_its_prefix_is_never_ready(stage: Stage) -> None:
    wait = stage.wait(timeout=5)
    stage.web.phase, stage.web.prefix = READY, "/jenkins"
    with pytest.raises(DevboxError) as error:
        wait_ready(wait)
    assert "404" in error.value.message


def test_a_container_that_somebody_removed_is_told_at_once(stage: Stage) -> None:
    stage.clock.at(2, lambda: setattr(stage.box, "state", None))
    error = failure(stage)
    assert error.code == "container.gone"
    assert stage.clock.now <= 3


def test_the_last_lines_are_shown_once_and_whole(stage: Stage) -> None:
    lines = [f"line {n}" for n in range(40)]
    stage.clock.at(1, lambda: stage.box.say(*lines[:30]))
    stage.clock.at(2, lambda: stage.box.write("\n".join(lines[30:]).encode()))  # the last one has no end
    stage.clock.at(3, lambda: stage.box.ends(1))
    assert failure(stage).tail == tuple(lines[-TAIL:])


def test_a_short_log_is_not_read_again_while_the_wait_goes_on(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stream of a container that has ended gives all of it again, each time it is asked for."""
    monkeypatch.setattr(ready, "INSPECT", 0.001)
    stage.clock.at(1, lambda: stage.box.say("one", "two"))
    stage.clock.at(2, stage.box.hang_up)
    stage.clock.at(2, lambda: stage.box.looked_after(3))
    stage.clock.at(3, lambda: stage.box.ends(1))
    assert failure(stage).tail == ("one", "two")
    assert len(stage.box.since) == 1


def test_each_life_of_a_container_is_read_once(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ready, "INSPECT", 0.001)
    stage.clock.at(1, lambda: stage.box.ends(5, "first life", state="restarting"))
    stage.clock.at(2, lambda: stage.box.starts_again(30))
    stage.clock.at(3, lambda: stage.box.ends(1, "second life"))
    assert failure(stage).tail == ("first life", "second life")
    assert len(stage.box.since) == 2
    assert stage.box.since[0] < stage.box.since[1]


def test_the_two_streams_of_a_log_do_not_mix_in_a_line(stage: Stage) -> None:
    stage.clock.at(1, lambda: stage.box.write(b"out begins ", 1))
    stage.clock.at(1, lambda: stage.box.write(b"err begins ", 2))
    stage.clock.at(1, lambda: stage.box.write(b"and ends\r\n", 1))
    stage.clock.at(1, lambda: stage.box.write(b"and ends\n", 2))
    stage.clock.at(2, lambda: stage.box.ends(1))
    assert failure(stage).tail == ("out begins and ends", "err begins and ends")
