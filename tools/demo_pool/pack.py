"""Packs rendered pictures into the one file that is shipped, and writes its manifest.

python -m tools.demo_pool.pack --rendered FOLDER [--keep OLD.parquet] [--out FOLDER]
"""

import argparse
import hashlib
import io
import json
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from tools.demo_pool import GENERATOR_VERSION, PIXELS, TEST_INSTANCES
from tools.demo_pool.catalogue import BY_NAME, CATALOGUE

FILE_NAME = "demo_pool.parquet"
ASSETS = Path(__file__).resolve().parents[2] / "laser_core" / "data" / "demo_pool"
SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("label", pa.string()),
        ("superclass", pa.string()),
        ("setting", pa.string()),
        ("set", pa.string()),
        ("instance", pa.int64()),
        ("view", pa.int64()),
        ("split", pa.string()),
        ("image", pa.binary()),
    ]
)
PROVENANCE = (
    "Every picture was made by this project's own code (tools/demo_pool): meshes, textures, light "
    "and rooms are computed, traced with Mitsuba 3 (BSD-3-Clause) and cleaned with Intel Open "
    "Image Denoise (Apache-2.0). No third-party picture, mesh, texture or light map is in them."
)
LETTERING = (
    "Words on labels and figures on clocks are generic or invented and drawn with Pillow's "
    "built-in font, Aileron Regular by Sora Sagano, which its author released under CC0 1.0 (its "
    "name table says 'No Rights Reserved.'), so nothing has to be asked or credited for them."
)


def row(name: str, instance: int, view: int, image: bytes) -> dict[str, object]:
    """One row of the file for a picture of object `instance` of class `name`."""
    entry = BY_NAME[name]
    return {
        "id": f"{name.replace(' ', '_')}-{instance:02d}-{view:03d}",
        "label": name,
        "superclass": entry.superclass,
        "setting": entry.setting,
        "set": "hard" if entry.hard else "main",
        "instance": instance,
        "view": view,
        "split": "test" if instance in TEST_INSTANCES else "pool",
        "image": image,
    }


def as_webp(picture: Path, quality: int) -> bytes:
    """The picture, at most PIXELS wide, as the bytes of a WebP file."""
    image = Image.open(picture).convert("RGB")
    if image.width != PIXELS:
        image = image.resize((PIXELS, PIXELS), Image.Resampling.LANCZOS)
    data = io.BytesIO()
    image.save(data, "WEBP", quality=quality, method=6)
    return data.getvalue()


def rendered_rows(folder: Path, quality: int) -> list[dict[str, object]]:
    """Rows for the pictures that `render.py` left in `folder`: CLASS_INSTANCE_VIEW.png."""
    rows = []
    for picture in sorted(folder.glob("*.png")):
        name, instance, view = picture.stem.rsplit("_", 2)
        label = name.replace("_", " ")
        rows.append(row(label, int(instance), int(view), as_webp(picture, quality)))
    return rows


def kept_rows(parquet: Path) -> list[dict[str, object]]:
    """Rows of an earlier file, with the catalogue's present superclasses and sets."""
    columns = ["label", "instance", "view", "image"]
    old = pq.read_table(parquet, columns=columns).to_pylist()
    return [row(r["label"], r["instance"], r["view"], r["image"]) for r in old]


def in_order(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """`rows` in the catalogue's order; of two with one id the later is kept."""
    position = {entry.name: place for place, entry in enumerate(CATALOGUE)}
    unique = {r["id"]: r for r in rows}.values()
    return sorted(unique, key=lambda r: (position[r["label"]], r["instance"], r["view"]))


def manifest(rows: list[dict[str, object]], parquet: Path) -> dict[str, object]:
    """What stands beside the file: checksum, classes in order, counts, where it comes from."""
    data = parquet.read_bytes()
    counts = Counter((r["label"], r["split"]) for r in rows)
    present = [entry for entry in CATALOGUE if counts[entry.name, "pool"]]
    return {
        "file": parquet.name,
        "bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "pictures": len(rows),
        "pixels": PIXELS,
        "generator_version": GENERATOR_VERSION,
        "provenance": PROVENANCE,
        "lettering": LETTERING,
        "classes": [
            {
                "name": entry.name,
                "superclass": entry.superclass,
                "setting": entry.setting,
                "set": "hard" if entry.hard else "main",
                "pool": counts[entry.name, "pool"],
                "test": counts[entry.name, "test"],
            }
            for entry in present
        ],
    }


def main() -> None:
    """Read the command line, write the file and its manifest, say how large it became."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rendered", type=Path, help="folder of PNG files made by render.py")
    parser.add_argument("--keep", type=Path, help="earlier file: its other pictures stay in")
    parser.add_argument("--out", type=Path, default=ASSETS)
    parser.add_argument("--quality", type=int, default=85, help="of the WebP pictures, 0 to 100")
    options = parser.parse_args()
    rows = kept_rows(options.keep) if options.keep else []
    if options.rendered:
        rows += rendered_rows(options.rendered, options.quality)
    rows = in_order(rows)
    options.out.mkdir(parents=True, exist_ok=True)
    parquet = options.out / FILE_NAME
    pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMA), parquet, compression="zstd")
    text = json.dumps(manifest(rows, parquet), indent=1, ensure_ascii=False)
    (options.out / "manifest.json").write_text(text + "\n", encoding="utf-8")
    size = parquet.stat().st_size
    print(f"{parquet}: {len(rows)} pictures, {size:,} bytes, {size / len(rows):0.0f} a picture")


if __name__ == "__main__":
    main()
