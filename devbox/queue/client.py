"""The queue from outside: put jobs in, look at them, at failures and workers, and steer it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from itertools import islice
from typing import TYPE_CHECKING, Any

from devbox.errors import DevboxError, UsageError
from devbox.queue import address, cut, faults, scripts, wire
from devbox.queue.connection import TIMEOUT, in_our_words, open_redis
from devbox.queue.keys import NAMESPACE, Keys
from devbox.queue.stats import Stats

if TYPE_CHECKING:
    from devbox.queue.address import Address
    from devbox.queue.failures import Failures
    from devbox.queue.workers import WorkerInfo

BATCH = 500
"""Jobs in one command when many are put in."""

ZSET = (b"zset", "zset")
"""The kind of a queue with delayed jobs of Jesque's."""

JobRow = tuple[str, str, Sequence[Any]]
"""A queue, a class, its arguments."""


class Client:
    """A queue system in a Redis. Every method raises `DevboxError` with a `redis.` or `queue.` code."""

    def __init__(self, where: Address, namespace: str | None = None, *, timeout: float = TIMEOUT) -> None:
        self.where = where
        self.keys = Keys(where.namespace or NAMESPACE if namespace is None else namespace)
        self.redis = open_redis(where, timeout)

    @classmethod
    def at(cls, text: str = address.DEFAULT, namespace: str | None = None, *, timeout: float = TIMEOUT) -> Client:
        """A client for an address as a person writes it; nothing is connected yet."""
        return cls(address.parse(text), namespace, timeout=timeout)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection; a later call would open it again."""
        self.redis.close()
        self.redis.connection_pool.disconnect()

    def ours(self) -> AbstractContextManager[None]:
        """A block in which redis-py's errors become ours."""
        return in_our_words(self.where.shown)

    @contextmanager
    def _of(self, queue: str) -> Iterator[None]:
        """The same around commands on a queue's key: where that is something else, it is named."""
        try:
            with self.ours():
                yield
        except DevboxError as error:
            if error.code != "queue.wrong_type":
                raise
            raise faults.wrong_type(queue, self.keys.queue(queue)) from error

    def ask(self, *commands: Sequence[Any]) -> list[Any]:
        """Several commands' answers, in one go; a key of another kind, which stands second in its command, is named."""
        told = self._told(*commands)
        for command, answer in zip(commands, told, strict=True):
            if isinstance(answer, Exception):
                error = faults.as_error(answer, self.where.shown)
                raise faults.wrong_key(command[1]) if error.code == "queue.wrong_type" else error
        return told

    def _told(self, *commands: Sequence[Any]) -> list[Any]:
        """The same; where Redis refuses a command, its error is the answer."""
        with self.ours():
            pipe = self.redis.pipeline(transaction=False)
            for command in commands:
                pipe.execute_command(*command)
            return list(pipe.execute(raise_on_error=False))

    def script(self, name: str, *arguments: str | bytes | int) -> Any:
        """Run one of the scripts."""
        return scripts.run(self.redis, name, self.keys.prefix, *arguments)

    def ping(self) -> None:
        """Make sure that a Redis answers there, that it lets us in, and that the database exists."""
        with self.ours():
            if self.redis.execute_command("PING") not in (b"PONG", True):
                raise DevboxError("redis.not_redis", f"what answers at {self.where.shown} is no Redis")

    def enqueue(self, queue: str, cls: str, args: Sequence[Any] = (), named: Mapping[str, Any] | None = None) -> None:
        """Put one job at the queue's tail; `named` are Jesque's `vars`."""
        self.push(check_queue(queue), [job_payload(cls, args, named)])

    def enqueue_many(self, jobs: Iterable[JobRow]) -> int:
        """Put many jobs in, each queue's in order, pipelined; gives how many.

        What was sent before an error stays in the queue: `DevboxError.message` does not know how much that is.
        """
        rows, sent = iter(jobs), 0
        while batch := list(islice(rows, BATCH * 10)):
            by_queue: dict[str, list[bytes]] = {}
            for queue, cls, args in batch:
                by_queue.setdefault(check_queue(queue), []).append(job_payload(cls, args))
            for queue, payloads in by_queue.items():
                self.push(queue, payloads)
            sent += len(batch)
        return sent

    def push(self, queue: str, payloads: Sequence[bytes]) -> None:
        """Put payloads at the queue's tail as they are; what is refused leaves no trace of the queue.

        The name goes first, as Resque has it: a push that is cut short leaves a name too many, and hides no job.
        """
        key = wire.raw(self.keys.queue(queue))
        batches = (payloads[at : at + BATCH] for at in range(0, len(payloads), BATCH))
        name = ("SADD", self.keys.queues, wire.raw(queue))
        new, *told = self._told(name, *(("RPUSH", key, *batch) for batch in batches))
        refused = next((answer for answer in (new, *told) if isinstance(answer, Exception)), None)
        if refused is None:
            return
        if new == 1:
            self._forget_name(queue)
        error = faults.as_error(refused, self.where.shown)
        if error.code != "queue.wrong_type":
            raise error from refused
        if refused is new:
            raise faults.wrong_key(self.keys.queues) from refused
        (kind,) = self.ask(("TYPE", key))
        raise (faults.delayed if kind in ZSET else faults.wrong_type)(queue, self.keys.queue(queue)) from refused

    def _forget_name(self, queue: str) -> None:
        """Take a queue's name back, unless somebody has made it a queue meanwhile."""
        from redis.exceptions import WatchError

        key = wire.raw(self.keys.queue(queue))
        with self.ours(), suppress(WatchError), self.redis.pipeline() as pipe:
            pipe.watch(key)
            if pipe.execute_command("TYPE", key) in (b"list", "list"):
                return
            pipe.multi()
            pipe.execute_command("SREM", self.keys.queues, wire.raw(queue))
            pipe.execute()

    def queues(self) -> list[str]:
        """The names of all queues, sorted."""
        (names,) = self.ask(("SMEMBERS", self.keys.queues))
        return sorted(map(wire.text, names))

    def sizes(self) -> dict[str, int]:
        """How many jobs wait in each queue, delayed ones of Jesque's included; a key of another kind counts none."""
        names = self.queues()
        keys = [wire.raw(self.keys.queue(name)) for name in names]
        told = self._told(*((command, key) for key in keys for command in ("LLEN", "ZCARD")))
        pairs = zip(told[::2], told[1::2], strict=True)
        return {name: max(map(wire.number, pair)) for name, pair in zip(names, pairs, strict=True)}

    def size(self, queue: str) -> int:
        """How many jobs wait in a queue, whether its name is known or not."""
        key = wire.raw(self.keys.queue(check_name(queue)))
        return max(map(wire.number, self._told(("LLEN", key), ("ZCARD", key))))

    def peek(self, queue: str, start: int = 0, count: int = 20) -> list[dict[str, Any]]:
        """The jobs that come next, as they are; `{"raw": text}` for what is no JSON object."""
        key = wire.raw(self.keys.queue(check_name(queue)))
        with self._of(queue):
            command = "ZRANGE" if self.redis.execute_command("TYPE", key) in ZSET else "LRANGE"
            found = self.redis.execute_command(command, key, start, start + count - 1) if count > 0 else []
        return [_shown(one) for one in found]

    def stats(self) -> Stats:
        """All numbers at one look."""
        keys, sizes = self.keys, self.sizes()
        (processed, failed), workers, lives = self.ask(
            ("MGET", keys.stat("processed"), keys.stat("failed")), ("SMEMBERS", keys.workers), ("HKEYS", keys.lives)
        )
        told = self._told(
            *(("EXISTS", wire.raw(keys.worker(wire.text(worker)))) for worker in workers),
            *(("LLEN", wire.raw(keys.inflight(wire.text(life)))) for life in lives),
            ("LLEN", keys.failed),
        )
        *counts, failures = map(wire.number, told)
        working, in_flight = sum(counts[: len(workers)]), sum(counts[len(workers) :])
        return Stats(
            sizes, wire.number(processed), wire.number(failed), len(workers), working, in_flight, failures=failures
        )

    @property
    def failures(self) -> Failures:
        """The failure lists: `find`, `retry`, `remove`, `clear`."""
        from devbox.queue.failures import Failures

        return Failures(self)

    def workers(self) -> list[WorkerInfo]:
        """Every registered worker, ours and others', sorted by id."""
        from devbox.queue.workers import listed

        return listed(self)

    def holds(self, queue: str) -> bool:
        """Whether there is anything under the queue's name: jobs, or what is no queue at all."""
        with self.ours():
            return bool(self.redis.execute_command("EXISTS", wire.raw(self.keys.queue(check_name(queue)))))

    def clear(self, queue: str) -> int:
        """Drop a queue with its jobs, its name too, as Resque's `remove_queue`; gives how many jobs were in it."""
        key = self.keys.queue(check_name(queue))
        with self.ours():
            return int(self.script("drop", wire.raw(queue), wire.raw(key), wire.raw(f"{key}:frequency")))

    def pause(self, paused: bool = True) -> None:
        """Pause every worker at its next poll, or let them go on; running jobs finish."""
        with self.ours():
            if paused:
                self.redis.execute_command("SET", self.keys.pause, "true")
            else:
                self.redis.execute_command("DEL", self.keys.pause)

    def paused(self) -> bool:
        """Whether all workers are paused."""
        (value,) = self.ask(("GET", self.keys.pause))
        return value is not None and wire.text(value).strip().lower() == "true"

    def scale(self, size: int, pool: str = "default") -> None:
        """Say how many workers a pool is to have; it obeys at once, and remembers. Running jobs finish."""
        if size < 0:
            raise UsageError("queue.size_invalid", f"a pool cannot have {size} workers")
        self.ask(("HSET", self.keys.pool(pool), "wanted", size))

    def wanted(self, pool: str = "default") -> int | None:
        """How many workers a pool is to have; None where no pool has ever been."""
        (value,) = self.ask(("HGET", self.keys.pool(pool), "wanted"))
        return wire.number(value) if value is not None else None

    def in_flight(self) -> Iterator[tuple[str, wire.Envelope]]:
        """What workers of ours have claimed: the worker's id and the envelope."""
        (lives,) = self.ask(("HGETALL", self.keys.lives))
        for nonce, life in _pairs(lives):
            worker = wire.text(life).split(" ", 2)[-1]
            (held,) = self.ask(("LRANGE", self.keys.inflight(wire.text(nonce)), 0, -1))
            for one in held:
                yield worker, wire.Envelope.read(one)


def job_payload(cls: str, args: Sequence[Any] = (), named: Mapping[str, Any] | None = None) -> bytes:
    """A job's payload; raises `queue.class_invalid` and `queue.args_invalid`."""
    if not isinstance(cls, str) or not cls.strip():
        raise UsageError("queue.class_invalid", "a job needs the name of a class")
    if isinstance(args, (str, bytes)) or not isinstance(args, Sequence):
        raise UsageError("queue.args_invalid", f"the arguments are a list, not {args!r:.60}")
    if named and not isinstance(named, Mapping):
        raise UsageError("queue.args_invalid", f"the arguments by name (vars) are an object, not {named!r:.60}")
    try:
        return wire.payload(cls, args, named)
    except (TypeError, ValueError, RecursionError) as error:
        raise UsageError(
            "queue.args_invalid", f"the arguments of {cls:.60} cannot be written as JSON", cause=_why(error)
        ) from error


def _why(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "they are nested too deep"
    return "JSON knows no NaN and no Infinity" if "Out of range float" in str(error) else str(error)


def check_queue(queue: str) -> str:
    """A name for a queue that jobs are put into; raises `queue.name_invalid`."""
    if not queue or queue != queue.strip() or "," in queue or any(ord(letter) < 32 for letter in queue):
        raise UsageError(
            "queue.name_invalid",
            f"{queue!r:.60} is no name for a queue: not empty, no commas, no blanks around it, no control characters",
        )
    return queue


def check_name(queue: str) -> str:
    """The name of a queue that may be there already, by whomever it was made; raises `queue.name_invalid`."""
    if not queue:
        raise UsageError("queue.name_invalid", "the name of the queue is empty")
    return queue


def _shown(data: bytes) -> dict[str, Any]:
    try:
        value = cut.view(data)
    except ValueError:
        value = None
    return value if isinstance(value, dict) else {"raw": data.decode("utf-8", "backslashreplace")}


def _pairs(answer: Any) -> Iterable[tuple[bytes, bytes]]:
    """A hash, which redis-py gives as a dict or, by other protocols, a flat list."""
    return answer.items() if isinstance(answer, dict) else zip(answer[::2], answer[1::2], strict=True)
