"""The lab as tests see it: what runs, where it is, and more engines on demand."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.lab.debian import install_missing
from tests.lab.engine import Engine
from tests.lab.faults import FaultyRegistry, faulty_registry
from tests.lab.images import pullable, push_all
from tests.lab.others import OTHERS, other_engine
from tests.lab.places import Places, places
from tests.lab.queue_images import push_queue, queue_names
from tests.lab.registry import Registry, lab_registry
from tests.lab.shell import LabError, pipe
from tests.lab.throwaway import throwaway
from tests.lab.war import war

KEPT = 1
"""The first index of the lasting engines of other versions."""


@dataclass(frozen=True)
class Lab:
    """The running lab. `engine` pulls from `registry`, where the stand-ins have the official names."""

    places: Places
    registry: Registry
    engine: Engine

    @classmethod
    def find(cls) -> Lab:
        """The lab whether it runs or not; starts nothing."""
        where = places()
        registry = lab_registry(where)
        return cls(where, registry, Engine(where.first, where.cache / "engine", where.run / "engine", registry.url))

    @classmethod
    def ensure(cls, engine: bool = True) -> Lab:
        """The lab, up: installs, builds and starts what is missing. Takes turns with others who do the same.

        Without `engine` its own engine is left as it is: for who has engines of their own.
        """
        if os.geteuid() != 0:
            raise LabError("the lab needs root: it installs Debian packages and runs a Docker Engine")
        lab = cls.find()
        with lab.alone():
            install_missing()
            lab.registry.start()
            new = push_all(lab.places, lab.registry)
            new = push_queue(lab.places, lab.registry) or new
            if engine:
                lab.engine.start()
            if new and lab.engine.pid:
                lab._refresh()
        return lab

    def _refresh(self) -> None:
        """Pull again what the engine has of images that were built anew."""
        have = set(self.engine.docker("images", "--format", "{{.Repository}}:{{.Tag}}").split())
        for name in have & set(self.images):
            self.engine.docker("pull", "--quiet", name)

    def down(self) -> None:
        """Stop engine and registry; what was made stays in the cache."""
        with self.alone():
            for name in OTHERS:
                self._kept(name).stop()
            self.engine.stop()
            self.registry.daemon.stop()
            self.by_tests.unlink(missing_ok=True)

    def purge(self) -> None:
        """Stop all and delete the cache: the next `ensure` begins from nothing."""
        self.down()
        with self.alone():
            shutil.rmtree(self.places.cache)

    @property
    def docker_host(self) -> str:
        """What `DOCKER_HOST` is for the lab's engine."""
        return self.engine.docker_host

    @property
    def by_tests(self) -> Path:
        """There while the lab runs because a test session started it, and nobody else asked for it since."""
        return self.places.run / "started-by-tests"

    @property
    def images(self) -> tuple[str, ...]:
        """Every name that can be pulled."""
        return tuple(name.removeprefix("library/") for name in [*pullable(), *queue_names()])

    @contextmanager
    def fresh_engine(
        self, version: str = "20.10", *, mirror: str | None = None, disk: int | None = None
    ) -> Iterator[Engine]:
        """An empty engine of its own for a test that hurts it; `version` as in `others.OTHERS`. Gone afterwards.

        It pulls through `mirror` (the lab's registry), publishes its ports on this machine's loopback, and has `disk`
        MiB of room for its data (in memory) where that is given.
        """
        with throwaway(self.places, version, mirror or self.registry.url, disk) as engine:
            yield engine

    def war(self, version: str) -> Path:
        """A WAR of this version; made when it is first asked for, by one process at a time."""
        with self.alone():
            return war(self.places, version)

    @contextmanager
    def faulty_registry(self) -> Iterator[FaultyRegistry]:
        """A registry before the lab's one that misbehaves as it is told."""
        with faulty_registry(self.registry) as proxy:
            yield proxy

    def load(self, names: tuple[str, ...], host: str | None = None) -> None:
        """Put stand-ins into another engine: the one at `host`, or the one that the docker CLI's rules choose.

        Only under names of the lab's own: in an engine that is not the lab's, nothing may pass for an official image.
        """
        strangers = [name for name in names if not name.startswith("devbox-lab/")]
        if strangers:
            raise LabError(f"only devbox-lab/... goes into another engine, not {', '.join(strangers)}")
        for name in names:
            self.engine.docker("pull", "--quiet", name)
        target = ["--host", host] if host else []
        pipe(["docker", "--host", self.docker_host, "save", *names], ["docker", *target, "load", "--quiet"])

    def other_engine(self, version: str) -> Engine:
        """A lasting engine with another version window ("26.1", "28.5-min144", ...), started."""
        with self.alone():
            place = self._kept(version)
            engine = other_engine(self.places, version, place.index, place.data, place.run, self.registry.url)
            engine.start()
        return engine

    def _kept(self, version: str) -> Engine:
        if version not in OTHERS:
            raise LabError(f"no engine {version!r}; there are {', '.join(OTHERS)}")
        index = self.places.first + KEPT + list(OTHERS).index(version)
        return Engine(index, self.places.cache / f"engine-{version}", self.places.run / f"v{version}", "")

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else changes the lab meanwhile."""
        self.places.make()
        with (self.places.run / "lab.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
