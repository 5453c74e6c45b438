"""A user's job modules that do not import: one line that names the file, and nothing of ours."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from devbox.sandbox import jobs
from devbox.sandbox.kinds.queue_care import TRY

BROKEN = [
    (b"def broken(\n", "FILE, line 1: SyntaxError: '(' was never closed"),
    (b"x = 1\nraise ValueError('no\\n  such')\n", "FILE, line 2: ValueError: no such"),
    (b"x = 1\nimport nothing_like_it\n", "FILE, line 2: ModuleNotFoundError: No module named 'nothing_like_it'"),
    (b"import sys\nsys.exit()\n", "FILE, line 2: SystemExit"),
    (b"x = 'a\n", "FILE, line 1: SyntaxError: unterminated string literal"),
    (b"  x\n", "FILE, line 1: IndentationError: unexpected indent"),
    (b"x = '\xff'\n", "FILE"),
]


@pytest.mark.parametrize(("source", "said"), BROKEN, ids=range(len(BROKEN)))
def test_what_is_wrong_is_a_line_that_names_the_users_file(source: bytes, said: str, tmp_path: Path) -> None:
    file = tmp_path / "broken.py"
    file.write_bytes(source)
    tried = subprocess.run([sys.executable, "-c", TRY, str(tmp_path)], capture_output=True, text=True, check=False)
    assert (tried.returncode, tried.stderr.count("\n")) == (1, 1), tried.stderr
    assert tried.stderr.startswith(said.replace("FILE", str(file)))


def test_good_ones_say_nothing(tmp_path: Path) -> None:
    (tmp_path / "mail.py").write_text("def Mail(): pass\n")
    tried = subprocess.run([sys.executable, "-c", TRY, str(tmp_path)], capture_output=True, text=True, check=False)
    assert (tried.returncode, tried.stderr) == (0, "")


@pytest.mark.parametrize("folder", ["/devbox/jobs", "/devbox/jobs-0123456789abcdef"])
def test_files_in_the_container_are_named_as_in_the_users_folder(folder: str) -> None:
    assert jobs.in_folder(f"{folder}/inner/a.py, line 1: X: y") == "inner/a.py, line 1: X: y"
