"""A1: nothing leaves the machine when the demo runs from the command line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.privacy.outgoing import REPOSITORY, Outgoing, foreign, strace_works, watching


def run(watch: Outgoing, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A Python of a person who has never run any of this, with every other address refused."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DO_NOT_TRACK", "HF_HUB_DISABLE_TELEMETRY", "DISABLE_TELEMETRY", "CI")
    }
    environment |= {**watch.environment(), "HOME": str(home), "LASER_CACHE_DIR": str(home / "c")}
    return subprocess.run(
        [*watch.prefix(), sys.executable, *arguments],
        env=environment,
        cwd=home,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def test_the_demo_asks_nobody_and_leaves_no_id_in_the_home_folder(tmp_path: Path) -> None:
    """A1: OpenVINO posted a client id at its import; Hugging Face's hub has its own reports."""
    watch = watching(tmp_path)
    options = ["--per-class", "12", "--rounds", "1", "--out", str(tmp_path / "run")]
    done = run(watch, tmp_path, "-m", "laser_core", "run", *options)
    assert done.returncode == 0, done.stderr
    assert watch.attempts() == []
    assert not (tmp_path / "intel").exists()


@pytest.mark.parametrize(
    "code",
    [
        "import laser_core; import openvino; openvino.convert_model",
        "import laser_core.vlm.offline.graphs",
        "import laser_core; import openvino.tools.ovc",
        "import laser_core; from huggingface_hub import constants; "
        "assert constants.HF_HUB_DISABLE_TELEMETRY",
        "import laser_core; import transformers, sentence_transformers, open_clip, timm, umap",
        "import laser_core.cli.app, laser_core.jobs.tasks, laser_core.jobs.worker, ui.server.gate",
    ],
)
def test_no_import_asks_anybody(tmp_path: Path, code: str) -> None:
    """A1: whatever is imported after the engine."""
    watch = Outgoing(tmp_path / "leaks.jsonl", None)
    done = run(watch, tmp_path, "-c", code)
    assert done.returncode == 0, done.stderr
    assert watch.attempts() == []
    assert not (tmp_path / "intel").exists()


def test_the_watcher_sees_openvino_where_it_is_not_silenced(tmp_path: Path) -> None:
    """A1: the tests above notice; the caller is named."""
    watch = Outgoing(tmp_path / "leaks.jsonl", None)
    run(watch, tmp_path, "-c", "import openvino, time; time.sleep(1)")
    assert any("openvino_telemetry" in attempt for attempt in watch.attempts())


@pytest.mark.parametrize(
    "code",
    [
        "import socket; socket.create_connection(('203.0.113.1', 80), 1)",
        "import socket; socket.getaddrinfo('evil.example', 80)",
        "import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('203.0.113.1', 53))",
        "import socket; socket.socket(type=socket.SOCK_DGRAM).connect(('8.8.8.8', 1))",
        "import urllib.request; urllib.request.urlopen('http://evil.example')",
        "import subprocess, sys; subprocess.run([sys.executable, '-c', "
        "\"import socket; socket.getaddrinfo('evil.example', 80)\"])",
    ],
)
def test_an_attempt_is_refused_and_told_also_of_a_child(tmp_path: Path, code: str) -> None:
    """A1: connections, datagrams and questions for a name, in the process and in its children."""
    watch = Outgoing(tmp_path / "leaks.jsonl", None)
    run(watch, tmp_path, "-c", code)
    [told] = watch.attempts()
    assert "203.0.113.1" in told or "evil.example" in told or "8.8.8.8" in told


def test_loopback_is_no_leak(tmp_path: Path) -> None:
    """A1: a server of one's own may be asked."""
    watch = Outgoing(tmp_path / "leaks.jsonl", None)
    code = "import socket; socket.getaddrinfo('localhost', 80); socket.getaddrinfo('::1', 80)"
    assert run(watch, tmp_path, "-c", code).returncode == 0
    assert watch.attempts() == []


def test_what_is_no_python_is_seen_too(tmp_path: Path) -> None:
    """A1: strace watches the whole tree, here a shell and its bash-made connection."""
    watch = watching(tmp_path)
    if watch.trace is None:
        pytest.skip("no strace here; CI requires it")
    code = "import subprocess; subprocess.run(['bash', '-c', 'exec 3<>/dev/udp/203.0.113.1/53'])"
    run(watch, tmp_path, "-c", code)
    assert any("203.0.113.1" in attempt and "bash" in attempt for attempt in watch.attempts())


@pytest.mark.parametrize(
    ("line", "leaves"),
    [
        ('1<a> connect(3, {sa_family=AF_INET, sin_addr=inet_addr("127.0.0.1")}, 16) = 0', False),
        ('1<a> connect(3, {sa_family=AF_INET, sin_addr=inet_addr("127.0.0.53")}, 16) = 0', False),
        ('1<a> sendto(3, "x", 1, 0, {sin_addr=inet_addr("10.0.0.2")}, 16) = 1', True),
        ('1<a> connect(3, {inet_pton(AF_INET6, "::1", &sin6_addr)}, 28) = 0', False),
        ('1<a> connect(3, {inet_pton(AF_INET6, "2001:db8::1", &sin6_addr)}, 28) = -1', True),
        ('1<a> connect(3, {sa_family=AF_UNIX, sun_path="/run/x"}, 110) = 0', False),
    ],
)
def test_strace_lines_are_told_apart(line: str, leaves: bool) -> None:
    """A1: which lines of strace are a leak."""
    assert foreign(line) is leaves


def test_in_ci_a_missing_strace_fails_the_tests() -> None:
    """A1: .ci/run asks for it and installs it."""
    text = (REPOSITORY / ".ci" / "run").read_text()
    assert "export LASER_REQUIRE_TRACE=1" in text
    assert "command -v strace >/dev/null || missing+=(strace)" in text
    assert 'apt-get install -y -q "${missing[@]}"' in text
    if os.environ.get("LASER_REQUIRE_TRACE") == "1":
        assert strace_works()
