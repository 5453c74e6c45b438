"""`python -m tests.again` after a failed `make test`: runs what failed once more, alone, and says what was flaky.

Ends with 0 only when at most `MOST` tests had failed and each of them passes now.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

MOST = 10
REMEMBERED = Path(".pytest_cache/v/cache/lastfailed")
PYTEST = (sys.executable, "-m", "pytest", "-m", "not soak", "--last-failed", "--last-failed-no-failures=none")


def main() -> int:
    """The exit status for CI."""
    failed = remembered()
    print(f"again: {len(failed)} tests failed", flush=True)
    if not 0 < len(failed) <= MOST:
        print(f"again: only 1 to {MOST} get a second try", flush=True)
        return 1
    status = subprocess.run(PYTEST).returncode
    still = remembered()
    for name in sorted(failed):
        print(f"failed twice: {name}" if name in still else f"flaky: {name} passed only the second time", flush=True)
    return 1 if status or still else 0


def remembered() -> set[str]:
    """The tests that pytest remembers as failed; none where it did not come so far."""
    return set(json.loads(REMEMBERED.read_text())) if REMEMBERED.exists() else set()


if __name__ == "__main__":
    sys.exit(main())
