import csv
import json
import os
import zipfile
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from PIL import Image

from laser_core.analysis.reader import RunReader
from laser_core.basics.file_names import safe_name
from laser_core.data.folder_source import open_folder
from laser_core.errors import PoolError, StoreError
from laser_core.experiment.experiment import Experiment
from laser_core.io.exports import (
    LABEL_COLUMNS,
    bundle_run,
    export_run,
    labels_table,
    open_bundle,
    place_pictures,
    write_embeddings,
    write_fiftyone,
    write_hugging_face,
    write_label_studio,
)
from laser_core.io.label_files.imports import import_labels, preview_import
from laser_core.llm.base import Exchange
from laser_core.maps.layout import Layout, save_layout
from laser_core.pool import Label
from laser_core.progress import drain
from laser_core.store.store import Store
from laser_core.texts.cosine_table import FileTable, cosines_folder
from tests import fakes

IDS = np.array([f"shots/{name}.png" for name in "abcdefgh"])
GIVEN = {
    "shots/a.png": Label("relevant", "cat"),
    "shots/b.png": Label("relevant", "a bird, small"),
    "shots/c.png": Label("irrelevant", "lamp: old"),
    "shots/d.png": Label("irrelevant"),
    "shots/e.png": Label("unsure"),
    "shots/f.png": Label("excluded"),
}


@pytest.fixture
def store(tmp_path):
    with closing(Store.create(tmp_path / "run", fakes.config())) as made:
        made.classes.add("a bird, small", "Ada")
        made.labels.append(GIVEN, 1, "Ada", {"shots/a.png": 1.25})
        yield made


def fresh(tmp_path, name="fresh"):
    return closing(Store.create(tmp_path / name, fakes.config()))


def pool_folder(tmp_path):
    folder = tmp_path / "pool"
    (folder / "shots").mkdir(parents=True)
    for n, id in enumerate(IDS.tolist()):
        Image.new("RGB", (4, 4), (n * 20, 0, 0)).save(folder / id)
    return folder


def placed(tmp_path, store, **how):
    source = open_folder(pool_folder(tmp_path))
    renamed = {f"{path.name}": path for path in (tmp_path / "pool" / "shots").iterdir()}
    assert set(source.ids().tolist()) == set(renamed)  # the one folder around them is no part
    answers = [a._replace(image=a.image.removeprefix("shots/")) for a in store.labels.answers()]
    return drain(place_pictures(answers, source, tmp_path / "out", **how))


# ---- out and in again


@pytest.mark.parametrize("name", ["labels.csv", "labels.parquet"])
def test_labels_that_are_exported_and_imported_into_a_fresh_run_are_the_same(tmp_path, store, name):
    export_run(store.folder, tmp_path / "out")
    with fresh(tmp_path) as other:
        done = import_labels(other, IDS, tmp_path / "out" / name, "Bob")
        assert other.labels.by_id() == store.labels.by_id() == GIVEN
        assert (done.taken, done.added, done.unknown) == (6, ("a bird, small",), ())
        assert {a.source for a in other.labels.answers()} == {"import"}
        assert {a.actor for a in other.labels.answers()} == {"Bob"}
        other.events.undo("Bob")
        assert other.labels.by_id() == {}
        assert other.classes.space().relevant == ("cat", "dog")


def test_a_table_of_somebody_else_needs_a_path_and_a_label(tmp_path, store):
    table = tmp_path / "theirs.csv"
    table.write_text(
        "file_name;label\n/home/x/pool/shots/g.png;cat\nh.png;lamp\nshots/a.png;dog\n"
        "shots/b.png;\nelsewhere.png;cat\n",
        encoding="utf-8",
    )
    done = import_labels(store, IDS, table, "Bob")
    assert store.labels.by_id()["shots/g.png"] == Label("relevant", "cat")
    assert store.labels.by_id()["shots/h.png"] == Label("irrelevant", "lamp")
    assert done.conflicts == ("shots/a.png",)
    assert (done.unlabeled, done.unknown) == (1, ("elsewhere.png",))
    assert [d.image for d in store.labels.disagreements()] == ["shots/a.png"]


def test_a_preview_says_the_same_and_writes_nothing(tmp_path, store):
    export_run(store.folder, tmp_path / "out")
    with fresh(tmp_path) as other:
        seen = preview_import(other, IDS, tmp_path / "out" / "labels.csv")
        assert other.events.history() == []
        assert import_labels(other, IDS, tmp_path / "out" / "labels.csv", "Bob") == seen


def test_what_a_file_brought_is_listed_and_taken_back_whole(tmp_path, store):
    export_run(store.folder, tmp_path / "out")
    with fresh(tmp_path) as other:
        other.labels.append({"shots/h.png": Label("relevant", "dog")}, 1, "Bob")
        import_labels(other, IDS, tmp_path / "out" / "labels.csv", "Ada")
        other.labels.append({"shots/g.png": Label("relevant", "dog")}, 1, "Bob")
        (brought,) = other.labels.imports()
        assert (brought.actor, brought.labels) == ("Ada", 6)
        other.events.take_back_action(brought.action, "Bob")
        assert set(other.labels.by_id()) == {"shots/g.png", "shots/h.png"}
        assert other.classes.space().relevant == ("cat", "dog")
        assert other.labels.imports() == []


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("path,label\nx.png,cat\n", "none of its 1 pictures is in this pool"),
        ("path,note\nshots/a.png,cat\n", "needed are id or path, and label"),
        ("id,label,status\nshots/a.png,cat,maybe\n", "line 2: status 'maybe' is unknown"),
        ("id,label,status\nshots/a.png,,relevant\n", "needs the name of its class"),
        ("id,label\nshots/a.png,cat\nshots/a.png,dog\n", "'cat' in one row and 'dog' in another"),
    ],
)
def test_a_table_that_cannot_be_taken_is_refused_whole(tmp_path, text, sentence):
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    with fresh(tmp_path) as store:
        with pytest.raises(PoolError, match=sentence):
            import_labels(store, IDS, tmp_path / "t.csv", "Bob")
        assert store.events.history() == []


# ---- tables


def test_the_table_has_the_scores_an_image_was_queried_with(tmp_path):
    config = fakes.config()
    run = Experiment(fakes.materials(config), Store.create(tmp_path / "run", config))
    run.store.files.write("pool.json", json.dumps({"ids": run.pool.ids.tolist()}))
    asked = drain(run.query())
    first = asked.ids.tolist()[0]
    run.annotate({first: Label("relevant", "cat")}, "Ada", {first: 2.0})
    table = labels_table(run.store)
    assert tuple(table.columns) == LABEL_COLUMNS
    row = table.iloc[0]
    assert (row.id, row.path, row.label, row.status) == (first, first, "cat", "relevant")
    assert (row["round"], row.source, row.labeller, row.seconds) == (1, "person", "Ada", 2.0)
    assert row.score_final == asked.scores[0] == row.score_vlm
    assert row.score_det == asked.arrays.laser.s_det.max()  # no detector: all equal
    assert row.delta == 0.0
    sentences = run.store.texts.read()[1].relevant_texts()
    at = np.flatnonzero(asked.arrays.row == run.pool.ids.tolist().index(first))[0]
    assert row.description == sentences[asked.arrays.laser.best[at]]
    run.store.close()


def test_an_export_into_a_folder_that_holds_something_is_refused(tmp_path, store):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("keep", encoding="utf-8")
    with pytest.raises(StoreError, match="holds something already"):
        export_run(store.folder, tmp_path / "out")


# ---- pictures


def test_pictures_lie_in_folders_by_class_with_their_own_bytes(tmp_path, store):
    found = {p.path: p for p in placed(tmp_path, store)}
    assert sorted(found) == [
        "a bird, small/b.png", "cat/a.png", "irrelevant/lamp_ old/c.png",
        "irrelevant/unnamed/d.png",
    ]  # fmt: skip
    original = (tmp_path / "pool" / "shots" / "a.png").read_bytes()
    assert (tmp_path / "out" / "cat" / "a.png").read_bytes() == original


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")
def test_pictures_of_a_folder_can_be_linked_instead(tmp_path, store):
    placed(tmp_path, store, link=True)
    assert (tmp_path / "out" / "cat" / "a.png").readlink().name == "a.png"


def test_two_pictures_never_share_a_place_and_every_system_allows_the_names(tmp_path):
    source = fakes.source(per_class=1, tests=0)
    with fresh(tmp_path) as store:
        store.labels.append({"pool/000-0": Label("irrelevant", "con")}, 1, "Ada")
        store.labels.append({"pool/000-1": Label("irrelevant", "CON")}, 1, "Ada")
        store.labels.append({"pool/000-2": Label("irrelevant", "..")}, 1, "Ada")
        found = drain(place_pictures(store.labels.answers(), source, tmp_path / "out"))
    assert [p.path for p in found] == [
        "irrelevant/_con/pool__000-0.png", "irrelevant/_CON-2/pool__000-1.png",
        "irrelevant/_/pool__000-2.png",
    ]  # fmt: skip
    assert safe_name('a<b>:"c"/d?') == "a_b___c__d_"


def test_hugging_face_reads_file_names_and_labels(tmp_path, store):
    datasets_columns = write_hugging_face(placed(tmp_path, store), tmp_path / "out")
    with datasets_columns.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(r["file_name"], r["label"], r["status"]) for r in rows[:3]] == [
        ("cat/a.png", "cat", "relevant"),
        ("a bird, small/b.png", "a bird, small", "relevant"),
        ("irrelevant/lamp_ old/c.png", "irrelevant: lamp: old", "irrelevant"),
    ]
    assert all((tmp_path / "out" / row["file_name"]).is_file() for row in rows)
    # and our own reader takes the folder for what it is
    assert set(open_folder(tmp_path / "out").classes()) >= {"cat", "a bird, small"}


def test_label_studio_gets_tasks_with_their_annotations(tmp_path, store):
    pictures = placed(tmp_path, store)
    skipped = [a for a in store.labels.answers() if a.label.state == "unsure"]
    out = tmp_path / "out"
    write_label_studio(pictures, store.classes.space().relevant, out, skipped=skipped)
    tasks = json.loads((out / "label_studio.json").read_text(encoding="utf-8"))
    first, _, named, _, unsure = tasks
    assert (out / unquote(first["data"]["image"].partition("?d=")[2])).is_file()
    (annotation,) = first["annotations"]
    assert annotation["lead_time"] == 1.25
    assert annotation["result"] == [
        {
            "from_name": "class",
            "to_name": "image",
            "type": "choices",
            "value": {"choices": ["cat"]},
        }
    ]
    assert [r["value"] for r in named["annotations"][0]["result"]] == [
        {"choices": ["irrelevant"]},
        {"text": ["lamp: old"]},
    ]
    assert unsure["annotations"][0] | {"created_at": ""} == {
        "result": [],
        "was_cancelled": True,
        "created_at": "",
    }
    interface = (out / "label_studio.xml").read_text(encoding="utf-8")
    assert 'value="a bird, small"' in interface


def test_fiftyone_gets_samples_with_paths_relative_to_their_folder(tmp_path, store):
    out = tmp_path / "out"
    write_fiftyone(placed(tmp_path, store), store.classes.space().relevant, out)
    samples = json.loads((out / "samples.json").read_text(encoding="utf-8"))["samples"]
    assert samples[0]["ground_truth"]["label"] == "cat"
    assert samples[0]["tags"] == ["relevant", "round:1"]
    assert all((out / sample["filepath"]).is_file() for sample in samples)
    assert "version" not in json.loads((out / "metadata.json").read_text(encoding="utf-8"))


# ---- embeddings and the whole run


@pytest.fixture
def prepared(tmp_path, store):
    """A run with a pool, cosines in a cache, a map, and secrets that must stay here."""
    cache = tmp_path / "cache"
    vectors = np.eye(len(IDS), 5, dtype=np.float32)
    table = FileTable(cosines_folder(cache, "abc123"), len(IDS))
    table.keep_vectors(vectors)
    table.append(["a cat"], np.ones((1, len(IDS)), np.float32))
    facts = {
        "ids": IDS.tolist(), "labels": [None] * len(IDS), "classes": [], "test_images": 0,
        "cosines": "abc123", "vlm": "offline", "llm": f"replay of {Path.home() / 't.jsonl'}",
    }  # fmt: skip
    store.files.write("pool.json", json.dumps(facts))
    spread = np.arange(2 * len(IDS), dtype=np.float32).reshape(-1, 2)
    save_layout(store, Layout("image", "pca", 0, spread, (), np.zeros((0, 2), np.float32)))
    return store.folder, cache


def test_embeddings_come_with_coordinates_and_labels(tmp_path, prepared):
    folder, cache = prepared
    with closing(RunReader(folder, cache)) as run:
        path = write_embeddings(run, tmp_path / "embeddings.parquet")
    table = pq.read_table(path).to_pandas()
    assert table["id"].tolist() == IDS.tolist()
    assert table["x"].tolist()[:2] == [0.0, 2.0]
    assert table["status"].tolist()[-3:] == ["excluded", "unlabeled", "unlabeled"]
    assert table["embedding"][1].tolist() == [0, 1, 0, 0, 0]


def test_a_bundled_run_opens_elsewhere_with_its_labels_and_its_cosines(tmp_path, prepared):
    folder, cache = prepared
    bundle = bundle_run(folder, tmp_path / "run.zip", cache)
    elsewhere = tmp_path / "elsewhere"
    opened = open_bundle(bundle, elsewhere / "run", pool="/their/pictures")
    with closing(RunReader(opened, elsewhere / "cache")) as run:
        assert run.store.labels.by_id() == GIVEN
        assert run.space.relevant == ("cat", "dog", "a bird, small")
        assert run.config.pool == "/their/pictures"
        assert run.table.vectors().shape == (8, 5)
        assert run.table.rows(["a cat"]).tolist() == [[1.0] * 8]
        with closing(Store.open(run.folder)) as store:
            assert store.events.undo("Ada") is not None


def test_a_bundle_holds_no_key_and_no_path_of_this_machine(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-verysecret123")
    secret_folder = tmp_path / "home of ada" / "pictures"
    config = fakes.config(
        pool=str(secret_folder), data_root=str(secret_folder.parent), llm=f"replay:{tmp_path}/t.txt"
    )
    with closing(Store.create(tmp_path / "run", config)) as store:
        said = f"with key sk-verysecret123 in {secret_folder}"
        store.exchanges.append([Exchange("confusers", "m", said, "wolf", 0, 0, 0.1, {})])
    bundle = bundle_run(tmp_path / "run", tmp_path / "run.zip", tmp_path / "cache")
    with zipfile.ZipFile(bundle) as zipped:
        content = b"".join(zipped.read(name) for name in zipped.namelist())
    assert b"verysecret" not in content
    assert b"home of ada" not in content
    opened = open_bundle(bundle, tmp_path / "opened")
    with closing(Store.open(opened)) as store:
        config = store.config()
        assert (config.pool, config.llm) == ("elsewhere:pictures", "elsewhere:replay:t.txt")


@pytest.mark.parametrize("name", ["../evil.txt", "arrays/../../evil.npy", "/evil", "run.exe"])
def test_a_zip_with_files_that_are_no_part_of_a_run_is_refused_before_anything_is_written(
    tmp_path, name
):
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as zipped:
        zipped.writestr("bundle.json", json.dumps({"version": 1, "cosines": ""}))
        zipped.writestr(name, "x")
    with pytest.raises(StoreError, match="is no part of a run"):
        open_bundle(tmp_path / "bad.zip", tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_what_is_no_bundle_is_refused_in_a_sentence(tmp_path):
    (tmp_path / "no.zip").write_bytes(b"no zip")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as zipped:
        zipped.writestr("a.txt", "x")
    for name in ("no.zip", "other.zip"):
        with pytest.raises(StoreError, match="is no bundle of a run"):
            open_bundle(tmp_path / name, tmp_path / "run")
    with pytest.raises(StoreError, match="cannot be opened"):
        open_bundle(tmp_path / "missing.zip", tmp_path / "run")


def test_numbers_and_blanks_of_a_csv_are_read_back_by_pandas(tmp_path, store):
    export_run(store.folder, tmp_path / "out")
    table = pd.read_csv(tmp_path / "out" / "labels.csv", keep_default_na=False)
    assert table["seconds"].tolist()[:2] == ["1.25", ""]
