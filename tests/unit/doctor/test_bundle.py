"""The bug report, and the blanking of whatever could be a secret: planted ones are nowhere to be found."""

from __future__ import annotations

import base64
import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from devbox.doctor.blank import MASK, Blanker, is_secret, secrets_in
from devbox.doctor.bundle import write
from devbox.doctor.diagnose import diagnose
from devbox.doctor.host import Machine
from devbox.errors import DevboxError
from tests.replay import Answer, ReplayServer

PLANTED = {
    "registry password": "pa55-of-registry",
    "identity token": "identity-token-1234",
    "registry token": "registry-token-5678",
    "header": "header-value-9999",
    "proxy password": "pr0xy%20pass",
    "config proxy": "pr0xy-in-config",
    "variable": "s3cret-in-variable",
    "url token": "t0ken-in-query",
    "host password": "pw-in-daemon-info",
    "log bearer": "abcdefghijklmnop",
    "log password": "hunter2hunter2",
    "github": "ghp_" + "a1B2" * 9,
    "docker": "dckr_pat_" + "Zz09" * 7,
    "jwt": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
    "key": "MIIEvQIBADANBgkqhkiG9w0BAQ",
    "daemon": "pw-in-daemon-json",
    "java": "pw-of-docker-java",
}
AUTH = base64.b64encode(f"user:{PLANTED['registry password']}".encode()).decode()

CONFIG = {
    "auths": {
        "https://index.docker.io/v1/": {"auth": AUTH},
        "quay.io": {"identitytoken": PLANTED["identity token"], "registrytoken": PLANTED["registry token"]},
    },
    "HttpHeaders": {"X-Auth-Token": PLANTED["header"]},
    "proxies": {"default": {"httpsProxy": f"http://me:{PLANTED['config proxy']}@proxy:3128"}},
    "credsStore": "osxkeychain",
}
ENV = {
    "HTTPS_PROXY": f"http://me:{PLANTED['proxy password']}@proxy:3128",
    "DOCKER_REGISTRY_PASSWORD": PLANTED["variable"],
    "COMPOSE_CALLBACK": f"https://ci.example/hook?token={PLANTED['url token']}",
}
LOG = f"""Authorization: Bearer {PLANTED["log bearer"]}
docker login -u me --password {PLANTED["log password"]}
pushed with {PLANTED["github"]} and {PLANTED["docker"]}, cookie {PLANTED["jwt"]}
-----BEGIN RSA PRIVATE KEY-----
{PLANTED["key"]}
-----END RSA PRIVATE KEY-----
nothing of note; the engine said {PLANTED["registry password"]}
"""


@pytest.fixture
def report(tmp_path: Path) -> dict[str, str]:
    """What is in the report of a machine full of secrets."""
    home, state = tmp_path / "home", tmp_path / "state"
    (home / ".docker").mkdir(parents=True)
    (state / "logs").mkdir(parents=True)
    (home / ".docker" / "config.json").write_text(json.dumps(CONFIG))
    (home / ".docker" / "daemon.json").write_text(json.dumps({"proxies": {"password": PLANTED["daemon"]}}))
    (home / ".docker-java.properties").write_text(f"registry.password={PLANTED['java']}\n")
    (state / "logs" / "up.log").write_text(LOG)
    info = {"HttpsProxy": f"http://svc:{PLANTED['host password']}@proxy:3128", "MemTotal": 16_000_000_000}
    with ReplayServer({"GET /info": Answer(body=info), "*": Answer(body=[])}) as server:
        host = Machine({**ENV, "DOCKER_HOST": server.url, "PATH": ""}, home, "darwin")
        diagnosis = diagnose(host)
        entries = write(tmp_path / "report.zip", diagnosis, host, state)
    with zipfile.ZipFile(tmp_path / "report.zip") as archive:
        found = {name: archive.read(name).decode() for name in archive.namelist()}
    assert list(found) == entries
    assert (tmp_path / "report.zip").stat().st_mode & 0o777 == 0o600
    return found


def test_no_planted_secret_is_in_it(report: dict[str, str]) -> None:
    whole = "\n".join(report.values())
    told = {name for name, secret in PLANTED.items() if secret in whole}
    assert not told
    assert AUTH not in whole and "pr0xy pass" not in whole


def test_what_helps_is_in_it(report: dict[str, str]) -> None:
    assert {"findings.json", "facts.json", "versions.txt", "logs/up.log"} <= set(report)
    facts = json.loads(report["facts.json"])
    assert facts["engine"]["version"]["Version"] == "20.10.24"
    assert facts["settings"]["config"]["value"]["credsStore"] == "osxkeychain"
    assert "quay.io" in facts["settings"]["config"]["value"]["auths"]
    assert "proxy:3128" in facts["env"]["HTTPS_PROXY"]
    assert json.loads(report["findings.json"])["engine"]["api"] == "1.41"
    assert report["versions.txt"].startswith("devbox ")
    assert "nothing of note" in report["logs/up.log"]


def test_a_report_does_not_write_over_anything(tmp_path: Path) -> None:
    (tmp_path / "there.zip").write_text("mine")
    host = Machine({"DOCKER_HOST": f"unix://{tmp_path}/none", "PATH": ""}, tmp_path)
    diagnosis = diagnose(host, checks=("engine.reachable",))
    for name in ("there.zip", "no/such/folder.zip"):
        with pytest.raises(DevboxError) as failure:
            write(tmp_path / name, diagnosis, host, tmp_path)
        assert failure.value.code == "doctor.bundle"
    assert (tmp_path / "there.zip").read_text() == "mine"


@pytest.mark.parametrize(
    "key",
    ["password", "DOCKER_PASSWORD", "DOCKER_AUTH_CONFIG", "auth", "X-Auth-Token", "apiKey", "identitytoken", "Cookie"],
)
def test_names_of_secrets(key: str) -> None:
    assert is_secret(key)


@pytest.mark.parametrize("key", ["auths", "credsStore", "DOCKER_CERT_PATH", "Author", "Name", "SSH_AUTH_SOCK", "ports"])
def test_names_of_what_is_none(key: str) -> None:
    assert not is_secret(key)


@pytest.mark.parametrize(
    ("text", "blanked"),
    [
        ("tcp://user:pw@host:1", "tcp://***@host:1"),
        ("ssh://me@host", "ssh://me@host"),
        ("ssh://me:pw@host", "ssh://***@host"),
        ("http://t0ken@proxy:3128", "http://***@proxy:3128"),
        ("token=abc&x=1", "token=***&x=1"),
        ('{"auth": "dXNlcjpwdw=="}', '{"auth": "***"}'),
        ("unix:///var/run/docker.sock", "unix:///var/run/docker.sock"),
        ("Docker Engine 20.10.24 speaks API 1.12 to 1.41", "Docker Engine 20.10.24 speaks API 1.12 to 1.41"),
        ("sha256:2c26b46b68ffc68ff99b453c1d3041341342", "sha256:2c26b46b68ffc68ff99b453c1d3041341342"),
    ],
)
def test_texts(text: str, blanked: str) -> None:
    assert Blanker()(text) == blanked


@given(secret=st.text("abcXYZ019_%", min_size=8, max_size=20), around=st.text(max_size=20))
@hypothesis_settings(max_examples=50, deadline=None)
def test_a_secret_that_stands_where_secrets_stand_is_blanked_everywhere(secret: str, around: str) -> None:
    blank = Blanker(secrets_in({"auths": {"r": {"auth": base64.b64encode(f"u:{secret}".encode()).decode()}}}))
    assert secret not in blank(f"{around}{secret}{around}").replace(MASK, "")
    assert secret not in json.dumps(blank.value({"deep": [{"said": f"it was {secret}"}], "password": secret}))
