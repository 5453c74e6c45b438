"""What became of an upload: the newest job of that name, or of a temporary one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from devbox.errors import DevboxError
from devbox.jenkins.client import Client, Reply
from devbox.jenkins.jobs import End, Upload, upload
from devbox.jenkins.pluginfile import PluginFile

FILE = PluginFile(Path("hello.hpi"), "hello", "1.0")


class Center(Client):
    """An update center that shows these jobs, one list a look; the last one stays."""

    def __init__(self, *looks: list[dict[str, Any]], reply: Reply | None = None) -> None:
        super().__init__("http://nowhere")
        self.looks, self.reply = list(looks), reply or Reply(302, {}, b"")

    def upload(self, path: str, file: Path) -> Reply:
        return self.reply

    def json(self, path: str) -> dict[str, Any]:
        return {"jobs": self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]}


def job(number: int, status: str, name: str = "hello", kind: str = "InstallationJob", **more: Any) -> dict[str, Any]:
    state = {"success": status.startswith("Success"), "type": status}
    return {"id": number, "type": kind, "name": name, "status": state, "errorMessage": None, **more}


def end(*looks: list[dict[str, Any]], after: int = 0, reply: Reply | None = None) -> Upload:
    slept: list[float] = []
    return upload(Center(*looks, reply=reply), FILE, after, timeout=60, clock=lambda: sum(slept), sleep=slept.append)


CHECK = {"id": 9, "type": "ConnectionCheckJob", "statuses": {}}
ENDS = {
    "loaded": ([job(2, "Success")], End.LOADED),
    "needs a restart": ([job(2, "SuccessButRequiresRestart")], End.NEEDS_RESTART),
    "failed": ([job(2, "Failure", errorMessage="no")], End.FAILED),
    "failed under a temporary name": ([job(2, "Failure", "uploaded4024695764576815337")], End.FAILED),
    "the newest counts": ([job(2, "Failure"), job(7, "Success"), job(5, "Failure")], End.LOADED),
    "checks do not": ([job(2, "Success"), CHECK], End.LOADED),
    "others do not": ([job(3, "Failure", "credentials"), job(2, "Success")], End.LOADED),
    "nothing to do is not loaded": ([job(2, "Success", kind="NoOpJob")], End.FAILED),
    "skipped is not loaded": ([job(2, "Skipped")], End.FAILED),
}


@pytest.mark.parametrize(("jobs", "wanted"), ENDS.values(), ids=list(ENDS))
def test_ends(jobs: list[dict[str, Any]], wanted: End) -> None:
    assert end(jobs).end is wanted


def test_it_waits_for_its_own_job_and_for_its_end() -> None:
    old = job(3, "Success")
    looks = ([], [old], [old, CHECK], [old, job(4, "Pending")], [old, job(4, "Installing")], [old, job(4, "Failure")])
    assert end(*looks, after=3) == Upload(End.FAILED, "hello", 4, "its job ended as Failure")


def test_a_refusal_is_no_failure_of_a_job() -> None:
    page = Reply(500, {}, b"<h1>Oops!</h1><pre>hudson.model.Failure: a.zip is not a Jenkins plugin</pre>")
    assert end([], reply=page) == Upload(
        End.REJECTED, "hello", 0, "hudson.model.Failure: a.zip is not a Jenkins plugin"
    )


def test_it_does_not_wait_for_ever() -> None:
    with pytest.raises(DevboxError) as caught:
        end([job(1, "Installing")])
    assert (caught.value.code, caught.value.cause) == ("plugin.timeout", "its job is Installing")
