"""Files of the user's: a copy first, in one piece, only the one key; contexts in the docker CLI's own format."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devbox.doctor import edits, store
from devbox.engine.contexts import load_context
from devbox.errors import DevboxError
from tests.lab import Lab


def copies(path: Path) -> list[Path]:
    return sorted(path.parent.glob(f"{path.name}.devbox-*"))


def test_one_key_goes_and_the_rest_stays_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    before = '{\n\t"auths": {"r": {"auth": "c2VjcmV0"}},\n\t"credsStore": "desktop",\n\t"x": [1, 2, {"é": null}]\n}\n'
    path.write_text(before)
    path.chmod(0o640)
    copy = edits.drop_key(path, "credsStore")
    assert copy is not None and copy.read_text() == before and copy.parent == tmp_path
    value = json.loads(before)
    del value["credsStore"]
    assert json.loads(path.read_text()) == value
    assert list(json.loads(path.read_text())) == ["auths", "x"], "in their order"
    assert path.stat().st_mode & 0o777 == 0o640
    assert '\n\t"auths"' in path.read_text() and "é" in path.read_text()
    assert not list(tmp_path.glob(".config.json*")), "nothing half-written is left"


def test_an_inner_key(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text('{"credHelpers": {"gcr.io": "gcloud", "ghcr.io": "x"}}')
    edits.drop_key(path, "credHelpers", "gcr.io")
    assert json.loads(path.read_text()) == {"credHelpers": {"ghcr.io": "x"}}


@pytest.mark.parametrize("text", ["{}", '{"a": 1}', "", '{"credHelpers": []}'])
def test_a_key_that_is_not_there_changes_nothing(tmp_path: Path, text: str) -> None:
    path = tmp_path / "config.json"
    path.write_text(text)
    assert edits.drop_key(path, "credHelpers", "x") is None
    assert path.read_text() == text and copies(path) == []


@pytest.mark.parametrize("content", [b"{", b"[1]", b"\xff\xfe\x00", b'"text"', b"[" * 100_000])
def test_a_file_that_is_none_is_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "config.json"
    path.write_bytes(content)
    with pytest.raises(DevboxError) as caught:
        edits.set_key(path, "currentContext", "x")
    assert caught.value.code == "config.corrupt"
    assert path.read_bytes() == content


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "dotfiles").mkdir()
    real = tmp_path / "dotfiles" / "config.json"
    real.write_text('{"a": 1, "b": 2}')
    link = tmp_path / "config.json"
    link.symlink_to(real)
    edits.drop_key(link, "a")
    assert link.is_symlink() and json.loads(real.read_text()) == {"b": 2}


def test_a_folder_in_the_place_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "config.json").mkdir()
    with pytest.raises(DevboxError):
        edits.drop_key(tmp_path / "config.json", "a")


_KEYS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=8)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=40)
@given(st.dictionaries(_KEYS, _VALUES, min_size=1, max_size=5), st.integers(0, 4))
def test_whatever_else_is_in_it_stays(value: dict[str, object], which: int) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "config.json"
        path.write_text(json.dumps(value))
        key = list(value)[which % len(value)]
        edits.drop_key(path, key)
        assert json.loads(path.read_text()) == {k: v for k, v in value.items() if k != key}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "api.version=1.44\n"),
        ("a=b", "a=b\napi.version=1.44\n"),
        ("# c\napi.version=1.32\nz=1\n", "# c\napi.version=1.44\nz=1\n"),
        ("  api.version : 1.32\napi.version.other=1\n", "api.version=1.44\napi.version.other=1\n"),
        ("api.version 1.32\r\nz=1\r\n", "api.version=1.44\nz=1\r\n"),
    ],
)
def test_a_property(tmp_path: Path, before: str, after: str) -> None:
    path = tmp_path / "x.properties"
    path.write_bytes(before.encode())
    edits.set_property(path, "api.version", "1.44")
    assert path.read_bytes().decode() == after
    assert edits.set_property(path, "api.version", "1.44") is None, "nothing to do"
    edits.drop_property(path, "api.version")
    assert b"api.version=" not in path.read_bytes()


def test_a_context_in_the_clis_own_format(tmp_path: Path) -> None:
    certificates = tmp_path / "certs"
    certificates.mkdir()
    for name in ("ca.pem", "cert.pem", "key.pem"):
        (certificates / name).write_text(name)
    folder = tmp_path / "docker"
    store.create(folder, "foo", "tcp://192.168.99.100:2376", certificates)
    store.use(folder, "foo")
    digest = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"
    meta, tls = folder / "contexts/meta" / digest, folder / "contexts/tls" / digest / "docker"
    assert json.loads((meta / "meta.json").read_text()) == {
        "Name": "foo",
        "Metadata": {},
        "Endpoints": {"docker": {"Host": "tcp://192.168.99.100:2376", "SkipTLSVerify": False}},
    }
    assert [p.stat().st_mode & 0o777 for p in (meta, meta / "meta.json", tls, tls / "key.pem")] == [
        0o755, 0o644, 0o700, 0o600,
    ]  # fmt: skip
    found = load_context(folder, "foo")
    assert found.host == "tcp://192.168.99.100:2376" and found.tls is not None
    assert json.loads((folder / "config.json").read_text()) == {"currentContext": "foo"}


@pytest.mark.lab
def test_the_docker_command_takes_it(lab: Lab, tmp_path: Path) -> None:
    docker = shutil.which("docker")
    assert docker is not None, "the lab brings it"
    store.create(tmp_path, "mine", "unix:///tmp/x.sock")
    store.use(tmp_path, "mine")
    env = {"DOCKER_CONFIG": str(tmp_path), "PATH": "/usr/bin:/bin"}
    shown = subprocess.run([docker, "context", "show"], env=env, capture_output=True, text=True)
    listed = subprocess.run([docker, "context", "ls", "--format", "{{.Name}} {{.DockerEndpoint}} {{.Current}}"],
                            env=env, capture_output=True, text=True)  # fmt: skip
    assert shown.stdout.strip() in ("mine", ""), "old CLIs cannot show"
    assert "mine unix:///tmp/x.sock true" in listed.stdout
    store.use(tmp_path, "default")
    assert "currentContext" not in json.loads((tmp_path / "config.json").read_text())


def test_what_a_context_had_is_kept_its_keys_too(tmp_path: Path) -> None:
    digest = hashlib.sha256(b"vm").hexdigest()
    tls = tmp_path / "contexts/tls" / digest / "docker"
    tls.mkdir(parents=True)
    (tls / "key.pem").write_text("the only copy of this key")
    meta = tmp_path / "contexts/meta" / digest
    meta.mkdir(parents=True)
    (meta / "meta.json").write_text("{broken")
    kept = store.create(tmp_path, "vm", "tcp://10.0.0.1:2375")
    assert any((place / "docker" / "key.pem").exists() for place in kept)
    assert any((place / "meta.json").exists() for place in kept)
    assert {p.name for p in (tmp_path / "contexts/meta").iterdir()} == {digest}, "the CLI reads every folder in there"
    assert load_context(tmp_path, "vm").tls is None


def test_missing_certificates_are_said_before_anything_is_moved(tmp_path: Path) -> None:
    store.create(tmp_path, "vm", "unix:///a")
    with pytest.raises(DevboxError) as caught:
        store.create(tmp_path, "vm", "tcp://1.2.3.4:2376", tmp_path / "nowhere")
    assert caught.value.code == "tls.missing"
    assert load_context(tmp_path, "vm").host == "unix:///a"
