"""`devbox queue ...`: look into a queue and steer it, a sandbox's or any Redis with Resque's data in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from devbox.cli.group import Group, group

if TYPE_CHECKING:
    from collections.abc import Mapping

    from typer._click import Command

HELP = """Look into the queue and steer it; --redis URL for one that devbox did not start.

\b
Examples:
  devbox queue enqueue default Echo '["hello"]'     put a job in
  devbox queue stats --watch                        rates and workers, live
  devbox queue failed                               what went wrong
  devbox queue failed retry --class Mail            once more
  devbox queue scale 4                              four workers from now on

DEVBOX_REDIS holds a URL, DEVBOX_REDIS_FILE the name of a file with one: a
password is better off there.
"""

TABLE = {
    "enqueue": "Put a job in, or many from a file.",
    "peek": "Show the jobs that come next.",
    "stats": "Show the numbers; --watch: live.",
    "failed": "Show failures, retry them, remove them.",
    "workers": "Show the workers and what they do.",
    "scale": "Say how many workers there are to be.",
    "clear": "Drop a queue with its jobs (asks).",
}
"""The subcommands, as the help lists them."""


class Queue(Group):
    """The subcommands of `devbox queue`."""

    table: ClassVar[Mapping[str, str]] = TABLE
    package: ClassVar[str] = "devbox.cli.verbs.queue"


def command() -> Command:
    """The command of commands."""
    return group("queue", Queue, HELP)
