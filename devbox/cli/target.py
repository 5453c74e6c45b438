"""The parameters that say which sandbox and which service."""

from __future__ import annotations

from typing import Annotated

import typer

from devbox.cli.completion import complete_name

NameArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="[NAME]",
        help="the sandbox (may be left out when it is clear)",
        show_default=False,
        autocompletion=complete_name,
    ),
]
ServiceOption = Annotated[
    str | None,
    typer.Option("-s", "--service", metavar="SERVICE", help="one service of the sandbox", show_default=False),
]
SERVED_BY = {"jenkins": "jenkins", "redis": "queue", "worker": "queue"}
"""The stack that has a service: with `-s worker` a queue is meant."""


def stack_of(service: str | None) -> str | None:
    """The stack that a command needs for a service (also for `worker#2`); None: any."""
    return SERVED_BY.get((service or "").partition("#")[0])


TimeoutOption = Annotated[
    str | None,
    typer.Option("--timeout", metavar="SECONDS", help="how long it may take (300)", show_default=False),
]
