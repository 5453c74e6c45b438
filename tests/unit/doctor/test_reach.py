"""An engine that does not answer: each way not to is called by its name."""

from __future__ import annotations

import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from devbox.doctor.checks.reach import CASES
from devbox.doctor.facts import EngineFacts, Facts, Groups, OtherEngine, Where
from devbox.doctor.host import Machine, Rejected, Reply, Unanswered
from devbox.doctor.model import Finding
from devbox.doctor.sources import engine as source
from devbox.engine.api import Endpoint
from tests.replay import HANG, Answer, ReplayServer, Route
from tests.unit.doctor.facts import HEALTHY, facts, one, settings, silent, where

HTML = Answer(200, "<html><body>Sign in to the hotel's network</body></html>", kind="text/html")
TOO_OLD = "client and server don't have same version (client : 1.19, server: 1.15)"


@dataclass(frozen=True)
class Broken(Machine):
    """A machine whose way to the engine raises this."""

    error: Exception | None = None

    def ask(self, *_args: Any, **_named: Any) -> Reply:
        assert self.error is not None
        raise self.error


def machine(**env: str) -> Machine:
    return Machine(env, Path("/nonexistent"))


def asked(url: str, host: Machine | None = None, **endpoint: Any) -> EngineFacts:
    return source.engine(host or machine(), Where(Endpoint(url, "DOCKER_HOST", **endpoint)))


def every(answer: Route) -> dict[str, Route]:
    """The same answer whatever is asked."""
    return {"GET /version": answer, "GET /_ping": answer, "*": answer}


@pytest.mark.parametrize(
    ("answer", "case"),
    [
        (HTML, "not-engine"),
        (Answer(404, "404 page not found"), "not-engine"),
        (Answer(200, "OK"), "not-engine"),
        (Answer(200, {"Version": "1"}), "not-engine"),
        (Answer(200, {"Version": "1", "ApiVersion": 7}), "not-engine"),
        (Answer(200, {"Version": "1", "ApiVersion": "new"}), "not-engine"),
        (Answer(200, '{"ApiVersion": "1.4'), "not-engine"),
        (Answer(200, b"\xff\xfe\x00"), "not-engine"),
        (Answer(200, [1, 2]), "not-engine"),
        (Answer(200, "[" * 3000), "not-engine"),
        (Answer(raw=b"SSH-2.0-OpenSSH_9.2\r\n"), "not-engine"),
        (Answer(raw=b"\x15\x03\x01\x00\x02\x02\x16"), "tls.wanted"),
        (Answer(400, "Client sent an HTTP request to an HTTPS server.\n"), "tls.wanted"),
        (Answer(403, {"message": "authorization denied by plugin x: no"}), "denied"),
        (Answer(500, {"message": "boom"}), "error-500"),
        (Answer(500, ""), "error-500"),
        (Answer(502, "<html>Bad Gateway</html>", kind="text/html"), "starting"),
        (Answer(503, ""), "starting"),
        (Answer(raw=b""), "broken"),
        (Answer(200, b"{", then="cut"), "broken"),
        (Answer(404, "client and server don't have same version (client : 1.41, server: 1.15)"), "api"),
    ],
)
def test_what_answers_is_judged(answer: Answer, case: str) -> None:
    with ReplayServer(every(answer)) as server:
        found = asked(server.url)
    assert found.reach.case == case, found.reach
    assert case in CASES


@pytest.mark.parametrize(
    "answer",
    [Answer(raw=bytes(range(128, 228)) + b"\r\n"), Answer(200, bytes(range(128, 228))), Answer(404, b"\x01\x02" * 50)],
)
def test_a_strangers_bytes_stay_off_the_terminal(answer: Answer) -> None:
    with ReplayServer(every(answer)) as server:
        found = asked(server.url).reach
    assert found.case == "not-engine"
    assert found.detail.isascii() and found.detail.isprintable()
    assert "\\x" in found.detail or "\\u" in found.detail


def test_an_engine_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "SECONDS", 1.0)
    with ReplayServer(every(HANG)) as server:
        assert asked(server.url).reach.case == "hang"
    with ReplayServer({"GET /version": HANG}) as server:
        found = asked(server.url).reach
    assert (found.case, found.detail) == ("hang", "/_ping answers, /version does not")


def test_an_engine_is_asked_for_its_versions() -> None:
    with ReplayServer({"GET /info": Answer(body={"Name": "pc"})}) as server:
        found = asked(server.url)
    assert found.reach.ok
    assert (found.release, found.api, found.min_api) == ("20.10.24", "1.41", "1.12")
    assert found.known_info == {"Name": "pc"}


def test_docker_1_3_is_an_engine() -> None:
    routes: dict[str, Route] = {
        "GET /version": Answer(body={"Version": "1.3.3", "ApiVersion": "1.15", "GoVersion": "go1.3.3"}),
        "GET /info": Answer(body={"Containers": 0, "OperatingSystem": "Boot2Docker 1.3.3"}),
    }
    with ReplayServer(routes) as server:
        found = asked(server.url)
    assert (found.release, str(found.window), found.provider) == ("1.3.3", "1.12 to 1.15", "boot2docker")


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(404, {}, TOO_OLD.encode()), TOO_OLD),
        (Reply(400, {}, b'{"message": "client version 1.32 is too old. ..."}'), "client version 1.32 is too old. ..."),
        (Reply(200, {}, b"{}"), ""),
        (TimeoutError("timed out"), ""),
    ],
)
def test_the_refusal_of_a_pinned_version_is_kept_in_the_engines_words(reply: Reply | Exception, said: str) -> None:
    assert source._refusal(reply) == said


def test_sockets(tmp_path: Path) -> None:
    missing, stale, file, folder = (tmp_path / name for name in ("missing", "stale", "file", "folder"))
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(stale))
    left.close()
    file.write_text("")
    folder.mkdir()
    cases = {place: asked(f"unix://{place}").reach.case for place in (missing, stale, file, folder, file / "below")}
    assert cases == {
        missing: "socket.missing",
        stale: "socket.stale",
        file: "socket.other",
        folder: "socket.other",
        file / "below": "socket.missing",
    }


def test_nothing_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert asked(f"tcp://127.0.0.1:{port}").reach.case == "refused"


@pytest.mark.parametrize(
    ("error", "case"),
    [
        (PermissionError(13, "Permission denied"), "socket.denied"),
        (socket.gaierror(-2, "Name or service not known"), "name"),
        (Unanswered("timed out"), "silent-host"),
        (TimeoutError("timed out"), "hang"),
        (OSError(113, "No route to host"), "unreachable"),
        (ConnectionRefusedError(111, "Connection refused"), "refused"),
        (ConnectionResetError(104, "Connection reset by peer"), "broken"),
        (Rejected("Connection reset by peer"), "tls.client"),
        (ConnectionError("ssh: Permission denied (publickey)."), "ssh"),
        (ssl.SSLError("what is that"), "tls.other"),
        (RuntimeError("what is that"), "unknown"),
    ],
)
def test_what_the_way_to_the_engine_raises(error: Exception, case: str) -> None:
    found = asked("tcp://192.0.2.1:2375", Broken({}, Path("/"), error=error), tls=None)
    assert found.reach.case == case
    assert case in CASES


def test_a_windows_pipe_that_is_not_there_and_one_that_is_not_ours() -> None:
    class error(Exception):
        winerror = 2

    error.__module__ = "pywintypes"
    host = Broken({}, Path("/"), "win32", error=error("Das System kann die Datei nicht finden"))
    assert asked("npipe:////./pipe/docker_engine", host).reach.case == "socket.missing"
    error.winerror = 5
    assert asked("npipe:////./pipe/docker_engine", host).reach.case == "socket.denied"


# TLS


CA = """[any]
dir = .
database = ./index
serial = ./serial
new_certs_dir = .
default_md = sha256
policy = anything
unique_subject = no
[anything]
commonName = supplied
"""


def openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def certs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """CAs good and other; servers: right, of another name, long expired; a client of each CA."""
    folder = tmp_path_factory.mktemp("certs")
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    for ca in ("good", "other"):
        openssl(folder, "req", "-x509", *key, "-keyout", f"{ca}-key.pem", "-out", f"{ca}.pem", "-subj", f"/CN={ca}")
    (folder / "ca.conf").write_text(CA)
    (folder / "serial").write_text("1000\n")
    for name, ca, place, until in (
        ("right", "good", "IP:127.0.0.1", "20491231235959Z"),
        ("misnamed", "good", "DNS:elsewhere.example", "20491231235959Z"),
        ("expired", "good", "IP:127.0.0.1", "20200102000000Z"),
        ("client", "good", "IP:127.0.0.1", "20491231235959Z"),
        ("stranger", "other", "IP:127.0.0.1", "20491231235959Z"),
    ):
        (folder / "ext").write_text(f"subjectAltName={place}\n")
        (folder / "index").write_text("")
        openssl(folder, "req", *key, "-keyout", f"{name}-key.pem", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        openssl(
            folder, "ca", "-batch", "-config", "ca.conf", "-name", "any", "-cert", f"{ca}.pem", "-keyfile",
            f"{ca}-key.pem", "-in", f"{name}.csr", "-out", f"{name}.pem", "-notext", "-startdate", "20200101000000Z",
            "-enddate", until, "-extfile", "ext",
        )  # fmt: skip
    return folder


@contextmanager
def behind_tls(certs: Path, server: str, *, demands: bool = True) -> Iterator[ReplayServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certs / f"{server}.pem", certs / f"{server}-key.pem")
    context.load_verify_locations(certs / "good.pem")
    context.verify_mode = ssl.CERT_REQUIRED if demands else ssl.CERT_NONE
    with ReplayServer(tls=context) as running:
        yield running


def shown(certs: Path, ca: str, client: str) -> tuple[str, str, str]:
    return str(certs / f"{ca}.pem"), str(certs / f"{client}.pem"), str(certs / f"{client}-key.pem")


@pytest.mark.parametrize(
    ("server", "ca", "client", "case"),
    [
        ("right", "good", "client", "ok"),
        ("right", "other", "client", "tls.untrusted"),
        ("misnamed", "good", "client", "tls.name"),
        ("expired", "good", "client", "tls.expired"),
        ("right", "good", "stranger", "tls.client"),
    ],
)
def test_certificates(certs: Path, server: str, ca: str, client: str, case: str) -> None:
    with behind_tls(certs, server) as running:
        assert asked(running.url, tls=shown(certs, ca, client)).reach.case == case


def test_tls_both_ways(certs: Path) -> None:
    with behind_tls(certs, "right", demands=False) as running:
        assert asked(running.url).reach.case == "tls.wanted"
    with behind_tls(certs, "right") as running:
        assert asked(running.url).reach.case == "tls.wanted"
    with ReplayServer() as running:
        assert asked(running.url, tls=shown(certs, "good", "client")).reach.case == "tls.not-wanted"


def test_an_engine_behind_tls_that_hangs(certs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "SECONDS", 5.0)
    with behind_tls(certs, "right") as running:
        running.frozen.set()
        assert asked(running.url, tls=shown(certs, "good", "client")).reach.case == "hang"


# The finding


def reach(case: str, **changes: Any) -> Finding:
    return one("engine.reachable", facts(engine=silent(case, "it said so"), **changes))


@pytest.mark.parametrize("case", sorted(CASES))
@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_every_case_says_what_is_wrong_and_what_helps(case: str, platform: str) -> None:
    found = reach(case, platform=platform)
    assert (found.status, found.case) == ("fail", case)
    assert found.title and "{" not in found.title
    assert "it said so" in found.evidence
    assert found.cures


def ids(found: Finding) -> list[str]:
    return [cure.id or cure.command or cure.text for cure in found.cures]


def test_a_stopped_engine_is_started() -> None:
    assert ids(reach("socket.stale")) == ["engine.start", "engine.restart"]


def test_a_hung_one_is_restarted_and_in_the_end_made_anew() -> None:
    assert ids(reach("hang")) == ["engine.restart", "engine.recreate"]


def test_an_engine_that_systemd_still_starts_is_waited_for() -> None:
    found = reach("hang", service="activating")
    assert found.case == "starting"
    assert ids(found)[0] == "devbox doctor"


def test_where_nothing_is_installed_an_engine_is_installed() -> None:
    assert "engine.install" in ids(reach("socket.missing", programs=("apt-get",)))
    assert "engine.install" not in ids(reach("socket.missing", programs=()))
    assert "engine.install" not in ids(reach("socket.missing", platform="darwin", programs=("apt-get",)))


def test_another_engine_that_answers_is_used() -> None:
    other = OtherEngine("unix:///home/u/.colima/default/docker.sock", "colima", stored=False)
    found = reach("socket.missing", others=(other,))
    assert found.cures[0].id == "context.create"
    assert found.cures[0].about == ("colima", other.host)
    assert other.host in found.evidence
    stored = OtherEngine(other.host, "colima", stored=True)
    assert reach("socket.missing", others=(stored,)).cures[0].id == "context.use"


def test_what_lives_in_the_shell_is_a_line_to_paste() -> None:
    found = reach("refused", where=where("tcp://192.168.59.103:2375"), env={"DOCKER_HOST": "tcp://192.168.59.103:2375"})
    assert found.cures[0].command == "unset DOCKER_HOST DOCKER_TLS_VERIFY DOCKER_CERT_PATH"
    assert not found.cures[0].automatic


@pytest.mark.parametrize(
    ("groups", "command"),
    [
        (Groups("docker", member=False, session=False), "sudo usermod -aG docker $USER && newgrp docker"),
        (Groups("docker", member=True, session=False), "newgrp docker"),
    ],
)
def test_who_may_not_use_the_socket_joins_its_group(groups: Groups, command: str) -> None:
    assert reach("socket.denied", groups=groups).cures[-1].command == command


def test_an_endpoint_that_cannot_be_told_is_a_finding_of_its_own(tmp_path: Path) -> None:
    from devbox.doctor.facts import Asked
    from devbox.doctor.sources.gathering import _where

    unknown = _where(Machine({"DOCKER_CONTEXT": "ghost"}, tmp_path), Asked())
    about = facts(where=unknown, engine=silent("no-endpoint"), env={"DOCKER_CONTEXT": "ghost"}, settings=settings())
    found = one("engine.endpoint", about)
    assert found.status == "fail" and "ghost" in found.title
    assert found.cures[0].command == "unset DOCKER_CONTEXT"
    assert one("engine.reachable", about).status == "skip"


def test_the_back_end_is_named_and_the_others_by_name_alone() -> None:
    found = one("engine.backend", facts(backend="Colima's 'work'", programs=("colima", "podman", "docker", "orb")))
    assert (found.title, found.evidence) == ("the engine is Colima's 'work'", "also installed: Podman, OrbStack")
    assert "Podman" in one("engine.backend", facts(programs=("podman",))).evidence


def test_the_healthy_machine_is_healthy() -> None:
    from devbox.doctor.checks import CHECKS

    found = [finding for check in CHECKS if not check.deep for finding in check.run(HEALTHY)]
    assert {f.status for f in found} <= {"ok", "skip"}, [f for f in found if f.status not in ("ok", "skip")]
    assert isinstance(HEALTHY, Facts)


def test_a_socket_that_this_user_may_not_use() -> None:
    """As somebody else than root, whom no mode keeps out."""
    import multiprocessing
    import os
    import tempfile

    with tempfile.TemporaryDirectory() as folder, ReplayServer(unix=Path(folder) / "docker.sock") as server:
        Path(folder).chmod(0o755)
        (Path(folder) / "docker.sock").chmod(0)
        said = multiprocessing.get_context("fork").SimpleQueue()

        def as_nobody() -> None:
            if os.geteuid() == 0:
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)
            try:
                said.put(asked(server.url).reach.case)
            except BaseException as error:
                said.put(repr(error))

        asked(f"unix://{folder}/none")  # whatever is imported late is, before nobody may read it
        child = multiprocessing.get_context("fork").Process(target=as_nobody)
        child.start()
        child.join(60)
        assert not said.empty() and said.get() == "socket.denied"
