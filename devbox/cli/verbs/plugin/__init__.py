"""`devbox plugin ...`: the plugin under development in the running Jenkins. A module a subcommand."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from devbox.cli.group import Group, group

if TYPE_CHECKING:
    from collections.abc import Mapping

    from typer._click import Command

HELP = """Check, deploy, list and link the plugin under development.

\b
Examples:
  devbox plugin check target/my-plugin.hpi     what Jenkins would say, offline
  devbox plugin deploy target/my-plugin.hpi    put it in, and see it live
  devbox plugin link                           this folder's project, live
  devbox plugin watch                          the same, and each edit at once
"""

TABLE = {
    "check": "Say what is wrong with plugin files, before Jenkins meets them.",
    "deploy": "Put plugin files into the running Jenkins and verify them.",
    "list": "Show the plugins that Jenkins has, and where they come from.",
    "link": "Link a project's folder into the running Jenkins.",
    "watch": "Link it, and send each edit at once.",
    "unlink": "Take a link away again.",
}
"""The subcommands, as the help lists them."""


class Plugin(Group):
    """The subcommands of `devbox plugin`."""

    table: ClassVar[Mapping[str, str]] = TABLE
    package: ClassVar[str] = "devbox.cli.verbs.plugin"


def command() -> Command:
    """The command of commands."""
    return group("plugin", Plugin, HELP)
