"""The worker command with a listener that stops at one event: `python -m tests.queue.holding EVENT OPTIONS...`."""

from __future__ import annotations

import sys

from devbox.queue import options
from devbox.queue.__main__ import parser
from devbox.queue.events import Event
from devbox.queue.run import run
from tests.queue.matrix_jobs import hold


def main() -> int:
    at = sys.argv[1]

    def listener(event: Event) -> None:
        if event.kind == at:
            hold(at)

    return run(options.settings(vars(parser().parse_args(sys.argv[2:]))), [listener])


if __name__ == "__main__":
    sys.exit(main())
