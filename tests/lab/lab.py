"""The lab as tests see it: what runs, where it is, and more engines on demand."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.lab.debian import install_missing
from tests.lab.engine import Engine
from tests.lab.images import push_all
from tests.lab.others import OTHERS, other_engine
from tests.lab.places import Places, places
from tests.lab.registry import Registry, lab_registry
from tests.lab.shell import LabError
from tests.lab.tags import STANDINS
from tests.lab.throwaway import throwaway

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
        return cls(where, registry, Engine(0, where.cache / "engine", where.run / "engine", registry.url))

    @classmethod
    def ensure(cls) -> Lab:
        """The lab, up: installs, builds and starts what is missing. Takes turns with others who do the same."""
        if os.geteuid() != 0:
            raise LabError("the lab needs root: it installs Debian packages and runs a Docker Engine")
        lab = cls.find()
        with lab.alone():
            install_missing()
            lab.registry.start()
            push_all(lab.places, lab.registry)
            lab.engine.start()
        return lab

    def down(self) -> None:
        """Stop engine and registry; what was made stays in the cache."""
        with self.alone():
            for name in OTHERS:
                self._kept(name).stop()
            self.engine.stop()
            self.registry.daemon.stop()

    @property
    def docker_host(self) -> str:
        """What `DOCKER_HOST` is for the lab's engine."""
        return self.engine.docker_host

    @property
    def images(self) -> tuple[str, ...]:
        """Every name that can be pulled."""
        return tuple(name for standin in STANDINS for name in standin.names())

    @contextmanager
    def fresh_engine(self, version: str = "20.10") -> Iterator[Engine]:
        """An empty engine of its own for a test that hurts it; `version` as in `others.OTHERS`. Gone afterwards.

        It reaches the registry as the lab's engine does, and publishes its ports on this machine's loopback.
        """
        with throwaway(self.places, version, self.registry.url) as engine:
            yield engine

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
        index = KEPT + list(OTHERS).index(version)
        return Engine(index, self.places.cache / f"engine-{version}", self.places.run / f"v{version}", "")

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else changes the lab meanwhile."""
        self.places.make()
        with (self.places.run / "lab.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
