"""The fake engine: `api.Engine` in memory, with Docker's rules as far as devbox meets them.

Crash tests set `fail_at`: the n-th mutating operation raises `failure`, before or after it took effect, and with
`stay_dead` every later one too, as if the process had been killed there. `log` is what was done, in order.
"""

from __future__ import annotations

import itertools
import posixpath
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from devbox.engine.api import (
    Container,
    ContainerSpec,
    ContainerState,
    Endpoint,
    EngineInfo,
    ExecResult,
    ExecStream,
    File,
    FileStat,
    Flag,
    Image,
    LayerProgress,
    Network,
    Volume,
)
from devbox.engine.refs import is_ref
from devbox.errors import Cure, DevboxError
from tests.fake.state import FakeContainer, FakeImage, FakeNetwork, FakeVolume, LogEntry, Service
from tests.fake.streams import FakeExecStream, render, rfc3339, run_command
from tests.fake.tree import Node, Tree, moved, norm, pack, unpack

_ANY = ("0.0.0.0", "::", "")


class FakeEngine:
    """See the module. Everything in it may be set up and looked at by a test."""

    def __init__(self, *, endpoint: Endpoint | None = None, now: float = 1_750_000_000.0) -> None:
        self.endpoint = endpoint or Endpoint("unix:///fake/docker.sock", "--host")
        self.now = now
        self.images: dict[str, FakeImage] = {}
        self.registry: dict[str, FakeImage] = {}
        """What can be pulled, by name."""
        self.pull_errors: list[DevboxError] = []
        """Raised by the next pulls, one each."""
        self.boxes: dict[str, FakeContainer] = {}
        self.nets: dict[str, FakeNetwork] = {}
        self.vols: dict[str, FakeVolume] = {}
        self.foreign_ports: set[int] = set()
        """Host ports that a program outside Docker listens on."""
        self.services: dict[str, Service] = {}
        """By service name: what happens when one of its containers starts."""
        self.commands: Callable[[FakeContainer, tuple[str, ...], bytes], ExecResult | None] = lambda *_: None
        """What `exec` runs; None: the few programs that every fake container has."""
        self.log: list[tuple[str, str]] = []
        self.fail_at: int | None = None
        self.fail_after = False
        self.stay_dead = False
        self.failure: BaseException = DevboxError("engine.unreachable", "The fake engine fails here.")
        self.operations = 0
        """Mutating operations so far."""
        self.reads = 0
        """List calls so far."""
        self._ids = itertools.count(1)
        self._changed = threading.Condition()

    # Setting up

    def add_image(
        self, ref: str, *, local: bool = True, remote: bool = True, files: Tree | None = None, **fields: object
    ) -> Image:
        """An image that is here, in the registry, or both; `fields` are those of `Image`."""
        number = next(self._ids)
        image = Image(
            f"sha256:{number:064x}",
            (ref,),
            (f"{ref.rpartition(':')[0]}@sha256:{number:064x}",),
            {},
            {},
            "amd64",
            "linux",
            "",
            1000,
        )
        made = FakeImage(replace(image, **fields), files or Tree())  # type: ignore[arg-type]
        if local:
            self.images[ref] = made
        if remote:
            self.registry[ref] = made
        return made.image

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds

    def say(self, container: str, text: str, stream: int = 1) -> None:
        """The container writes a line."""
        with self._changed:
            self.box(container).log.append(LogEntry(self.now, stream, text.encode() + b"\n"))
            self._changed.notify_all()

    def set_health(self, container: str, health: str) -> None:
        """healthy, starting, unhealthy or none."""
        self.box(container).health = health

    def exits(self, container: str, code: int, *, oom: bool = False) -> None:
        """The container's process ends by itself; its restart policy decides what follows."""
        box = self.box(container)
        self._end(box, code, oom=oom)
        policy, _, count = box.spec.restart.partition(":")
        again = policy in ("always", "unless-stopped") or (policy == "on-failure" and code != 0)
        if again and (not count or box.restart_count < int(count)):
            box.restart_count += 1
            self._run(box)

    def box(self, container: str) -> FakeContainer:
        """The container of this name, id or beginning of an id; raises `container.gone`."""
        for box in self.boxes.values():
            if container in (box.id, box.name):
                return box
        found = [box for box in self.boxes.values() if len(container) >= 4 and box.id.startswith(container)]
        if len(found) == 1:
            return found[0]
        raise DevboxError("container.gone", f"There is no container {container} (any more).")

    # Observing

    def info(self) -> EngineInfo:
        """Who answers."""
        return EngineInfo(
            "FAKE:ID", "fake", "28.5.0", "1.51", "1.24", "linux", "Fake Linux", "x86_64", 2, 8 << 30, "engine"
        )

    def containers(self, labels: Mapping[str, str | None], *, all_states: bool = True) -> list[Container]:
        """One list call."""
        self.reads += 1
        found = [
            box for box in self.boxes.values() if _carries(box.spec.labels, labels) and (all_states or box.running)
        ]
        return [self._container(box) for box in reversed(found)]

    def networks(self, labels: Mapping[str, str | None]) -> list[Network]:
        """Networks that carry these labels."""
        self.reads += 1
        return [Network(n.id, n.name, dict(n.labels)) for n in self.nets.values() if _carries(n.labels, labels)]

    def volumes(self, labels: Mapping[str, str | None]) -> list[Volume]:
        """Volumes that carry these labels."""
        self.reads += 1
        return [_volume(v) for v in self.vols.values() if _carries(v.labels, labels)]

    def find_container(self, name: str) -> Container | None:
        """The container of exactly this name or id."""
        try:
            return self._container(self.box(name))
        except DevboxError:
            return None

    def find_network(self, name: str) -> Network | None:
        """The network of exactly this name."""
        return next((Network(n.id, n.name, dict(n.labels)) for n in self.nets.values() if n.name == name), None)

    def find_volume(self, name: str) -> Volume | None:
        """The volume of exactly this name."""
        return _volume(self.vols[name]) if name in self.vols else None

    def inspect(self, container: str) -> ContainerState:
        """What only an inspect tells."""
        box = self.box(container)
        environment = {**box.image.image.environment, **box.spec.environment}
        return ContainerState(
            box.id,
            box.state,
            box.running,
            box.exit_code,
            box.oom_killed,
            box.error,
            rfc3339(box.started_at) if box.starts else "",
            box.restart_count,
            box.health if box.running else "none",
            environment,
            tuple(box.spec.ports) if box.running else (),
        )

    def image(self, ref: str) -> Image | None:
        """The local image."""
        if not is_ref(ref):
            raise DevboxError("image.invalid", f"{ref!r} is no name of an image.")
        found = self._image(ref)
        if found is None:
            return None
        tags = tuple(tag for tag in found.image.tags if self.images.get(tag, found).image.id == found.image.id)
        return replace(found.image, tags=tags)

    # Making

    def pull(self, ref: str, progress: Callable[[LayerProgress], None], *, stop: Flag | None = None) -> Image:
        """Three layers, then the image."""
        with self._operation("pull", ref):
            if stop is not None and stop.is_set():
                raise DevboxError("engine.stopped", "The request to the Docker Engine was given up.")
            progress(LayerProgress("", f"Pulling from {ref.partition(':')[0]}"))
            for number in range(3):
                progress(LayerProgress(f"{number:012x}", "Downloading", 50, 100))
            if self.pull_errors:
                raise self.pull_errors.pop(0)
            if ref not in self.registry:
                raise DevboxError("image.not_found", f"{ref} does not exist.")
            for number in range(3):
                progress(LayerProgress(f"{number:012x}", "Pull complete"))
            self.images[ref] = self.registry[ref]
        return self.images[ref].image

    def create_network(self, name: str, labels: Mapping[str, str]) -> Network:
        """Create a bridge network."""
        with self._operation("create_network", name):
            if self.find_network(name):
                raise DevboxError("network.exists", f"The network {name} exists already.")
            net = FakeNetwork(f"{next(self._ids):064x}", name, dict(labels))
            self.nets[net.id] = net
        return Network(net.id, name, dict(labels))

    def create_volume(self, name: str, labels: Mapping[str, str]) -> Volume:
        """Create a volume, or give the one there is."""
        with self._operation("create_volume", name):
            if name not in self.vols:
                self.vols[name] = FakeVolume(name, dict(labels), rfc3339(self.now))
        return _volume(self.vols[name])

    def create_container(self, spec: ContainerSpec) -> str:
        """Create, not start."""
        with self._operation("create_container", spec.name):
            if any(box.name == spec.name for box in self.boxes.values()):
                raise DevboxError("container.exists", f"A container named {spec.name} exists already.")
            image = self._image(spec.image)
            if image is None:
                raise DevboxError("image.not_found", f"{spec.image} does not exist.")
            if 0 < spec.memory < 6 << 20:
                raise DevboxError("memory.invalid", "The memory limit is below what a container can have.")
            box = FakeContainer(f"{next(self._ids):064x}", spec.name, spec, image, image.files.copy(), self.now)
            for mount in spec.mounts:
                self._mount(mount.volume, mount.path, image)
            self.boxes[box.id] = box
        return box.id

    # Steering

    def start(self, container: str) -> None:
        """Start."""
        with self._operation("start", container):
            box = self.box(container)
            if box.running:
                return
            if not any(box.spec.network in (net.name, net.id) for net in self.nets.values()):
                raise DevboxError("network.not_found", f"The network {box.spec.network} does not exist.")
            self._take_ports(box)
            box.restart_count = 0
            self._run(box)

    def stop(self, container: str, grace: int | None = None) -> None:
        """Stop: exit 143, as from SIGTERM."""
        with self._operation("stop", container):
            box = self.box(container)
            if box.running:
                self._end(box, 143)

    def restart(self, container: str, grace: int | None = None) -> None:
        """Stop and start again."""
        with self._operation("restart", container):
            box = self.box(container)
            if box.running:
                self._end(box, 143)
            self._take_ports(box)
            self._run(box)

    def rename(self, container: str, name: str) -> None:
        """Give another name."""
        with self._operation("rename", f"{container} {name}"):
            box = self.box(container)
            if any(other.name == name and other is not box for other in self.boxes.values()):
                raise DevboxError("container.exists", f"A container named {name} exists already.")
            box.name = name

    def remove_container(self, container: str) -> None:
        """Remove, by force."""
        with self._operation("remove_container", container):
            box = next((b for b in self.boxes.values() if container in (b.id, b.name)), None)
            if box is not None:
                self._end(box, 137)
                del self.boxes[box.id]

    def remove_network(self, name: str) -> None:
        """Remove a network."""
        with self._operation("remove_network", name):
            net = next((n for n in self.nets.values() if name in (n.name, n.id)), None)
            if net is None:
                return
            if any(box.running and box.spec.network in (net.name, net.id) for box in self.boxes.values()):
                raise DevboxError("network.in_use", f"The network {name} still has containers on it.", retryable=True)
            del self.nets[net.id]

    def remove_volume(self, name: str) -> None:
        """Remove a volume."""
        with self._operation("remove_volume", name):
            if any(mount.volume == name for box in self.boxes.values() for mount in box.spec.mounts):
                raise DevboxError("volume.in_use", f"The volume {name} is in use by a container.")
            self.vols.pop(name, None)

    # Streams and files

    def logs(
        self,
        container: str,
        *,
        follow: bool = False,
        tail: int | None = None,
        since: float | None = None,
        timestamps: bool = False,
    ) -> Iterator[tuple[int, bytes]]:
        """The log's pieces; a follow waits for `say` and ends when the container does."""
        box = self.box(container)
        return self._logs(box, follow, tail, since, timestamps)

    def exec(self, container: str, command: tuple[str, ...], *, stdin: bytes = b"", user: str = "") -> ExecResult:
        """Run to the end."""
        box = self.box(container)
        if not box.running:
            raise DevboxError("container.not_running", f"{container} is not running.")
        found = self.commands(box, command, stdin)
        return found if found is not None else run_command(box, self._view(box), command, stdin)

    def exec_stream(
        self,
        container: str,
        command: tuple[str, ...],
        *,
        tty: bool = False,
        stdin: bool = False,
        environment: Mapping[str, str] | None = None,
    ) -> ExecStream:
        """Run when the first piece is asked for."""
        if not self.box(container).running:
            raise DevboxError("container.not_running", f"{container} is not running.")
        return FakeExecStream(lambda given: self.exec(container, command, stdin=given), stdin=stdin)

    def put_files(self, container: str, path: str, files: tuple[File, ...]) -> None:
        """Write files under a directory."""
        with self._operation("put_files", f"{container} {path}"):
            nodes = [(f.path, Node(f.content, f.mode, f.uid, f.gid, self.now)) for f in files]
            self._put(self.box(container), path, nodes)

    def put_archive(self, container: str, path: str, chunks: Iterator[bytes]) -> None:
        """Unpack a tar stream under a directory."""
        with self._operation("put_archive", f"{container} {path}"):
            self._put(self.box(container), path, unpack(b"".join(chunks)))

    def get_archive(self, container: str, path: str) -> Iterator[bytes]:
        """A file or folder as a tar stream, named as in Docker's: from its own last name on."""
        box, path = self.box(container), norm(path)
        tree = self._view(box)
        node = tree.get(path)
        if node is None:
            raise DevboxError("file.not_found", f"{path} does not exist in the container.")
        top = posixpath.basename(path)
        return iter([pack([(top, node), *((top + name[len(path.rstrip("/")) :], n) for name, n in tree.below(path))])])

    def get_file(self, container: str, path: str, *, limit: int = 1 << 20) -> bytes | None:
        """A file's content."""
        node = self._view(self.box(container)).get(path)
        return None if node is None or node.content is None else node.content[:limit]

    def stat(self, container: str, path: str) -> FileStat | None:
        """Owner, mode and size."""
        node = self._view(self.box(container)).get(path)
        return FileStat(node.uid, node.gid, node.mode, len(node.content or b""), node.content is None) if node else None

    def ping(self) -> bool:
        """It always does."""
        return True

    def close(self) -> None:
        """Nothing is open."""

    # Inside

    @contextmanager
    def _operation(self, verb: str, target: str) -> Iterator[None]:
        self.operations += 1
        due = self.fail_at is not None and (
            self.operations == self.fail_at or (self.stay_dead and self.operations > self.fail_at)
        )
        if due and not (self.fail_after and self.operations == self.fail_at):
            raise self.failure
        self.log.append((verb, target))
        yield
        if due:
            raise self.failure

    def _image(self, ref: str) -> FakeImage | None:
        name = ref if ref.startswith("sha256:") or ":" in ref.rpartition("/")[2] or "@" in ref else f"{ref}:latest"
        used = (box.image for box in self.boxes.values())
        everything = (*self.images.values(), *used)  # an image that has lost its tag stays while a container uses it
        return self.images.get(name) or next((i for i in everything if i.image.id == ref), None)

    def _container(self, box: FakeContainer) -> Container:
        tag = self.images.get(box.spec.image)
        named = tag is not None and tag.image.id == box.image.image.id
        return Container(
            box.id,
            box.name,
            box.spec.image if named else box.image.image.id,
            box.image.image.id,
            dict(box.spec.labels),
            box.state,
            box.health if box.running else "none",
            box.exit_code if box.state == "exited" else None,
            tuple(box.spec.ports) if box.running else (),
            float(int(box.created)),
            tuple(box.spec.mounts),
        )

    def _take_ports(self, box: FakeContainer) -> None:
        for port in box.spec.ports:
            taken = port.host in self.foreign_ports or any(
                other.host == port.host and (other.host_ip == port.host_ip or {other.host_ip, port.host_ip} & set(_ANY))
                for running in self.boxes.values()
                if running.running and running is not box
                for other in running.spec.ports
            )
            if taken:
                raise DevboxError(
                    "port.taken",
                    f"Port {port.host} on {port.host_ip} is taken.",
                    cures=(Cure("See which container has it.", f"docker ps --filter publish={port.host}"),),
                )

    def _run(self, box: FakeContainer) -> None:
        box.state, box.exit_code, box.oom_killed, box.started_at = "running", 0, False, self.now
        box.health = "starting" if box.spec.healthcheck else "none"
        box.starts += 1
        service = self.services.get(box.spec.service)
        if service:
            service(self, box)

    def _end(self, box: FakeContainer, code: int, *, oom: bool = False) -> None:
        with self._changed:
            if box.running:
                box.state, box.exit_code, box.oom_killed = "exited", code, oom
            self._changed.notify_all()

    def _logs(
        self, box: FakeContainer, follow: bool, tail: int | None, since: float | None, timestamps: bool
    ) -> Iterator[tuple[int, bytes]]:
        with self._changed:
            entries = [entry for entry in box.log if since is None or entry.time >= since]
            at = len(box.log)
        for entry in entries if tail is None else entries[len(entries) - tail if tail < len(entries) else 0 :]:
            yield render(entry, timestamps=timestamps)
        while follow:
            fresh = self._wait_for_log(box, at)
            yield from (render(entry, timestamps=timestamps) for entry in fresh)
            at += len(fresh)
            follow = bool(fresh) or box.running

    def _wait_for_log(self, box: FakeContainer, at: int) -> list[LogEntry]:
        with self._changed:
            self._changed.wait_for(lambda: len(box.log) > at or not box.running)
            return box.log[at:]

    def _mount(self, volume: str, path: str, image: FakeImage) -> None:
        """Make the volume, and fill an empty one with what the image has there, as Docker does at create."""
        if volume not in self.vols:
            self.vols[volume] = FakeVolume(volume, {}, rfc3339(self.now))
        tree, there = self.vols[volume].tree, image.files.get(path)
        if there is None or not tree.empty():
            return
        tree.nodes["/"] = there
        for name, node in image.files.below(path):
            tree.put(name[len(norm(path)) :], node)

    def _view(self, box: FakeContainer) -> Tree:
        """The container's files with its volumes in their places."""
        view = box.tree.copy()
        for mount in box.spec.mounts:
            for name, _ in list(view.below(mount.path)):
                del view.nodes[name]
            tree = self.vols[mount.volume].tree
            view.put(mount.path, tree.nodes["/"])
            for name, node in tree.below("/"):
                view.put(mount.path + name, node)
        return view

    def _put(self, box: FakeContainer, path: str, nodes: list[tuple[str, Node]]) -> None:
        there = self._view(box).get(path)
        if there is None or there.content is not None:
            raise DevboxError("file.not_found", f"{path} does not exist in the container.")
        for name, node in nodes:
            tree, inner = self._place(box, norm(posixpath.join(path, name)))
            tree.put(inner, moved(node, node.mtime or self.now))

    def _place(self, box: FakeContainer, path: str) -> tuple[Tree, str]:
        for mount in sorted(box.spec.mounts, key=lambda m: -len(m.path)):
            root = norm(mount.path)
            if path == root or path.startswith(root + "/"):
                return self.vols[mount.volume].tree, path[len(root) :] or "/"
        return box.tree, path


def _carries(has: Mapping[str, str], wanted: Mapping[str, str | None]) -> bool:
    return all(name in has and (value is None or has[name] == value) for name, value in wanted.items())


def _volume(volume: FakeVolume) -> Volume:
    return Volume(volume.name, dict(volume.labels), volume.created_at)
