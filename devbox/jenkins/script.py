"""Groovy in a running Jenkins: what it printed, what it returned, why it failed.

`/scriptText` answers 200 to everything. So a script runs inside one of devbox's own (`groovy/run.groovy`), which says
at its end, behind a token that no script can know, how it went. Without that word it failed.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Mapping
from importlib import resources
from typing import Any

from devbox.errors import Cure, DevboxError
from devbox.frozen import dataclass
from devbox.jenkins.client import TIMEOUT, Client, excerpt

NAME = "devbox_script.groovy"
"""What Groovy calls the script; a class of it must not have the name of one of the user's."""

PATH = "/scriptText"
"""Where Jenkins takes one."""

PIECE = 30_000
"""Characters of a text in the wrapper: a class file holds no constant of more than 65,535 bytes."""


@dataclass(frozen=True)
class Failure:
    """Why a script failed. `kind`: "exception" or "syntax"; `line` and `column` in the script, where they are known."""

    kind: str
    message: str
    line: int | None = None
    column: int | None = None
    trace: str = ""


@dataclass(frozen=True)
class Outcome:
    """A script's end. `result`: data as JSON has them, or the text of what was returned."""

    output: str
    result: Any = None
    failure: Failure | None = None


def run(
    client: Client, script: str, arguments: Mapping[str, str] | None = None, *, timeout: float = TIMEOUT
) -> Outcome:
    """Run a script; each argument is a variable of its, and all of them are in `args`.

    Raises the errors of `Client`, and `groovy.unanswered` where Jenkins gives no account of it.
    """
    token = f"devbox-{secrets.token_hex(16)}:"
    answer = _ask(client, token, _preamble(token, script, arguments or {}) + _own("run"), timeout)
    failure = answer.get("failure")
    return Outcome(str(answer.get("output") or ""), answer.get("result"), Failure(**failure) if failure else None)


def call(client: Client, name: str, arguments: Mapping[str, str] | None = None, *, timeout: float = TIMEOUT) -> Any:
    """Run one of devbox's own scripts, `groovy/NAME.groovy`, and give the data that it returns; `groovy.failed`.

    It is compiled once and not inside another, which saves half of the time: a deployment asks two or three times.
    """
    token = f"devbox-{secrets.token_hex(16)}:"
    answer = _ask(client, token, _called(token, _own(name), arguments or {}), timeout)
    if answer.get("failure"):
        raise DevboxError("groovy.failed", f"devbox' own script {name}.groovy failed", cause=str(answer["failure"]))
    return answer.get("result")


def _ask(client: Client, token: str, text: str, timeout: float) -> dict[str, Any]:
    """What the script says behind its token."""
    reply = client.post(PATH, {"script": text}, timeout=timeout)
    if reply.status == 200:
        for line in reply.text.splitlines():
            if line.startswith(token):
                found: dict[str, Any] = json.loads(base64.b64decode(line[len(token) :]))
                return found
    raise DevboxError(
        "groovy.unanswered",
        f"Jenkins gave no account of the script (status {reply.status})",
        cause=excerpt(reply),
        cures=(Cure("see what Jenkins says", "devbox logs"),),
        retryable=reply.status == 503,  # it is starting just now
    )


CALL = """\
def devboxAnswer = [:]
try {{
devboxAnswer.result = ({{ ->
{body}
}}.call())
}} catch (Throwable devboxThrown) {{
devboxAnswer.failure = String.valueOf(devboxThrown)
}}
println('{token}' + groovy.json.JsonOutput.toJson(devboxAnswer).getBytes('UTF-8').encodeBase64().toString())
"""


def _called(token: str, script: str, arguments: Mapping[str, str]) -> str:
    """One of our own scripts as the body of a closure, its imports before it, its arguments as variables."""
    lines = script.splitlines()
    imports = [line for line in lines if line.startswith("import ")]
    body = "\n".join(line for line in lines if not line.startswith("import "))
    given = [
        f"def {key} = new String({_encoded(value)}.join('').decodeBase64(), 'UTF-8')"
        for key, value in arguments.items()
    ]
    return "\n".join([*imports, *given, CALL.format(body=body, token=token)])


def _own(name: str) -> str:
    return (resources.files("devbox.jenkins") / "groovy" / f"{name}.groovy").read_text(encoding="utf-8")


def _preamble(token: str, script: str, arguments: Mapping[str, str]) -> str:
    pairs = ", ".join(f"[{_encoded(key)}, {_encoded(value)}]" for key, value in arguments.items())
    parts = f"token: '{token}', name: '{NAME}', script: {_encoded(script)}, arguments: [{pairs}]"
    return f"def devbox = [{parts}]\n"


def _encoded(text: str) -> str:
    """A text as a Groovy list of Base64 pieces: no quotes, no escapes, no character that could be lost."""
    data = base64.b64encode(text.encode("utf-8", "surrogatepass")).decode()
    return "[" + ", ".join(f"'{data[at : at + PIECE]}'" for at in range(0, len(data), PIECE)) + "]"
