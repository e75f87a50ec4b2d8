"""CLIP and its kin: any model of open_clip, by the name of its weights or from a checkpoint."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
from PIL import Image

from laser_core.basics.arrays import Floats, Ints, unit_rows
from laser_core.errors import VLMError
from laser_core.vlm.base import PreparedImage, VisionLanguageModel, require_numbers
from laser_core.vlm.hub import download, file_names, find_in_cache

TEXTS_AT_ONCE = 64
_ENCODED = {"encode_image": "pictures", "encode_text": "sentences"}
PREPROCESSING = ("mean", "std", "interpolation", "resize_mode")  # what a tag says of its pictures


@dataclass(frozen=True)
class Checkpoint:
    """Weights of an open_clip model, on this machine.

    Args:
        model: open_clip's name of the architecture ("ViT-B-32").
        weights: the tag, or the file's name, for the screen.
        path: the file.
        version: changes when the weights do.
        settings: further arguments for open_clip that the tag asks for.
    """

    model: str
    weights: str
    path: Path
    version: str
    settings: Mapping[str, Any] = field(default_factory=dict)


class OpenClipVLM(VisionLanguageModel):
    """A model of open_clip, in float32.

    Args:
        asked_for: "MODEL/WEIGHTS" (ViT-B-32/openai; fetched when it is not on this machine) or
            "MODEL:FILE" (a .safetensors, .pt or .bin checkpoint).
        device: "auto" (CUDA where there is one), "cpu" or "cuda".

    Raises:
        VLMError: no such model, weights or file, no connection to fetch them, a checkpoint that
            does not fit or gives no numbers, or no such device.
    """

    kind: Literal["offline", "open_clip"] = "open_clip"

    def __init__(self, asked_for: str, device: str = "auto") -> None:
        import open_clip

        self._device = torch_device(device)
        checkpoint = find_checkpoint(asked_for)
        self._model, self._transform = _load(checkpoint, self._device)
        self._tokenizer: Any = _tokenizer(open_clip, checkpoint.model)
        self.name = f"open_clip {checkpoint.model} ({checkpoint.weights})"
        self.key = self.text_key = f"open_clip:{checkpoint.model}:{checkpoint.version}:v1"
        size = self._model.visual.image_size
        self.side = int(min(size)) if isinstance(size, tuple | list) else int(size)
        self.batch = 256 if self._device == "cuda" else 32
        self.token_limit = int(getattr(self._tokenizer, "context_length", 77))
        self.dim = self.feature_dim = self.text_vectors(["a photo"]).shape[1]
        self.features(np.stack([self.prepare(Image.new("RGB", (8, 8), "#864"))]))  # may be NaN

    def prepare(self, image: Image.Image) -> PreparedImage:
        """(3, side, side) float32, resized and normalised as the weights want it."""
        pixels: PreparedImage = self._transform(image).numpy()
        return pixels

    def features(self, prepared: PreparedImage) -> Floats:
        """(n, F) float32 image embeddings, not yet of unit length."""
        parts = [
            self._encode("encode_image", prepared[i : i + self.batch])
            for i in range(0, len(prepared), self.batch)
        ]
        return np.concatenate(parts)

    def text_vectors(self, texts: Sequence[str]) -> Floats:
        """(n, D) float32 unit rows."""
        if not texts:
            return np.empty((0, self.dim), dtype=np.float32)
        parts = [
            self._encode("encode_text", self._tokenizer(list(texts[i : i + TEXTS_AT_ONCE])))
            for i in range(0, len(texts), TEXTS_AT_ONCE)
        ]
        return unit_rows(np.concatenate(parts))

    def token_counts(self, texts: Sequence[str]) -> Ints:
        """(n,) tokens of each sentence as this model's own tokenizer counts them."""
        if hasattr(self._tokenizer, "encode"):  # CLIP's own; it counts no end marks
            counts = [len(self._tokenizer.encode(text)) + 2 for text in texts]
        else:
            counts = [len(self._tokenizer.tokenizer(text)["input_ids"]) for text in texts]
        return np.array(counts, dtype=np.int64)

    def _encode(self, method: str, batch: Any) -> Floats:
        import torch

        with torch.inference_mode():
            tensor = torch.as_tensor(batch, device=self._device)
            encoded: Floats = getattr(self._model, method)(tensor).float().cpu().numpy()
        require_numbers(encoded, self.name, _ENCODED[method])
        return encoded


def torch_device(device: str) -> Literal["cpu", "cuda"]:
    """The device to compute on.

    Raises:
        VLMError: `device` is none of auto, cpu, cuda, or there is no CUDA device.
    """
    import torch

    if device not in ("auto", "cpu", "cuda"):
        raise VLMError(f"device {device!r} is not known; use auto, cpu or cuda")
    available = torch.cuda.is_available()
    if device == "cuda" and not available:
        raise VLMError("device cuda: this machine has no CUDA device; use --device cpu or auto")
    return "cuda" if available and device != "cpu" else "cpu"


def find_checkpoint(asked_for: str) -> Checkpoint:
    """The weights asked for as "MODEL/WEIGHTS" or "MODEL:FILE"; fetched if need be.

    Raises:
        VLMError: as for `OpenClipVLM`.
    """
    import open_clip

    separator = min((c for c in "/:" if c in asked_for), key=asked_for.index, default="")
    model, _, weights = asked_for.partition(separator) if separator else (asked_for, "", "")
    models = open_clip.list_models()
    if model not in models:
        raise VLMError(f"open_clip has no model {model!r}; {_closest(model, models)}")
    if separator == ":":
        return _from_file(model, Path(weights).expanduser())
    return _from_hub(model, weights)


def _from_file(model: str, path: Path) -> Checkpoint:
    if not path.is_file():
        raise VLMError(f"{path}: there is no such checkpoint file; check the path after {model}:")
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Checkpoint(model, path.name, path, digest[:16])


def _from_hub(model: str, tag: str) -> Checkpoint:
    from open_clip.pretrained import get_pretrained_cfg, list_pretrained_tags_by_model

    entry = get_pretrained_cfg(model, tag)
    tags = list_pretrained_tags_by_model(model)
    if not tags:
        raise VLMError(
            f"open_clip knows no weights for {model}; give a checkpoint as {model}:FILE, or "
            f"choose another model, for example ViT-B-32/openai"
        )
    if not entry or not entry.get("hf_hub"):
        raise VLMError(f"open_clip has no weights {tag!r} for {model}; {_closest(tag, tags)}")
    repository, names = file_names(entry["hf_hub"])
    path = find_in_cache(repository, names) or download(repository, names, f"{model}/{tag}")
    settings = {f"image_{name}": entry[name] for name in PREPROCESSING if name in entry}
    settings["force_quick_gelu"] = bool(entry.get("quick_gelu"))  # of OpenAI's weights
    return Checkpoint(model, tag, path, f"{tag}:{path.parent.name[:12]}", settings)


def _load(checkpoint: Checkpoint, device: str) -> tuple[Any, Any]:
    """The network with its weights, and the transform of its pictures."""
    import open_clip

    try:
        model, _, transform = open_clip.create_model_and_transforms(
            checkpoint.model,
            pretrained=str(checkpoint.path),
            device=device,
            weights_only=True,
            **checkpoint.settings,
        )
    except Exception as error:  # open_clip, PyTorch and safetensors each have their own types
        raise VLMError(
            f"{checkpoint.path} does not fit {checkpoint.model} ({_reason(error)}); give the model "
            f"it was trained as, and a .safetensors file or a plain state dict"
        ) from error
    return model.eval(), transform


def _tokenizer(open_clip: Any, model: str) -> Any:
    try:
        return open_clip.get_tokenizer(model)
    except Exception as error:  # some models fetch their tokenizer from the hub
        raise VLMError(
            f"{model}: its tokenizer is not on this machine and cannot be fetched "
            f"({_reason(error)}); connect, or choose a model with CLIP's own, as ViT-B-32"
        ) from error


def _reason(error: Exception) -> str:
    """What went wrong, on one short line: PyTorch lists each tensor that does not fit."""
    if "Weights only load failed" in str(error):
        return "it holds programs or objects besides numbers, which are not loaded"
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    telling = [line for line in lines if "mismatch" in line or "Missing" in line]
    return (telling or lines or [type(error).__name__])[0][:160]


def _closest(name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, known, n=4, cutoff=0.3) or list(known[:4])
    return f"the closest are: {', '.join(near)}"
