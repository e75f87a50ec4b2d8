"""Claim: embedding a pool, decoding included, runs at 75% of the bare network's rate or more.

    python -m benchmarks.embedding_rate                        the demo pool
    python -m benchmarks.embedding_rate --pool FOLDER --images 2000 --repeats 5

End to end and the network alone take turns on the same pictures, so that other load on the machine
meets both; each end-to-end turn starts with an empty cache. CPU seconds say more than rates there.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from laser_core.basics.files import default_cache_dir
from laser_core.data.base import ImageSource
from laser_core.data.open import open_pool
from laser_core.progress import drain
from laser_core.vlm.base import VisionLanguageModel
from laser_core.vlm.choose import open_vlm
from laser_core.vlm.embed import embed_images


def main() -> None:
    """Measure, print one line a turn, then the medians and what the time goes to."""
    options = _options()
    source = open_pool(options.pool, options.data_root)
    ids = source.ids().tolist()
    step = max(1, len(ids) // options.images)  # spread over the pool: classes differ in size
    source = source.subset(ids[::step][: options.images])
    vlm = open_vlm(options.vlm, options.device, default_cache_dir())
    pixels = np.stack([vlm.prepare(source.small_image(id, vlm.side)) for id in source.ids()])
    vlm.features(pixels[: vlm.batch])  # loads the network
    print(f"{vlm.name}; {source.name}, n = {len(source)} pictures; {hardware()}; {commit()}")
    turns = []
    for turn in range(options.repeats):
        bare = timed(lambda: bare_network(vlm, pixels))
        whole = timed(lambda: end_to_end(source, vlm, options.threads))
        turns.append((bare, whole))
        print(f"turn {turn + 1}: network {line(bare, source)}; end to end {line(whole, source)}")
    summary(turns, len(source))
    print(f"threads to decode: {options.threads or os.cpu_count()}; {costs(source, vlm)}")


def bare_network(vlm: VisionLanguageModel, pixels: np.ndarray) -> None:
    """The network on prepared pictures, in the batches that the cache uses."""
    for start in range(0, len(pixels), vlm.batch):
        vlm.features(pixels[start : start + vlm.batch])


def end_to_end(source: ImageSource, vlm: VisionLanguageModel, threads: int | None) -> None:
    """What `python -m laser_core embed` does, into an empty cache."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        drain(embed_images(source, vlm, Path(folder), threads))


def timed(work: Callable[[], None]) -> tuple[float, float]:
    """(wall seconds, CPU seconds of all threads)."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def line(seconds: tuple[float, float], source: ImageSource) -> str:
    """Images a second and CPU milliseconds an image."""
    wall, cpu = seconds
    return f"{len(source) / wall:.0f} images/s ({1000 * cpu / len(source):.2f} CPU ms an image)"


def summary(turns: list[tuple[tuple[float, float], tuple[float, float]]], n: int) -> None:
    """Medians with the range over the turns; the ratio is taken turn by turn."""
    for name, values in (
        ("network, images/s", [n / bare[0] for bare, _ in turns]),
        ("end to end, images/s", [n / whole[0] for _, whole in turns]),
        ("end to end / network, by the clock", [bare[0] / whole[0] for bare, whole in turns]),
        ("end to end / network, by CPU time", [bare[1] / whole[1] for bare, whole in turns]),
    ):
        spread = f"{min(values):.3g} to {max(values):.3g}"
        print(f"{name}: median {statistics.median(values):.3g} ({spread}, {len(values)} turns)")


def costs(source: ImageSource, vlm: VisionLanguageModel) -> str:
    """CPU milliseconds a picture of each part beside the network, one thread."""
    ids = source.ids().tolist()[:300]
    start = time.thread_time()
    for id in ids:
        source.content_key(id)
    hashed = time.thread_time()
    images = [source.small_image(id, vlm.side) for id in ids]
    decoded = time.thread_time()
    for image in images:
        vlm.prepare(image)
    parts = (hashed - start, decoded - hashed, time.thread_time() - decoded)
    read, decode, prepare = (1000 * part / len(ids) for part in parts)
    return f"CPU ms an image: read and hash {read:.2f}, decode {decode:.2f}, prepare {prepare:.2f}"


def hardware() -> str:
    """Processor and cores, and how busy they were."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [
            row.split(":")[1].strip() for row in info.read_text().splitlines() if "name" in row
        ]
        model = names[0] if names else model
    load = f", load {os.getloadavg()[0]:.1f} at the start" if hasattr(os, "getloadavg") else ""
    return f"{model}, {os.cpu_count()} cores{load}"


def commit() -> str:
    """The commit that was measured."""
    git = ["git", "rev-parse", "--short", "HEAD"]
    found = subprocess.run(git, capture_output=True, text=True, cwd=Path(__file__).parent)
    return f"commit {found.stdout.strip() or 'unknown'}"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--pool", default="demo", help="as for `python -m laser_core run`")
    parser.add_argument("--data-root", type=Path, default=None)
    parser.add_argument("--vlm", default="offline", help="auto, offline or open_clip:MODEL/WEIGHTS")
    parser.add_argument("--device", default="auto", help="auto, cpu or cuda")
    parser.add_argument("--images", type=int, default=1200, help="pictures a turn")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument(
        "--threads", type=int, default=None, help="to decode; one a core if not given"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
