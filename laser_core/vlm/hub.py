"""Weights of open_clip models: found on this machine, or fetched from the Hugging Face Hub."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from pathlib import Path

from laser_core.errors import VLMError

PROBE_SECONDS = 5.0  # with the imports, a person without internet learns it within 10 s
DEFAULT_FILE = "open_clip_pytorch_model.bin"
SAFE_FILE = "open_clip_model.safetensors"  # the same weights where the authors gave both


def file_names(hub_entry: str) -> tuple[str, list[str]]:
    """The repository in an open_clip entry ("org/name/" or "org/name/file") and its files to try.

    Safetensors come first: they can hold no program.
    """
    repository, _, name = hub_entry.rpartition("/")
    name = name or DEFAULT_FILE
    safe = SAFE_FILE if name == DEFAULT_FILE else f"{Path(name).stem}.safetensors"
    return repository, list(dict.fromkeys([safe, name]))


def find_in_cache(repository: str, names: Sequence[str]) -> Path | None:
    """The first of `names` that an earlier download left in the hub's cache; no network is used."""
    from huggingface_hub import try_to_load_from_cache

    for name in names:
        path = try_to_load_from_cache(repository, name)
        if isinstance(path, str) and Path(path).is_file():
            return Path(path)
    return None


def download(repository: str, names: Sequence[str], asked_for: str) -> Path:
    """Fetch the first of `names` that the repository has, with a progress bar.

    Raises:
        VLMError: there is no connection, or no such file; said within 10 s.
    """
    from huggingface_hub import hf_hub_download

    name = _available(repository, names, asked_for)
    try:
        return Path(hf_hub_download(repository, name))
    except Exception as error:  # a lost connection, a full disk: dozens of types
        raise VLMError(
            f"{asked_for}: the download of {repository}/{name} broke off ({_first_line(error)}); "
            f"try again, it goes on from there, or use --vlm offline"
        ) from error


def _available(repository: str, names: Sequence[str], asked_for: str) -> str:
    """The first of `names` that the repository answers for."""
    remedy = "connect, give a checkpoint on disk (open_clip:MODEL:FILE), or use --vlm offline"
    if os.environ.get("HF_HUB_OFFLINE", "").upper() in {"1", "ON", "YES", "TRUE"}:
        raise VLMError(
            f"{asked_for}: its weights are not on this machine and HF_HUB_OFFLINE forbids to fetch "
            f"them; unset it, or use --vlm offline"
        )
    found: list[str] = []
    faults: list[str] = []

    def ask() -> None:
        from huggingface_hub import get_hf_file_metadata, hf_hub_url

        for name in names:
            try:
                get_hf_file_metadata(hf_hub_url(repository, name), timeout=PROBE_SECONDS)
                found.append(name)
                return
            except Exception as error:  # no network, a proxy's refusal, no such file
                faults.append(_first_line(error))

    # in a thread, because a name server that does not answer knows no timeout
    thread = threading.Thread(target=ask, daemon=True, name="hub-probe")
    thread.start()
    thread.join(PROBE_SECONDS)
    if found:
        return found[0]
    fault = faults[-1] if faults else f"no answer within {PROBE_SECONDS:.0f} seconds"
    raise VLMError(
        f"{asked_for}: its weights are not on this machine and {repository} cannot be reached "
        f"({fault}); {remedy}"
    )


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:160] if lines else type(error).__name__
