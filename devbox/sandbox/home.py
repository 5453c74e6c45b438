"""A sandbox's Jenkins home, reached through the Engine API in any container that mounts it, running or not."""

from __future__ import annotations

import json
import secrets
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib import resources

from devbox.engine.api import ContainerSpec, Engine, File, Mount
from devbox.errors import Cure, DevboxError
from devbox.frozen import dataclass
from devbox.jenkins import home as layout
from devbox.jenkins.version import newer
from devbox.sandbox import labels, names
from devbox.sandbox.archive import read as read_content
from devbox.sandbox.archive import read_tar
from devbox.sandbox.choices import Choices, of_record, to_json

PEEK_PATH = "/devbox-home"
"""Where a helper mounts a home that is only read: the image has nothing there that Docker would copy into it."""


LIMIT = 1 << 20
"""Bytes of one of devbox's files that are read at most."""


@dataclass(frozen=True)
class Home:
    """What a home says: the Jenkins that wrote it last (None: new), devbox's record, its sign-in, its owner.

    `signed_in` holds the marker's text ("on", "off"), "" for a home that devbox has not set up yet.
    """

    version: str | None = None
    record: Choices | None = None
    password: str | None = None
    signed_in: str = ""
    uid: int = 1000
    gid: int = 1000


def read(engine: Engine, container: str, path: str = layout.PATH) -> Home:
    """Read a home in a container that mounts it at `path`.

    devbox's own files come as one archive: an engine takes some 30 ms for each that it is asked for.
    """
    owner, files = _own_files(engine, container, path)
    if owner is None:
        return new(engine, container, path)

    def text(name: str) -> str | None:
        content = files.get(name)
        return content.decode("utf-8", "replace").strip() if content is not None else None

    return Home(
        version=last_version(engine, container, path),
        record=of_record(files.get(layout.RECORD)),
        password=text(layout.PASSWORD),
        signed_in=text(layout.MARKER) or "",
        uid=owner.uid,
        gid=owner.gid,
    )


def new(engine: Engine, container: str, path: str = layout.PATH) -> Home:
    """A home that devbox has put nothing into yet: only its owner and its version are asked for."""
    return replace(untouched(engine, container, path), version=last_version(engine, container, path))


def untouched(engine: Engine, container: str, path: str = layout.PATH) -> Home:
    """A home that nobody has written to yet: only whose it is.

    Podman gives an empty volume to the image's user at the first start alone; until then root's is nobody's, and the
    official images' user is 1000.
    """
    owner = engine.stat(container, path)
    return Home(uid=owner.uid, gid=owner.gid) if owner and owner.uid else Home()


def sign_in(engine: Engine, container: str) -> Home:
    """What proves a running Jenkins to be ours: password and marker, and no more."""
    _, files = _own_files(engine, container, layout.PATH)
    password, marker = files.get(layout.PASSWORD), files.get(layout.MARKER)
    return Home(
        password=password.decode().strip() if password else None, signed_in=marker.decode().strip() if marker else ""
    )


def secrets_of(engine: Engine, container: str) -> tuple[str | None, str | None]:
    """Password and API token of the user that devbox made, None where there is none."""
    _, files = _own_files(engine, container, layout.PATH)
    password, token = (
        files.get(name, b"").decode("utf-8", "replace").strip() for name in (layout.PASSWORD, layout.TOKEN)
    )
    return password or None, token or None


def _own_files(engine: Engine, container: str, path: str) -> tuple[tarfile.TarInfo | None, dict[str, bytes]]:
    """The entry of devbox's folder, None where there is none, and its files by their path in the home."""
    folder: tarfile.TarInfo | None = None
    files: dict[str, bytes] = {}
    try:
        for member, content in read_tar(engine.get_archive(container, f"{path}/{layout.FOLDER}")):
            folder = folder or member
            if content is not None:
                files[member.name] = read_content(content, LIMIT)
    except DevboxError as error:
        if error.code != "file.not_found":
            raise
    return folder, files


def last_version(engine: Engine, container: str, path: str = layout.PATH) -> str | None:
    """The version of the Jenkins that wrote the home last."""
    last = engine.get_file(container, f"{path}/{layout.LAST_VERSION}")
    config = None if last else engine.get_file(container, f"{path}/{layout.CONFIG}", limit=1 << 16)
    return layout.version(last, config)


def peek(engine: Engine, name: str, base: dict[str, str], volume: str, image: str) -> Home:
    """Read a home that no container mounts, through a helper that is never started."""
    with helper(engine, name, base, Mount(volume, PEEK_PATH), image) as container:
        return read(engine, container, PEEK_PATH)


@contextmanager
def helper(
    engine: Engine,
    name: str,
    base: dict[str, str],
    mount: Mount | None,
    image: str,
    *,
    command: tuple[str, ...] | None = None,
) -> Iterator[str]:
    """A container to reach into a volume or an image; it is gone afterwards. Only one with a `command` is started."""
    spec = ContainerSpec(
        name=names.helper(name) + secrets.token_hex(4),
        image=image,
        service="helper",
        labels={**base, labels.ROLE: "peek"},
        network="none",
        command=command,
        mounts=(mount,) if mount else (),
    )
    container = engine.create_container(spec)
    try:
        yield container
    finally:
        engine.remove_container(container)


def guard(home_version: str | None, image_version: str | None, *, name: str, stack: str, image: str) -> None:
    """Refuse to start an older Jenkins on a home that a newer one wrote: `home.newer`.

    Jenkins has no way back: it drops what it cannot read, and writes the rest over the newer one's.
    """
    if not newer(home_version, image_version):
        return
    raise DevboxError(
        "home.newer",
        f"the home of {name!r} was written by Jenkins {home_version}, and {image} is Jenkins {image_version}: "
        "a home does not go back",
        cures=(
            Cure("keep to that version or a newer one", f"devbox up {stack}:{home_version} -n {name}"),
            Cure("try the older one beside it", f"devbox up {stack}:{image_version} -n {name}-old"),
            Cure("start over without the home", f"devbox down {name} --volumes"),
        ),
    )


def prepare(engine: Engine, container: str, home: Home, choices: Choices, record: dict[str, object]) -> str | None:
    """Put the sign-in script, its secret and the record into a home before a start; gives the password.

    An existing password stays. None under `--no-auth` on a home that never had one.
    """
    password = home.password
    if password is None and not choices["no_auth"]:
        password = secrets.token_urlsafe(18)
    owner = {"uid": home.uid, "gid": home.gid}
    files = [
        File(layout.FOLDER, None, 0o700, **owner),
        File(layout.RECORD, _record(choices, record), 0o600, **owner),
        File("init.groovy.d", None, 0o755, **owner),
        File(layout.SCRIPT, script(), 0o644, **owner),
    ]
    if password is not None and home.password is None:
        files.insert(1, File(layout.PASSWORD, password.encode(), 0o600, **owner))
    engine.put_files(container, layout.PATH, tuple(files))
    return password


def unsign(engine: Engine, container: str, home: Home) -> None:
    """Let the script act again at the next boot: what it did was not enough."""
    engine.put_files(container, layout.PATH, (File(layout.MARKER, b"", 0o600, uid=home.uid, gid=home.gid),))


def write_record(engine: Engine, container: str, home: Home, choices: Choices, record: dict[str, object]) -> None:
    """Write devbox's record of the choices again."""
    file = File(layout.RECORD, _record(choices, record), 0o600, uid=home.uid, gid=home.gid)
    engine.put_files(container, layout.PATH, (file,))


def _record(choices: Choices, record: dict[str, object]) -> bytes:
    return (json.dumps({**record, **to_json(choices, with_values=True)}, indent=1, sort_keys=True) + "\n").encode()


def script() -> bytes:
    """The sign-in script."""
    return (resources.files("devbox.jenkins") / "groovy" / "00-devbox.groovy").read_bytes()
