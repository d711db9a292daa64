"""A peer's side of the benchmark, for those in Python: does a task's work whenever it is asked to.

The task is the first argument, as JSON. Messages are lines: the benchmark writes a number of units of work to standard
input, and reads from descriptor 3 one JSON object for each: first, that one unit was done or why the task cannot be; then
the milliseconds of a unit each time.
"""

import json
import os
import statistics
import sys
import time

import numpy as np

IMAGES = {"lenet": (28, 28, 1), "mlp": (784,), "resnet20": (32, 32, 3)}


def reply(message):
    os.write(3, (json.dumps(message) + "\n").encode())


def samples(task, count):
    """Inputs `[count, ...]` from 0 to 1, and labels of ten classes. Their values do not change the work."""
    random = np.random.default_rng(1)
    images = random.random((count, *IMAGES[task["model"]]), dtype=np.float32)
    return images, (np.arange(count) % 10).astype(np.int32)


def operands(shapes):
    random = np.random.default_rng(1)
    return [random.random(shape, dtype=np.float32) * 2 - 1 for shape in shapes]


def serve(make, version):
    """Runs `make(task)` for the work, a function of the number of units, and does it as asked until input ends.

    Work on single calls, of which the latency counts, returns their times; other work nothing.
    """
    task = json.loads(sys.argv[1])
    work = make(task)
    if work is None:
        reply({"absent": f"has no {task['kind']}"})
        return
    work(1)
    reply({"ready": True, "version": version})
    for line in sys.stdin:
        units = int(line)
        start = time.perf_counter()
        times = work(units)
        total = time.perf_counter() - start
        reply({"ms": 1000 * (statistics.median(times) if times else total / units)})


def timed(call):
    """Work of single calls: `call` returns when its result is there."""

    def work(units):
        times = []
        for _ in range(units):
            start = time.perf_counter()
            call()
            times.append(time.perf_counter() - start)
        return times

    return work
