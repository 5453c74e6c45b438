"""`devbox lock` beside Debian's `setlock`: every assertion is made on both, which have to be one to the letter."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.integration.support.waiting import until
from tests.lab.debian import install_missing

pytestmark = pytest.mark.lab

USAGE = "setlock: usage: setlock [ -nNxX ] file program [ arg ... ]\n"
DEVBOX = [str(Path(sys.executable).with_name("devbox")), "lock"]
PROGRAMS = {"setlock": ["setlock"], "devbox lock": DEVBOX}


@pytest.fixture(params=PROGRAMS)
def program(request: pytest.FixtureRequest) -> list[str]:
    install_missing()
    return list(PROGRAMS[request.param])


class Setlock:
    """One of the two programs, in a folder of its own."""

    def __init__(self, words: list[str], folder: Path) -> None:
        self.words = words
        self.folder = folder
        self.env = {"PATH": os.environ["PATH"]}

    def run(self, *arguments: str | bytes) -> tuple[int, str, str]:
        done = subprocess.run(
            [*self.words, *arguments], cwd=self.folder, env=self.env, capture_output=True, timeout=60,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*self.words, *arguments], cwd=self.folder, env=self.env, text=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip


@pytest.fixture
def setlock(program: list[str], tmp_path: Path) -> Setlock:
    return Setlock(program, tmp_path)


def held(holder: subprocess.Popen[str]) -> subprocess.Popen[str]:
    """The same, once it says that it holds the lock; it lets go when its stdin ends."""
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    return holder


HOLD = ("sh", "-c", "echo held; read line")

WRONG = [
    ((), USAGE),
    (("-n",), USAGE),
    (("f",), USAGE),
    (("-nx", "f"), USAGE),
    (("--",), USAGE),
    (("--", "f"), USAGE),
    (("--no-such",), USAGE),
    (("-z", "f", "true"), "setlock: illegal option -- z\n" + USAGE),
    (("-h", "f", "true"), "setlock: illegal option -- h\n" + USAGE),
    (("-nz", "f", "true"), "setlock: illegal option -- z\n" + USAGE),
    (("-V",), "setlock: illegal option -- V\n" + USAGE),
    (("-n-", "f", "true"), "setlock: illegal option -- -\n" + USAGE),
    (("-n", "-q", "f", "true"), "setlock: illegal option -- q\n" + USAGE),
]


@pytest.mark.parametrize(("arguments", "words"), WRONG, ids=lambda value: " ".join(value) if value else "none")
def test_wrong_usage_is_100(setlock: Setlock, arguments: Sequence[str], words: str) -> None:
    assert setlock.run(*arguments) == (100, "", words)
    assert not (setlock.folder / "f").exists()


CODES = [0, 1, 7, 99, 100, 111, 125, 126, 127, 255]


@pytest.mark.parametrize("code", CODES)
def test_the_programs_own_code_is_the_code(setlock: Setlock, code: int) -> None:
    assert setlock.run("f", "sh", "-c", f"exit {code}") == (code, "", "")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGPIPE, signal.SIGQUIT])
def test_a_signal_is_its_own_death(setlock: Setlock, number: signal.Signals) -> None:
    assert setlock.run("f", "sh", "-c", f"ulimit -c 0; kill -{number.value} $$")[0] == -number


ACCEPTED = ["-n", "-N", "-x", "-X", "-nNxX", "-nn", "--", "--anything", "--help", "-n --", "-n -x", "-n --foo"]


@pytest.mark.parametrize("options", ACCEPTED)
def test_options_go_before_the_file(setlock: Setlock, options: str) -> None:
    assert setlock.run(*options.split(), "f", "echo", "-n", "--json", "--", "-x") == (0, "--json -- -x", "")


def test_a_file_may_be_called_by_a_dash_and_a_program_by_an_option(setlock: Setlock) -> None:
    assert setlock.run("-", "echo", "it") == (0, "it\n", "")
    assert (setlock.folder / "-").exists()
    assert setlock.run("f", "-n") == (111, "", "setlock: fatal: unable to run -n: file does not exist\n")


def test_arguments_come_through_byte_for_byte(setlock: Setlock) -> None:
    words = ["a b", "", "*", "ä", "'\"", "$HOME", "\n", "--help", "-h", "--version"]
    code, out, err = setlock.run("f", "printf", "<%s>", *words)
    assert (code, out, err) == (0, "".join(f"<{word}>" for word in words), "")
    done = subprocess.run([*setlock.words, "f", "printf", "%s", b"\xff\xfe"], cwd=setlock.folder, capture_output=True)
    assert (done.returncode, done.stdout) == (0, b"\xff\xfe")


def test_the_environment_comes_through_as_it_is(setlock: Setlock) -> None:
    setlock.env |= {"LANG": "C", "ODD": "a=b c"}
    code, out, _ = setlock.run("f", "env")
    assert code == 0
    assert sorted(out.splitlines()) == sorted(f"{name}={value}" for name, value in setlock.env.items())


def test_the_streams_are_the_programs(setlock: Setlock) -> None:
    process = setlock.start("f", "sh", "-c", "cat; echo err >&2")
    assert process.communicate("in\n", timeout=60) == ("in\n", "err\n")


def test_the_file_is_made_for_its_owner_alone_and_stays(setlock: Setlock) -> None:
    assert setlock.run("f", "true")[0] == 0
    assert ((setlock.folder / "f").stat().st_mode & 0o777, (setlock.folder / "f").read_bytes()) == (0o600, b"")


def test_what_is_in_the_file_stays_and_its_mode_too(setlock: Setlock) -> None:
    (setlock.folder / "f").write_text("precious")
    (setlock.folder / "f").chmod(0o644)
    assert setlock.run("f", "true")[0] == 0
    assert ((setlock.folder / "f").read_text(), (setlock.folder / "f").stat().st_mode & 0o777) == ("precious", 0o644)


def test_a_device_can_be_a_lock(setlock: Setlock) -> None:
    assert setlock.run("-n", "/dev/null", "true") == (0, "", "")


CANNOT_OPEN = [
    ("", "file does not exist"),
    ("none/f", "file does not exist"),
    ("folder", "is a directory"),
    ("file/f", "not a directory"),
    ("loop", "symbolic link loop"),
    ("fifo", "device not configured"),
    ("x" * 300, "file name too long"),
]


@pytest.fixture
def odd(setlock: Setlock) -> Setlock:
    (setlock.folder / "folder").mkdir()
    (setlock.folder / "file").touch()
    (setlock.folder / "loop").symlink_to("loop")
    os.mkfifo(setlock.folder / "fifo")
    return setlock


@pytest.mark.parametrize("options", [(), ("-xX",)], ids=" ".join)
@pytest.mark.parametrize(("file", "words"), CANNOT_OPEN, ids=lambda value: value[:12])
def test_a_file_that_cannot_be_opened_is_111(odd: Setlock, file: str, words: str, options: Sequence[str]) -> None:
    assert odd.run(*options, file, "true") == (111, "", f"setlock: fatal: unable to open {file}: {words}\n")


@pytest.mark.parametrize("options", [("-x",), ("-X", "-nx")], ids=" ".join)
@pytest.mark.parametrize(("file", "words"), CANNOT_OPEN, ids=lambda value: value[:12])
def test_with_x_it_is_silence_and_0(odd: Setlock, file: str, words: str, options: Sequence[str]) -> None:
    assert odd.run(*options, file, "echo", "ran") == (0, "", "")


CANNOT_RUN = [
    ("no-such-program", "file does not exist"),
    ("./no-such-program", "file does not exist"),
    ("", "access denied"),
    ("./plain", "access denied"),
    ("./folder", "access denied"),
    ("./plain/x", "not a directory"),
    ("./garbage", "exec format error"),
    ("./orphan", "file does not exist"),
]


@pytest.mark.parametrize("options", [(), ("-nx",)], ids=" ".join)
@pytest.mark.parametrize(("name", "words"), CANNOT_RUN)
def test_a_program_that_cannot_be_run_is_111_even_with_x(
    setlock: Setlock, name: str, words: str, options: Sequence[str]
) -> None:
    (setlock.folder / "folder").mkdir()
    (setlock.folder / "plain").write_text("#!/bin/sh\n")
    for program, text in (("garbage", "no program\n"), ("orphan", "#!/no/such/interpreter\n")):
        (setlock.folder / program).write_text(text)
        (setlock.folder / program).chmod(0o755)
    assert setlock.run(*options, "f", name) == (111, "", f"setlock: fatal: unable to run {name}: {words}\n")


def test_programs_are_found_on_the_path_past_what_may_not_be_run(setlock: Setlock) -> None:
    for number, mode in ((1, 0o644), (2, 0o755)):
        folder = setlock.folder / str(number)
        folder.mkdir()
        (folder / "tool").write_text(f"#!/bin/sh\necho {number}\n")
        (folder / "tool").chmod(mode)
    setlock.env["PATH"] = f"{setlock.folder}/1:{setlock.folder}/2:{os.environ['PATH']}"
    assert setlock.run("f", "tool") == (0, "2\n", "")
    setlock.env["PATH"] = f"{setlock.folder}/1:{os.environ['PATH']}"
    assert setlock.run("f", "tool") == (111, "", "setlock: fatal: unable to run tool: access denied\n")


TAKEN = "setlock: fatal: unable to lock f: temporary failure\n"
WHEN_TAKEN = [
    (("-n",), 111, TAKEN),
    (("-Nn",), 111, TAKEN),
    (("-N", "-n"), 111, TAKEN),
    (("-nX",), 111, TAKEN),
    (("-nxX",), 111, TAKEN),
    (("-nx",), 0, ""),
    (("-xn",), 0, ""),
    (("-n", "-X", "-x"), 0, ""),
]


@pytest.mark.parametrize("holders", PROGRAMS)
def test_a_taken_lock_is_not_waited_for_with_n(setlock: Setlock, holders: str) -> None:
    holder = held(Setlock(PROGRAMS[holders], setlock.folder).start("f", *HOLD))
    for options, code, words in WHEN_TAKEN:
        assert setlock.run(*options, "f", "echo", "ran") == (code, "", words), options
    holder.communicate("\n", timeout=60)
    assert setlock.run("-n", "f", "echo", "ran") == (0, "ran\n", "")


@pytest.mark.parametrize("holders", PROGRAMS)
@pytest.mark.parametrize("options", [(), ("-N",), ("-nN",), ("-x",), ("-xn", "-N")], ids=" ".join)
def test_a_taken_lock_is_waited_for(setlock: Setlock, options: Sequence[str], holders: str) -> None:
    holder = held(Setlock(PROGRAMS[holders], setlock.folder).start("f", *HOLD))
    waiter = setlock.start(*options, "f", "echo", "ran")
    until(lambda: waits(waiter.pid), "the second waits in the kernel", 60)
    assert waiter.poll() is None
    holder.communicate("\n", timeout=60)
    assert waiter.communicate(timeout=60) == ("ran\n", "")
    assert waiter.returncode == 0


def waits(pid: int) -> bool:
    """Whether a process waits for a flock: /proc/locks has it behind an arrow."""
    return any(f"-> FLOCK  ADVISORY  WRITE {pid} " in line for line in Path("/proc/locks").read_text().splitlines())


def test_a_waiter_can_be_interrupted(setlock: Setlock) -> None:
    holder = held(setlock.start("f", *HOLD))
    waiter = setlock.start("f", "true")
    until(lambda: waits(waiter.pid), "the second waits", 60)
    waiter.send_signal(signal.SIGINT)
    assert waiter.communicate(timeout=60) == ("", "")
    assert waiter.returncode == -signal.SIGINT
    holder.communicate("\n", timeout=60)


def test_the_lock_lasts_as_long_as_anything_that_was_started(setlock: Setlock) -> None:
    """A grandchild in the background keeps it after the program itself has ended."""
    read, write = os.pipe()
    started = subprocess.run(
        [*setlock.words, "f", "sh", "-c", "exec 4<&0; (read line <&4) & exit 3"], cwd=setlock.folder,
        env=setlock.env, stdin=read, stdout=subprocess.DEVNULL, timeout=60,
    )  # fmt: skip
    assert started.returncode == 3
    assert setlock.run("-n", "f", "true")[0] == 111
    os.write(write, b"\n")
    os.close(write)
    os.close(read)
    until(lambda: setlock.run("-n", "f", "true")[0] == 0, "the grandchild has ended", 60, 0.1)


def test_a_killed_holder_leaves_it_free(setlock: Setlock) -> None:
    holder = held(setlock.start("f", "sh", "-c", "echo held; exec sleep 600"))
    holder.kill()
    holder.communicate(timeout=60)
    assert setlock.run("-n", "f", "true")[0] == 0


def test_the_program_is_the_process_itself(setlock: Setlock) -> None:
    process = setlock.start("f", "sh", "-c", "echo $$")
    assert process.communicate(timeout=60)[0] == f"{process.pid}\n"


def test_the_lock_file_is_open_in_the_program_and_nothing_else_is(setlock: Setlock) -> None:
    _, out, err = setlock.run("f", "sh", "-c", "readlink /proc/$$/fd/*")
    files = [line for line in out.splitlines() if line.startswith("/") and line != "/dev/null"]
    assert (files, err) == ([str(setlock.folder / "f")], "")


def test_one_after_the_other_never_two(setlock: Setlock) -> None:
    """Twenty at once: each appends begin and end with a look at the other in between."""
    step = "test ! -e busy && touch busy && sleep 0.01 && rm busy || echo two >> failed"
    racers = [setlock.start("f", "sh", "-c", step) for _ in range(20)]
    assert [racer.wait(120) for racer in racers] == [0] * 20
    for racer in racers:
        racer.communicate()
    assert not (setlock.folder / "failed").exists()


@pytest.mark.parametrize("words", [[*DEVBOX, "--help"], [*DEVBOX, "-h"], [DEVBOX[0], "-q", *DEVBOX[1:], "-h"]])
def test_help_is_ours(words: list[str]) -> None:
    """Alone; in front of a file setlock has its own view of it."""
    done = subprocess.run(words, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Usage: devbox lock [-nNxX] FILE COMMAND" in done.stdout
    assert all(len(line) <= 80 for line in done.stdout.splitlines())


def test_flags_of_devbox_may_stand_before_it_and_are_the_commands_after_it(tmp_path: Path) -> None:
    words = [DEVBOX[0], "-q", "--no-color", "lock", "-n", str(tmp_path / "f"), "echo", "--json", "--", "-q"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "--json -- -q\n", "")


def test_it_starts_without_what_devbox_itself_needs(tmp_path: Path) -> None:
    probe = "import sys; from devbox.__main__ import main; sys.argv[1:] = ['lock']; main(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, timeout=60)
    assert not {"typer", "rich", "docker", "filelock", "redis", "yaml"} & set(done.stdout.split())
