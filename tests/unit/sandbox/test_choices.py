"""What a sandbox has when this is asked, that is set, and the other it had."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devbox.errors import UsageError
from devbox.sandbox.choices import DEFAULTS, Choices, from_json, merge, of_record, to_json

values = st.fixed_dictionaries(
    {},
    optional={
        "version": st.sampled_from(["lts", "2.555.1", "latest"]),
        "http_port": st.integers(1, 65535),
        "agent_port": st.integers(1, 65535),
        "java_opts": st.text(max_size=20),
        "env": st.dictionaries(st.text("ABC", min_size=1, max_size=3), st.text(max_size=5), max_size=3),
        "prefix": st.sampled_from(["", "/jenkins"]),
        "memory": st.sampled_from(["1g", "512m"]),
        "no_auth": st.booleans(),
    },
)


def test_without_anything_there_are_the_defaults() -> None:
    assert dict(merge({}, {}, None).values) == dict(DEFAULTS)


def test_a_flag_not_given_keeps_what_the_sandbox_has() -> None:
    kept = merge({"memory": "3g", "http_port": 9000}, {}, None)
    again = merge({"prefix": "/x"}, {}, kept)
    assert (again["memory"], again["http_port"], again["prefix"]) == ("3g", 9000, "/x")
    assert again.asked_ports == {"http"}


def test_reset_returns_to_the_defaults() -> None:
    kept = merge({"memory": "3g", "http_port": 9000}, {}, None)
    assert merge({}, {}, kept, reset=True) == Choices()


def test_a_flag_wins_over_a_setting_and_stays_while_the_setting_is_the_same() -> None:
    first = merge({"memory": "4g"}, {"memory": "2g"}, None)
    assert first["memory"] == "4g"
    assert merge({}, {"memory": "2g"}, first)["memory"] == "4g"
    assert merge({}, {"memory": "1g"}, first)["memory"] == "1g", "the file was changed: that is asking"


def test_a_version_takes_the_place_of_an_image_and_of_a_war() -> None:
    kept = merge({"image": "me/jenkins:1", "war": {"sha256": "a", "version": "2.1"}}, {}, None)
    assert kept.image == "me/jenkins:1"
    again = merge({"version": "2.555.1"}, {}, kept)
    assert (again.image, again["war"]) == ("jenkins/jenkins:2.555.1", None)


def test_a_version_and_an_image_together_are_refused() -> None:
    with pytest.raises(UsageError) as error:
        merge({"version": "2.555.1", "image": "x"}, {}, None)
    assert error.value.code == "option.conflict"


@given(values, values)
def test_merging_the_same_again_changes_nothing(asked: dict[str, Any], settings: dict[str, Any]) -> None:
    first = merge(asked, settings, None)
    again = merge({}, settings, first)
    assert again.values == first.values
    assert first.changes(again) == []


@given(values, values)
def test_a_record_gives_back_what_was_written(asked: dict[str, Any], settings: dict[str, Any]) -> None:
    choices = merge(asked, settings, None)
    assert of_record(json.dumps(to_json(choices, with_values=True)).encode()) == choices


@given(values)
def test_a_label_holds_no_value_of_a_variable(asked: dict[str, Any]) -> None:
    asked["env"] = {"TOKEN": "hunter2-secret"}
    choices = merge(asked, {"env": {"OTHER": "hunter2-too"}}, None)
    text = json.dumps(to_json(choices, with_values=False))
    assert "hunter2" not in text
    assert from_json(json.loads(text), {"TOKEN": "hunter2-secret"})["env"] == {"TOKEN": "hunter2-secret"}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*DEFAULTS, "x"]), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["choices", "asked_ports", "settings", "x"]), json_values) | json_values)
def test_a_record_of_any_other_hand_gives_usable_choices(data: Any) -> None:
    choices = of_record(json.dumps(data).encode())
    if choices is not None:
        assert set(choices.values) == set(DEFAULTS)
        assert 0 < choices["http_port"] < 65536
        assert isinstance(choices.image, str)
        merge({}, {}, choices)


@given(st.binary(max_size=50))
def test_a_broken_record_is_none_or_choices(content: bytes) -> None:
    found = of_record(content)
    assert found is None or set(found.values) == set(DEFAULTS)
