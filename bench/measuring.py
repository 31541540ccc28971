"""Clocks, percentiles, memory: what every measure needs."""

from __future__ import annotations

import json
import os
import platform
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
MECHANISM = ROOT / "mechanism"


@contextmanager
def clock(into: dict[str, Any], name: str) -> Iterator[None]:
    """Seconds of the block, under a name."""
    started = time.perf_counter()
    yield
    into[name] = round(time.perf_counter() - started, 3)
    print(f"  {name}: {into[name]} s", file=sys.stderr)


def timed(act: Callable[[], object], times: int) -> list[float]:
    """Milliseconds of each call."""
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        act()
        taken.append((time.perf_counter() - started) * 1000)
    return taken


def spread(taken: Sequence[float]) -> dict[str, float]:
    """Median, 95th percentile and worst, in milliseconds."""
    ordered = sorted(taken)
    return {
        "median": round(ordered[len(ordered) // 2], 1),
        "p95": round(ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))], 1),
        "worst": round(ordered[-1], 1),
        "times": len(ordered),
    }


def peak_gib() -> float:
    """Largest memory of this process so far."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2, 2)


def machine() -> dict[str, Any]:
    """What it ran on, and how busy it was."""
    lines = Path("/proc/meminfo").read_text().split()
    cpu = next(
        (line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")), ""
    )
    return {
        "cpu": cpu or platform.processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(int(lines[lines.index("MemTotal:") + 1]) / 1024**2, 1),
        "python": platform.python_version(),
        "load_before": round(os.getloadavg()[0], 2),
        "additions_ms": additions(),
    }


def additions() -> float:
    """Milliseconds for two million additions in a loop: how fast this machine was at that hour, which on a shared one changes by half."""
    taken = []
    for _ in range(5):
        started, total = time.perf_counter(), 0
        for one in range(2_000_000):
            total += one
        taken.append((time.perf_counter() - started) * 1000)
    return round(min(taken), 1)


def say(result: dict[str, Any]) -> None:
    """One line of JSON, for the driver."""
    print(json.dumps(result), flush=True)
