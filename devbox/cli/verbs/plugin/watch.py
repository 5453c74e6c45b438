"""`devbox plugin watch [DIR]`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from devbox.cli import verb
from devbox.cli.run import Run
from devbox.cli.settings import checked
from devbox.cli.target import TimeoutOption
from devbox.cli.values import choice
from devbox.cli.verb import Outcome
from devbox.cli.verbs.plugin.link import FolderArgument, requested
from devbox.errors import Exit
from devbox.events import Note

if TYPE_CHECKING:
    from typer._click import Command

    from devbox.sandbox.plugins.link import Linked

RESTARTS = ("auto", "never", "always")
LEAVING = "Stopped watching; the link stays"

RestartOption = Annotated[
    str,
    typer.Option(
        "--restart",
        metavar="|".join(RESTARTS),
        help="restart Jenkins where Java cannot swap a class; never; at each class",
    ),
]
PollOption = Annotated[bool, typer.Option("--poll", help="look for changes instead of being told (network drives)")]


def command() -> Command:
    """The verb."""
    return verb.command("plugin watch", watch, acts=True, interrupted=LEAVING)


def watch(
    run: Run,
    folder: FolderArgument = None,
    restart: RestartOption = "auto",
    poll: PollOption = False,
    timeout: TimeoutOption = None,
) -> Outcome:
    """Link a project, and send each edit at once: views and static files are on the page at the next request.

    \b
    Examples:
      devbox plugin watch
      devbox plugin watch ../my-plugin --restart never

    Compile as usual, in the IDE or with mvn -q process-classes: a class is swapped in the running Java; where Java
    cannot (a method was added), Jenkins restarts. Ctrl-C ends the watch; the link stays until plugin unlink.
    """
    from devbox.sandbox.plugins.watch import WatchRequest

    policy = checked(choice(*RESTARTS), restart, "--restart")
    request = WatchRequest(requested(run, folder, timeout), policy, poll)
    world = run.world()

    def ready(linked: Linked) -> None:
        run.sink.pause()
        count = len(linked.mirror.project.folders)
        run.emit(Note(f"watching {linked.mirror.project.name} in {count} folders; Ctrl-C ends it"))

    run.operations.watch(world, request, ready)
    return int(Exit.OK)
