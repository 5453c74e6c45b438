"""The stand-in's security: init scripts really run, what they set is enforced and survives a restart."""

from __future__ import annotations

import pytest

from tests.lab.box import OPEN, Answer, Box
from tests.lab.conftest import Boxes
from tests.lab.tags import LEGACY

pytestmark = pytest.mark.lab
ADMIN = ("admin", "s3cret")
SECURE = """
import hudson.security.*
import hudson.security.csrf.DefaultCrumbIssuer
import jenkins.model.*
def jenkins = Jenkins.instance
def realm = new HudsonPrivateSecurityRealm(false, false, null)
if (!realm.allUsers.any { it.id == 'admin' }) { realm.createAccount('admin', 's3cret') }
jenkins.setSecurityRealm(realm)
def strategy = new FullControlOnceLoggedInAuthorizationStrategy()
if (strategy.hasProperty('allowAnonymousRead')) {
    strategy.allowAnonymousRead = false
} else {
    def loader = jenkins.pluginManager.uberClassLoader
    strategy = loader.loadClass('hudson.security.GlobalMatrixAuthorizationStrategy').newInstance()
    strategy.add(Jenkins.ADMINISTER, 'admin')
}
jenkins.setAuthorizationStrategy(strategy)
if (jenkins.crumbIssuer == null) { jenkins.setCrumbIssuer(new DefaultCrumbIssuer(false)) }
JenkinsLocationConfiguration.get().setUrl('http://127.0.0.1:1234')
jenkins.save()
println "secured as ${realm.allUsers*.id}"
"""
TOKEN = {
    "lts": "def p = User.get('admin').getProperty(jenkins.security.ApiTokenProperty)\n"
    "print p.tokenStore.generateNewToken('t').plainValue; User.get('admin').save(); null",
    LEGACY: "print User.get('admin').getProperty(jenkins.security.ApiTokenProperty).apiToken; null",
}


@pytest.fixture(scope="module", params=["lts", LEGACY])
def secured(request: pytest.FixtureRequest, lasting_box: Boxes) -> tuple[str, Box]:
    """A secured stand-in, for tests that only look."""
    jenkins = lasting_box(request.param, scripts={"10-secure.groovy": SECURE})
    jenkins.wait_answer()
    return request.param, jenkins


def test_anonymous_is_refused_with_the_headers_that_say_why(secured: tuple[str, Box]) -> None:
    _, jenkins = secured
    for path in ("/", "/api/json", "/crumbIssuer/api/json", "/nosuch"):
        answer = jenkins.ask(path)
        assert answer.status == 403, path
        assert answer.headers["X-You-Are-Authenticated-As"] == "anonymous"
        assert answer.headers["X-Required-Permission"] == "hudson.model.Hudson.Read"
        assert "X-Jenkins-Session" in answer.headers
    for path in ("/login", "/whoAmI/api/json", "/tcpSlaveAgentListener/"):
        assert jenkins.ask(path).status == 200, path


def test_the_user_is_let_in_and_a_wrong_password_is_401(secured: tuple[str, Box]) -> None:
    tag, jenkins = secured
    assert jenkins.ask("/api/json", auth=ADMIN).json["useSecurity"] is True
    assert jenkins.ask("/whoAmI/api/json", auth=ADMIN).json["name"] == "admin"
    wrong = jenkins.ask("/api/json", auth=("admin", "wrong"))
    assert wrong.status == 401 and wrong.headers["WWW-Authenticate"] == 'Basic realm="Jenkins"'
    assert wrong.reason == ("Invalid password/token for user: admin" if tag == LEGACY else "Unauthorized")


def test_a_post_needs_the_crumb_and_on_current_cores_its_session(secured: tuple[str, Box]) -> None:
    tag, jenkins = secured
    crumb = jenkins.ask("/crumbIssuer/api/json", auth=ADMIN)
    field, value = crumb.json["crumbRequestField"], crumb.json["crumb"]
    assert field == (".crumb" if tag == LEGACY else "Jenkins-Crumb")
    bare = _post(jenkins, ADMIN, {})
    assert bare.status == 403 and "No valid crumb was included in the request" in bare.body
    without_cookie = _post(jenkins, ADMIN, {field: value})
    assert without_cookie.status == (200 if tag == LEGACY else 403)
    assert _post(jenkins, ADMIN, {field: value, "Cookie": crumb.cookie}).body == "Result: 42\n"


def test_an_api_token_signs_in_and_spares_the_crumb_on_current_cores(secured: tuple[str, Box]) -> None:
    tag, jenkins = secured
    token = jenkins.script(TOKEN[tag], auth=ADMIN).body
    assert len(token) == (32 if tag == LEGACY else 34)
    assert jenkins.ask("/api/json", auth=("admin", token)).status == 200
    assert _post(jenkins, ("admin", token), {}).status == (403 if tag == LEGACY else 200)


def test_the_form_signs_a_session_in(secured: tuple[str, Box]) -> None:
    _, jenkins = secured
    form = {"j_username": "admin", "j_password": "s3cret", "from": "/"}
    signed = jenkins.ask("/j_spring_security_check", method="POST", form=form)
    assert signed.status == 302
    assert jenkins.ask("/api/json", headers={"Cookie": signed.cookie}).status == 200
    refused = jenkins.ask("/j_spring_security_check", method="POST", form=form | {"j_password": "no"})
    assert refused.headers["Location"].endswith("/loginError")


def test_the_script_console_answers_200_whatever_happens(secured: tuple[str, Box]) -> None:
    _, jenkins = secured
    assert jenkins.script("println 'hi'; return 42", auth=ADMIN).body == "hi\nResult: 42\n"
    thrown = jenkins.script("print 'first '; throw new IllegalStateException('boom')", auth=ADMIN)
    assert thrown.status == 200 and thrown.body.startswith("first java.lang.IllegalStateException: boom")
    broken = jenkins.script("def (", auth=ADMIN)
    assert broken.status == 200 and "MultipleCompilationErrorsException: startup failed" in broken.body
    assert jenkins.ask("/scriptText", auth=ADMIN).status == 405


@pytest.mark.parametrize("tag", ["lts", LEGACY])
def test_what_was_set_survives_without_the_script(box: Boxes, tag: str) -> None:
    jenkins = box(tag, scripts={"10-secure.groovy": SECURE})
    jenkins.wait_answer()
    token = jenkins.script(TOKEN[tag], auth=ADMIN).body
    jenkins.exec("rm", "/var/jenkins_home/init.groovy.d/10-secure.groovy")
    jenkins.engine.docker("restart", jenkins.id)
    jenkins.start()
    jenkins.wait_answer()
    assert jenkins.ask("/api/json").status == 403
    assert jenkins.ask("/api/json", auth=("admin", token)).json["useCrumbs"] is True
    said = jenkins.script("return JenkinsLocationConfiguration.get().url", auth=ADMIN)
    assert said.body == "Result: http://127.0.0.1:1234/\n"


def test_a_crumb_is_gone_with_the_boot_on_current_cores_alone(box: Boxes) -> None:
    for tag, expected in (("lts", 403), (LEGACY, 200)):
        jenkins = box(tag, scripts={"10-secure.groovy": SECURE})
        jenkins.wait_answer()
        crumb = jenkins.ask("/crumbIssuer/api/json", auth=ADMIN)
        headers = {crumb.json["crumbRequestField"]: crumb.json["crumb"], "Cookie": crumb.cookie}
        jenkins.engine.docker("restart", jenkins.id)
        jenkins.start()
        jenkins.wait_answer()
        assert _post(jenkins, ADMIN, headers).status == expected


def test_a_new_home_without_the_switch_is_locked_by_the_wizard(box: Boxes) -> None:
    jenkins = box("lts", env={})
    jenkins.wait_answer()
    assert jenkins.ask("/api/json").status == 403
    password = jenkins.exec("cat", "/var/jenkins_home/secrets/initialAdminPassword").strip()
    assert password in jenkins.logs()
    assert jenkins.ask("/api/json", auth=("admin", password)).status == 200


def test_with_the_switch_a_new_home_is_open_but_for_crumbs(box: Boxes) -> None:
    jenkins = box("lts", env=OPEN)
    jenkins.wait_answer()
    assert jenkins.ask("/api/json").json["useSecurity"] is False
    assert jenkins.ask("/scriptText", method="POST", form={"script": "1"}).status == 403
    assert jenkins.script("return 1").body == "Result: 1\n"
    assert jenkins.exec("cat", "/var/jenkins_home/jenkins.install.InstallUtil.lastExecVersion") == "2.568.2"
    assert "<version>2.568.2</version>" in jenkins.exec("cat", "/var/jenkins_home/config.xml")


def test_an_old_core_is_open_and_asks_for_no_crumb(box: Boxes) -> None:
    jenkins = box(LEGACY, env={})
    jenkins.wait_answer()
    assert jenkins.ask("/crumbIssuer/api/json").status == 404
    assert jenkins.ask("/scriptText", method="POST", form={"script": "1"}).body == "Result: 1\n"


def _post(jenkins: Box, auth: tuple[str, str], headers: dict[str, str]) -> Answer:
    return jenkins.ask("/scriptText", method="POST", auth=auth, headers=headers, form={"script": "return 42"})
