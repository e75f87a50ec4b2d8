"""From traced light to a picture: denoise, expose, tone-map, shrink, add a sensor's grain."""

import numpy as np
from PIL import Image

from tools.demo_pool.mesh import Array
from tools.demo_pool.textures import Picture


def denoise(traced: Array) -> Array:
    """(H, W, 3) light without noise, from (H, W, C): colour first, albedo and normals last."""
    import mitsuba_oidn  # only the renderer needs it; tests of `develop` do not

    clean = np.nan_to_num(traced).astype(np.float32)
    colour, albedo, normal = clean[..., :3], np.clip(clean[..., -6:-3], 0, 1), clean[..., -3:]
    return np.array(
        mitsuba_oidn.denoise(
            np.ascontiguousarray(colour),
            albedo=np.ascontiguousarray(albedo),
            normal=np.ascontiguousarray(normal),
            hdr=True,
        )
    )


def develop(light: Array, rng: np.random.Generator, pixels: int) -> Picture:
    """(pixels, pixels, 3) sRGB picture of (H, H, 3) light.

    Exposure follows the mean log brightness, half of it that of the middle; then a slight
    colour cast, an ACES-like curve, Lanczos shrinking and grain of 1.5 grey levels.
    """
    image = np.minimum(np.nan_to_num(np.asarray(light, float)), 8)
    size = image.shape[0]
    middle = slice(size // 5, size - size // 5)
    brightness = np.log(np.clip(image.mean(-1), 1e-3, 4))
    key = 0.5 * np.exp(brightness.mean()) + 0.5 * np.exp(brightness[middle, middle].mean())
    image = image * rng.uniform(0.17, 0.27) / key
    image = image * np.array([rng.uniform(0.93, 1.07), 1, rng.uniform(0.93, 1.07)])
    image = image * (2.51 * image + 0.03) / (image * (2.43 * image + 0.59) + 0.14)
    image = np.clip(image, 0, 1)
    srgb = np.where(image < 0.0031308, 12.92 * image, 1.055 * image ** (1 / 2.4) - 0.055)
    picture = (np.clip(srgb, 0, 1) * 255 + 0.5).astype(np.uint8)
    if pixels != size:
        shrunk = Image.fromarray(picture).resize((pixels, pixels), Image.Resampling.LANCZOS)
        picture = np.array(shrunk)
    grainy = picture + rng.normal(0, 1.5, picture.shape)
    return np.clip(grainy, 0, 255).astype(np.uint8)
