"""The queue's images under their official names: Debian's Redis 8 in a small root, and Debian's Python 3.13."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from tests.lab.debian import bootstrap, mirror
from tests.lab.engine import Engine
from tests.lab.images import BUILDER
from tests.lab.places import Places
from tests.lab.recipe import key
from tests.lab.registry import Registry
from tests.lab.shell import run

HERE = Path(__file__).parent / "standin" / "queue"
SUITE = "trixie"
PACKAGES = ("python3", "redis-server")
REDIS = ("library/redis:8", "devbox-lab/redis:8")
PYTHON = ("library/python:3.13-slim", "devbox-lab/python:3.13-slim")
PROGRAMS = ("redis-server", "redis-cli", "setpriv", "find", "id", "chown")
"""What the small root holds beside a shell: those that busybox has not, or has otherwise."""
SHELL = ("sh", "cat", "ls", "echo", "env", "sleep", "true", "false", "kill", "ps", "mkdir", "rm", "stat", "grep")


def queue_names() -> list[str]:
    """Every name that the registry has for an engine."""
    return [*REDIS, *PYTHON]


def push_queue(places: Places, registry: Registry) -> bool:
    """Build and push what the registry does not hold in its present recipe; whether anything was done."""
    stamp = places.cache / "queue-images.key"
    wanted = key(HERE, Path(__file__), SUITE, mirror())
    held = all(registry.has(*name.split(":")) for name in queue_names())
    if held and stamp.exists() and stamp.read_text() == wanted:
        return False
    builder = Engine(places.first + BUILDER, places.cache / "builder", places.run / "builder", "")
    builder.start()
    try:
        redis, python = _tars(places)
        for tar, kind, names in ((redis, "redis", REDIS), (python, "python", PYTHON)):
            _push(places, builder, registry, tar, kind, names)
    finally:
        builder.stop()
    stamp.write_text(wanted)
    return True


def _tars(places: Places) -> tuple[Path, Path]:
    """The roots as tars, out of one that debootstrap makes the first time."""
    recipe = key(SUITE, mirror(), *PACKAGES, *PROGRAMS, *SHELL)
    redis, python = (places.cache / f"queue-{kind}-{recipe}.tar" for kind in ("redis", "python"))
    if not (redis.exists() and python.exists()):
        root = places.cache / "queue.root"
        bootstrap(SUITE, PACKAGES, root, places.cache / "debs" / SUITE)
        with tempfile.TemporaryDirectory(dir=places.cache) as scratch:
            small = Path(scratch) / "redis"
            _small_root(root, small)
            _tar(small, redis)
        _tar(_python_root(root), python)
        shutil.rmtree(root)
    return redis, python


def _tar(root: Path, target: Path) -> None:
    part = target.with_suffix(".part")
    run(["tar", "--numeric-owner", "--one-file-system", "-C", root, "-cf", part, "."])
    part.rename(target)


def _small_root(root: Path, small: Path) -> None:
    """Programs with the libraries that they load, busybox' shell, and the user of the official image."""
    for folder in ("usr/bin", "etc", "tmp", "data", "usr/local/bin", "proc", "sys", "dev", "root"):
        (small / folder).mkdir(parents=True)
    for name in ("bin", "lib", "lib64"):
        (small / name).symlink_to(f"usr/{name}")
    (small / "tmp").chmod(0o1777)
    (small / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/sh\nredis:x:999:999::/home/redis:/bin/sh\n")
    (small / "etc/group").write_text("root:x:0:\nredis:x:999:\n")
    (small / "etc/nsswitch.conf").write_text("passwd: files\ngroup: files\nhosts: files dns\n")
    run(["chown", "999:999", small / "data"])
    wanted = {f"/usr/bin/{program}" for program in PROGRAMS}
    for program in sorted(wanted):
        told = run(["chroot", root, "ldd", program])
        wanted |= {word for word in told.split() if word.startswith("/")}
    for path in sorted(wanted):
        source = (root / path.removeprefix("/")).resolve()
        target = small / ("usr" + path.removeprefix("/usr") if path.startswith("/usr") else "usr" + path).lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)
    shutil.copy2("/bin/busybox", small / "usr/bin/busybox")
    for command in SHELL:
        (small / "usr/bin" / command).symlink_to("busybox")


def _python_root(root: Path) -> Path:
    """The same root with Python where the official image has it, and nothing of Redis."""
    for name in ("python", "python3", "python3.13"):
        (root / "usr/local/bin" / name).symlink_to("/usr/bin/python3.13")
    for litter in root.glob("usr/bin/redis-*"):
        litter.unlink()
    for folder in ("etc/redis", "var/lib/redis"):
        shutil.rmtree(root / folder, ignore_errors=True)
    return root


def _push(places: Places, builder: Engine, registry: Registry, tar: Path, kind: str, names: tuple[str, ...]) -> None:
    base, image = f"devbox-lab/base-{kind}:{tar.stem}", f"devbox-lab/made-{kind}"
    if not builder.docker("images", "--quiet", base).strip():
        builder.docker("import", str(tar), base)
    with tempfile.TemporaryDirectory(dir=places.cache) as scratch:
        context = Path(scratch)
        for file in HERE.iterdir():
            shutil.copy2(file, context / file.name)
        dockerfile = ("--file", str(context / f"{kind}.Dockerfile"))
        builder.docker("build", "--network", "none", "--tag", image, *dockerfile, "--build-arg", f"BASE={base}",
                       str(context))  # fmt: skip
    for name in names:
        builder.docker("tag", image, f"{registry.address}/{name}")
        builder.docker("push", "--quiet", f"{registry.address}/{name}")
