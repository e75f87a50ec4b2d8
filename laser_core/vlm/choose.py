"""Which vision-language model is used, and the sentence that says so on every screen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from laser_core.data.confirmation import require_confirmed
from laser_core.errors import VLMError
from laser_core.vlm.base import VisionLanguageModel
from laser_core.vlm.hub import file_names, find_in_cache

PREFIX = "open_clip:"
PREFERRED = "ViT-B-32/openai"  # the CLIP of the paper
PREFERRED_HUB_ENTRY = "timm/vit_base_patch32_clip_224.openai/"  # open_clip's, known without it


@dataclass(frozen=True)
class ModelChoice:
    """The model that a setting leads to on this machine.

    Args:
        spec: "offline" or "open_clip:..."; never "auto".
        sentence: which was taken, why, and the one option that changes it.
    """

    spec: str
    sentence: str


def choose_model(spec: str) -> ModelChoice:
    """What `spec` (auto, offline or open_clip:MODEL/WEIGHTS) means here. Quick; loads no model.

    `auto` takes CLIP only when its weights are already on this machine: it never downloads.

    Raises:
        VLMError: `spec` is none of the three.
        ConfigError: it is of a run from elsewhere, and nobody has said yet that it may be used.
    """
    require_confirmed("vlm", spec)
    if spec == "offline":
        return ModelChoice(
            spec,
            "Pictures and sentences are compared by the offline model (EfficientNet-Lite2 + "
            f"MiniLM), as asked for; --vlm {PREFIX}{PREFERRED} takes CLIP instead.",
        )
    if spec.startswith(PREFIX) and len(spec) > len(PREFIX):
        return ModelChoice(
            spec,
            f"Pictures and sentences are compared by open_clip {spec.removeprefix(PREFIX)}, as "
            f"asked for; --vlm offline takes the built-in model instead.",
        )
    if spec != "auto":
        raise VLMError(
            f"--vlm {spec}: choose auto, offline, or {PREFIX}MODEL/WEIGHTS "
            f"(for example {PREFIX}{PREFERRED})"
        )
    return _automatic()


def choice_sentence(spec: str) -> str:
    """Which model `spec` leads to on this machine, why, and the one option that changes it.

    Raises:
        VLMError: as for `choose_model`.
    """
    return choose_model(spec).sentence


def open_vlm(spec: str, device: str, cache_dir: Path) -> VisionLanguageModel:
    """The model that `spec` leads to, ready for use.

    Args:
        spec: auto, offline, open_clip:MODEL/WEIGHTS or open_clip:MODEL:FILE.
        device: auto, cpu or cuda; the offline model always uses the CPU.
        cache_dir: the folder of all caches.

    Raises:
        VLMError: the model, its weights or the device cannot be used.
        CacheError: `cache_dir` cannot be written.
    """
    chosen = choose_model(spec).spec
    if chosen == "offline":
        from laser_core.vlm.offline.model import OfflineVLM

        return OfflineVLM(cache_dir)
    from laser_core.vlm.clip import OpenClipVLM

    return OpenClipVLM(chosen.removeprefix(PREFIX), device)


def models_here(own: str) -> tuple[str, ...]:
    """The models that need no download: `own` first, the built-in one, CLIP where it is kept."""
    clip = (PREFIX + PREFERRED,) if _preferred_is_here() else ()
    return tuple(dict.fromkeys((own, "offline", *clip)))


def _preferred_is_here() -> bool:
    return find_in_cache(*file_names(PREFERRED_HUB_ENTRY)) is not None


def _automatic() -> ModelChoice:
    if _preferred_is_here():
        return ModelChoice(
            PREFIX + PREFERRED,
            f"Pictures and sentences are compared by CLIP ({PREFERRED}), whose weights are on this "
            f"machine; --vlm offline takes the built-in model instead.",
        )
    return ModelChoice(
        "offline",
        "Pictures and sentences are compared by the offline model (EfficientNet-Lite2 + MiniLM), "
        f"because no CLIP weights are on this machine; --vlm {PREFIX}{PREFERRED} downloads them.",
    )
