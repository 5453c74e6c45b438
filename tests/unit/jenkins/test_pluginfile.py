"""A plugin's file is read without trusting it: one row per kind of bad file, and generated ones."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from devbox.errors import UsageError
from devbox.jenkins.check import alone
from devbox.jenkins.pluginfile import MANIFEST, Dependency, PluginFile, read, shown

GOOD = (
    "Manifest-Version: 1.0\r\nShort-Name: hello\r\nLong-Name: Hello\r\nPlugin-Version: 1.0\r\n"
    "Jenkins-Version: 2.479\r\n"
)


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as content:
        for name, data in files.items():
            content.writestr(name, data)
    return out.getvalue()


def class_file(major: int) -> bytes:
    return struct.pack(">IHH", 0xCAFEBABE, 0, major) + b"\0" * 20


def plugin(extra: str = "", files: dict[str, bytes] | None = None, manifest: bytes | None = None) -> bytes:
    text = manifest if manifest is not None else (GOOD + extra + "\r\n").encode()
    return zipped({MANIFEST: text, **(files or {})})


@pytest.fixture
def told(tmp_path: Path) -> Callable[..., PluginFile]:
    """Reads a file with this content."""

    def write(content: bytes, name: str = "hello.hpi") -> PluginFile:
        path = tmp_path / name
        path.write_bytes(content)
        return read(path)

    return write


Told = Callable[..., PluginFile]


def codes(file: PluginFile) -> list[tuple[str, str]]:
    return [(problem.code, problem.severity) for problem in file.problems]


def test_a_good_one(told: Told) -> None:
    needs = "Plugin-Dependencies: a:1.0,b:2.1;resolution:=optional, c:3.v1a\r\n"
    jar = zipped({"org/x/A.class": class_file(52), "org/x/B.class": class_file(61)})
    file = told(plugin(needs, {"WEB-INF/lib/hello.jar": jar}))
    assert (file.name, file.version, file.requires_core, file.java, file.dynamic) == ("hello", "1.0", "2.479", 17, True)
    assert file.dependencies == (
        Dependency("a", "1.0"),
        Dependency("b", "2.1", optional=True),
        Dependency("c", "3.v1a"),
    )
    assert file.problems == () and not file.fails
    data = shown(file, file.problems)
    assert data["dependencies"][1] == {"name": "b", "version": "2.1", "optional": True}


def test_a_manifest_is_read_as_java_reads_it(told: Told) -> None:
    folded = GOOD.replace("Long-Name: Hello", "Long-Name: Hel\r\n lo") + "Plugin-Dependencies: alp\r\n ha:1.\r\n 0\r\n"
    file = told(plugin(manifest=(folded + "\r\nName: a/b.class\r\nShort-Name: other\r\n\r\n").encode()))
    assert file.problems == () and file.name == "hello" and file.dependencies == (Dependency("alpha", "1.0"),)
    assert told(plugin(manifest=GOOD.replace("\r\n", "\n").encode() + b"\n")).name == "hello"
    assert told(plugin(manifest=GOOD.replace("\r\n", "\r").encode() + b"\r")).name == "hello"
    assert told(plugin(manifest=(GOOD + "\r\n").replace("Short-Name", "SHORT-NAME").encode())).name == "hello"
    split = (GOOD + "\r\n").encode().replace(b"Hello", b"\xc3\r\n \xa9")  # a letter that two lines share
    assert told(plugin(manifest=split)).problems == ()


def link() -> bytes:
    out = io.BytesIO(plugin())
    with zipfile.ZipFile(out, "a") as content:
        entry = zipfile.ZipInfo("WEB-INF/lib/x.jar")
        entry.external_attr = 0o120777 << 16
        content.writestr(entry, "/etc/passwd")
    return out.getvalue()


def otherwise(method: int) -> bytes:
    out = io.BytesIO(plugin())
    with zipfile.ZipFile(out, "a") as content:
        content.writestr("a.txt", b"x" * 100, compress_type=method)
    return out.getvalue()


BAD = {
    "nothing": (b"", "plugin.not_zip"),
    "no zip": (b"PK no zip", "plugin.not_zip"),
    "cut off": (plugin(files={"a": bytes(range(256)) * 20})[:300], "plugin.not_zip"),
    "no manifest": (zipped({"a.txt": b"a"}), "plugin.no_manifest"),
    "way up": (plugin(files={"../../evil": b"x"}), "plugin.outside"),
    "absolute": (plugin(files={"/etc/evil": b"x"}), "plugin.outside"),
    "windows": (plugin(files={"C:\\evil": b"x"}), "plugin.outside"),
    "way up, backwards": (plugin(files={"a\\..\\..\\evil": b"x"}), "plugin.outside"),
    "link": (link(), "plugin.symlink"),
    "bomb": (plugin(files={"zeros": bytes(80 << 20)}), "plugin.bomb"),
    "manifest bomb": (plugin(manifest=GOOD.encode() + b"A: " + b"x" * (2 << 20) + b"\r\n\r\n"), "plugin.bomb"),
    "packed otherwise": (otherwise(zipfile.ZIP_BZIP2), "plugin.not_zip"),
    "no name": (plugin(manifest=GOOD.replace("Short-Name: hello\r\n", "").encode() + b"\r\n"), "manifest.no_name"),
    "name of a path": (plugin(manifest=(GOOD + "\r\n").replace("hello", "../hello").encode()), "manifest.bad_name"),
    "empty manifest": (plugin(manifest=b""), "manifest.no_name"),
    "byte order mark": (plugin(manifest=b"\xef\xbb\xbf" + GOOD.encode() + b"\r\n"), "manifest.invalid"),
    "utf-16": (plugin(manifest=GOOD.encode("utf-16")), "manifest.invalid"),
    "no attribute": (plugin("this is none\r\n"), "manifest.invalid"),
    "folds first": (plugin(manifest=b" Manifest-Version: 1.0\r\n\r\n"), "manifest.invalid"),
    "needs no version": (plugin("Plugin-Dependencies: credentials\r\n"), "manifest.dependencies"),
    "needs nothing at all": (plugin("Plugin-Dependencies: a:1.0,,b:2\r\n"), "manifest.dependencies"),
}


@pytest.mark.parametrize(("content", "code"), BAD.values(), ids=list(BAD))
def test_what_jenkins_should_not_get(told: Told, content: bytes, code: str) -> None:
    file = told(content)
    assert (code, "fail") in codes(file) and file.fails


WARNED = {
    "no version": (GOOD.replace("Plugin-Version: 1.0\r\n", ""), "manifest.no_version"),
    "no core": (GOOD.replace("Jenkins-Version: 2.479\r\n", ""), "manifest.no_core"),
    "strange core": (GOOD.replace("2.479", "latest"), "manifest.no_core"),
    "a restart": (GOOD + "Support-Dynamic-Loading: false\r\n", "plugin.restart"),
    "a long line": (GOOD + f"Plugin-Developers: {'x' * 600}\r\n", "manifest.long_line"),
}


@pytest.mark.parametrize(("text", "code"), WARNED.values(), ids=list(WARNED))
def test_what_is_worth_a_word(told: Told, text: str, code: str) -> None:
    file = told(plugin(manifest=text.encode() + b"\r\n"))
    assert codes(file) == [(code, "warn")] and not file.fails


def test_other_encodings_and_an_end_that_is_none(told: Told) -> None:
    latin = (GOOD + "\r\n").replace("Hello", "Grüße").encode("latin-1")
    assert codes(told(plugin(manifest=latin))) == [("manifest.encoding", "warn")]
    assert codes(told(plugin(manifest=GOOD.encode() + b"A: b"))) == [("manifest.unfinished", "warn")]


@pytest.mark.parametrize("name", ["hello.zip", "hello", "hello.war", "hello.hpl"])
def test_other_endings(told: Told, name: str) -> None:
    found = told(plugin(), name)
    assert ("plugin.ending", "fail") in codes(found)
    assert "this name" not in found.problems[0].message


def test_what_is_no_file_at_all(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nothing.hpi", Path("a\0b")):
        with pytest.raises(UsageError) as caught:
            read(path)
        assert (caught.value.code == "plugin.unreadable" and caught.value.cures) or path == Path("a\0b")


def test_the_level_of_the_classes(told: Told) -> None:
    newer = {
        "META-INF/versions/21/A.class": class_file(65),
        "A.class": class_file(55),
        "module-info.class": class_file(61),
    }
    assert told(plugin(files={"WEB-INF/lib/lib.jar": zipped(newer)})).java == 11
    assert told(plugin(files={"WEB-INF/classes/A.class": class_file(70)})).java == 26
    assert told(plugin(files={"WEB-INF/lib/lib.jar": b"no jar"})).java is None
    assert told(plugin(files={"WEB-INF/lib/a.jar": zipped({"A.class": b"short"})})).java is None
    levels = {major: [p.severity for p in alone(told(plugin(files={"WEB-INF/classes/A.class": class_file(major)})))]
              for major in (61, 65, 67, 70)}  # fmt: skip
    assert levels == {61: [], 65: [], 67: ["warn"], 70: ["fail"]}


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=300), st.integers(0, 200), st.booleans())
def test_any_bytes_are_told_and_nothing_is_raised(told: Told, noise: bytes, at: int, inside: bool) -> None:
    whole = plugin(manifest=noise) if inside else plugin()[:at] + noise + plugin()[at + len(noise) :]
    file = told(whole)
    assert isinstance(file, PluginFile) and all(problem.code and problem.message for problem in file.problems)
