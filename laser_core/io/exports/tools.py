"""Labels for Hugging Face, Label Studio and FiftyOne, beside the pictures of `place_pictures`."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import quoteattr

from laser_core.basics.disk_faults import remedy
from laser_core.data.tables.spreadsheet import safe_csv
from laser_core.errors import StoreError
from laser_core.io.exports.pictures import PlacedPicture
from laser_core.io.label_files.label_text import IRRELEVANT, choice_of, full_text
from laser_core.pool import Label
from laser_core.store.log.replay import Answer

LOCAL_FILES = "/data/local-files/?d="  # how Label Studio addresses files below its document root


def write_hugging_face(placed: Sequence[PlacedPicture], out: Path) -> Path:
    """Write `metadata.csv` for `load_dataset("imagefolder", data_dir=out)`; returns its path.

    Columns: file_name (relative, as the format wants it), label ("irrelevant: tree" for an
    irrelevant tree), status, id, round, labeller.

    Raises:
        StoreError: it cannot be written.
    """
    path = out / "metadata.csv"
    header = ("file_name", "label", "status", "id", "round", "labeller")
    rows = [
        (p.path, full_text(p.answer.label), p.answer.label.state, p.answer.image, p.answer.round,
         p.answer.actor)
        for p in placed
    ]  # fmt: skip
    return _write(path, safe_csv(header, rows))


def write_label_studio(
    placed: Sequence[PlacedPicture],
    relevant: Sequence[str],
    out: Path,
    prefix: str = LOCAL_FILES,
    skipped: Sequence[Answer] = (),
) -> list[Path]:
    """Write `label_studio.json` (tasks with annotations) and `label_studio.xml` (the labelling
    interface to give the project); returns both paths.

    Args:
        placed: the pictures.
        relevant: the classes, in order.
        out: the folder of the pictures.
        prefix: what stands before a picture's relative path. The default wants the environment
            variable LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT to be `out`.
        skipped: unsure answers, as cancelled annotations; their image is the id.

    Raises:
        StoreError: they cannot be written.
    """
    tasks = [_task(p.answer, prefix + quote(p.path)) for p in placed]
    tasks += [_task(answer, prefix + quote(answer.image)) for answer in skipped]
    classes = [choice_of(Label("relevant", name)) for name in relevant]
    choices = "".join(f"<Choice value={_attribute(c)}/>" for c in (*classes, IRRELEVANT))
    interface = (
        '<View><Image name="image" value="$image"/>'
        f'<Choices name="class" toName="image" choice="single">{choices}</Choices>'
        '<TextArea name="name" toName="image" maxSubmissions="1"/></View>\n'
    )
    return [
        _write(out / "label_studio.json", json.dumps(tasks, ensure_ascii=False, indent=1)),
        _write(out / "label_studio.xml", interface),
    ]


def _task(answer: Answer, image: str) -> dict[str, Any]:
    label = answer.label
    results: list[dict[str, Any]] = []
    if label.state in ("relevant", "irrelevant"):
        results.append(_result("class", "choices", {"choices": [choice_of(label)]}))
    if label.state == "irrelevant" and label.name:
        results.append(_result("name", "textarea", {"text": [label.name]}))
    annotation: dict[str, Any] = {
        "result": results,
        "was_cancelled": label.state == "unsure",
        "created_at": answer.at,
    }
    if answer.seconds is not None:
        annotation["lead_time"] = answer.seconds
    about = {"id": answer.image, "round": answer.round, "labeller": answer.actor}
    return {"data": {"image": image, **about}, "annotations": [annotation]}


def _result(name: str, kind: str, value: dict[str, Any]) -> dict[str, Any]:
    return {"from_name": name, "to_name": "image", "type": kind, "value": value}


def write_fiftyone(
    placed: Sequence[PlacedPicture], relevant: Sequence[str], out: Path
) -> list[Path]:
    """Write `samples.json` and `metadata.json`; returns both paths.

    `fiftyone.Dataset.from_dir(out, fiftyone.types.FiftyOneDataset)` reads them: without a version
    in the metadata it takes plain samples with paths relative to the folder. Each sample has
    `ground_truth` (a classification) and the tags "relevant" or "irrelevant" and "round:3".

    Raises:
        StoreError: they cannot be written.
    """
    samples = [
        {
            "_media_type": "image",
            "filepath": p.path,
            "tags": [p.answer.label.state, f"round:{p.answer.round}"],
            "metadata": None,
            "laser_id": p.answer.image,
            "ground_truth": {
                "_cls": "Classification",
                "label": full_text(p.answer.label),
                "tags": [],
            },
        }
        for p in placed
    ]
    about = {"media_type": "image", "info": {"classes": [*relevant, IRRELEVANT]}}
    return [
        _write(out / "samples.json", json.dumps({"samples": samples}, ensure_ascii=False)),
        _write(out / "metadata.json", json.dumps(about, ensure_ascii=False)),
    ]


def _attribute(text: str) -> str:
    """`text` as an attribute of XML, which cannot hold control characters."""
    return quoteattr(re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "\ufffd", text))


def _write(path: Path, text: str) -> Path:
    try:
        path.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise StoreError(f"{path} cannot be written ({error}); {remedy(error)}") from error
    return path
