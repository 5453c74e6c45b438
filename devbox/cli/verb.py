"""Makes a function a verb: a command of Typer's with the common flags, whose result is printed."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import wraps
from typing import TYPE_CHECKING, Any

import typer
import typer.core
import typer.main

from devbox.cli import common, flags, settings
from devbox.cli.run import Run
from devbox.cli.session import Session
from devbox.errors import Cure, UsageError
from devbox.result import Result
from devbox.ui import progress

if TYPE_CHECKING:
    from typer._click import Command, Context
    from typer.core import TyperOption


class Verb(typer.core.TyperCommand):
    """A verb as `--help` shows it."""

    def get_help_option(self, ctx: Context) -> TyperOption | None:
        """`--help`, told as the other flags are."""
        return flags.told(super().get_help_option(ctx))


class WithRest(Verb):
    """One that takes a command after `--`."""

    def collect_usage_pieces(self, ctx: Context) -> list[str]:
        """What stands after the verb, that command included."""
        return [*super().collect_usage_pieces(ctx), "-- CMD..."]


Outcome = Result | int
"""A result to print, or the exit status of a verb that has printed for itself."""


def command(
    name: str,
    function: Callable[..., Outcome],
    *,
    changing: bool = False,
    acts: bool = False,
    takes_rest: bool = False,
    passes_exit: bool = False,
    interrupted: str | None = None,
    options: Mapping[str, inspect.Parameter] | None = None,
) -> Command:
    """The command for `function(run, ...)`, whose further parameters are Typer's and whose docstring is its help.

    `changing` gives it --dry-run; `acts` says that it changes things and has none. `takes_rest` lets it have what
    stands after `--` (`run.session.rest`); `passes_exit`: it gives an inner command's exit status. `interrupted` is
    said on a Ctrl-C. `options` come as keyword arguments beside its own.
    """
    own = list(inspect.signature(function, eval_str=True).parameters.values())[1:]
    if options is not None:
        own = [parameter for parameter in own if parameter.kind is not inspect.Parameter.VAR_KEYWORD]
        own += options.values()

    @wraps(function)
    def callback(ctx: typer.Context, **values: Any) -> int:
        session = ctx.find_object(Session)
        assert session is not None
        session.command, session.passes_exit = name, passes_exit
        session.interrupts.message = interrupted
        _check_rest(session, takes_rest)
        arguments = {parameter.name: values.pop(parameter.name) for parameter in own}
        run = _begin(session, [*_outer(ctx), values])
        if run.flags.dry_run and acts:
            raise UsageError("usage.option", f"{name} has no --dry-run: it would act")
        return _finish(run, function, arguments)

    flags.sign(callback, own, changing)
    app = typer.Typer(
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    app.command(name.split()[-1], cls=WithRest if takes_rest else Verb)(callback)
    return typer.main.get_command(app)


def _outer(ctx: typer.Context) -> list[Mapping[str, Any]]:
    """The parameters of the levels above the verb, outermost first."""
    levels: list[Mapping[str, Any]] = []
    above = ctx.parent
    while above is not None:
        levels.insert(0, above.params)
        above = above.parent
    return levels


def _check_rest(session: Session, takes_rest: bool) -> None:
    if session.rest and not takes_rest:
        raise UsageError(
            "usage.argument",
            f"{session.command} takes nothing after '--'",
            cures=(Cure("see what it takes", f"devbox {session.command} --help"),),
        )


def _begin(session: Session, levels: list[Mapping[str, Any]]) -> Run:
    """Settle flags and settings, and open what progress goes to."""
    where = session.environment
    given = common.merge(levels)
    loaded = settings.load(where.env, where.cwd, where.config_dir)
    chosen = common.resolve(given, loaded)
    session.json, session.no_color = chosen.json, chosen.no_color
    session.configured = loaded["name"]
    style = session.style(error_stream=True)
    sink = progress.open_sink(
        where.stderr, where.env, style, json=chosen.json, quiet=chosen.quiet, verbose=chosen.verbose
    )
    session.interrupts.say, session.interrupts.leave = sink.say, sink.leave
    return Run(session, chosen, loaded, sink, frozenset(given))


def _finish(run: Run, function: Callable[..., Outcome], arguments: dict[str, Any]) -> int:
    try:
        outcome = function(run, **arguments)
    finally:
        with run.session.interrupts.shield():  # half closed, a terminal would be left without its cursor
            run.sink.close()
            run.close()
    if not isinstance(outcome, Result):
        return outcome
    run.sink.rest(outcome.warnings)
    return run.session.succeed(outcome)
