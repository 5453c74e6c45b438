"""`devbox` and `python -m devbox`: `--version` alone is answered before anything else is imported."""

from __future__ import annotations

import sys

from devbox import __version__


def main() -> int:
    """Run the command of `sys.argv`; gives the exit status."""
    if sys.argv[1:] == ["--version"]:
        sys.stdout.write(f"devbox {__version__}\n")
        return 0
    if sys.argv[1:2] == ["lock"]:
        from devbox.cli.setlock import main as lock

        return lock(sys.argv[2:])
    try:
        from devbox.cli.main import run

        return run(sys.argv[1:])
    except KeyboardInterrupt:  # before our own handlers are in place
        return 130


if __name__ == "__main__":
    sys.exit(main())
