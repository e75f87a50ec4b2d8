"""Some pictures of the demo as a person would have them: in folders by class."""

from __future__ import annotations

from pathlib import Path

from laser_core.data.sets.demo import DemoSource

CLASSES = ("mug", "apple", "book", "chair")


def write_demo_pictures(folder: Path) -> None:
    """Twelve pictures of each of `CLASSES` in `train`, three in `test`."""
    source = DemoSource()
    for split, most in (("pool", 12), ("test", 3)):
        for name in CLASSES:
            own = folder / ("train" if split == "pool" else split) / name
            own.mkdir(parents=True)
            wanted = [i for i in source.items if i.label == name and i.split == split][:most]
            for item in wanted:
                (own / f"{item.id}.webp").write_bytes(source.file_bytes(item.id))
