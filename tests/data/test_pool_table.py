"""Tables of pictures: their columns, paths, labels and mistakes."""

from __future__ import annotations

import io
import unicodedata

import pandas as pd
import pytest
from pool_pictures import assert_refused, encoded, labels, pictures, reasons, write

from laser_core.data.table_source import open_table
from laser_core.data.tables.rows import read_rows


def table(folder, text: str, name: str = "pool.csv", *files: str):
    """`open_table` of a table with `text` beside a picture for each of `files`."""
    write(folder, pictures(*(files or ("a.png", "b.png"))))
    write(folder, {name: text.encode()})
    return open_table(folder / name)


def test_label_split_and_id_are_read_where_they_are_there(tmp_path):
    text = "path,label,split,id\na.png,cat,train,one\nb.png,dog,test,two\n"
    assert labels(table(tmp_path, text)) == {"one": ("cat", "pool"), "two": ("dog", "test")}


def test_paths_alone_are_an_unlabeled_pool_whose_ids_are_the_paths(tmp_path):
    source = table(tmp_path, "path\n./a.png\nb.png\n")
    assert labels(source) == {"a.png": (None, "pool"), "b.png": (None, "pool")}


@pytest.mark.parametrize("column", ["path", "file_name", "filepath", "image", "IMAGE", " Path "])
def test_the_column_of_paths_has_several_names_in_any_case(tmp_path, column):
    assert len(table(tmp_path, f"{column},x\na.png,1\nb.png,2\n")) == 2


def test_other_columns_are_left_alone(tmp_path):
    text = "path,x,y,color,Label\na.png,1,2,red,cat\nb.png,1,2,red,\n"
    assert labels(table(tmp_path, text)) == {"a.png": ("cat", "pool"), "b.png": (None, "pool")}


@pytest.mark.parametrize("label", ["NA", "null", "None", "007", "1.0", "1e5"])
def test_labels_stay_as_they_are_written(tmp_path, label):
    assert table(tmp_path, f"path,label\na.png,{label}\n").label("a.png") == label


@pytest.mark.parametrize(("name", "mark"), [("p.csv", ";"), ("p.csv", "\t"), ("p.tsv", "\t")])
def test_semicolons_and_tabs_part_cells_too(tmp_path, name, mark):
    source = table(tmp_path, f"path{mark}label\na.png{mark}a cat, sitting\n", name)
    assert source.label("a.png") == "a cat, sitting"


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path):
    assert len(table(tmp_path, "\ufeffpath\na.png\n")) == 1


def test_json_lines_may_lack_keys_and_hold_numbers(tmp_path):
    text = '{"file_name": "a.png", "label": 3}\n{"file_name": "b.png"}\n'
    source = table(tmp_path, text, "pool.jsonl")
    assert labels(source) == {"a.png": ("3", "pool"), "b.png": (None, "pool")}


def test_parquet_with_numbers_and_gaps(tmp_path):
    write(tmp_path, pictures("a.png", "b.png"))
    frame = pd.DataFrame({"path": ["a.png", "b.png"], "label": [7, None], "id": [10, 11]})
    frame.to_parquet(tmp_path / "pool.parquet")
    assert labels(open_table(tmp_path / "pool.parquet")) == {
        "10": ("7", "pool"),
        "11": (None, "pool"),
    }


def test_paths_may_be_absolute_or_lie_beside_and_above_the_table(tmp_path):
    write(tmp_path, pictures("above.png", "tables/deep/a.png"))
    text = f"path\n{tmp_path / 'above.png'}\n../above2.png\ndeep\\a.png\n"
    write(tmp_path, {"above2.png": encoded("blue")})
    source = table(tmp_path / "tables", text)
    assert [source.image(id).size for id in source.ids().tolist()] == [(8, 6), (8, 6), (8, 7)]
    assert source.ids().tolist()[1:] == ["../above2.png", "deep/a.png"]


def test_accents_stored_differently_in_table_and_file_name_are_found(tmp_path):
    apart, composed = (unicodedata.normalize(form, "é.png") for form in ("NFD", "NFC"))
    assert table(tmp_path, f"path\n{composed}\n", "p.csv", apart).ids().tolist() == [composed]


def test_rows_keep_their_order(tmp_path):
    assert table(tmp_path, "path\nb.png\na.png\n").ids().tolist() == ["b.png", "a.png"]


def test_missing_and_broken_files_are_skipped_and_listed(tmp_path):
    write(tmp_path, {"text.jpg": b"a text", "none.png": b""})
    text = "path,label\na.png,cat\ngone.png,cat\ntext.jpg,cat\nnone.png,cat\n,cat\n"
    source = table(tmp_path, text + "https://example.org/1.png,cat\n")
    assert source.ids().tolist() == ["a.png"]
    assert reasons(source) == {
        "gone.png": "no such file",
        "text.jpg": "named .jpg, but what is in it is no picture",
        "none.png": "the file is empty",
        "row 5": "the row has no path",
        "https://example.org/1.png": "a web address; download the picture and write its path here",
    }


def test_val_is_left_out_beside_test_and_that_is_said(tmp_path):
    source = table(tmp_path, "path,split\na.png,test\nb.png,val\nc.png,\n", "p.csv",
                   "a.png", "b.png", "c.png")  # fmt: skip
    assert labels(source) == {"a.png": (None, "test"), "c.png": (None, "pool")}
    assert "'val' (1 pictures) is left out" in source.notes[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("path\na.png\nb.png\n./a.png\n", "rows 1 and 3 have the same path 'a.png'"),
        ("path,id\na.png,x\nb.png,x\n", "rows 1 and 2 have the same id 'x'"),
    ],
)
def test_a_repeat_is_refused(tmp_path, text, said):
    write(tmp_path, pictures("a.png", "b.png") | {"p.csv": text.encode()})
    assert_refused(lambda: open_table(tmp_path / "p.csv"), tmp_path, said, "remove the repeats")


def test_when_no_file_is_there_the_first_place_looked_at_is_shown(tmp_path):
    write(tmp_path, {"p.csv": b"path\nimages/a.png\nimages/b.png\n"})
    assert_refused(
        lambda: open_table(tmp_path / "p.csv"),
        tmp_path,
        "none of the 2 files",
        str(tmp_path.resolve() / "images" / "a.png"),
        "relative to the table's folder",
    )


def test_when_no_file_can_be_used_the_reasons_are_shown(tmp_path):
    write(tmp_path, {"p.csv": b"path\na.png\n", "a.png": b""})
    assert_refused(lambda: open_table(tmp_path / "p.csv"), tmp_path, "a.png: the file is empty")


def test_a_table_that_is_not_there_is_said(tmp_path):
    assert_refused(lambda: open_table(tmp_path / "p.csv"), tmp_path, "no such table", "check")


PICTURE_INSIDE = io.BytesIO()
pd.DataFrame({"image": [{"bytes": b"x", "path": None}]}).to_parquet(PICTURE_INSIDE)


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("p.csv", b"", "cannot be read as a .csv table"),
        ("p.csv", b"picture,label\na.png,cat\n", "it has 'picture', 'label', and one of path,"),
        ("p.csv", b"path,label\n", "no rows; add one row a picture"),
        ("p.csv", b"path,label\na.png,caf\xe9\n", "line 2 is not in UTF-8; save the table as"),
        ("p.csv", "path\na.png\n".encode("utf-16"), "in UTF-16; save it as UTF-8"),
        ("p.csv", b'path,label\n"a.png,cat\n', "cannot be read as a .csv table"),
        ("p.jsonl", b'{"path": "a.png"\n', "cannot be read as a .jsonl table"),
        ("p.parquet", b"PAR1 no parquet", "cannot be read as a .parquet table"),
        ("p.parquet", PICTURE_INSIDE.getvalue(), "holds pictures, not paths; save the pictures"),
        ("p.xlsx", b"PK", "must be one of .csv, .tsv, .parquet, .jsonl"),
    ],
)
def test_a_table_that_cannot_be_read_is_one_sentence(tmp_path, name, data, said):
    write(tmp_path, pictures("a.png"))
    assert_refused(lambda: read_rows(data, name), tmp_path, name, said)
