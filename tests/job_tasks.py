"""A tiny registry of tasks for the tests of jobs, of live progress and of the browser."""

from __future__ import annotations

import os
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

from laser_core.errors import PoolError
from laser_core.progress import Progress


def count(params: dict[str, Any], context: Any) -> Generator[Progress, None, dict[str, Any]]:
    """Counts to `to`, `pause` seconds a step; its result has the worker's pid."""
    try:
        for step in range(params["to"]):
            yield Progress("counting", step, params["to"], {"half": step / 2})
            time.sleep(params.get("pause", 0.0))
        yield Progress("counting", params["to"], params["to"], {"half": params["to"] / 2})
    finally:
        if "closed" in params:
            Path(params["closed"]).touch()
    return {"counted": params["to"], "pid": os.getpid()}


def answer(params: dict[str, Any], context: Any) -> dict[str, Any]:
    """No steps: the result at once. `calls` shows what stays warm."""
    context.warm["calls"] = context.warm.get("calls", 0) + 1
    return {"text": params.get("text", ""), "calls": context.warm["calls"], "pid": os.getpid()}


def stuck(params: dict[str, Any], context: Any) -> Generator[Progress, None, dict[str, Any]]:
    yield Progress("stuck", 0, 1)
    time.sleep(600)
    return {}


def complain(params: dict[str, Any], context: Any) -> Generator[Progress, None, dict[str, Any]]:
    yield Progress("looking", 0, 1)
    raise PoolError("the folder has no pictures; choose another")


def crash(params: dict[str, Any], context: Any) -> dict[str, Any]:
    return {"never": 1 / 0}


def end_the_interpreter(params: dict[str, Any], context: Any) -> dict[str, Any]:
    print("about to fall over", flush=True)
    os._exit(3)


def no_json(params: dict[str, Any], context: Any) -> dict[str, Any]:
    return {"set": {1, 2}}


JOBS = {
    "count": count,
    "answer": answer,
    "stuck": stuck,
    "complain": complain,
    "crash": crash,
    "end": end_the_interpreter,
    "no-json": no_json,
}
