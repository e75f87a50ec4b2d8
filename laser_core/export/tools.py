"""Labels for Hugging Face, Label Studio and FiftyOne, beside the pictures of `place_pictures`."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import quoteattr

from laser_core.answers import Answer
from laser_core.errors import StoreError
from laser_core.export.pictures import Placed

IRRELEVANT = "irrelevant"
LOCAL_FILES = "/data/local-files/?d="  # how Label Studio addresses files below its document root


def write_hugging_face(placed: Sequence[Placed], out: Path) -> Path:
    """Write `metadata.csv` for `load_dataset("imagefolder", data_dir=out)`; returns its path.

    Columns: file_name (relative, as the format wants it), label, status, id, round, labeller.

    Raises:
        StoreError: it cannot be written.
    """
    path = out / "metadata.csv"
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(("file_name", "label", "status", "id", "round", "labeller"))
            for p in placed:
                a = p.answer
                label = class_of(a)
                writer.writerow((p.path, label, a.label.state, a.image, a.round, a.actor))
    except OSError as error:
        raise StoreError(f"{path} cannot be written ({error}); free some space") from error
    return path


def write_label_studio(
    placed: Sequence[Placed],
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
    choices = "".join(f"<Choice value={quoteattr(c)}/>" for c in (*relevant, IRRELEVANT))
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
        chosen = label.name if label.state == "relevant" else IRRELEVANT
        results.append(_result("class", "choices", {"choices": [chosen]}))
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


def write_fiftyone(placed: Sequence[Placed], relevant: Sequence[str], out: Path) -> list[Path]:
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
                "label": class_of(p.answer),
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


def class_of(answer: Answer) -> str:
    """The class, "irrelevant", or "irrelevant: name" as one text."""
    label = answer.label
    if label.state == "relevant":
        return label.name
    return f"{label.state}: {label.name}" if label.name else label.state


def _write(path: Path, text: str) -> Path:
    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise StoreError(f"{path} cannot be written ({error}); free some space") from error
    return path
