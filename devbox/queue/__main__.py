"""`python -m devbox.queue`: the worker command where there is nothing but Python and redis-py (a container)."""

from __future__ import annotations

import argparse
import sys

from devbox.errors import DevboxError
from devbox.queue import options
from devbox.queue.run import run


def parser() -> argparse.ArgumentParser:
    """The same options as `devbox` has for its workers."""
    made = argparse.ArgumentParser("python -m devbox.queue", description="A pool of Resque-compatible workers.")
    for option in options.OPTIONS:
        if not option.metavar:
            made.add_argument(option.flag, action="store_const", const=True, help=option.help)
        elif option.repeat:
            made.add_argument(option.flag, action="append", metavar=option.metavar, help=option.help)
        else:
            made.add_argument(option.flag, metavar=option.metavar, help=option.help)
    return made


def main() -> int:
    """Run it; an error is one line with its code, the cause below."""
    try:
        return run(options.settings(vars(parser().parse_args())))
    except DevboxError as error:
        sys.stderr.write(f"{error.code}: {error.message}\n" + (f"  {error.cause}\n" if error.cause else ""))
        return int(error.exit)


if __name__ == "__main__":
    sys.exit(main())
