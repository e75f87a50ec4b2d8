"""A6: the terminal shows control characters; none is sent to it."""

from __future__ import annotations

import os
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from PIL import Image

from laser_core.cli.terminal import Terminal, printable, run_guarded
from laser_core.errors import PoolError

HOSTILE = {
    "\x1b[31mred": r"\x1b[31mred",
    "\x1b]0;title\x07": r"\x1b]0;title\x07",
    "\x1b]8;;http://evil.example\x1b\\link": r"\x1b]8;;http://evil.example\x1b\link",
    "\x9b31m": r"\x9b31m",  # C1: one sign for ESC [
    "a\rb": r"a\rb",
    "a\nerror: forged": r"a\nerror: forged",
    "a\bb\x7f": r"a\x08b\x7f",
    "gpj.\u202etac": r"gpj.\u202etac",
    "\u2066x\u2069": r"\u2066x\u2069",
    "\u200fx": r"\u200fx",
    "a\u2028b": r"a\u2028b",
    "x\ufeff": r"x\ufeff",
    "\udcff": r"\udcff",
    "\U000e0041": r"\U000e0041",
    "\0": r"\x00",
}


@pytest.mark.parametrize(("given", "seen"), list(HOSTILE.items()))
def test_what_a_terminal_would_act_on_is_shown(given, seen):
    """A6: escapes, bells, C1, carriage returns, direction marks, lone surrogates, tags."""
    assert printable(given) == seen


@pytest.mark.parametrize(
    "text", ["Äpfel", "猫", "👩‍🔬", "می‌خواهم", "a [red]b[/red] :smile:", r"C:\new"]
)
def test_letters_of_all_scripts_stay_as_they_are(text):
    """A6: the joiners of Persian and of emoji are no control characters."""
    assert printable(text) == text


def test_no_control_character_of_all_of_unicode_passes():
    """A6: the whole kind."""
    every = "".join(map(chr, range(sys.maxunicode + 1)))
    left = {unicodedata.category(sign) for sign in printable(every)} & {
        "Cc",
        "Cf",
        "Cs",
        "Zl",
        "Zp",
    }
    assert left == {"Cf"}  # the two joiners
    assert {s for s in printable(every) if unicodedata.category(s) == "Cf"} == {"\u200c", "\u200d"}


def test_a_key_is_not_printed(monkeypatch, capsys):
    """A7: everything printed passes the mask."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret-1234")
    Terminal().say("the server said sk-secret-1234")
    assert capsys.readouterr().out == "the server said ***\n"


def test_lines_errors_and_stops_pass_the_same_way(capsys):
    """A6: also an error of ours, one that is none of ours, and the word after Ctrl-C."""

    def fail(error):
        raise error

    bad = "\x1b[31m"
    Terminal().say(bad)
    run_guarded(lambda: fail(PoolError(bad)), lambda: "")
    run_guarded(lambda: fail(ValueError(bad)), lambda: "")
    run_guarded(lambda: fail(KeyboardInterrupt()), lambda: bad)
    said = capsys.readouterr()
    assert "\x1b" not in said.out + said.err
    assert (said.out + said.err).count(r"\x1b[31m") == 4


def test_a_traceback_passes_the_same_way(capsys, monkeypatch):
    """A6: what LASER_DEBUG=1 adds keeps its lines."""
    monkeypatch.setenv("LASER_DEBUG", "1")

    def fail():
        raise ValueError("\x1b]0;x\x07")

    run_guarded(fail, lambda: "")
    told = capsys.readouterr().err
    assert "\x1b" not in told
    assert len(told.splitlines()) > 3


def test_letters_that_a_terminal_lacks_do_not_end_the_program(tmp_path):
    """A6: an old Windows console, or LANG=C."""
    code = "from laser_core.cli.terminal import Terminal; Terminal().say('猫 \\udcff')"
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, check=True
    )
    assert done.stdout.strip() == rb"\u732b \udcff"


def in_a_terminal(code: str) -> str:
    """What a Python program writes to a terminal that it runs in."""
    import pty  # Windows has none

    here, there = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-c", code], stdin=there, stdout=there, stderr=there, close_fds=True
    )
    os.close(there)
    written = b""
    try:
        while part := os.read(here, 65536):
            written += part
    except OSError:  # how Linux tells that the program has closed its end
        pass
    os.close(here)
    assert child.wait() == 0
    return written.decode(errors="replace")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pty module")
def test_the_bar_shows_a_stage_and_lines_without_obeying_them():
    """A6: progress and the lines above the bar, in a real terminal."""
    code = (
        "from laser_core.cli.terminal import Terminal\n"
        "from laser_core.progress import Progress\n"
        "t = Terminal()\n"
        "def steps():\n"
        "    yield Progress('embed \\x1b]0;evil\\x07 [red]x', 1, 2)\n"
        "    t.say('said \\x1b]0;evil\\x07 [red]y')\n"
        "    yield Progress('embed \\x9b31m', 2, 2)\n"
        "t.run(steps())\n"
    )
    written = in_a_terminal(code)
    assert "\x1b]0;" not in written
    assert "\x07" not in written
    assert "\x9b" not in written
    assert r"\x1b]0;evil\x07 [red]y" in written


@pytest.mark.parametrize(
    "arguments",
    [
        ["show", "{bad}"],
        ["show", "a", "{bad}"],
        ["--{bad}"],
        ["{bad}"],
        ["run", "--pool", "{bad}"],
        ["export", "a", "--as", "{bad}"],
        ["import", "{bad}", "a"],
        ["open", "{bad}", "--out", "x"],
        ["restore", "{bad}"],
        ["resume", "{bad}"],
    ],
)
def test_no_command_sends_what_a_name_holds(arguments, tmp_path):
    """A6: every command, and typer's own complaints about its options."""
    bad = "x\x1b[31m\x07\u202ey"
    done = subprocess.run(
        [sys.executable, "-m", "laser_core", *(a.format(bad=bad) for a in arguments)],
        capture_output=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONUTF8": "1"},
        check=False,
    )
    said = (done.stdout + done.stderr).decode()
    assert done.returncode == 2
    assert not {"\x1b", "\x07", "\u202e"} & set(said)
    assert r"\x1b[31m" in said


def test_a_pool_with_hostile_names_is_told_in_plain_signs(tmp_path):
    """A6: class folders and files with control characters, named in what a run prints."""
    for name in ("cat\x1b[31m", "dog\x07"):
        folder = tmp_path / "pool\x1b[2J" / name
        folder.mkdir(parents=True)
        Image.new("RGB", (40, 40), (90, 80, 40)).save(folder / "a.png")
        (folder / "broken\x9b.png").write_bytes(b"no picture")
    done = subprocess.run(
        [sys.executable, "-m", "laser_core", "run", "--pool", str(tmp_path / "pool\x1b[2J")],
        capture_output=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONUTF8": "1"},
        check=False,
        timeout=300,
    )
    said = (done.stdout + done.stderr).decode()
    assert r"\x1b[2J" in said
    assert not {"\x1b", "\x07", "\x9b"} & set(said)
