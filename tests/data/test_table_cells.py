"""Cells that are safe in a spreadsheet, and limits on what is read of a table."""

from __future__ import annotations

import io
import random
import unicodedata

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pool_pictures import labels, pictures, write

from laser_core.data.folder_source import open_folder
from laser_core.data.table_source import open_table
from laser_core.data.tables import cells
from laser_core.data.tables.rows import read_cells, read_rows
from laser_core.data.tables.spreadsheet import Number, guard_cell, safe_csv, unguard_cell
from laser_core.errors import PoolError

DANGEROUS = [
    "=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\tx", "\r=x", "\n=x", " =1", "\u00a0=1",
    "＝1", "＋1", "－1", "＠x", "\ufeff=1", "\x01=1", "  \t=1",
]  # fmt: skip
HARMLESS = ["cat", "", "'s-Hertogenbosch", "a=b", "'", "''", "irrelevant: x", "1-2", "007", '"a"']


@pytest.mark.parametrize("text", DANGEROUS)
def test_a_cell_that_a_spreadsheet_would_run_begins_with_an_apostrophe(text):
    """G6: =, +, -, @, tab and CR, also behind spaces and full-width; and back again."""
    assert guard_cell(text) == f"'{text}"
    assert unguard_cell(guard_cell(text)) == text


@pytest.mark.parametrize("text", [*HARMLESS, *(f"'{t}" for t in DANGEROUS), "''=x", "'' =x"])
def test_guarding_and_back_is_the_same_text_and_harmless_cells_are_left_alone(text):
    """G6: a text that looks guarded already comes back too."""
    assert unguard_cell(guard_cell(text)) == text
    assert (guard_cell(text) == text) == (text in HARMLESS)


def test_any_text_comes_back_from_a_safe_csv():
    """G6: 2,000 texts of hard signs, in a table that no other land's spreadsheet parts at ";"."""
    rng = random.Random(6)
    signs = "'=+-@ \t\r\n,;|\"aé\u0301😀＝\u200b\x7f"
    texts = ["".join(rng.choices(signs, k=rng.randrange(6))) for _ in range(2000)]
    table = safe_csv(("path", "label"), [("x", text) for text in texts])
    found = read_cells(table.encode(), "t.csv", {"path", "label"}).column("label")
    assert found == texts
    assert '"a;=1"' in safe_csv(("x", "y"), [("a;=1", "b")])


def test_numbers_stay_numbers_also_below_zero():
    """G6: only texts are guarded."""
    text = safe_csv(("a", "b", "c", "d"), [(-0.5, -3, Number("-0.250000"), None)])
    assert text == "a,b,c,d\n-0.5,-3,-0.250000,\n"


# ---- G8


def parquet(table: pa.Table, **how: object) -> bytes:
    data = io.BytesIO()
    pq.write_table(table, data, **how)
    return data.getvalue()


def column(data: bytes, name: str) -> list[str]:
    return read_cells(data, name, {"label"}).column("label")


def refused(data: bytes, name: str) -> str:
    with pytest.raises(PoolError) as caught:
        column(data, name)
    return str(caught.value)


def test_too_many_rows_are_refused_before_they_are_read():
    """G8: a small Parquet of 20 million rows is a sentence."""
    data = parquet(pa.table({"label": pa.nulls(20_000_000, pa.string())}))
    assert len(data) < 200_000
    assert "it has 20,000,000 rows, and at most 2,000,000" in refused(data, "t.parquet")


@pytest.mark.parametrize("name", ["t.csv", "t.jsonl"])
def test_too_many_rows_of_text_are_refused(name, monkeypatch):
    """G8: also where the number of rows stands nowhere."""
    monkeypatch.setattr(cells, "MAX_ROWS", 3)
    head, row = ("label\n", "cat\n") if name == "t.csv" else ("", '{"label": "cat"}\n')
    assert column((head + 3 * row).encode(), name) == ["cat"] * 3
    assert "it has more than 3 rows" in refused((head + 4 * row).encode(), name)


@pytest.mark.parametrize("name", ["t.csv", "t.tsv", "t.jsonl", "t.parquet"])
def test_too_many_columns_are_refused(name):
    """G8: 100,000 columns are a sentence, and no list of them."""
    names = [f"c{n}" for n in range(10_001 if name == "t.parquet" else 100_000)]
    if name == "t.parquet":
        data = parquet(pa.table({n: pa.nulls(1, pa.int8()) for n in names}))
    elif name == "t.jsonl":
        data = ("{" + ",".join(f'"{n}": 1' for n in names) + "}\n").encode()
    else:
        data = (("\t" if name == "t.tsv" else ",").join(names) + "\n").encode()
    sentence = refused(data, name)
    assert "columns, and at most 10,000 are read" in sentence
    assert len(sentence) < 200


def test_a_text_that_is_packed_once_is_unpacked_once():
    """G8: a dictionary of one long text for 1.5 million rows, 150 GB if written out."""
    long = pa.DictionaryArray.from_arrays(pa.array([0] * 1_500_000, pa.int32()), ["x" * 100_000])
    found = column(parquet(pa.table({"label": long})), "t.parquet")
    assert len(found) == 1_500_000
    assert len(set(map(id, found))) < 100


@pytest.mark.parametrize("coding", ["PLAIN", "DELTA_BYTE_ARRAY", "DELTA_LENGTH_BYTE_ARRAY"])
def test_texts_that_unpack_to_more_than_the_limit_are_refused(coding, monkeypatch):
    """G8: however a Parquet packs them."""
    from laser_core.data.tables import parquet_cells

    monkeypatch.setattr(parquet_cells, "MAX_BYTES", 2**20)
    how = {"use_dictionary": False, "column_encoding": {"label": coding}, "compression": "zstd"}
    few = pa.table({"label": ["aa", "ab", None]})
    assert column(parquet(few, **how), "t.parquet") == ["aa", "ab", ""]
    many = pa.table({"label": [f"{'y' * 5000}{n:06d}" for n in range(500)]})
    data = parquet(many, **how)
    assert "holds more than the" in refused(data, "t.parquet")


def test_a_cell_longer_than_any_name_and_json_nested_deep_are_refused():
    """G8: neither fills the memory nor ends in a traceback."""
    assert "line 2 cannot be read" in refused(b"label\n" + b"x" * 200_000, "t.csv")
    assert "at most 131,072" in refused(b'{"label": "' + b"x" * 200_000 + b'"}', "t.jsonl")
    deep = b'{"label":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    assert "line 1 cannot be read" in refused(deep, "t.jsonl")
    assert "holds more than the 256 MB" in refused(b"x" * (cells.MAX_BYTES + 1), "t.csv")


# ---- pools


def test_a_pool_table_with_a_comma_too_many_is_refused_with_its_line(tmp_path):
    """G1: in pools as in imports."""
    write(tmp_path, pictures("a.png", "b.png"))
    write(tmp_path, {"p.csv": b"path,label\na.png,cat\nb.png,tabby, striped cat\n"})
    with pytest.raises(PoolError, match=r"p\.csv: line 3 has 3 cells, the header 2: a comma too"):
        open_table(tmp_path / "p.csv")


@pytest.mark.parametrize(
    "path", ["a%20b.png", "file:a b.png", "./a b.png", " a b.png ", "x?d=a%20b.png"]
)
def test_a_pool_table_spells_its_paths_as_tools_do(tmp_path, path):
    """G3: in pool tables and in the metadata of a folder as in imports."""
    write(tmp_path, pictures("a b.png"))
    write(tmp_path, {"p.csv": f'path,label\n"{path}",cat\n'.encode()})
    assert labels(open_table(tmp_path / "p.csv")) == {"a b.png": ("cat", "pool")}
    (tmp_path / "p.csv").rename(tmp_path / "metadata.csv")
    assert labels(open_folder(tmp_path)) == {"a b.png": ("cat", "pool")}


def test_a_pool_table_with_lists_as_labels_or_two_columns_of_them_is_refused():
    """G5, G1: no label is the text of a list, and none is one of two."""
    with pytest.raises(PoolError, match=r"line 1: label is a list \(\[\"cat\"\]\)"):
        read_rows(b'{"path": "a.png", "label": ["cat"]}', "p.jsonl")
    with pytest.raises(PoolError, match="2 columns are called 'label'"):
        read_rows(b"path,label,LABEL\na.png,cat,dog\n", "p.csv")


def test_labels_in_parquet_of_every_type_are_the_text_one_would_write():
    """G5: numbers, gaps, bytes, truth values and categories."""
    for values, wanted in (
        (pa.array([7, None]), ["7", ""]), (pa.array([7.0, None]), ["7", ""]),
        (pa.array([b"cat", None]), ["cat", ""]), (pa.array([True, False]), ["true", "false"]),
        (pa.array(["cat", "cat"]).dictionary_encode(), ["cat", "cat"]),
        (pa.array(["a", "b"], pa.large_string()), ["a", "b"]), (pa.nulls(2), ["", ""]),
    ):  # fmt: skip
        assert column(parquet(pa.table({"label": values})), "t.parquet") == wanted
    frame = pd.DataFrame({"Label ": pd.Categorical(["cat", None])})
    data = io.BytesIO()
    frame.to_parquet(data)
    assert column(data.getvalue(), "t.parquet") == ["cat", ""]
    composed = unicodedata.normalize("NFC", "é")
    row = read_rows(f"path,label\na.png,{unicodedata.normalize('NFD', 'é')}\n".encode(), "p.csv")
    assert row.rows[0].label == composed
