"""Nothing leaves this machine unasked: the libraries' reports of their use are switched off.

`laser_core/__init__.py` does it before anything else of this program is imported.
"""

from __future__ import annotations

import os
import sys

# Read by huggingface_hub, and by what else keeps to https://donottrack.sh.
NO_REPORTS = ("HF_HUB_DISABLE_TELEMETRY", "DISABLE_TELEMETRY", "DO_NOT_TRACK")
# OpenVINO posts a client id, the system and a count at its import, and has no setting against it
# but a file in the home folder. Without this package it takes its own empty stand-in.
REPORTER = "openvino_telemetry"


def silence_libraries() -> None:
    """Keep the libraries of this process, and of those it starts, from reporting their use."""
    for name in NO_REPORTS:
        os.environ[name] = "1"
    sys.modules[REPORTER] = None  # type: ignore[assignment]  # makes `import` raise ImportError
