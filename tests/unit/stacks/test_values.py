"""Compose's spellings of sizes, durations, ports and mounts."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devbox.engine.api import Mount, Publish
from devbox.stacks import values


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", 0),
        ("1073741824", 1 << 30),
        (2048, 2048),
        ("1b", 1),
        ("64k", 64 << 10),
        ("64KB", 64 << 10),
        ("512m", 512 << 20),
        ("512MB", 512 << 20),
        ("2g", 2 << 30),
        ("2 GB", 2 << 30),
        ("1.5g", 3 << 29),
        (" 1g ", 1 << 30),
    ],
)
def test_a_size_is_bytes_in_powers_of_1024(text: str | int, expected: int) -> None:
    assert values.size(text) == expected


@pytest.mark.parametrize(
    "text", ["", "g", "-1g", "1t", "1gib", "1e3", "1,5g", "1.g", "inf", "nan", "9" * 400, "٣g", "1 2"]
)
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no size, such as 512m or 2g"):
        values.size(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("0s", 0), ("5s", 5), ("500ms", 0.5), ("250us", 0.00025), ("1m30s", 90), ("1h5m", 3900), ("1.5m", 90)],
)
def test_a_duration_is_seconds(text: str, expected: float) -> None:
    assert values.duration(text) == pytest.approx(expected)


@pytest.mark.parametrize(
    "text", ["", "5", "5 s", "s", "1m 30s", "-5s", "5d", "1m30", "5S", "9" * 400 + "s", "1..5s", "٣s"]
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no duration, such as 30s or 1m30s"):
        values.duration(text)


@pytest.mark.parametrize("text", ["127.0.0.1:8080:80", "127.0.0.1:8080:80/tcp"])
def test_a_port_has_address_host_and_container(text: str) -> None:
    assert values.publish(text) == Publish(container=80, host_ip="127.0.0.1", host=8080)


@pytest.mark.parametrize(
    "text",
    [
        "80",
        "8080:80",
        "localhost:8080:80",
        "[::1]:8080:80",
        "127.0.0.1:8080",
        "127.0.0.1::80",
        "127.0.0.1:8080:80/udp",
        "127.0.0.1:0:80",
        "127.0.0.1:8080:0",
        "127.0.0.1:65536:80",
        "127.0.0.1:8080-8090:80-90",
        "256.0.0.1:8080:80",
        "127.0.0.01:8080:80",
        "127.0.1:8080:80",
    ],
)
def test_a_port_without_all_three_parts_in_range_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        values.publish(text)


def test_a_mount_is_a_named_volume_and_a_path() -> None:
    assert values.mount("home:/var/jenkins_home") == Mount("home", "/var/jenkins_home")


@pytest.mark.parametrize(
    "text", ["/var/data", "home", "./home:/x", "~/x:/x", "/a:/b", "home:x", "home:/x y", "Home:/x", ":/x", "C:\\a:/b"]
)
def test_a_path_of_this_machine_is_no_mount(text: str) -> None:
    with pytest.raises(ValueError, match="is no named volume"):
        values.mount(text)


@pytest.mark.parametrize("text", ["no", "always", "unless-stopped", "on-failure", "on-failure:10"])
def test_a_restart_policy_is_kept_as_it_is_spelt(text: str) -> None:
    assert values.restart(text) == text


@pytest.mark.parametrize("text", ["", "never", "on-failure:", "on-failure:x", "always:3", "no\n"])
def test_another_restart_policy_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no restart policy"):
        values.restart(text)


@given(st.integers(0, 1 << 48))
def test_any_number_of_bytes_is_a_size(number: int) -> None:
    assert values.size(str(number)) == number


@given(st.integers(0, 23), st.integers(0, 59), st.integers(0, 59))
def test_any_mix_of_units_adds_up(hours: int, minutes: int, seconds: int) -> None:
    assert values.duration(f"{hours}h{minutes}m{seconds}s") == hours * 3600 + minutes * 60 + seconds


READERS = [
    values.size, values.duration, values.publish, values.mount, values.restart, values.port, values.percent,
    values.count, values.boolean,
]  # fmt: skip


@pytest.mark.parametrize("read", READERS, ids=lambda read: read.__name__)
@settings(max_examples=40)
@given(text=st.text() | st.from_regex(r"[0-9.:]{0,400}[a-z]{0,2}", fullmatch=True))
def test_no_text_makes_a_reader_fail_but_with_value_error(read: Callable[[str], object], text: str) -> None:
    try:
        read(text)
    except ValueError as error:
        assert str(error)
