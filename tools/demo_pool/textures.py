"""Textures computed from noise: sRGB pictures as uint8 arrays (H, W, 3), bump maps as (H, W)."""

import colorsys
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

Array = npt.NDArray[np.float64]
Picture = npt.NDArray[np.uint8]
Colour = Sequence[float] | Array


def hsv(hue: float, saturation: float, value: float) -> Array:
    """(3,) RGB in 0..1; the hue is a circle, so 1.2 is 0.2."""
    return np.array(colorsys.hsv_to_rgb(hue % 1, saturation, value))


def as_bytes(image: Array) -> Picture:
    """0..1 as uint8, clipped."""
    return (np.clip(image, 0, 1) * 255).astype(np.uint8)


def mix(first: Colour, second: Colour, share: Array) -> Array:
    """Pixelwise between two colours: 0 is the first, 1 the second."""
    weight = np.clip(share, 0, 1)[..., None]
    return np.array(first) * (1 - weight) + np.array(second) * weight


def noise(
    rng: np.random.Generator,
    height: int,
    width: int,
    beta: float = 2.0,
    stretch_x: float = 1.0,
    stretch_y: float = 1.0,
) -> Array:
    """(height, width) tileable noise of deviation 1; larger `beta` is smoother, 0 is grain.

    A stretch below 1 draws the pattern out along that axis.
    """
    fy = np.fft.fftfreq(height)[:, None] * height * stretch_y
    fx = np.fft.rfftfreq(width)[None] * width * stretch_x
    frequency = np.sqrt(fx**2 + fy**2)
    frequency[0, 0] = 1
    spectrum = rng.normal(size=frequency.shape) + 1j * rng.normal(size=frequency.shape)
    spectrum = spectrum / frequency ** (beta / 2 + 0.5)
    spectrum[0, 0] = 0
    field = np.fft.irfft2(spectrum, s=(height, width))
    unit: Array = field / (field.std() + 1e-9)
    return unit


def _pixel_grid(size: int) -> tuple[Array, Array]:
    y, x = np.mgrid[:size, :size]
    return y, x


# --- surfaces of rooms -------------------------------------------------------------------------

WOODS = (
    (0.55, 0.36, 0.2),
    (0.42, 0.25, 0.13),
    (0.72, 0.53, 0.33),
    (0.8, 0.66, 0.47),
    (0.3, 0.18, 0.1),
    (0.62, 0.45, 0.3),
)
MARBLES = ((0.9, 0.89, 0.87), (0.2, 0.2, 0.22), (0.75, 0.7, 0.64), (0.55, 0.56, 0.58))
BRICKS = ((0.55, 0.27, 0.2), (0.75, 0.72, 0.68), (0.45, 0.3, 0.25))


def wood(rng: np.random.Generator, size: int = 384) -> Picture:
    """Two to five planks with grain and year rings."""
    base = np.array(WOODS[rng.integers(len(WOODS))])
    grain = noise(rng, size, size, 1.5, stretch_x=0.12, stretch_y=6)
    wobble = noise(rng, size, size, 3, stretch_x=1, stretch_y=3)
    rings = np.sin(wobble * 5 + np.arange(size)[:, None] / size * 20)
    image = base * (1 + 0.10 * grain + 0.07 * rings)[..., None]
    planks = rng.integers(2, 6)
    for plank in range(planks):
        y = int(plank * size / planks)
        image[y : y + 2] *= 0.6
        image[y : y + size // planks] *= rng.uniform(0.88, 1.1)
    return as_bytes(image)


def marble(rng: np.random.Generator, size: int = 384) -> Picture:
    """Stone with dark veins."""
    base = np.array(MARBLES[rng.integers(4)])
    veins = np.exp(-np.abs(noise(rng, size, size, 2.6)) * 9)
    speckle = noise(rng, size, size, 0.6)
    clouds = noise(rng, size, size, 2)
    return as_bytes(base * (1 - 0.25 * veins + 0.05 * clouds + 0.04 * speckle)[..., None])


def cloth(rng: np.random.Generator, size: int = 384) -> Picture:
    """Gingham, striped or plain weave."""
    hue = rng.uniform()
    base = hsv(hue, rng.uniform(0.05, 0.6), rng.uniform(0.4, 0.95))
    second = hsv(hue + rng.uniform(-0.1, 0.1), rng.uniform(0.1, 0.7), rng.uniform(0.3, 0.95))
    y, x = _pixel_grid(size)
    kind = rng.integers(3)
    bands = rng.integers(5, 14)
    gingham = (x * bands // size) % 2 * 0.5 + (y * bands // size) % 2 * 0.5
    striped = ((x * bands * 2 // size) % 2) * 0.7
    share = [gingham, striped, np.zeros((size, size))][kind]
    weave = 0.05 * noise(rng, size, size, 0.3) + 0.04 * noise(rng, size, size, 2)
    return as_bytes(mix(base, second, share) * (1 + weave)[..., None])


def tiles(rng: np.random.Generator, size: int = 384) -> Picture:
    """Square or flat tiles with joints."""
    count = rng.integers(3, 8)
    base = hsv(rng.uniform(), rng.uniform(0, 0.3), rng.uniform(0.6, 0.95))
    y, x = _pixel_grid(size)
    across = (x * count / size) % 1
    upwards = (y * count / size * rng.choice([1, 2])) % 1
    image = base * (1 + 0.03 * noise(rng, size, size, 1.5))[..., None] * np.ones(3)
    image[(across < 0.04) | (upwards < 0.06)] = 0.8 * base.mean() + 0.1
    return as_bytes(image)


def brick(rng: np.random.Generator, size: int = 384) -> Picture:
    """A brick wall; each brick has a tone of its own."""
    count = 8
    y, x = _pixel_grid(size)
    course = y * count * 2 // size
    across = (x * count / size) + (course % 2) * 0.5
    upwards = (y * count * 2 / size) % 1
    which = (np.floor(across).astype(int) * 7 + course * 13) % 97
    tone = rng.uniform(0.75, 1.1, 97)[which]
    base = np.array(BRICKS[rng.integers(3)])
    image = base * (tone * (1 + 0.08 * noise(rng, size, size, 0.8)))[..., None]
    image[((across % 1) < 0.05) | (upwards < 0.1)] = 0.65
    return as_bytes(image)


def plaster(rng: np.random.Generator, size: int = 256) -> Picture:
    """A painted wall."""
    base = hsv(rng.uniform(), rng.choice([0.03, 0.1, 0.3, 0.45]), rng.uniform(0.45, 0.95))
    uneven = 0.02 * noise(rng, size, size, 1.2) + 0.03 * noise(rng, size, size, 3)
    return as_bytes(base * (1 + uneven)[..., None])


def striped_wallpaper(rng: np.random.Generator, size: int = 256) -> Picture:
    """Ten stripes of two near tones."""
    base = hsv(rng.uniform(), rng.uniform(0.05, 0.3), rng.uniform(0.6, 0.95))
    _, x = _pixel_grid(size)
    return as_bytes(mix(base, base * 0.85, ((x * 10 // size) % 2) * 1.0))


def carpet(rng: np.random.Generator, size: int = 384) -> Picture:
    """Grainy floor covering."""
    base = hsv(rng.uniform(), rng.uniform(0.05, 0.5), rng.uniform(0.3, 0.8))
    pile = 0.14 * noise(rng, size, size, 0.2) + 0.05 * noise(rng, size, size, 2)
    return as_bytes(base * (1 + pile)[..., None])


# --- surfaces of objects -----------------------------------------------------------------------


def ceramic(rng: np.random.Generator, size: int = 256) -> Picture:
    """Glazed pottery: plain, banded, dotted, speckled, flowered or striped."""
    hue = rng.uniform()
    if rng.uniform() < 0.6:  # light
        base = hsv(hue, rng.uniform(0, 0.2), rng.uniform(0.82, 0.97))
    else:
        base = hsv(hue, rng.uniform(0.4, 0.85), rng.uniform(0.25, 0.8))
    paint = hsv(hue + rng.uniform(0.1, 0.6), rng.uniform(0.5, 0.9), rng.uniform(0.25, 0.8))
    y, x = np.mgrid[:size, :size] / size
    kind = rng.integers(7)
    image = np.ones((size, size, 3)) * base
    if kind == 1:
        for _ in range(rng.integers(1, 4)):
            image[np.abs(y - rng.uniform(0.1, 0.9)) < rng.uniform(0.01, 0.05)] = paint
    elif kind == 2:
        dots = rng.integers(6, 14)
        image[((x * dots) % 1 - 0.5) ** 2 + ((y * dots * 0.6) % 1 - 0.5) ** 2 < 0.06] = paint
    elif kind == 3:
        image = image * (1 - 0.35 * (noise(rng, size, size, 0.1) > 2.2))[..., None]
    elif kind == 4:
        _paint_flowers(rng, image, x, y, paint)
    elif kind == 5:
        image[((x * rng.integers(10, 24)) % 1) < 0.35] = paint
    return as_bytes(image)


def _paint_flowers(
    rng: np.random.Generator, image: Array, x: Array, y: Array, paint: Colour
) -> None:
    """Scatter 26 five-leaved flowers over `image`, in place."""
    for _ in range(26):
        centre_x, centre_y, size = rng.uniform(size=3)
        size = 0.02 + 0.03 * size
        angle = np.arctan2(y - centre_y, x - centre_x)
        distance = np.hypot(x - centre_x, y - centre_y)
        image[distance < size * (0.7 + 0.4 * np.cos(5 * angle))] = paint
        image[distance < size * 0.3] = hsv(0.13, 0.8, 0.9)


def label(
    rng: np.random.Generator,
    words: Sequence[str],
    base: Colour | None = None,
    letter_height: int = 51,
    size: int = 256,
) -> Picture:
    """A printed label: bands, perhaps a disc, one of the `words` and three lines of small print."""
    hue = rng.uniform()
    if base is None:
        base = hsv(hue, rng.uniform(0.3, 0.9), rng.uniform(0.3, 0.9))
    image = Image.new("RGB", (size, size), _pixel(base))
    draw = ImageDraw.Draw(image)
    colour = _pixel(hsv(hue + rng.uniform(0.3, 0.7), rng.uniform(0.1, 0.8), rng.uniform(0.6, 1)))
    for _ in range(rng.integers(1, 4)):
        y = int(rng.integers(0, size))
        draw.rectangle([0, y, size, y + int(rng.integers(6, 40))], fill=colour)
    if rng.uniform() < 0.5:
        middle, radius = size // 2, size // 5
        box = [middle - radius, middle - radius, middle + radius, middle + radius]
        draw.ellipse(box, fill=colour)
    font = ImageFont.load_default(letter_height)
    word = words[rng.integers(len(words))]
    ink = (255, 255, 255) if np.mean(base) < 0.6 else (20, 20, 20)
    left = (size - draw.textlength(word, font=font)) / 2
    draw.text((left, size * 0.38), word, font=font, fill=ink)
    for line in range(3):
        top = size * (0.68 + 0.07 * line)
        draw.rectangle([size * 0.3, top, size * 0.7, size * (0.70 + 0.07 * line)], fill=ink)
    return np.array(image)


def _pixel(colour: Colour) -> tuple[int, int, int]:
    red, green, blue = as_bytes(np.array(colour)).tolist()
    return red, green, blue


def fruit_skin(
    rng: np.random.Generator,
    first: Colour,
    second: Colour,
    spots: float = 0.15,
    streaks: float = 0.0,
    size: int = 256,
) -> Picture:
    """Two colours in clouds, with dark spots and, as on an apple, streaks from pole to pole."""
    clouds = 0.35 * noise(rng, size, size, 2.2)
    lines = 0.25 * noise(rng, size, size, 1, stretch_x=1, stretch_y=12) * streaks
    image = mix(first, second, np.clip(0.5 + clouds + lines, 0, 1))
    image *= (1 - spots * (noise(rng, size, size, 0.2) > 2.1))[..., None]
    return as_bytes(image)


def pitted(rng: np.random.Generator, beta: float = 0.8, size: int = 256) -> Picture:
    """(size, size) bump map of an uneven surface; smaller `beta` is finer."""
    return as_bytes(0.5 + 0.2 * noise(rng, size, size, beta))
