"""`devbox groovy`: the user's script in the sandbox's Jenkins."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePath

from devbox.engine.api import Engine
from devbox.errors import Cure, DevboxError
from devbox.jenkins import script
from devbox.jenkins.client import Late
from devbox.jenkins.script import NAME, Failure
from devbox.result import Result
from devbox.sandbox.plugins.entry import enter

TRACE = 12
"""Lines of a stack trace that are shown."""

CODES = {"syntax": "groovy.syntax", "exception": "groovy.failed"}

MACHINERY = re.compile(r"\s*at (java|jdk|sun|groovy|org\.codehaus\.groovy|org\.apache\.groovy)[./]")
"""Lines of a stack trace that tell nothing of the script."""


def groovy(engine: Engine, name: str, text: str, file: str, arguments: Mapping[str, str], timeout: float) -> Result:
    """Run it; `file` is what the script is called in what is said about it. A script that failed has its output, too.

    Raises `groovy.timeout` for one that does not end in time (seconds), and where Jenkins does not answer or gives no
    account.
    """
    try:
        outcome = script.run(enter(engine, name).client, text, arguments, timeout=timeout)
    except Late as late:
        raise (_unended(PurePath(file).name, name, timeout) if late.path == script.PATH else late) from late
    data = {"output": outcome.output, "result": outcome.result}
    if outcome.failure is None:
        return Result(data)
    return Result(data, status="error", error=_error(outcome.failure, PurePath(file).name, name))


def _unended(file: str, name: str, timeout: float) -> DevboxError:
    """Jenkins has no way to end a script from outside, and it does not notice that nobody waits for one any more."""
    return DevboxError(
        "groovy.timeout",
        f"{file} has not ended within {timeout:g} s; it goes on in Jenkins",
        cures=(
            Cure("end it, with whatever else runs there", f"devbox restart {name}"),
            Cure("give one that takes longer more time: --timeout SECONDS"),
        ),
    )


def _error(failure: Failure, file: str, name: str) -> DevboxError:
    first, *rest = failure.message.replace(NAME, file).strip().splitlines() or [""]
    where = file + (f", line {failure.line}" if failure.line else "")
    where += f", column {failure.column}" if failure.column else ""
    return DevboxError(
        CODES[failure.kind],
        f"{where}: {first}",
        cause="\n".join(rest).strip("\n") or None,
        tail=tuple(_own(failure.trace, file)),
        cures=() if failure.kind == "syntax" else (Cure("see what Jenkins says", f"devbox logs {name} --tail 50"),),
    )


def _own(trace: str, file: str) -> list[str]:
    """The lines of a stack trace down to the script's own last one; what is below is how devbox runs it."""
    lines = [line.rstrip() for line in trace.splitlines()]
    frames = [at for at, line in enumerate(lines) if NAME in line]
    upper = lines[: frames[-1] + 1] if frames else []
    kept = [line.strip() for line in upper if line.startswith("\tat ") and not MACHINERY.match(line)]
    return [line.replace(NAME, file).replace(NAME.removesuffix(".groovy"), "script") for line in kept][-TRACE:]
