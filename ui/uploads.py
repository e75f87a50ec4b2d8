"""Files given to the browser, kept beside the runs so that the worker can read them."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ui.state import runs_folder


def keep_upload(name: str, data: bytes) -> Path:
    """Where `data` lies on this machine; the same file given again lies there already."""
    folder = runs_folder() / ".uploads" / hashlib.sha256(data).hexdigest()[:12]
    path = folder / Path(name).name
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial")
        partial.write_bytes(data)
        partial.replace(path)
    return path


def kept_uploads(ending: str) -> list[Path]:
    """Files with that ending that were given before, the newest first."""
    found = [p for p in (runs_folder() / ".uploads").glob("*/*") if p.name.endswith(ending)]
    return sorted(found, key=lambda path: -path.stat().st_mtime)
