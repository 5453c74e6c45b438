"""What is on the screen to be typed next reaches the same sandbox on the same engine."""

from __future__ import annotations

import pytest

from devbox.cli.paste import Place
from devbox.errors import Cure, DevboxError
from devbox.result import Result
from devbox.sandbox.names import Summary
from tests.unit.cli.harness import SANDBOX, Devbox

ELSEWHERE = Place("r9", None, ("--context", "vm"))


@pytest.mark.parametrize(
    ("given", "completed"),
    [
        ("devbox plugin list", "devbox plugin list -n r9"),
        ("devbox plugin deploy --force /a/b.hpi", "devbox plugin deploy --force /a/b.hpi -n r9"),
        ("devbox queue failed retry --index 1", "devbox queue failed retry --index 1 -n r9"),
        ("devbox logs --tail 50", "devbox logs --tail 50 -n r9"),
        ("devbox exec -- ls -n /", "devbox exec -n r9 -- ls -n /"),
        ("devbox up jenkins --memory 512m", "devbox up jenkins --memory 512m -n r9"),
        ("devbox down r9 --volumes && devbox up jenkins -n r9", None),
        ("devbox up jenkins -n OTHER", None),
        ("devbox logs r9 -f", None),
        ("devbox queue stats --redis URL", None),
        ("devbox down --all --volumes", None),
        ("devbox groovy --help", None),
        ("devbox status", None),
        ("devbox doctor --fix", None),
        ("docker system df", None),
        ("ss -ltnp", None),
        ("devbox", None),
        ("", None),
    ],
)
def test_a_command_gets_the_name_it_lacks(given: str, completed: str | None) -> None:
    place = Place("r9")
    assert place.command(given) == (completed or given)
    assert place.command(place.command(given)) == (completed or given), "once is enough"


@pytest.mark.parametrize(
    ("name", "configured", "given", "completed"),
    [
        ("jenkins", None, "devbox plugin list", "devbox plugin list"),
        ("queue", None, "devbox plugin list", "devbox plugin list -n queue"),
        ("queue", None, "devbox queue stats", "devbox queue stats"),
        ("jenkins", "work", "devbox plugin list", "devbox plugin list -n jenkins"),
        ("jenkins", None, "devbox up jenkins:lts", "devbox up jenkins:lts"),
        ("jenkins", None, "devbox open", "devbox open"),
        ("queue", None, "devbox open", "devbox open -n queue"),
        (None, None, "devbox logs", "devbox logs"),
        (None, "work", "devbox logs", "devbox logs"),
    ],
)
def test_the_name_that_is_meant_anyway_is_left_out(
    name: str | None, configured: str | None, given: str, completed: str
) -> None:
    assert Place(name, configured).command(given) == completed


@pytest.mark.parametrize("verb", ["down", "logs --tail 50", "exec", "shell", "env", "restart -s worker"])
def test_a_verb_for_any_stack_is_always_told_which(verb: str) -> None:
    for name in ("jenkins", "queue"):
        assert Place(name).command(f"devbox {verb}") == f"devbox {verb} -n {name}"
        assert Place(name, name).command(f"devbox {verb}") == f"devbox {verb} -n {name}"


@pytest.mark.parametrize("stack", ["jenkins", "queue"])
def test_with_a_jenkins_and_a_queue_each_command_that_is_shown_reaches_its_own(devbox: Devbox, stack: str) -> None:
    devbox.calls.sandboxes = [Summary("jenkins", "jenkins"), Summary("queue", "queue")]
    sandbox = {**SANDBOX, "name": stack, "stack": stack}
    devbox.calls.results["up"] = devbox.calls.results["restart"] = Result({"sandboxes": [sandbox]})
    for words in (("up", stack), ("restart", stack)):
        shown = [line.split()[1:] for line in devbox(*words).out.splitlines() if line.startswith("  devbox ")]
        assert [one[0] for one in shown] == (["open", "logs", "down"] if stack == "jenkins" else ["logs", "down"])
        for command in (line[: line.index(stack) + 1] if stack in line else line[:1] for line in shown):
            devbox.calls.made.clear()
            assert devbox(*command).status != 2, command
            operation = {"open": "url", "logs": "log_lines"}.get(command[0], command[0])
            assert devbox.calls.of(operation)[1] in (stack, [stack])


@pytest.mark.parametrize(
    ("given", "completed"),
    [
        ("devbox doctor --fix", "devbox doctor --fix --context vm"),
        ("devbox logs r9 -f", "devbox logs r9 -f --context vm"),
        ("devbox exec -- CMD", "devbox exec -n r9 --context vm -- CMD"),
        (
            "devbox down r9 && devbox up queue -n r9",
            "devbox down r9 --context vm && devbox up queue -n r9 --context vm",
        ),
        (
            "docker system df && docker system prune",
            "docker --context vm system df && docker --context vm system prune",
        ),
        ("docker context ls", "docker context ls"),
        ("docker login", "docker login"),
        ("devbox worker --help", "devbox worker --help"),
        ("devbox doctor --list", "devbox doctor --list"),
    ],
)
def test_flags_that_chose_the_engine_go_along(given: str, completed: str) -> None:
    assert ELSEWHERE.command(given) == completed
    assert ELSEWHERE.command(completed) == completed


def test_a_redis_of_ones_own_goes_along_without_its_password() -> None:
    place = Place(redis=True)
    assert place.command("devbox queue failed retry --index 1") == "devbox queue failed retry --index 1 --redis URL"
    assert place.command("devbox queue stats --redis URL") == "devbox queue stats --redis URL"
    assert place.command("devbox queue stats --help") == "devbox queue stats --help"
    assert place.command("devbox status") == "devbox status"


def test_the_name_that_was_resolved_is_in_the_cures(devbox: Devbox) -> None:
    devbox.calls.sandboxes = [Summary("r9", "jenkins")]
    devbox.calls.results["credentials"] = DevboxError("x.y", "no", cures=(Cure("see", "devbox plugin list"),))
    assert devbox("credentials").err.endswith("  -> see:  devbox plugin list -n r9\n")
    told = devbox("credentials", "--json", "--host=tcp://a b:1").json["error"]["cures"]
    assert told == [{"text": "see", "command": "devbox plugin list -n r9 '--host=tcp://a b:1'"}]


def test_up_knows_its_name_from_the_start(devbox: Devbox) -> None:
    devbox.calls.results["up"] = DevboxError("x.y", "no", cures=(Cure("see", "devbox logs"),))
    assert devbox("up", "jenkins", "-n", "r9").err.endswith("devbox logs -n r9\n")
    ran = devbox("up", "jenkins", "-n", "r9", "--plugin", "git")
    assert ran.err.endswith("devbox plugin deploy FILE -n r9\n")


def test_the_next_commands_of_a_result_go_along_too(devbox: Devbox) -> None:
    devbox.calls.results["status"] = Result({"sandboxes": [{**SANDBOX, "name": "r9", "state": "kept", "services": []}]})
    ran = devbox("status", "--context", "vm")
    assert ran.out.endswith("devbox up jenkins -n r9 --context vm\n")
    devbox.calls.results["up"] = Result({"sandboxes": [SANDBOX]}, next=(Cure("open it", "devbox open"),))
    assert (
        "  devbox open --host tcp://127.0.0.1:1  open it\n"
        in devbox("up", "jenkins", "--host", "tcp://127.0.0.1:1").out
    )


@pytest.mark.parametrize("word", ["queue", "plugin"])
def test_a_command_of_commands_is_named_in_the_envelope(devbox: Devbox, word: str) -> None:
    assert devbox(word, "--json").json["command"] == word
