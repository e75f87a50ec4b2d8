"""The question that a vision chat model is asked: which of some names a picture shows."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence

from PIL import Image

from laser_core.llm.endpoint.connection import Content
from laser_core.llm.lexicon.words import clean

PROMPT_VERSION = 1  # raised when the words, or what is done to a picture, change
LARGEST_SIDE = 512  # pixels of what is sent; OpenAI counts a picture of that size as one tile
QUALITY = 95  # of the JPEG, at full colour resolution: pictures of 32 pixels have none to lose


def prompt_for(names: Sequence[str]) -> str:
    """The words of the question; one name a line, as a name may have commas."""
    listed = "\n".join(f"- {' '.join(clean(name).split())}" for name in names)
    return (
        f"Which one of these does the picture show?\n{listed}\n"
        "Answer with that one name, as it is written here, and nothing else."
    )


def jpeg_of(image: Image.Image) -> bytes:
    """A picture as it is sent: a JPEG of at most `LARGEST_SIDE` pixels, never enlarged.

    It is made of pixels alone: place, time and camera of a photo do not go along.
    """
    small = image.convert("RGB")
    small.thumbnail((LARGEST_SIDE, LARGEST_SIDE), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    Image.frombytes("RGB", small.size, small.tobytes()).save(
        file, "JPEG", quality=QUALITY, subsampling=0
    )
    return file.getvalue()


def content_of(prompt: str, image: Image.Image) -> Content:
    """The message: the words, then the picture as a data URI."""
    data = base64.b64encode(jpeg_of(image)).decode("ascii")
    return [
        {"type": "text", "text": prompt},
        {"type": "image_url", "image_url": {"url": f"data:image/jpeg;base64,{data}"}},
    ]
