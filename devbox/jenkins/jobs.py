"""Puts a plugin's file into a running Jenkins and follows what becomes of it.

An upload's answer says no more than that it arrived. The update center's newest job for it says the rest, under the
plugin's short name, or under a temporary one where Jenkins could not read the file.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from enum import Enum
from typing import Any

from devbox.errors import Cure, DevboxError
from devbox.frozen import dataclass
from devbox.jenkins.client import Client, excerpt
from devbox.jenkins.pluginfile import PluginFile

UPLOAD = "/pluginManager/uploadPlugin"
JOBS = "/updateCenter/api/json?tree=jobs[id,type,name,errorMessage,status[success,type]],restartRequiredForCompletion"
FIRST, SLOWEST = 0.02, 0.25
"""Seconds between two looks: the first one, and what they grow to."""

TEMPORARY = re.compile(r"uploaded-?[0-9]+")
"""What Jenkins calls a file whose name it could not find out."""

RUNNING = ("Pending", "Installing", "Downloading")


class End(Enum):
    """What became of an upload. `REJECTED`: it was not even tried."""

    LOADED = "loaded"
    NEEDS_RESTART = "needs a restart"
    REJECTED = "rejected"
    FAILED = "failed"


@dataclass(frozen=True)
class Upload:
    """An upload's end. `name` is the one its job had, so its file's too; `job` the job's number; `cause` as far as
    Jenkins says it here, which for a failure is little."""

    end: End
    name: str
    job: int = 0
    cause: str | None = None


def upload(
    client: Client,
    file: PluginFile,
    after: int,
    *,
    timeout: float,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Upload:
    """Upload and follow its job, which is newer than the job numbered `after`; raises `plugin.timeout`."""
    name = file.name or ""
    reply = client.upload(UPLOAD, file.path)
    if reply.status != 302:
        return Upload(End.REJECTED, name, cause=excerpt(reply) or f"status {reply.status}")
    pause, end = FIRST, clock() + timeout
    while True:
        job = newest(client.json(JOBS), name, after)
        if job is not None and (found := _ended(job)) is not None:
            return found
        if clock() > end:
            raise DevboxError(
                "plugin.timeout",
                f"Jenkins has not installed {name} after {timeout:g} s",
                cause=None if job is None else f"its job is {(job.get('status') or {}).get('type')}",
                cures=(Cure("see what it says", "devbox logs"),),
                retryable=True,
            )
        sleep(pause)
        pause = min(pause * 1.5, SLOWEST)


def newest(center: dict[str, Any], name: str, after: int) -> dict[str, Any] | None:
    """The newest job that installs this plugin, or a file that Jenkins could not name."""
    found = [
        job
        for job in center.get("jobs") or ()
        if int(job.get("id") or 0) > after
        and job.get("type") != "ConnectionCheckJob"
        and (job.get("name") == name or TEMPORARY.fullmatch(str(job.get("name"))))
    ]
    return max(found, key=lambda job: int(job["id"]), default=None)


def _ended(job: dict[str, Any]) -> Upload | None:
    status = job.get("status") or {}
    kind, name, number = str(status.get("type")), str(job.get("name")), int(job["id"])
    if kind in RUNNING:
        return None
    if kind == "SuccessButRequiresRestart":
        return Upload(End.NEEDS_RESTART, name, number)
    if kind == "Success" and job.get("type") == "InstallationJob":
        return Upload(End.LOADED, name, number)
    said = job.get("errorMessage") or f"its job ended as {kind}"
    return Upload(End.FAILED, name, number, str(said))
