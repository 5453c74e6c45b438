"""The parsers on generated input: a value that fits, or `Bad` and no other exception."""

from __future__ import annotations

import ipaddress
import shlex
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from devbox.cli import values
from devbox.cli.stack import split
from devbox.errors import UsageError
from devbox.stacks.values import size

NOW = 1_800_000_000.0

PARSERS: dict[str, Callable[[Any], Any]] = {
    "text": values.text,
    "boolean": values.boolean,
    "port": values.port,
    "seconds": values.seconds,
    "choice": values.choice("a", "b"),
    "name": values.name,
    "tag": values.tag,
    "image": values.image,
    "memory": values.memory,
    "java_opts": values.java_opts,
    "prefix": values.prefix,
    "address": values.address,
    "war": values.war,
    "pairs": values.pairs,
    "words": values.words,
    "service": values.service,
    "since": lambda value: values.since(value, NOW),
    "tail": values.tail,
}

anything = st.text(max_size=60) | st.from_regex(r"[-+/:.@=\"' a-z0-9\[\]]{0,30}", fullmatch=True)


@pytest.mark.parametrize("name", PARSERS)
@given(text=anything)
@example(text="")
@example(text="\0")
@example(text="9" * 400)
@example(text="\ud800")
def test_any_text_is_a_value_or_bad(name: str, text: str) -> None:
    try:
        PARSERS[name](text)
    except values.Bad as bad:
        assert bad.code.count(".") == 1
        assert "\n" not in bad.text


@given(text=anything)
def test_stack_and_version_are_read_or_refused(text: str) -> None:
    try:
        stack, version = split(text)
    except UsageError as error:
        assert error.code in ("stack.unknown", "version.invalid")
    else:
        assert text == stack + (f":{version}" if version is not None else "")


@given(number=st.integers(1, 65535))
def test_ports_are_read_from_text_and_number(number: int) -> None:
    assert values.port(str(number)) == values.port(number) == number


@given(number=st.integers().filter(lambda n: not 1 <= n <= 65535))
def test_other_numbers_are_no_ports(number: int) -> None:
    with pytest.raises(values.Bad):
        values.port(str(number))


@given(number=st.integers(1, 1 << 20), unit=st.sampled_from(["", "b", "k", "K", "kb", "m", "MiB", "g", "GB", "t"]))
def test_memory_means_to_the_stack_what_docker_means_by_it(number: int, unit: str) -> None:
    powers = {"": 0, "b": 0, "k": 1, "m": 2, "g": 3, "t": 4}
    assert size(values.memory(f"{number}{unit}")) == number << 10 * powers[unit[:1].lower()]


@given(text=st.from_regex(r"(/[a-z0-9]{1,8}){1,3}/{0,2}", fullmatch=True))
def test_a_prefix_has_no_trailing_slash_and_stays_what_it_is(text: str) -> None:
    prefix = values.prefix(text)
    assert prefix == text.rstrip("/")
    assert values.prefix(prefix) == prefix


@given(address=st.ip_addresses())
def test_every_ip_address_is_one(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    assert values.address(str(address)) == str(address)


@given(table=st.dictionaries(st.from_regex(r"[A-Z_]{1,8}", fullmatch=True), st.text("ab '\"=\\$", max_size=12)))
def test_variables_mean_the_same_in_flags_file_and_variable(table: dict[str, str]) -> None:
    flags = [f"{key}={value}" for key, value in table.items()]
    line = shlex.join(flags)
    assert values.pairs(flags) == values.pairs(table) == values.pairs(line) == table


@pytest.mark.parametrize(
    "image",
    ["jenkins/jenkins", "jenkins/jenkins:lts", "localhost:5000/a/b:1", "redis@sha256:" + "a" * 64, "a__b/c-d.e:T_1"],
)
def test_image_references_are_taken(image: str) -> None:
    assert values.image(image) == image


@pytest.mark.parametrize("image", ["", "Jenkins", "a//b", "a:", "a:b:c", "a b", "-a", "a@sha256:12", "a" * 256])
def test_what_is_no_image_reference_is_refused(image: str) -> None:
    with pytest.raises(values.Bad) as caught:
        values.image(image)
    assert caught.value.code == "image.invalid"


@pytest.mark.parametrize(
    ("text", "moment"),
    [("10m", NOW - 600), ("1h30m", NOW - 5400), ("2d", NOW - 172800), ("1700000000", 1.7e9), ("1.5s", NOW - 1.5)],
)
def test_since_reads_spans_and_unix_times(text: str, moment: float) -> None:
    assert values.since(text, NOW) == moment


def test_since_reads_rfc_3339() -> None:
    assert values.since("2023-11-14T22:13:20Z", NOW) == values.since("2023-11-14T23:13:20+01:00", NOW) == 1.7e9


def test_a_zip_file_is_a_war_and_another_file_is_not(tmp_path: Path) -> None:
    war, text = tmp_path / "jenkins.war", tmp_path / "text.war"
    with zipfile.ZipFile(war, "w") as archive:
        archive.writestr("META-INF/MANIFEST.MF", "")
    text.write_text("hello")
    assert values.war(str(war)) == str(war)
    with pytest.raises(values.Bad, match="no WAR"):
        values.war(str(text))


@pytest.mark.parametrize("word", ["1", "true", "YES", "True"])
def test_words_for_true(word: str) -> None:
    assert values.boolean(word) is True


@pytest.mark.parametrize("word", ["0", "false", "No"])
def test_words_for_false(word: str) -> None:
    assert values.boolean(word) is False


def test_plugins_are_files_and_folders() -> None:
    assert values.plugins(["a, b.hpi", "."]) == ["a, b.hpi", "."]
    assert values.plugins("a.hpi, .") == ["a.hpi", "."]
    for nothing in ([""], [" "], "a.hpi,"):
        with pytest.raises(values.Bad, match="names no plugin") as caught:
            values.plugins(nothing)
        assert "commas" not in caught.value.cure
