"""The stand-in's plugin manager, as the reference has it: uploads and what they leave, jobs, precedence, pages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.lab.box import Answer, Box
from tests.lab.conftest import Boxes
from tests.lab.lab import Lab
from tests.lab.plugin import Plugin, classes, hpi, resources, zipped
from tests.lab.procs import until
from tests.lab.tags import LEGACY

pytestmark = pytest.mark.lab
BOUNDARY = "b0undary"


def upload(box: Box, file: Path, *, parts: int = 2) -> Answer:
    """POST as a browser does; with one part as old clients do."""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="name"; filename="{file.name}"\r\n\r\n'
    second = f'\r\n--{BOUNDARY}\r\nContent-Disposition: form-data; name="pluginUrl"\r\n\r\n' if parts == 2 else ""
    body = head.encode() + file.read_bytes() + f"{second}\r\n--{BOUNDARY}--\r\n".encode()
    crumb = box.ask("/crumbIssuer/api/json")
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    if crumb.status == 200:
        headers |= {crumb.json["crumbRequestField"]: crumb.json["crumb"], "Cookie": crumb.cookie}
    return box.ask("/pluginManager/uploadPlugin", method="POST", headers=headers, body=body)


def job(box: Box) -> dict[str, Any]:
    """The newest installation, once it is over."""
    found: list[dict[str, Any]] = []

    def over() -> bool:
        jobs = box.ask("/updateCenter/api/json?depth=1").json["jobs"]
        found[:] = [one for one in jobs if one["type"] == "InstallationJob"][-1:]
        return bool(found) and found[0]["status"]["type"] not in ("Pending", "Installing")

    assert until(over, 60), box.logs()
    return found[0]


def listed(box: Box) -> dict[str, tuple[str, bool]]:
    plugins = box.ask("/pluginManager/api/json?depth=1").json["plugins"]
    return {plugin["shortName"]: (plugin["version"], plugin["active"]) for plugin in plugins}


def files(box: Box) -> set[str]:
    return set(box.exec("ls", "/var/jenkins_home/plugins").split())


@pytest.fixture(scope="module", params=["lts", LEGACY])
def jenkins(request: pytest.FixtureRequest, lasting_box: Boxes) -> Box:
    """A current one and an old one."""
    box = lasting_box(request.param)
    box.wait_answer()
    return box


@pytest.fixture
def make(lab: Lab, tmp_path: Path) -> Any:
    """Makes a plugin's file."""
    return lambda name="hello", file=None, **more: hpi(lab.places, Plugin(name, **more), tmp_path, file)


def test_a_first_upload_is_loaded_and_a_second_one_waits(jenkins: Box, make: Any) -> None:
    assert upload(jenkins, make("first")).status == 302
    assert job(jenkins)["status"] == {"success": True, "type": "Success"}
    assert "hello" in jenkins.ask("/first/").body
    assert jenkins.ask("/plugin/first/static.txt").body == "first file\n"
    assert upload(jenkins, make("first", version="1.1", greeting="again", static="second\n")).status == 302
    assert job(jenkins)["status"] == {"success": True, "type": "SuccessButRequiresRestart"}
    assert jenkins.ask("/updateCenter/api/json").json["restartRequiredForCompletion"] is True
    assert listed(jenkins)["first"] == ("1.0", True)
    assert "hello" in jenkins.ask("/first/").body and jenkins.ask("/plugin/first/static.txt").body == "first file\n"
    assert {"first.jpi", "first.bak", "first"} <= files(jenkins)


def test_what_cannot_be_loaded_stays_on_disk_and_out_of_the_list(jenkins: Box, make: Any, tmp_path: Path) -> None:
    upload(jenkins, make("boom", start='throw new IllegalStateException("boom in start");'))
    failed = job(jenkins)
    assert failed["status"]["type"] == "Failure"
    assert failed["errorMessage"] == "Failed to dynamically deploy this plugin"
    assert "boom" not in listed(jenkins) and "boom.jpi" in files(jenkins)
    said = jenkins.script("Jenkins.instance.pluginManager.failedPlugins.each { println it.name + it.cause.cause }").body
    assert "boomjava.lang.IllegalStateException: boom in start" in said
    broken = tmp_path / "broken.hpi"
    broken.write_bytes(make("other").read_bytes()[:200])
    assert upload(jenkins, broken).status == 302
    assert job(jenkins)["name"].startswith("uploaded")
    assert any(name.startswith("uploaded") and name.endswith(".jpi") for name in files(jenkins))
    upload(jenkins, make("boom", version="1.1"))
    assert job(jenkins)["status"]["type"] == "Success"


def test_what_is_refused_at_once_leaves_nothing(jenkins: Box, make: Any, tmp_path: Path) -> None:
    before = files(jenkins)
    wrong, bare = make("wrong").rename(tmp_path / "wrong.zip"), tmp_path / "bare.hpi"
    bare.write_bytes(zipped({"a.txt": b"a"}))
    answer = upload(jenkins, wrong)
    assert answer.status >= 400 and "wrong.zip is not a Jenkins plugin" in answer.body
    assert upload(jenkins, bare).status == 500
    assert files(jenkins) == before


def test_one_part_is_enough_for_old_cores_alone(jenkins: Box, make: Any) -> None:
    legacy = "1.610" in jenkins.ask("/login").headers["X-Jenkins"]
    assert upload(jenkins, make("single"), parts=1).status == (302 if legacy else 500)


@pytest.mark.parametrize("more", [{"core": "2.999"}, {"depends": "first:99.0"}])
def test_old_cores_load_what_is_too_new(jenkins: Box, make: Any, more: dict[str, str]) -> None:
    legacy = "1.610" in jenkins.ask("/login").headers["X-Jenkins"]
    if "first" not in listed(jenkins):
        upload(jenkins, make("first"))
        job(jenkins)
    upload(jenkins, make(f"new{len(str(more))}", **more))
    assert job(jenkins)["status"]["type"] == ("Success" if legacy else "Failure")


def test_a_plugin_may_ask_for_a_restart(jenkins: Box, make: Any) -> None:
    upload(jenkins, make("still", manifest={"Support-Dynamic-Loading": "false"}))
    assert job(jenkins)["status"]["type"] == "SuccessButRequiresRestart"
    assert jenkins.ask("/still/").status == 404


def test_a_linked_one_wins_and_a_missing_place_costs_that_plugin_alone(lab: Lab, box: Boxes, tmp_path: Path) -> None:
    for tag in ("lts", LEGACY):
        jenkins = box(tag, start=False)
        linked = Plugin("linked", version="dev")
        places = "Libraries: ../src/resources,/var/jenkins_home/src/classes\r\nResource-Path: ../src/webapp\r\n\r\n"
        content: dict[str, str | bytes] = {
            "plugins/linked.hpl": linked.manifest_text().rstrip() + "\r\n" + places,
            "plugins/linked.jpi": hpi(lab.places, Plugin("linked", version="9"), tmp_path).read_bytes(),
            "plugins/lost.hpl": "Manifest-Version: 1.0\r\nShort-Name: lost\r\nLibraries: /nope\r\nResource-Path: /\r\n",
            "src/webapp/a.txt": "a",
        }
        content |= {f"src/classes/{name}": data for name, data in classes(lab.places, linked).items()}
        content |= {f"src/resources/{name}": data for name, data in resources(linked).items()}
        jenkins.put("/var/jenkins_home", content)
        jenkins.start()
        jenkins.wait_answer()
        assert listed(jenkins)["linked"] == ("dev", True) and "lost" not in listed(jenkins)
        assert "hello" in jenkins.ask("/linked/").body and jenkins.ask("/plugin/linked/a.txt").body == "a"
        log = jenkins.logs()
        assert "linked.jpi because /var/jenkins_home/plugins/linked.hpl is already loaded" in log
        assert "Failed Inspecting plugin /var/jenkins_home/plugins/lost.hpl" in log and "No such file: /nope" in log
        jenkins.remove()


def test_the_same_time_is_the_same_plugin(lab: Lab, box: Boxes, make: Any) -> None:
    jenkins = box("lts", start=False)
    jenkins.put("/var/jenkins_home", {"plugins/hello.jpi": make().read_bytes()})
    jenkins.start()
    jenkins.wait_answer()
    for keep, greeting in ((True, "hello"), (False, "other")):
        stamp = jenkins.exec("stat", "-c", "%y", "/var/jenkins_home/plugins/hello.jpi").strip()
        jenkins.put("/var/jenkins_home", {"plugins/hello.jpi": make(greeting="other").read_bytes()})
        if keep:
            jenkins.exec("touch", "-d", stamp, "/var/jenkins_home/plugins/hello.jpi")
        jenkins.engine.docker("restart", jenkins.id)
        jenkins.start()
        jenkins.wait_answer()
        assert greeting in jenkins.ask("/hello/").body
    assert json.loads(jenkins.ask("/pluginManager/api/json?tree=plugins[shortName]").body)["plugins"] == [
        {"shortName": "hello"}
    ]
