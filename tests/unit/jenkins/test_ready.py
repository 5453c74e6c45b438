"""Ready means usable and ours: told by HTTP, after the last start of this container, and by nothing else."""

import pytest

from devbox.errors import DevboxError
from devbox.events import Milestone
from devbox.jenkins.ready import LOST, Ready, wait_ready
from devbox.jenkins.site import PATIENT, TIMEOUT, Answer, Site
from tests.unit.jenkins.stage import LOADING, OPEN, READY, REFUSING, RESET, Stage


def test_a_boot_goes_from_refused_over_503_and_401_to_ready(stage: Stage) -> None:
    stage.web.phase = RESET
    stage.clock.at(1, stage.web.listen)  # until here the port refuses; then Docker's proxy accepts and resets
    stage.clock.at(2, stage.web.becomes(LOADING))
    stage.clock.at(6, stage.web.becomes(REFUSING))
    stage.clock.at(6.5, stage.web.becomes(LOADING))
    stage.clock.at(8, stage.web.becomes(READY))
    ready = wait_ready(stage.wait())
    assert ready == Ready("2.555.1", "5e55104a", signed_in=True, anonymous_refused=True)
    assert stage.clock.now >= 8


def test_ready_is_said_within_a_fifth_of_a_second_of_the_first_200(stage: Stage) -> None:
    stage.web.phase = LOADING
    stage.web.listen()
    asked_before: list[int] = []
    stage.clock.at(3, lambda: (stage.web.becomes(READY)(), asked_before.append(len(stage.web.asked))))
    wait_ready(stage.wait())
    assert 3 <= stage.clock.now <= 3.2
    assert len(stage.web.asked) - asked_before[0] <= 4, "each question costs time that this clock does not count"


def test_between_two_looks_there_is_at_most_a_tenth_of_a_second(stage: Stage) -> None:
    stage.web.phase = LOADING
    stage.web.listen()
    stage.clock.at(1, stage.web.becomes(READY))
    wait_ready(stage.wait())
    assert stage.clock.slept
    assert max(stage.clock.slept) <= 0.1


def test_questions_are_short_until_there_was_an_answer_and_patient_afterwards(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request sent while Jetty binds hangs; the first page of a big home takes its time."""
    patience: list[tuple[int, float]] = []
    real = Site.get

    def get(self: Site, path: str, *, signed_in: bool = False, timeout: float = TIMEOUT) -> Answer:
        answer = real(self, path, signed_in=signed_in, timeout=timeout)
        patience.append((answer.status, timeout))
        return answer

    monkeypatch.setattr(Site, "get", get)
    stage.web.phase = RESET
    stage.web.listen()
    stage.clock.at(1, stage.web.becomes(LOADING))
    stage.clock.at(2, stage.web.becomes(READY))
    wait_ready(stage.wait())
    first = next(n for n, (status, _) in enumerate(patience) if status)
    assert first > 0
    assert {timeout for _, timeout in patience[: first + 1]} == {TIMEOUT}
    assert {timeout for _, timeout in patience[first + 1 :]} == {PATIENT}


def test_a_jenkins_that_is_up_is_ready_without_waiting_or_reading_its_log(stage: Stage) -> None:
    stage.web.listen()
    assert wait_ready(stage.wait()).signed_in
    assert stage.clock.slept == []
    assert stage.box.since == []
    assert stage.events == []


def test_an_answer_that_came_before_a_restart_does_not_count(stage: Stage) -> None:
    stage.web.listen()
    started = iter([20])

    def restart_during_the_first_look(path: str, _auth: bool) -> None:
        if path == "/login" and (second := next(started, None)):
            stage.box.starts_again(second)

    stage.web.on_request = restart_during_the_first_look
    wait_ready(stage.wait())
    assert stage.web.looks() == 2


def test_an_answer_does_not_count_when_somebody_restarted_the_container_by_hand(stage: Stage) -> None:
    """`docker restart` sets Docker's count of restarts to nought: the time of the start tells."""
    stage.web.listen()
    started = iter(["2026-11-22T04:08:00Z"])

    def restart_during_the_first_look(path: str, _auth: bool) -> None:
        if path == "/login" and (time := next(started, None)):
            stage.box.change(started_at=time)

    stage.web.on_request = restart_during_the_first_look
    wait_ready(stage.wait())
    assert stage.web.looks() == 2


def test_the_session_of_the_life_before_is_never_ready(stage: Stage) -> None:
    stage.web.listen()
    with pytest.raises(DevboxError) as error:
        wait_ready(stage.wait(stale=stage.web.session, timeout=5))
    assert error.value.code == "jenkins.timeout"
    stage.web.session = "another"
    assert wait_ready(stage.wait(stale="5e55104a")).session == "another"


def test_every_question_goes_under_the_prefix(stage: Stage) -> None:
    stage.web.prefix = "/jenkins"
    stage.web.version = "2.568.2"
    stage.web.listen()
    wait_ready(stage.wait())
    assert {path for path, _ in stage.web.asked} == {"/jenkins/api/json", "/jenkins/login", "/jenkins/health"}


@pytest.mark.parametrize(
    ("version", "asked"),
    [
        ("1.610-SNAPSHOT (private-01/01/2026 00:00-me)", False),
        ("2.492.3", False),
        ("2.505", False),
        ("2.506", True),
        ("2.516.1", True),
        ("unknown", False),
    ],
)
def test_health_is_asked_from_the_core_on_that_has_it(stage: Stage, version: str, asked: bool) -> None:
    stage.web.version = version
    stage.web.listen()
    assert wait_ready(stage.wait()).version == version
    assert (("/health", False) in stage.web.asked) is asked


@pytest.mark.parametrize("page", ["health", "login"])
def test_not_ready_before_login_and_health_say_so_too(stage: Stage, page: str) -> None:
    stage.web.listen()
    setattr(stage.web, page, 503)
    stage.clock.at(4, lambda: setattr(stage.web, page, 200))
    wait_ready(stage.wait())
    assert stage.clock.now >= 4


def test_without_security_no_password_is_ever_sent(stage: Stage) -> None:
    stage.web.phase = OPEN
    stage.web.listen()
    ready = wait_ready(stage.wait(secured=False))
    assert ready == Ready("2.555.1", "5e55104a", signed_in=False, anonymous_refused=False)
    assert not any(auth for _path, auth in stage.web.asked)


def test_a_jenkins_that_lets_anybody_in_is_told_from_one_that_refuses(stage: Stage) -> None:
    stage.web.phase = OPEN
    stage.web.listen()
    assert wait_ready(stage.wait()).anonymous_refused is False


@pytest.mark.parametrize("status", [401, 403, 302, 404])
def test_whatever_keeps_the_anonymous_out_is_a_refusal(stage: Stage, status: int) -> None:
    """Another realm of the user's may lead them elsewhere instead of saying no."""
    stage.web.listen()
    stage.web.anonymous = status
    assert wait_ready(stage.wait()).anonymous_refused is True


@pytest.mark.parametrize("phase", [RESET, LOADING])
def test_no_answer_to_the_anonymous_is_no_sign_of_an_open_jenkins(stage: Stage, phase: str) -> None:
    """Nothing may be concluded from a question that was cut off: a Jenkins held to be open is stopped."""
    stage.web.listen()
    cut_off = iter([phase, phase])

    def once(path: str, auth: bool) -> str | None:
        return next(cut_off, None) if path == "/api/json" and not auth else None

    stage.web.on_request = once
    assert wait_ready(stage.wait()).anonymous_refused is True
    assert stage.web.looks() == 3


@pytest.mark.parametrize("between", [LOADING, RESET])
def test_a_401_while_booting_is_not_final_however_often_it_comes_back(stage: Stage, between: str) -> None:
    stage.web.phase = between
    stage.web.listen()
    for second in range(1, 5):
        stage.clock.at(second, stage.web.becomes(REFUSING))
        stage.clock.at(second + LOST / 2, stage.web.becomes(between))
    stage.clock.at(5, stage.web.becomes(READY))
    assert wait_ready(stage.wait()).signed_in


def test_a_user_who_is_refused_for_good_in_a_new_home_is_a_failed_sign_in(stage: Stage) -> None:
    stage.web.phase = REFUSING
    stage.web.listen()
    with pytest.raises(DevboxError) as error:
        wait_ready(stage.wait(set_up=False))
    assert error.value.code == "signin.failed"
    assert stage.clock.now >= LOST


def test_a_sign_in_that_the_user_changed_is_theirs_and_no_error(stage: Stage) -> None:
    stage.web.phase = REFUSING
    stage.web.listen()
    ready = wait_ready(stage.wait(set_up=True))
    assert ready == Ready("2.555.1", "5e55104a", signed_in=False, anonymous_refused=True)
    assert stage.clock.now >= LOST


@pytest.mark.parametrize("set_up", [True, False])
def test_a_strangers_jenkins_that_held_the_address_before_is_never_ready(stage: Stage, set_up: bool) -> None:
    stage.web.phase = REFUSING
    stage.web.listen()
    with pytest.raises(DevboxError) as error:
        wait_ready(stage.wait(set_up=set_up, stale=stage.web.session, timeout=5))
    assert error.value.code == "jenkins.timeout"


def test_a_strangers_jenkins_without_security_is_not_ours_either(stage: Stage) -> None:
    stage.web.phase = OPEN
    stage.web.listen()
    with pytest.raises(DevboxError) as error:
        wait_ready(stage.wait(secured=False, stale=stage.web.session, timeout=5))
    assert error.value.code == "jenkins.timeout"


def test_milestones_come_once_each_in_order_with_seconds(stage: Stage) -> None:
    stage.web.phase = LOADING
    stage.web.listen()
    said = ["INFO Started initialization", "INFO Listed all plugins", "INFO Listed all plugins", "INFO something else"]
    stage.clock.at(2, lambda: stage.box.say(said[0]))
    stage.clock.at(4, lambda: stage.box.say(*said[1:]))
    stage.clock.at(5, stage.web.becomes(READY))
    wait_ready(stage.wait())
    assert [(e.service, e.text) for e in stage.events] == [("jenkins", "initialising"), ("jenkins", "plugins listed")]
    assert [round(e.seconds) for e in stage.events if isinstance(e, Milestone)] == [2, 4]


def test_the_log_is_read_from_the_containers_start_on(stage: Stage) -> None:
    stage.web.phase = LOADING
    stage.web.listen()
    stage.clock.at(1, stage.web.becomes(READY))
    stage.clock.at(1, stage.box.read_up)
    wait_ready(stage.wait())
    assert stage.box.since == [pytest.approx(1795320428.123456, abs=1e-5)]


def test_the_way_in_of_a_realm_of_the_users_own_may_lead_elsewhere(stage: Stage) -> None:
    """Single sign-on answers `/login` with a redirect: that is the user's, and no reason not to be ready."""
    stage.web.listen()
    stage.web.login = 302
    assert wait_ready(stage.wait(set_up=True)).signed_in is True


def test_a_new_jenkins_has_a_login_page_of_its_own(stage: Stage) -> None:
    stage.web.listen()
    stage.web.login = 302
    stage.web.on_request = lambda path, _auth: setattr(stage.web, "login", 200) if len(stage.web.asked) > 20 else None
    assert wait_ready(stage.wait()).signed_in is True
    assert len(stage.web.asked) > 20
