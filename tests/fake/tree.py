"""A file tree in memory: what a volume or a container's own layer holds."""

from __future__ import annotations

import io
import posixpath
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Node:
    """A file, or (`content` None) a folder."""

    content: bytes | None
    mode: int = 0o755
    uid: int = 0
    gid: int = 0
    mtime: float = 0.0


class Tree:
    """Nodes by absolute path; "/" is always there."""

    def __init__(self, nodes: dict[str, Node] | None = None) -> None:
        self.nodes: dict[str, Node] = {"/": Node(None), **(nodes or {})}

    def copy(self) -> Tree:
        """Another tree with the same nodes."""
        return Tree(dict(self.nodes))

    def get(self, path: str) -> Node | None:
        """The node at a path."""
        return self.nodes.get(norm(path))

    def put(self, path: str, node: Node) -> None:
        """Set a node; folders that are missing above it belong to root, as Docker makes them."""
        path = norm(path)
        above = posixpath.dirname(path)
        if above not in self.nodes:
            self.put(above, Node(None))
        self.nodes[path] = node

    def below(self, path: str) -> Iterator[tuple[str, Node]]:
        """(path, node) of everything under a path, itself left out, folders before what is in them."""
        start = norm(path).rstrip("/") + "/"
        return ((name, node) for name, node in sorted(self.nodes.items()) if name.startswith(start) and name != start)

    def empty(self) -> bool:
        """Whether there is nothing but the root."""
        return len(self.nodes) == 1


def norm(path: str) -> str:
    """An absolute path without dots and doubled slashes."""
    return "/" + posixpath.normpath("/" + path).lstrip("/")


def tar_entry(name: str, node: Node) -> tarfile.TarInfo:
    """The node as a tar entry."""
    entry = tarfile.TarInfo(name)
    entry.mode, entry.uid, entry.gid, entry.mtime = node.mode, node.uid, node.gid, node.mtime
    if node.content is None:
        entry.type = tarfile.DIRTYPE
    else:
        entry.size = len(node.content)
    return entry


def pack(entries: list[tuple[str, Node]]) -> bytes:
    """A tar of these nodes."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, node in entries:
            tar.addfile(tar_entry(name, node), io.BytesIO(node.content or b""))
    return out.getvalue()


def unpack(data: bytes) -> list[tuple[str, Node]]:
    """The nodes of a tar, in its order."""
    nodes = []
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:*") as tar:
        for entry in tar:
            source = tar.extractfile(entry) if entry.isfile() else None
            content = source.read() if source else None
            if entry.isfile() or entry.isdir():
                nodes.append((entry.name, Node(content, entry.mode, entry.uid, entry.gid, entry.mtime)))
    return nodes


def moved(node: Node, now: float) -> Node:
    """The node with another time."""
    return replace(node, mtime=now)
