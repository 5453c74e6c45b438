"""What every engine does, the fake as the real one."""

from __future__ import annotations

import io
import tarfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from devbox.engine.api import Engine, File, Healthcheck, Mount, Publish
from devbox.errors import DevboxError
from tests.contract.bench import HOME, UID, Bench, until
from tests.integration.support.ports import free_port


def code(call: Callable[[], Any]) -> str:
    """The code of the error that the call raises."""
    with pytest.raises(DevboxError) as caught:
        call()
    assert caught.value.message
    assert "\n" not in caught.value.message
    return caught.value.code


class TestWhoAnswers:
    def test_it_names_itself_and_its_window(self, bench: Bench) -> None:
        info = bench.engine.info()
        assert info.id
        assert info.os == "linux"
        assert info.cpus > 0
        assert info.memory > 0
        low, high = (tuple(map(int, text.split("."))) for text in (info.min_api, info.api))
        assert low <= high

    def test_it_answers_a_ping(self, bench: Bench) -> None:
        assert bench.engine.ping() is True


class TestImages:
    def test_a_local_image_is_described(self, bench: Bench) -> None:
        image = bench.engine.image(bench.image)
        assert image is not None
        assert bench.image in (*image.tags, image.id)
        assert image.labels == {"made": "by-test"}
        assert image.environment["GREETING"] == "a=b"
        assert image.user == "1000:1000"
        assert image.os == "linux"
        assert image.size > 0

    def test_it_is_found_by_its_id_too(self, bench: Bench) -> None:
        image = bench.engine.image(bench.image)
        assert image is not None
        assert bench.engine.image(image.id) == image

    def test_one_that_is_not_there_is_none(self, bench: Bench) -> None:
        assert bench.engine.image("devbox-lab/nothing:0") is None

    def test_a_broken_name_is_told_from_a_missing_image(self, bench: Bench) -> None:
        assert code(lambda: bench.engine.image("Not A Name")) == "image.invalid"


class TestNetworksAndVolumes:
    def test_a_network_is_made_found_and_removed(self, bench: Bench) -> None:
        made = bench.engine.create_network(bench.name("n"), bench.labels)
        assert bench.engine.find_network(made.name) == made
        assert [n.id for n in bench.engine.networks(bench.labels)] == [made.id]
        bench.engine.remove_network(made.name)
        assert bench.engine.find_network(made.name) is None

    def test_a_network_is_found_by_its_whole_name_alone(self, bench: Bench) -> None:
        bench.engine.create_network(bench.name("longer"), bench.labels)
        assert bench.engine.find_network(bench.name("long")) is None

    def test_a_second_network_of_one_name_is_refused(self, bench: Bench) -> None:
        bench.network("n")
        assert code(lambda: bench.network("n")) == "network.exists"
        assert len(bench.engine.networks(bench.labels)) == 1

    def test_a_network_in_use_stays(self, bench: Bench) -> None:
        bench.run()
        assert code(lambda: bench.engine.remove_network(bench.name("net"))) == "network.in_use"

    def test_a_volume_is_made_found_and_removed(self, bench: Bench) -> None:
        made = bench.engine.create_volume(bench.name("v"), bench.labels)
        assert made.created_at
        assert bench.engine.find_volume(made.name) == made
        assert bench.engine.volumes(bench.labels) == [made]
        bench.engine.remove_volume(made.name)
        assert bench.engine.find_volume(made.name) is None

    def test_a_volume_that_is_there_comes_with_its_own_labels(self, bench: Bench) -> None:
        bench.engine.create_volume(bench.name("v"), bench.labels)
        again = bench.engine.create_volume(bench.name("v"), {"other": "label"})
        assert again.labels == bench.labels

    def test_a_volume_in_use_stays(self, bench: Bench) -> None:
        volume = bench.engine.create_volume(bench.name("v"), bench.labels)
        bench.create(mounts=(Mount(volume.name, "/data"),))
        assert code(lambda: bench.engine.remove_volume(volume.name)) == "volume.in_use"

    def test_removing_what_is_gone_is_no_error(self, bench: Bench) -> None:
        bench.engine.remove_network(bench.name("never"))
        bench.engine.remove_volume(bench.name("never"))
        bench.engine.remove_container(bench.name("never"))
        assert bench.engine.find_container(bench.name("never")) is None


class TestLifeOfAContainer:
    def test_created_it_does_not_run(self, bench: Bench) -> None:
        volume = bench.engine.create_volume(bench.name("v"), bench.labels)
        id_ = bench.create(mounts=(Mount(volume.name, "/data"),))
        found, image = bench.engine.find_container(bench.name("box")), bench.engine.image(bench.image)
        assert found is not None
        assert image is not None
        assert (found.id, found.state, found.exit_code) == (id_, "created", None)
        assert (found.image, found.image_id) == (bench.image, image.id) or bench.image == image.id
        assert found.labels["dev.devbox.test"] == bench.label
        assert found.mounts == (Mount(volume.name, "/data"),)
        assert bench.engine.inspect(id_).started_at == ""

    def test_it_is_found_by_name_id_and_short_id_and_not_by_a_part_of_the_name(self, bench: Bench) -> None:
        id_ = bench.create()
        by = [bench.engine.find_container(key) for key in (bench.name("box"), id_, id_[:12])]
        assert [found and found.id for found in by] == [id_] * 3
        assert bench.engine.find_container(bench.name("bo")) is None

    def test_started_it_runs_with_its_ports_and_environment(self, bench: Bench) -> None:
        port = Publish(8080, "127.0.0.1", free_port())
        id_ = bench.run(ports=(port,), environment={"A": "b=c"})
        found = bench.engine.find_container(id_)
        assert found is not None
        assert (found.state, found.ports, found.health) == ("running", (port,), "none")
        state = bench.engine.inspect(id_)
        assert state.running
        assert state.ports == (port,)
        assert state.environment["A"] == "b=c"
        assert state.environment["GREETING"] == "a=b"
        assert state.started_at > "2020"

    def test_starting_a_running_one_changes_nothing(self, bench: Bench) -> None:
        id_ = bench.run()
        started = bench.engine.inspect(id_).started_at
        bench.engine.start(id_)
        assert bench.engine.inspect(id_).started_at == started

    def test_stopped_it_has_an_exit_code_and_no_ports(self, bench: Bench) -> None:
        id_ = bench.run(ports=(Publish(8080, "127.0.0.1", free_port()),), says=((1, "up"),))
        until(lambda: list(bench.engine.logs(id_)))
        bench.engine.stop(id_, 60)
        found = bench.engine.find_container(id_)
        assert found is not None
        assert (found.state, found.exit_code, found.ports) == ("exited", 143, ())
        assert bench.engine.inspect(id_).exit_code == 143
        bench.engine.stop(id_)

    def test_one_that_ends_by_itself_leaves_its_code(self, bench: Bench) -> None:
        id_ = bench.run(exits=5)
        until(lambda: bench.engine.inspect(id_).state == "exited")
        found = bench.engine.find_container(id_)
        assert found is not None
        assert found.exit_code == 5

    def test_its_restart_policy_starts_it_again_and_counts(self, bench: Bench) -> None:
        id_ = bench.run(exits=5, restart="on-failure:1")
        state = until(lambda: (s := bench.engine.inspect(id_)).restart_count == 1 and s.state == "exited" and s)
        assert state.exit_code == 5

    def test_restarted_it_runs_again(self, bench: Bench) -> None:
        id_ = bench.run()
        before = bench.engine.inspect(id_).started_at
        if hasattr(bench.engine, "advance"):
            bench.engine.advance(1)
        bench.engine.restart(id_, 5)
        after = bench.engine.inspect(id_)
        assert after.running
        assert after.started_at > before

    def test_renamed_it_keeps_its_id_and_frees_its_name(self, bench: Bench) -> None:
        id_ = bench.create()
        bench.engine.rename(id_, bench.name("old"))
        other = bench.create()
        assert other != id_
        assert code(lambda: bench.engine.rename(other, bench.name("old"))) == "container.exists"

    def test_removed_by_force_it_is_gone(self, bench: Bench) -> None:
        id_ = bench.run()
        bench.engine.remove_container(id_)
        assert bench.engine.find_container(id_) is None
        assert code(lambda: bench.engine.inspect(id_)) == "container.gone"

    def test_health_goes_from_starting_to_healthy(self, bench: Bench) -> None:
        id_ = bench.run(healthcheck=Healthcheck(("CMD", "true"), interval=1, timeout=5))
        if hasattr(bench.engine, "set_health"):
            assert bench.engine.inspect(id_).health == "starting"
            bench.engine.set_health(id_, "healthy")
        until(lambda: bench.engine.inspect(id_).health == "healthy")
        found = bench.engine.find_container(id_)
        assert found is not None
        assert found.health == "healthy"

    def test_listing_tells_them_apart_by_label(self, bench: Bench) -> None:
        one = bench.create("one", labels={**bench.labels, "role": "one"})
        two = bench.run("two", labels={**bench.labels, "role": "two"})
        listed = bench.engine.containers
        assert {c.id for c in listed(bench.labels)} == {one, two}
        assert [c.id for c in listed({**bench.labels, "role": "one"})] == [one]
        assert {c.id for c in listed({**bench.labels, "role": None})} == {one, two}
        assert [c.id for c in listed(bench.labels, all_states=False)] == [two]
        assert {one, two} <= {c.id for c in listed({})}


class TestRefusals:
    def test_a_name_that_is_taken(self, bench: Bench) -> None:
        bench.create()
        assert code(bench.create) == "container.exists"

    def test_an_image_that_is_not_there(self, bench: Bench) -> None:
        assert code(lambda: bench.create(image="devbox-lab/nothing:0")) == "image.not_found"

    def test_a_memory_limit_that_is_too_small(self, bench: Bench) -> None:
        assert code(lambda: bench.create(memory=1024)) == "memory.invalid"

    def test_a_port_that_another_container_has(self, bench: Bench) -> None:
        port = (Publish(8080, "127.0.0.1", free_port()),)
        bench.run("first", ports=port)
        second = bench.create("second", ports=port)
        assert code(lambda: bench.engine.start(second)) == "port.taken"
        assert not bench.engine.inspect(second).running
        bench.engine.stop(bench.name("first"), 1)
        bench.engine.start(second)
        assert bench.engine.inspect(second).running

    def test_a_port_that_another_has_on_every_address(self, bench: Bench) -> None:
        port = free_port()
        bench.run("first", ports=(Publish(8080, "0.0.0.0", port),))
        second = bench.create("second", ports=(Publish(8080, "127.0.0.1", port),))
        assert code(lambda: bench.engine.start(second)) == "port.taken"

    def test_a_network_that_is_gone(self, bench: Bench) -> None:
        id_ = bench.create()
        bench.engine.remove_network(bench.name("net"))
        assert code(lambda: bench.engine.start(id_)) == "network.not_found"

    @pytest.mark.parametrize("verb", ["start", "stop", "restart", "inspect", "logs", "exec", "put", "get", "stat"])
    def test_a_container_that_is_gone(self, bench: Bench, verb: str) -> None:
        engine, name = bench.engine, bench.name("never")
        calls: dict[str, Callable[[], Any]] = {
            "start": lambda: engine.start(name),
            "stop": lambda: engine.stop(name),
            "restart": lambda: engine.restart(name),
            "inspect": lambda: engine.inspect(name),
            "logs": lambda: list(engine.logs(name)),
            "exec": lambda: engine.exec(name, ("true",)),
            "put": lambda: engine.put_files(name, "/", (File("a", b""),)),
            "get": lambda: engine.get_file(name, "/a"),
            "stat": lambda: engine.stat(name, "/a"),
        }
        assert code(calls[verb]) == "container.gone"


class TestLogs:
    def test_streams_are_told_apart(self, bench: Bench) -> None:
        id_ = bench.run(says=((1, "out"), (2, "err")), exits=0)
        until(lambda: bench.engine.inspect(id_).state == "exited")
        assert sorted(bench.engine.logs(id_)) == [(1, b"out\n"), (2, b"err\n")]

    def test_the_tail_alone(self, bench: Bench) -> None:
        id_ = bench.run(says=((1, "one"), (1, "two"), (1, "three")), exits=0)
        until(lambda: bench.engine.inspect(id_).state == "exited")
        assert b"".join(data for _, data in bench.engine.logs(id_, tail=2)) == b"two\nthree\n"
        assert list(bench.engine.logs(id_, tail=0)) == []

    def test_since_a_time_and_with_times(self, bench: Bench) -> None:
        id_ = bench.run(says=((1, "old"),), exits=0)
        until(lambda: bench.engine.inspect(id_).state == "exited")
        ((_, line),) = bench.engine.logs(id_, timestamps=True)
        stamp, text = line.split(b" ", 1)
        assert (stamp[:2], stamp[10:11], text) == (b"20", b"T", b"old\n")
        created = bench.engine.containers(bench.labels)[0].created
        assert list(bench.engine.logs(id_, since=created + 3600)) == []
        assert list(bench.engine.logs(id_, since=created - 3600)) == [(1, b"old\n")]

    def test_a_follow_ends_with_the_container(self, bench: Bench) -> None:
        id_ = bench.run(says=((1, "hello"),))
        stream = bench.engine.logs(id_, follow=True)
        assert next(stream) == (1, b"hello\n")
        stopper = threading.Thread(target=lambda: bench.engine.stop(id_, 5))
        stopper.start()
        assert list(stream) == []
        stopper.join()

    def test_a_follow_can_be_left(self, bench: Bench) -> None:
        id_ = bench.run(says=((1, "hello"),))
        stream = bench.engine.logs(id_, follow=True)
        assert next(stream) == (1, b"hello\n")
        stream.close()  # type: ignore[attr-defined]
        assert bench.engine.inspect(id_).running


class TestCommands:
    def test_output_and_exit_status(self, bench: Bench) -> None:
        id_ = bench.run()
        assert bench.engine.exec(id_, ("echo", "a", "b")).stdout == b"a b\n"
        assert bench.engine.exec(id_, ("false",)).exit_code == 1
        missing = bench.engine.exec(id_, ("cat", "/not/there"))
        assert (missing.exit_code, missing.stdout) == (1, b"")
        assert b"No such file" in missing.stderr

    @pytest.mark.parametrize("size", [1, 70_000, 3_000_000])
    def test_input_reaches_it_whatever_its_size(self, bench: Bench, size: int) -> None:
        result = bench.engine.exec(bench.run(), ("cat",), stdin=b"x" * size)
        assert (result.exit_code, len(result.stdout), result.stderr) == (0, size, b"")

    def test_a_program_that_is_not_there_is_an_exit_status(self, bench: Bench) -> None:
        assert bench.engine.exec(bench.run(), ("no-such-program",)).exit_code in (126, 127)

    def test_a_container_that_does_not_run_has_none(self, bench: Bench) -> None:
        id_ = bench.create()
        assert code(lambda: bench.engine.exec(id_, ("true",))) == "container.not_running"
        assert code(lambda: bench.engine.exec_stream(id_, ("true",))) == "container.not_running"

    def test_attached_it_is_written_to_and_read_from(self, bench: Bench) -> None:
        stream = bench.engine.exec_stream(bench.run(), ("cat",), stdin=True)
        stream.write(b"one ")
        stream.write(b"two")
        stream.close_stdin()
        pieces = list(iter(stream.read, None))
        assert b"".join(data for _, data in pieces) == b"one two"
        assert {number for number, _ in pieces} == {1}
        assert stream.exit_code() == 0

    def test_with_a_terminal_it_takes_a_size(self, bench: Bench) -> None:
        stream = bench.engine.exec_stream(bench.run(), ("echo", "hi"), tty=True)
        stream.resize(40, 100)
        assert b"".join(data for _, data in iter(stream.read, None)).strip() == b"hi"
        assert stream.exit_code() == 0


class TestFiles:
    def test_files_go_in_before_the_first_start_with_owner_and_time(self, bench: Bench) -> None:
        volume = bench.engine.create_volume(bench.name("v"), bench.labels)
        id_ = bench.create(mounts=(Mount(volume.name, HOME),))
        bench.engine.put_files(id_, HOME, (File("sub", None, 0o750, 7, 8), File("sub/secret", b"s3", 0o600, UID, UID)))
        secret, sub = bench.engine.stat(id_, f"{HOME}/sub/secret"), bench.engine.stat(id_, f"{HOME}/sub")
        assert secret is not None
        assert (secret.uid, secret.gid, secret.mode, secret.size, secret.is_dir) == (UID, UID, 0o600, 2, False)
        assert sub is not None
        assert (sub.uid, sub.gid, sub.mode, sub.is_dir) == (7, 8, 0o750, True)
        assert bench.engine.get_file(id_, f"{HOME}/sub/secret") == b"s3"
        with tarfile.open(fileobj=io.BytesIO(b"".join(bench.engine.get_archive(id_, f"{HOME}/sub")))) as tar:
            times = [entry.mtime for entry in tar]
        now = bench.engine.now if hasattr(bench.engine, "now") else time.time()
        assert all(abs(when - now) < 60 for when in times)

    def test_what_is_in_a_volume_outlives_its_container(self, bench: Bench) -> None:
        volume = bench.engine.create_volume(bench.name("v"), bench.labels)
        first = bench.create("first", mounts=(Mount(volume.name, HOME),))
        bench.engine.put_files(first, HOME, (File("kept", b"yes"),))
        bench.engine.remove_container(first)
        second = bench.create("second", mounts=(Mount(volume.name, HOME),))
        assert bench.engine.get_file(second, f"{HOME}/kept") == b"yes"

    def test_a_new_volume_takes_over_what_the_image_has_there(self, bench: Bench) -> None:
        volume = bench.engine.create_volume(bench.name("v"), bench.labels)
        id_ = bench.create(mounts=(Mount(volume.name, HOME),))
        assert bench.engine.get_file(id_, f"{HOME}/seed.txt") == b"seed"
        home = bench.engine.stat(id_, HOME)
        assert home is not None
        assert (home.uid, home.gid, home.is_dir) == (UID, UID, True)

    def test_what_is_not_there_is_none(self, bench: Bench) -> None:
        id_ = bench.create()
        assert bench.engine.get_file(id_, "/not/there") is None
        assert bench.engine.stat(id_, "/not/there") is None
        assert bench.engine.get_file(id_, HOME) is None
        assert code(lambda: list(bench.engine.get_archive(id_, "/not/there"))) == "file.not_found"

    def test_files_go_into_folders_that_exist(self, bench: Bench) -> None:
        id_ = bench.create()
        assert code(lambda: bench.engine.put_files(id_, "/not/there", (File("a", b""),))) == "file.not_found"

    def test_a_long_file_is_cut_where_asked(self, bench: Bench) -> None:
        id_ = bench.create()
        bench.engine.put_files(id_, "/", (File("long", b"0123456789" * 100_000),))
        assert bench.engine.get_file(id_, "/long", limit=15) == b"012345678901234"
        assert len(bench.engine.get_file(id_, "/long") or b"") == 1_000_000

    def test_a_folder_goes_from_one_container_into_another(self, bench: Bench) -> None:
        one, two = bench.create("one"), bench.create("two")
        bench.engine.put_files(one, "/", (File("d", None), File("d/f", b"1"), File("d/e", None), File("d/e/g", b"2")))
        bench.engine.put_archive(two, "/home", bench.engine.get_archive(one, "/d"))
        assert bench.engine.get_file(two, "/home/d/e/g") == b"2"
        assert bench.engine.get_file(two, "/home/d/f") == b"1"

    def test_a_source_that_breaks_is_not_the_engines_fault(self, bench: Bench) -> None:
        def broken() -> Iterator[bytes]:
            yield b"\0" * 512
            raise ValueError("the file went away")

        with pytest.raises(ValueError, match="went away"):
            bench.engine.put_archive(bench.create(), "/", broken())

    def test_a_running_container_takes_files_too(self, bench: Bench) -> None:
        id_ = bench.run()
        bench.engine.put_files(id_, HOME, (File("now", b"here", 0o644, UID, UID),))
        assert bench.engine.exec(id_, ("cat", f"{HOME}/now")).stdout == b"here"


def test_a_spec_is_a_value(bench: Bench) -> None:
    engine: Engine = bench.engine
    spec = bench.spec(restart="on-failure:10", stop_grace=2, memory=64 << 20, init=True)
    id_ = engine.create_container(spec)
    other = engine.create_container(replace(spec, name=bench.name("other")))
    assert id_ != other
