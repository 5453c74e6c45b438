"""Which stand-in images there are, and under which tags: the table that the lab builds and pushes from."""

from __future__ import annotations

from dataclasses import dataclass, field

LTS = "2.568.2"
OLDER_LTS = "2.555.1"
WEEKLY = "2.578"
BEFORE_HEALTH = "2.492.3"
LEGACY = "1.610"

OFFICIAL = "jenkins/jenkins"
OWN = "devbox-lab/jenkins"
"""The name for engines that are not the lab's: there a stand-in must not pass for the official image."""


@dataclass(frozen=True)
class Standin:
    """One image: a version, its tags, what is baked into its environment.

    `official_only` and `own_only` are tags under one of the two names alone: there, `latest` means different things.
    """

    version: str
    tags: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)
    official_only: tuple[str, ...] = ()
    own_only: tuple[str, ...] = ()

    def names(self) -> list[str]:
        """All its names, without a registry."""
        official = [f"{OFFICIAL}:{tag}" for tag in (*self.tags, *self.official_only)]
        return official + [f"{OWN}:{tag}" for tag in (*self.tags, *self.own_only)]


FAILURES = (
    "never-ready", "exit-0", "exit-1", "exit-137", "boot-loop", "failed-boot", "not-writable", "oom", "sigill",
)  # fmt: skip

STANDINS = (
    Standin(LTS, ("lts", LTS, "lts-jdk21"), own_only=("latest",)),
    Standin(OLDER_LTS, (OLDER_LTS, f"{OLDER_LTS}-lts-jdk21")),
    Standin(WEEKLY, (WEEKLY,), official_only=("latest",)),
    Standin(BEFORE_HEALTH, (BEFORE_HEALTH,)),
    Standin(LEGACY, (LEGACY,)),
    *(Standin(LTS, (f"standin-{failure}",), {"STANDIN_FAIL": failure}) for failure in FAILURES),
    Standin(LTS, ("standin-slow",), {"STANDIN_BOOT_SECONDS": "8"}),
    Standin(LEGACY, ("standin-legacy-failed-boot",), {"STANDIN_FAIL": "failed-boot"}),
)
