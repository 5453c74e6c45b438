"""`devbox groovy`: /scriptText says 200 to all; devbox says what happened."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

import pytest

from tests.integration.conftest import First
from tests.integration.support.box import Box
from tests.integration.support.command import Ran

pytestmark = [pytest.mark.engine, pytest.mark.lab]

SHELL = """
def shell = { String line ->
    def out = new StringBuilder(), err = new StringBuilder()
    def process = ['sh', '-c', line].execute()
    process.waitForProcessOutput(out, err)
    return [code: process.exitValue(), out: out.toString(), err: err.toString()]
}
return shell('echo one && echo two >&2 && exit 3')
"""


def run(box: Box, text: str, tmp_path: Path, *words: str) -> Ran:
    file = tmp_path / "try me.groovy"
    file.write_text(text, encoding="utf-8")
    return box.devbox.json("groovy", file, "-n", box.name, *words)


def test_data_come_back_as_data(first: First, tmp_path: Path) -> None:
    text = "println 'grüße'; print args.size(); return [version: Jenkins.VERSION, n: [1, 2.5, null, true], who: who]"
    ran = run(first.box, text, tmp_path, "-a", "who=a 'b' \"c\" $d \\n", "-a", "empty=").ok()
    assert ran.data["output"] == "grüße\n2"
    assert ran.data["result"] == {"version": "2.568.2", "n": [1, 2.5, None, True], "who": "a 'b' \"c\" $d \\n"}
    assert run(first.box, "println 1", tmp_path).ok().data == {"output": "1\n", "result": None}
    assert run(first.box, SHELL, tmp_path).ok().data["result"] == {"code": 3, "out": "one\n", "err": "two\n"}


def test_in_words_the_output_is_as_it_is(first: First, tmp_path: Path) -> None:
    box = first.box
    ran = box.devbox.run("groovy", "-", "-n", box.name, stdin=b"print 'a'; return [1, 'x']").ok()
    assert (ran.stdout, ran.stderr) == ('a\n[1, "x"]\n', "")
    failed = box.devbox.run("groovy", "-", "-n", box.name, stdin=b"println 'before'\n\nassert 1 == 2")
    assert (failed.code, failed.stdout) == (1, "before\n")
    assert "line 3" in failed.stderr and "Assertion failed" in failed.stderr and "Traceback" not in failed.stderr


@pytest.mark.parametrize(
    ("text", "code", "place", "words"),
    [
        ("\n\nthrow new IllegalStateException('boom')", "groovy.failed", "line 3", "boom"),
        ("def f = { -> [1][0].nothing() }\n\nf()", "groovy.failed", "line 1", "MissingMethodException"),
        ("println 1\ndef (", "groovy.syntax", "line 2", "unexpected token"),
        ("import no.such.Thing\n", "groovy.syntax", "line 1", "unable to resolve class"),
        ("['/no/such'].execute()", "groovy.failed", "line 1", "Cannot run program"),
        ("def deep\ndeep = { deep() }\ndeep()", "groovy.failed", "line 2", "StackOverflowError"),
    ],
)
def test_every_failure_is_one_with_its_line(
    first: First, tmp_path: Path, text: str, code: str, place: str, words: str
) -> None:
    ran = run(first.box, text, tmp_path).failed(code)
    assert ran.error["message"].startswith(f"try me.groovy, {place}") and words in json.dumps(ran.error)
    assert ran.data["result"] is None


def test_a_jenkins_that_dies_is_a_failure(up: Box, tmp_path: Path) -> None:
    assert run(up, "Runtime.runtime.halt(1)", tmp_path).failed("jenkins.unreachable").error["retryable"] is True
    up.docker.api.stop(up.container)
    run(up, "return 1", tmp_path).failed("service.stopped")


def test_one_that_does_not_end_is_said_to_go_on(first: First, tmp_path: Path) -> None:
    error = run(first.box, "sleep(20000)", tmp_path, "--timeout", "1").failed("groovy.timeout").error
    assert error["message"] == "try me.groovy has not ended within 1 s; it goes on in Jenkins"
    assert error["cures"][0]["command"] == f"devbox restart {first.box.name}"
    assert run(first.box, "return 1", tmp_path).ok().data["result"] == 1, "Jenkins is well"


MANAGER = """
class One { String shortName; boolean active = true; boolean started = true; String version = '1'
    def getPlugin() { started ? 'its class' : null } }
class Manager { List plugins = []; List failedPlugins = []; List brings = []; Throwable fails
    File rootDir = new File('/none')
    def getPlugin(String name) { plugins.find { it.shortName == name } }
    void dynamicLoad(File file) { plugins.addAll(brings); if (fails != null) { throw fails } } }
class RestartRequiredException extends Exception { }
def link = { plugins, load ->
    def id = 'mine'
BODY
}
def mine = new One(shortName: 'mine'), waits = new One(shortName: 'junit', started: false)
def old = [name: 'mine', cause: new Exception('outer', new Exception('long ago'))]
def other = [name: 'mine.not', cause: new Exception('another one')]
return [
    mended: link(new Manager(failedPlugins: [old], brings: [mine]), 'yes'),
    out_of_the_war: link(new Manager(plugins: [new One(shortName: 'x', started: false)], brings: [waits, mine]), 'yes'),
    fails_for_it: link(new Manager(brings: [waits], fails: new Exception('now')), 'yes'),
    fails: link(new Manager(failedPlugins: [old, other], fails: new Exception('now')), 'yes'),
    later: link(new Manager(fails: new RestartRequiredException()), 'yes'),
    not_at_boot: link(new Manager(failedPlugins: [old, other], fails: new RestartRequiredException()), 'yes'),
    there: link(new Manager(plugins: [mine], failedPlugins: [old]), 'yes'),
]
"""


def test_what_a_link_is_told_of_failures_and_of_what_a_war_brings(first: First, tmp_path: Path) -> None:
    source = (resources.files("devbox.jenkins") / "groovy" / "link.groovy").read_text("utf-8").splitlines()
    body = [line for line in source if "getPluginManager()" not in line and "NO_CACHE" not in line]
    found = run(first.box, MANAGER.replace("BODY", "\n".join(body)), tmp_path).ok().data["result"]
    said = {name: (one["active"], one["restart"], one["error"]) for name, one in found.items()}
    required = said.pop("later")
    assert required[:2] == (False, True) and "RestartRequired" in required[2]
    assert said == {
        "mended": (True, False, None),
        "out_of_the_war": (True, True, None),
        "fails_for_it": (False, True, "java.lang.Exception: now"),
        "fails": (False, False, "java.lang.Exception: now"),
        "not_at_boot": (False, True, "java.lang.Exception: long ago"),
        "there": (True, False, None),
    }


def test_wrong_usage(first: First, tmp_path: Path) -> None:
    box = first.box
    box.devbox.json("groovy", tmp_path / "none.groovy", "-n", box.name).failed("groovy.unreadable", 2)
    for word in ("novalue", "1x=2", "out=1", "a b=1"):
        run(box, "return 1", tmp_path, "-a", word).failed("groovy.argument", 2)
