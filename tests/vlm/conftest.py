"""The offline model, loaded once, and pictures made on the spot."""

import io

import numpy as np
import pytest
from PIL import Image

from laser_core.basics.seeding import rng_for
from laser_core.data.base import EncodedSource, Item
from laser_core.vlm.offline.model import OfflineVLM


@pytest.fixture(scope="session")
def vlm_cache(tmp_path_factory):
    return tmp_path_factory.mktemp("vlm-cache")


@pytest.fixture(scope="session")
def offline(vlm_cache):
    return OfflineVLM(vlm_cache)


class PicturesInMemory(EncodedSource):
    """Encoded pictures by id. Counts how often each was decoded."""

    def __init__(self, pictures):
        super().__init__("in memory", [Item(id, None, "pool") for id in pictures])
        self.pictures = dict(pictures)
        self.decoded = []

    def file_bytes(self, id):
        return self.pictures[id]

    def small_image(self, id, least_side):
        self.decoded.append(id)
        return super().small_image(id, least_side)

    def stamp(self, id):
        return f"stamp of {id}"


def png(seed, size=(20, 16)):
    """The bytes of a picture of noise."""
    pixels = rng_for(seed).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def pictures():
    """Ten different pictures under the ids p0 to p9."""
    return PicturesInMemory({f"p{i}": png(i) for i in range(10)})
