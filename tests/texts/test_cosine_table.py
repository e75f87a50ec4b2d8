import numpy as np
import pytest

from laser_core.texts.cosine_table import FileTable

ROWS = np.array([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]], dtype=np.float32)


def test_rows_come_back_by_sentence_whole_or_in_columns(tmp_path):
    table = FileTable(tmp_path / "t", 3)
    table.append(["a cat", "ein Kätzchen"], ROWS)
    np.testing.assert_array_equal(table.rows(["ein Kätzchen"]), ROWS[1:])
    np.testing.assert_allclose(table.rows(["a cat"], np.array([2, 0])), [[0.3, 0.1]])
    assert table.rows([], np.array([1])).shape == (0, 1)


def test_another_reader_sees_what_was_added_and_a_repeat_is_kept_once(tmp_path):
    first, second = FileTable(tmp_path / "t", 3), FileTable(tmp_path / "t", 3)
    first.append(["a"], ROWS[:1])
    second.append(["b", "a"], ROWS[[1, 0]])
    assert "b" in first
    np.testing.assert_array_equal(first.rows(["a", "b"]), ROWS)
    assert (tmp_path / "t" / "rows.f32").stat().st_size == 2 * 3 * 4


def test_what_a_crash_left_half_written_is_cut_off(tmp_path):
    table = FileTable(tmp_path / "t", 3)
    table.append(["a"], ROWS[:1])
    with (tmp_path / "t" / "rows.f32").open("ab") as file:
        file.write(b"half a row")
    with (tmp_path / "t" / "texts.jsonl").open("ab") as file:
        file.write(b'"no end of li')
    again = FileTable(tmp_path / "t", 3)
    again.append(["b"], ROWS[1:])
    np.testing.assert_array_equal(FileTable(tmp_path / "t", 3).rows(["a", "b"]), ROWS)


def test_a_sentence_without_a_row_is_named(tmp_path):
    with pytest.raises(KeyError, match="nowhere"):
        FileTable(tmp_path / "t", 3).rows(["nowhere"])


@pytest.mark.parametrize("name", ["rows.f32", "texts.jsonl"])
def test_a_damaged_table_counts_as_empty_and_is_written_anew(tmp_path, name):
    FileTable(tmp_path / "t", 3).append(["a", "b"], ROWS)
    whole = (tmp_path / "t" / name).read_bytes()
    (tmp_path / "t" / name).write_bytes(whole[:-3][::-1] + b"\n")
    table = FileTable(tmp_path / "t", 3)
    assert "a" not in table
    table.append(["a"], ROWS[:1])
    np.testing.assert_array_equal(FileTable(tmp_path / "t", 3).rows(["a"]), ROWS[:1])
