"""pyres on the other side of Redis: `enqueue QUEUE CLASS ARGS`, `list`, `work QUEUES COUNT`."""

from __future__ import annotations

import json
import sys

from pyres import ResQ, failure
from pyres.worker import Worker


def main(port: str, verb: str, *words: str) -> None:
    resq = ResQ(f"127.0.0.1:{port}")
    if verb == "enqueue":
        resq.enqueue_from_string(words[1], words[0], *json.loads(words[2]))
    elif verb == "list":
        workers = [str(worker) for worker in Worker.all(f"127.0.0.1:{port}")]
        print(json.dumps({"workers": workers, "failed": failure.all(resq, 0, 20), "info": resq.info()}, default=str))
    else:
        worker = Worker(words[0].split(","), server=resq)
        worker.register_worker()
        for _ in range(int(words[1])):
            worker.fork_worker(worker.reserve(timeout=1))
        worker.unregister_worker()


main(*sys.argv[1:])
