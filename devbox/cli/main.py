"""The entry: runs the application and turns whatever happens into words and an exit status."""

from __future__ import annotations

import os
from collections.abc import Sequence

from devbox.cli.environment import Environment, OutputClosed, OutputFailed
from devbox.cli.offer import accepted
from devbox.cli.session import Session, chosen_engine
from devbox.errors import DevboxError, Exit, Interrupted


def run(argv: Sequence[str], environment: Environment | None = None) -> int:
    """Run one command line; gives the exit status. Without an `environment` it is the process's own, signals too."""
    session = Session.of(environment or Environment.real(), argv)
    try:
        if environment is None:
            session.interrupts.install()
        return _told(session)
    except OutputClosed:  # the reader has what it wanted
        if environment is None:
            _drop_stdout(session.environment)
        return session.status
    except OutputFailed as failed:
        if environment is None:
            _drop_stdout(session.environment)
        return session.unwritten(str(failed))
    except Interrupted as interrupt:  # while the outcome was being printed
        return interrupt.exit_status
    finally:
        session.interrupts.uninstall()


def _told(session: Session) -> int:
    """The exit status; errors have been printed."""
    try:
        return _dispatch(session)
    except DevboxError as error:
        return _failed(session, error)
    except Interrupted as interrupt:
        return session.interrupted(interrupt)
    except (OutputClosed, OutputFailed):
        raise
    except Exception as error:
        from devbox.cli.internal import as_error

        return session.fail(as_error(error, session.environment.state_dir))


def _failed(session: Session, error: DevboxError) -> int:
    """Print the error; where Docker is what failed, and somebody at the terminal wants it, the doctor comes next."""
    status = session.fail(error)
    if not accepted(session, error):
        return status
    session.words, session.rest, session.passes_exit = ["doctor", "--fix", *chosen_engine(session.words)], None, False
    return _told(session)


def _dispatch(session: Session) -> int:
    from typer._click.exceptions import ClickException

    from devbox.cli.app import build

    session.words = _completed(session.words)
    try:
        status = build().main(session.words, prog_name="devbox", standalone_mode=False, obj=session)
    except ClickException as error:
        from devbox.cli.usage import as_error

        raise as_error(error, session) from error
    except SystemExit as leaving:  # shell completion
        status = leaving.code
    return status if isinstance(status, int) else Exit.OK


def _completed(words: list[str]) -> list[str]:
    """`--explain` without its text reads stdin; Typer has no options whose value may be left out."""
    done: list[str] = []
    for at, word in enumerate(words):
        done.append(word)
        if word == "--explain" and "doctor" in words[:at] and _is_flag(words, at + 1):
            done.append("-")
    return done


def _is_flag(words: Sequence[str], at: int) -> bool:
    """Whether there is a flag at this place, or nothing: "-" is stdin."""
    return at >= len(words) or (words[at].startswith("-") and words[at] != "-")


def _drop_stdout(environment: Environment) -> None:
    """Python flushes stdout when it ends, and would complain."""
    try:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, environment.stdout.fileno())
    except (OSError, ValueError):
        return
