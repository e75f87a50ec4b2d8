"""Pictures of one colour each, and a model that sees which: it reads what it is sent."""

import base64
import io

from PIL import Image

from laser_core.data.base import ImageSource, Item
from tests.llm.server import Answer

COLOURS = {"cat": (220, 20, 20), "dog": (20, 200, 20), "truck": (20, 20, 220)}


class ColouredSource(ImageSource):
    """id -> class; each picture has its class's colour and a shade of its own."""

    def __init__(self, classes, side=8, same=()):
        super().__init__("colours", [Item(id, name, "test") for id, name in classes.items()])
        self._side, self._same = side, set(same)

    def content_key(self, id):
        return "one content" if id in self._same else f"content of {id}"

    def image(self, id):
        return Image.new("RGB", (self._side, self._side // 2), COLOURS[self.label(id)])


def picture_in(request):
    """(bytes, picture) that a request holds."""
    _, part = request["messages"][0]["content"]
    head, _, data = part["image_url"]["url"].partition(",")
    assert head == "data:image/jpeg;base64"
    encoded = base64.b64decode(data, validate=True)
    return encoded, Image.open(io.BytesIO(encoded))


def class_in(request):
    """The class that a request's picture is of."""
    seen = picture_in(request)[1].convert("RGB").getpixel((0, 0))
    return min(COLOURS, key=lambda name: _distance(COLOURS[name], seen))


def _distance(first, second):
    return sum((a - b) ** 2 for a, b in zip(first, second, strict=True))


def saying(**replies):
    """Answers each request with the reply for the class that its picture is of."""
    return lambda request: Answer(replies[class_in(request)])
