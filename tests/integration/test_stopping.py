"""Ctrl-C at any moment, then `resume`: the same numbers as a run that was never stopped."""

import os
import signal
import subprocess
import sys
import time

import pytest

from laser_core.config import ExperimentConfig
from laser_core.experiment.plan import plan
from laser_core.progress import drain
from laser_core.studies.run import start
from tests.integration.conftest import rounds

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT to another process")


def started(*words, cwd):
    return subprocess.Popen(
        [sys.executable, "-m", "laser_core", *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(cwd)},
    )


def stopped_after(process, line_start, folder):
    """Send SIGINT once such a line is printed and `folder` is a run; (exit code, stderr)."""
    for line in process.stdout:
        if line.startswith(line_start):
            break
    while not (folder / "config.json").exists():
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=120)
    return process.returncode, error


@POSIX
@pytest.mark.parametrize("moment", ["results go to", "round 1/3"])
def test_a_run_stopped_by_ctrl_c_is_resumed_with_the_same_numbers(
    laser, quick, finished, tmp_path, pytestconfig, moment
):
    out = tmp_path / "run"
    embeds = ("--cache-dir", tmp_path / "empty-cache") if moment == "results go to" else ()
    process = started("run", *quick, "--out", out, *embeds, cwd=pytestconfig.rootpath)
    code, error = stopped_after(process, moment, out)
    assert code == 130
    assert error.splitlines() == [f"stopped; go on with: python -m laser_core resume {out}"]
    assert laser("resume", out).exit_code == 0
    assert rounds(out) == rounds(finished)


@POSIX
def test_ctrl_c_while_the_program_still_loads_shows_no_traceback(pytestconfig, tmp_path):
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    to_start = time.perf_counter() - begun  # before Python itself stands, nobody can answer
    process = started("run", "--out", tmp_path / "run", cwd=pytestconfig.rootpath)
    time.sleep(0.5 + 2 * to_start)
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "Traceback" not in error


CONVERTED = """
import signal, sys
from laser_core.errors import StoreError
from laser_core.cli.terminal import run_guarded

def work():
    try:
        signal.raise_signal(signal.SIGINT)
    except KeyboardInterrupt:
        raise {error}("initialization failed") from None

sys.exit(run_guarded(work, lambda: "stopped; go on"))
"""


@pytest.mark.parametrize("error", ["ImportError", "RecursionError", "StoreError"])
def test_ctrl_c_that_a_library_turns_into_another_error_still_stops(pytestconfig, error):
    # in a process of its own: OpenVINO leaves this one a signal stack that is gone
    ended = subprocess.run(
        [sys.executable, "-c", CONVERTED.format(error=error)],
        capture_output=True,
        text=True,
        cwd=pytestconfig.rootpath,
        timeout=60,
    )
    assert (ended.returncode, ended.stderr) == (130, "stopped; go on\n")


class Stopped(KeyboardInterrupt):
    pass


def test_stopped_at_any_step_of_embedding_and_rounds_it_ends_with_the_same_numbers(
    laser, pool, quick, finished, cache, tmp_path
):
    config = ExperimentConfig(
        pool=str(pool),
        relevant=("apple", "mug"),
        batch_size=12,
        rounds=3,
        vlm="offline",
        llm=quick[-1],
    )
    moment, whole = 0, False
    while not whole:
        left = moment
        moment += 7

        def count(_):
            nonlocal left
            left -= 1
            if left < 0:
                raise Stopped

        out = tmp_path / f"run-{moment}"
        try:
            drain(start(plan(config, cache), out, cache), count)
            whole = True
        except Stopped:
            assert laser("resume", out).exit_code == 0
        assert rounds(out) == rounds(finished)
    assert moment > 7


def test_a_finished_run_resumed_changes_nothing(laser, a_copy, finished):
    result = laser("resume", a_copy)
    assert result.exit_code == 0
    assert " queried " not in result.stdout
    assert rounds(a_copy) == rounds(finished)
