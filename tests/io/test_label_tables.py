"""Labels in from tables of real people, and out of every format and in again."""

from __future__ import annotations

import json
import unicodedata
from contextlib import closing

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from laser_core.data.folder_source import open_folder
from laser_core.errors import PoolError
from laser_core.io.exports import export_pictures, export_run
from laser_core.io.label_files.imports import import_labels, preview_import
from laser_core.pool import Label
from laser_core.progress import drain
from laser_core.store.store import Store
from tests import fakes

IDS = np.array([f"{name}/{name} {n}.jpg" for name in ("cat", "dog", "tree") for n in range(4)])
CAT, DOG = Label("relevant", "cat"), Label("relevant", "dog")


@pytest.fixture
def store(tmp_path):
    with closing(Store.create(tmp_path / "run", fakes.config())) as made:
        yield made


def write(tmp_path, text, name="t.csv"):
    data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    (tmp_path / name).write_bytes(data)
    return tmp_path / name


def taken(store, tmp_path, text, name="t.csv", **how):
    import_labels(store, IDS, write(tmp_path, text, name), "Ada", **how)
    return store.labels.by_id()


def told(store, tmp_path, text, name="t.csv", **how):
    return "\n".join(preview_import(store, IDS, write(tmp_path, text, name), **how).sentences())


def refused(store, tmp_path, text, name="t.csv"):
    with pytest.raises(PoolError) as caught:
        import_labels(store, IDS, write(tmp_path, text, name), "Ada")
    assert store.events.history() == []
    assert "np.str_" not in str(caught.value)
    return str(caught.value)


# ---- G1


@pytest.mark.parametrize(
    ("text", "name", "line"),
    [
        ("path,label\ncat/cat 0.jpg,tabby, striped cat\ncat/cat 1.jpg,cat\n", "t.csv", 2),
        ("path,label\ncat/cat 1.jpg,cat\ncat/cat 0.jpg\n", "t.csv", 3),
        ("path,label\ncat/cat 1.jpg,cat,\n", "t.csv", 2),
        ("path\tlabel\ncat/cat 1.jpg\tcat\ncat/cat 0.jpg\tcat\tcat\n", "t.tsv", 3),
        ('path,label,note\ncat/cat 1.jpg,cat,"two\nlines"\n\ncat/cat 0.jpg,cat\n', "t.csv", 5),
        ("path;label\r\ncat/cat 1.jpg;cat\r\ncat/cat 0.jpg;cat;x\r\n", "t.csv", 3),
    ],
)
def test_a_row_with_a_comma_too_many_or_too_few_is_named_by_its_line(
    store, tmp_path, text, name, line
):
    """G1: a row with another number of cells than the header is an error that names the line."""
    assert f"{name}: line {line} has " in refused(store, tmp_path, text, name)


def test_a_table_with_two_columns_of_labels_is_refused(store, tmp_path):
    """G1: nobody knows which of two columns of one name counts."""
    text = "path,label,Label\ncat/cat 0.jpg,cat,dog\n"
    assert "2 columns are called 'label'" in refused(store, tmp_path, text)
    line = '{"path": "cat/cat 0.jpg", "label": "cat", "label": "dog"}\n'
    assert "line 1" in refused(store, tmp_path, line, "t.jsonl")


# ---- G2


def test_a_class_in_other_letters_is_that_class_and_this_is_told(store, tmp_path):
    """G2: Cat and CAT are cat; dogs, which nothing in the run is called, is for the person."""
    text = "path,label\ncat/cat 0.jpg,Cat\ncat/cat 1.jpg,CAT\ndog/dog 0.jpg,dogs\n"
    found = preview_import(store, IDS, write(tmp_path, text))
    assert str(found.new_names[0]) == "dogs (1 row, first line 4; did you mean dog?)"
    assert "Cat as cat (1 row, first line 2)" in told(store, tmp_path, text)
    assert taken(store, tmp_path, text, new_names="left out") == {IDS[0]: CAT, IDS[1]: CAT}


def test_what_a_new_name_is_the_person_says(store, tmp_path):
    """G2: a new name becomes an irrelevant thing or a relevant class, as was said."""
    text = "path,label\ncat/cat 0.jpg,tree\n"
    assert taken(store, tmp_path, text) == {IDS[0]: Label("irrelevant", "tree")}
    store.events.undo("Ada")
    found = taken(store, tmp_path, text, new_names="relevant")
    assert found == {IDS[0]: Label("relevant", "tree")}
    assert store.classes.space().relevant == ("cat", "dog", "tree")


def test_a_spelling_that_may_be_two_classes_is_refused_with_its_line(tmp_path):
    """G2: CAT is neither Cat nor cat where both are classes."""
    with closing(Store.create(tmp_path / "two", fakes.config(relevant=("cat", "Cat")))) as store:
        text = "path,label\ncat/cat 0.jpg,Cat\ncat/cat 1.jpg,CAT\n"
        assert "line 3: 'CAT' may mean 'cat', 'Cat'" in refused(store, tmp_path, text)


def test_names_that_the_table_itself_tells_apart_stay_two_classes(store, tmp_path):
    """G2: with a status for both, Cat beside cat is a class of its own."""
    text = "path,label,status\ncat/cat 0.jpg,cat,relevant\ncat/cat 1.jpg,Cat,relevant\n"
    assert taken(store, tmp_path, text) == {IDS[0]: CAT, IDS[1]: Label("relevant", "Cat")}


def test_a_row_that_says_irrelevant_of_a_relevant_class_is_told(store, tmp_path):
    """G2: what counts otherwise than it is written is never silent."""
    text = "path,label,status\ncat/cat 0.jpg,cat,irrelevant\n"
    assert "Said to be irrelevant, but relevant in this run" in told(store, tmp_path, text)


# ---- G3


@pytest.mark.parametrize(
    "text",
    [
        "id,path,label\n0,cat/cat 0.jpg,cat\n1,cat/cat 1.jpg,cat\n",
        "path,label\ncat/cat%200.jpg,cat\ncat%2Fcat%201.jpg,cat\n",
        "path,label\nfile:///home/x/cat/cat%200.jpg,cat\nfile:cat/cat 1.jpg,cat\n",
        "image,label\n/data/local-files/?d=cat/cat%200.jpg,cat\n/x/?d=pool%5Ccat%5Ccat+1.jpg,cat\n",
        "path,label\n.\\cat\\cat 0.jpg,cat\nC:\\pool\\cat\\cat 1.jpg,cat\n",
        "path,label\n./cat/cat 0.jpg,cat\n cat//./cat 1.jpg ,cat\n",
        "id,image,label\n,cat/cat 0.jpg,cat\ncat/cat 1.jpg,,cat\n",
        "path,label\ns3://bucket/cat/cat%200.jpg,cat\nhttps://x/cat/cat%201.jpg?size=2,cat\n",
    ],
)
def test_a_picture_is_found_under_the_spellings_of_tools_and_systems(store, tmp_path, text):
    """G3: an id of somebody else beside a right path; %20, file://, ?d=, backslashes, "./"."""
    assert taken(store, tmp_path, text) == {IDS[0]: CAT, IDS[1]: CAT}


def test_a_name_that_is_one_as_it_stands_is_not_decoded(store, tmp_path):
    """G3: a file that is truly called a%20b.jpg wins over one called "a b.jpg"."""
    ids = np.array(["a%20b.jpg", "a b.jpg"])
    import_labels(store, ids, write(tmp_path, "path,label\na%20b.jpg,cat\n"), "Ada")
    assert store.labels.by_id() == {"a%20b.jpg": CAT}


def test_an_id_and_a_path_of_two_pictures_are_refused(store, tmp_path):
    """G3: where both fit the pool and differ, neither is taken."""
    text = "id,path,label\ncat/cat 0.jpg,cat/cat 1.jpg,cat\n"
    assert "line 2 has the id of 'cat/cat 0.jpg' and the path of" in refused(store, tmp_path, text)


def test_ids_that_differ_in_spelling_alone_keep_their_labels_apart(store, tmp_path):
    """G3: a//b and a/b are two ids; a name that is neither and may be both is no picture."""
    ids = np.array(["a//b.jpg", "a/b.jpg", "c.jpg"])
    text = "id,label\na//b.jpg,cat\na/b.jpg,dog\na/./b.jpg,cat\nc.jpg,cat\n"
    done = import_labels(store, ids, write(tmp_path, text), "Ada")
    assert store.labels.by_id() == {"a//b.jpg": CAT, "a/b.jpg": DOG, "c.jpg": CAT}
    assert done.unknown == ("a/./b.jpg",)


def test_a_picture_found_by_the_end_of_a_path_is_told(store, tmp_path):
    """G3: a guess is never silent."""
    said = told(store, tmp_path, "path,label\n/mnt/x/cat/cat 0.jpg,cat\n")
    assert "1 picture found by the end of the path: /mnt/x/cat/cat 0.jpg in line 2" in said


# ---- G4: out and in again

HOSTILE = (
    Label("relevant", "cat"), Label("relevant", "irrelevant"), Label("relevant", "unsure"),
    Label("relevant", "irrelevant: dog"), Label("relevant", "irrelevant (class)"),
    Label("relevant", "Cat"), Label("relevant", "=cmd|' /C calc'!A0"), Label("relevant", "AC/DC"),
    Label("relevant", "AC:DC"), Label("relevant", ".NET"), Label("relevant", "CON"),
    Label("relevant", "caf\u00e9"), Label("relevant", "cafe\u0301"), Label("relevant", "x" * 300),
    Label("relevant", "'=x"), Label("relevant", "a;b\t|c"), Label("relevant", "test"),
    Label("relevant", "😀, \"so\"\nhe said"), Label("relevant", " spaced "),
    Label("irrelevant", "tree"), Label("irrelevant"), Label("irrelevant", "irrelevant: tree"),
    Label("irrelevant", "irrelevant tree"), Label("irrelevant", "-5"), Label("irrelevant", "007"),
    Label("irrelevant", "NA"), Label("irrelevant", "+1\r\n2"), Label("irrelevant", "CAT "),
    Label("irrelevant", "\u200bseen"), Label("irrelevant", "<b>&\"'</b>"),
)  # fmt: skip
NAMES = [
    " a.png", "a .png", "=1.png", "'=1.png", "b,c.png", 'q"q.png', "n\nl.png", "😀.png", "a__b.png",
    "a/b.png", "A/B.png", "-2.png", "c;d.png", "%20.png", "a%20.png", "irrelevant.png", "@x.png",
    "deep/er/a.png", "cat/a.png", "+x/y.png", "unsure/1.png", "e\u0301.png", "1.png", "z'.png",
    "x" * 240 + ".png", "t\tt.png", "u.png", "v.png", "w.png", "x.png", "skip.png", "out.png",
]  # fmt: skip


@pytest.fixture
def hostile(tmp_path):
    """A run whose ids and names are as bad as a file system and a database allow."""
    pool = tmp_path / "pool"
    for n, name in enumerate(NAMES):
        (pool / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (2, 2), (n, 0, 0)).save(pool / name)
    source = open_folder(pool)
    ids = source.ids().tolist()
    assert len(ids) == len(NAMES)
    relevant = tuple(a.name for a in HOSTILE if a.state == "relevant")
    labels = dict(zip(ids, (*HOSTILE, Label("unsure"), Label("excluded")), strict=True))
    config = fakes.config(relevant=relevant)
    with closing(Store.create(tmp_path / "hostile", config)) as store:
        store.labels.append(labels, 1, "=Ada")
        yield store, source, labels


PLACED = ("relevant", "irrelevant")


@pytest.mark.parametrize(
    ("what", "states"),
    [
        ("labels.csv", (*PLACED, "unsure", "excluded")),
        ("labels.parquet", (*PLACED, "unsure", "excluded")),
        ("", (*PLACED, "unsure", "excluded")),
        ("metadata.csv", PLACED),
        ("label_studio.json", (*PLACED, "unsure")),
        ("samples.json", PLACED),
    ],
)
@pytest.mark.parametrize("same_classes", [True, False])
def test_every_format_gives_identical_labels_back(tmp_path, hostile, what, states, same_classes):
    """G4: export and import of every format, also with hostile names, into runs with and without
    the classes."""
    store, source, labels = hostile
    if what in ("labels.csv", "labels.parquet"):
        export_run(store.folder, tmp_path / "out")
    else:
        drain(export_pictures(store, source, tmp_path / "out"))
    relevant = store.classes.space().relevant if same_classes else ("cat",)
    with closing(Store.create(tmp_path / "back", fakes.config(relevant=relevant))) as other:
        import_labels(other, source.ids(), tmp_path / "out" / what, "Bob")
        wanted = {id: label for id, label in labels.items() if label.state in states}
        assert other.labels.by_id() == wanted


def test_the_table_that_older_exports_wrote_for_hugging_face_comes_back(store, tmp_path):
    """G4: "irrelevant: tree" with the status irrelevant is an irrelevant tree."""
    text = (
        "file_name,label,status,id,round,labeller\n"
        "dog/dog__dog 1.jpg,dog,relevant,dog/dog 1.jpg,1,oracle\n"
        "irrelevant/tree/tree__tree 3.jpg,irrelevant: tree,irrelevant,tree/tree 3.jpg,2,oracle\n"
        "irrelevant/unnamed/tree__tree 0.jpg,irrelevant,irrelevant,tree/tree 0.jpg,2,oracle\n"
    )
    assert taken(store, tmp_path, text, "metadata.csv") == {
        "dog/dog 1.jpg": DOG,
        "tree/tree 3.jpg": Label("irrelevant", "tree"),
        "tree/tree 0.jpg": Label("irrelevant"),
    }


def test_a_folder_whose_pictures_were_sorted_anew_is_not_read_by_its_old_table(tmp_path, hostile):
    """G4: labels of a table that no longer fits its folder are never taken silently."""
    store, source, _ = hostile
    drain(export_pictures(store, source, tmp_path / "out", formats=()))
    moved = next((tmp_path / "out" / "cat").iterdir())
    moved.rename(tmp_path / "out" / moved.name)
    with pytest.raises(PoolError, match="the pictures were moved after the table was written"):
        preview_import(store, source.ids(), tmp_path / "out")


def test_label_studio_tasks_of_somebody_else_are_read_by_the_rule_for_new_names(store, tmp_path):
    """G4: choices of a project that is not ours; two that differ are refused."""

    def task(path, *choices):
        notes = [{"result": [{"type": "choices", "value": {"choices": [c]}}]} for c in choices]
        return {"id": 7, "data": {"image": f"/data/local-files/?d={path}"}, "annotations": notes}

    text = json.dumps([task("cat/cat%200.jpg", "Cat"), task("dog/dog%200.jpg", "wolf", "wolf")])
    assert taken(store, tmp_path, text, "tasks.json", new_names="left out") == {IDS[0]: CAT}
    text = json.dumps([task("cat/cat 0.jpg", "cat", "dog")])
    with pytest.raises(PoolError, match="task 1 has 2 annotations that differ"):
        preview_import(store, IDS, write(tmp_path, text, "tasks.json"))


# ---- G5


def test_a_table_of_another_pool_is_refused_in_plain_words(store, tmp_path):
    """G5: no NumPy type in a sentence."""
    sentence = refused(store, tmp_path, "path,label\nx.jpg,cat\n")
    assert sentence.endswith("for example 'cat/cat 0.jpg'")


@pytest.mark.parametrize("label", ['["cat"]', '["cat", "dog"]', '{"name": "cat"}', "[]"])
def test_a_list_as_label_is_one_sentence_with_its_line(store, tmp_path, label):
    """G5: lists and objects are no labels."""
    text = f'{{"path": "cat/cat 1.jpg", "label": "cat"}}\n{{"path": "x", "label": {label}}}\n'
    sentence = refused(store, tmp_path, text, "t.jsonl")
    assert "line 2: label is " in sentence
    assert label in sentence


def test_lists_in_parquet_are_one_sentence_and_bytes_are_text(store, tmp_path):
    """G5: a Parquet column of bytes that are text is text, of lists is refused."""
    table = pa.table({"path": [b"cat/cat 0.jpg"], "label": [b"cat"]})
    pq.write_table(table, tmp_path / "t.parquet")
    import_labels(store, IDS, tmp_path / "t.parquet", "Ada")
    assert store.labels.by_id() == {IDS[0]: CAT}
    table = pa.table({"path": ["cat/cat 1.jpg"], "label": [["cat", "dog"]]})
    pq.write_table(table, tmp_path / "t.parquet")
    with pytest.raises(PoolError, match='row 1: label is a list .*"cat", "dog"'):
        preview_import(store, IDS, tmp_path / "t.parquet")
    pq.write_table(
        pa.table({"path": ["cat/cat 1.jpg"], "label": [b"\xff"]}), tmp_path / "t.parquet"
    )
    with pytest.raises(PoolError, match="row 1: label is no text; one text"):
        preview_import(store, IDS, tmp_path / "t.parquet")


# ---- G9


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (
            b'{"path": "cat/cat 0.jpg", "label": "\\ud800"}\n',
            "t.jsonl",
            "line 1 has half of a sign",
        ),
        (b'\n{"path": "cat/\\udfff", "label": "cat"}\n', "t.jsonl", "line 2 has half of a sign"),
        (b'{"path": "cat/cat 0.jpg", "label": "a\\u0000"}', "t.jsonl", "line 1 has a zero byte"),
        (b"path,label\ncat/cat 0.jpg,c\x00t\n", "t.csv", "line 2 holds a zero byte"),
        (
            "path,label\ncat/cat 0.jpg,cat\n".encode("utf-16-le"),
            "t.csv",
            "line 1 holds a zero byte",
        ),
        ("path,label\n".encode("utf-16"), "t.csv", "in UTF-16; save it as UTF-8"),
        ("path,label\r\rcat/cat 0.jpg,café\r".encode("latin-1"), "t.csv", "line 3 is not in UTF-8"),
        (b"path,label\ncat/cat 0.jpg,cat\n\xef\xbb\xbfpath,label\n", "t.csv", "line 3 begins with"),
        (b"\xef\xbb\xbf\xef\xbb\xbfpath,label\n", "t.csv", "line 1 begins with a byte order mark"),
        (b'{"path": "x"}\n[1]\n', "t.jsonl", "line 2 cannot be read"),
        (b'{"path": "x"}\n{"path": \n', "t.jsonl", "line 2 cannot be read"),
    ],
)
def test_signs_that_are_no_text_are_named_with_their_line(store, tmp_path, data, name, said):
    """G9: half signs, zero bytes, UTF-16, Latin-1 and stray marks are a sentence each."""
    assert said in refused(store, tmp_path, data, name)


def test_a_byte_order_mark_at_the_beginning_is_no_part_of_the_table(store, tmp_path):
    """G9: as Excel writes it."""
    line = '\ufeff{"path": "cat/cat 0.jpg", "label": "cat"}\n'
    assert taken(store, tmp_path, line, "t.jsonl") == {IDS[0]: CAT}


def test_accents_stored_apart_name_the_same_class(tmp_path):
    """G9: without a status, the two forms of é are one name."""
    config = fakes.config(relevant=("caf\u00e9",))
    with closing(Store.create(tmp_path / "run", config)) as store:
        text = "path,label\ncat/cat 0.jpg," + unicodedata.normalize("NFD", "CAF\u00c9") + "\n"
        assert taken(store, tmp_path, text) == {IDS[0]: Label("relevant", "caf\u00e9")}


# ---- what is told


def test_all_that_is_skipped_or_replaced_is_told_with_counts_and_first_lines(store, tmp_path):
    """G2: taken, skipped and replaced labels are told before they are taken."""
    store.labels.append({str(IDS[0]): DOG}, 1, "Bob")
    text = (
        "path,label\ncat/cat 0.jpg,cat\nnobody.jpg,cat\ncat/cat 1.jpg,\ncat/cat 2.jpg,cat\n"
        "cat/cat 2.jpg,cat\ncat/cat 3.jpg,wolf\n"
    )
    said = told(store, tmp_path, text, new_names="left out")
    for part in (
        "1 picture with another label before (the first in line 2): cat/cat 0.jpg.",
        "1 row without a picture in this pool (the first in line 3): nobody.jpg.",
        "1 row without a label (the first in line 4).",
        "1 row with a picture that another row has too.",
        "1 row with such a name left out.",
    ):
        assert part in said
    assert store.labels.by_id() == {IDS[0]: DOG}


def test_a_large_table_is_read_in_one_go_however_its_names_look(store, tmp_path):
    """G8: the cost of a row depends on neither the pool nor the other rows."""
    ids = np.array([f"{n}/picture.jpg" for n in range(3000)])
    rows = "".join(f"x/{n}/{'y/' * 50}picture.jpg,cat\n" for n in range(20_000))
    text = f"path,label\n0/picture.jpg,cat\n{rows}"
    found = preview_import(store, ids, write(tmp_path, text))
    assert (found.taken, len(found.unknown)) == (1, 20_000)
    names = pd.Series(found.unknown)
    assert names.is_unique
