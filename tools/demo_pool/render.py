"""Renders pictures of the demo's classes; what is already there is not made again.

python -m tools.demo_pool.render --out FOLDER [--classes "plate,fork"] [--views 90]
"""

import argparse
import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import drjit
import mitsuba as mi
import numpy as np
from PIL import Image

from laser_core.basics.files import draft_of
from tools.demo_pool import INSTANCES, PIXELS, VIEWS
from tools.demo_pool.catalogue import BY_NAME, CATALOGUE
from tools.demo_pool.develop import denoise, develop
from tools.demo_pool.scene import make_scene, view_rng
from tools.demo_pool.textures import Picture

TRACED_PIXELS = 192  # traced larger and shrunk: sharper than more samples at the same cost
SAMPLES = 5  # light paths a pixel; the denoiser does the rest


def prepare_renderer() -> None:
    """Choose Mitsuba's plain variant, and one thread for it and for the denoiser."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    mi.set_variant("scalar_rgb")
    drjit.set_thread_count(1)


def render(name: str, instance: int, view: int, folder: Path, samples: int = SAMPLES) -> Picture:
    """(PIXELS, PIXELS, 3) photograph `view` of object `instance` of class `name`."""
    rng = view_rng(name, instance, view)
    scene = make_scene(name, instance, rng, TRACED_PIXELS, samples, folder)
    traced = np.array(mi.render(mi.load_dict(scene), seed=view + 1000 * instance))
    return develop(denoise(traced), rng, PIXELS)


def render_all(out: Path, names: Sequence[str], views: range, samples: int) -> None:
    """Render view by view, so that a run that is cut off leaves all classes alike."""
    prepare_renderer()
    out.mkdir(parents=True, exist_ok=True)
    begin, made = time.perf_counter(), 0
    with tempfile.TemporaryDirectory() as folder:
        for view in views:
            for name in names:
                instance = view % INSTANCES
                file = out / f"{name.replace(' ', '_')}_{instance:02d}_{view:03d}.png"
                if file.exists():
                    continue
                picture = render(name, instance, view, Path(folder), samples)
                with draft_of(file) as draft:
                    Image.fromarray(picture).save(draft, "PNG")
                made += 1
            seconds = (time.perf_counter() - begin) / max(made, 1)
            print(f"view {view}: {made} pictures, {seconds:.2f} s each", flush=True)


def main() -> None:
    """Read the command line and render."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder for the PNG files")
    parser.add_argument("--classes", help="names, separated by commas; default: all 52")
    parser.add_argument("--first-view", type=int, default=0)
    parser.add_argument("--views", type=int, default=VIEWS, help="the view to end before")
    parser.add_argument("--samples", type=int, default=SAMPLES, help="fewer are only for a look")
    options = parser.parse_args()
    names = options.classes.split(",") if options.classes else [c.name for c in CATALOGUE]
    unknown = [name for name in names if name not in BY_NAME]
    if unknown:
        parser.error(f"unknown class {unknown[0]!r}; the classes are: {', '.join(BY_NAME)}")
    render_all(options.out, names, range(options.first_view, options.views), options.samples)


if __name__ == "__main__":
    main()
