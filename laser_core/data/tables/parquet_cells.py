"""The cells of a Parquet file, unpacked in steps, so that a small file cannot fill the memory."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from laser_core.data.tables.cells import (
    MAX_BYTES,
    Cells,
    column_key,
    not_text_error,
    only_column,
    quote_value,
    refuse_rows,
    refuse_width,
    text_of,
    texts_of,
    too_large_error,
)
from laser_core.errors import PoolError

_ROWS_AT_ONCE = 65_536


def parquet_cells(data: bytes, name: str, wanted: Collection[str]) -> Cells:
    """The `wanted` columns of a Parquet file; each is unpacked when it is asked for.

    Raises:
        PoolError: it is no Parquet file, or holds more than is read.
    """
    try:
        about = pq.read_metadata(pa.BufferReader(data))
        refuse_width(name, about.num_columns)
        refuse_rows(name, about.num_rows)
        schema = about.schema.to_arrow_schema()
    except (pa.ArrowException, ValueError, OSError) as error:
        raise _not_parquet_error(name, error) from error
    found: dict[str, list[str]] = {}
    for column in schema.names:
        if column_key(column) in wanted:
            found.setdefault(column_key(column), []).append(column)
    table = Cells(name, tuple(schema.names), about.num_rows)
    table.readers = {
        key: partial(_parquet_column, table, data, key, names) for key, names in found.items()
    }
    return table


def _not_parquet_error(name: str, error: Exception) -> PoolError:
    reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return PoolError(
        f"{name}: cannot be read as a .parquet table ({quote_value(reason).strip(chr(39))}); "
        "save it again"
    )


def _parquet_column(table: Cells, data: bytes, key: str, names: Sequence[str]) -> list[str]:
    column = only_column(table.name, key, names)
    texts: list[str] = []
    signs = 0
    try:
        # a text that stands there a million times is kept once, however large it is
        source = pa.BufferReader(data)
        about = pq.read_metadata(source)
        at_once, delta = _rows_at_once(table.name, about, column)
        nested = pa.types.is_nested(about.schema.to_arrow_schema().field(column).type)
        once = [] if nested or delta else [column]  # pyarrow cannot do it for texts as deltas
        file = pq.ParquetFile(source, read_dictionary=once)
        for batch in file.iter_batches(at_once, columns=[column], use_threads=False):
            more = _batch_texts(table, key, batch.column(0), len(texts))
            signs += sum(map(len, dict.fromkeys(more)))
            if signs > MAX_BYTES:
                raise too_large_error(table.name)
            texts += more
    except (pa.ArrowException, MemoryError, ValueError, OSError) as error:
        raise _not_parquet_error(table.name, error) from error
    if len(texts) != table.size:
        raise _not_parquet_error(table.name, ValueError(f"{key} has {len(texts):,} cells"))
    return texts


def _rows_at_once(name: str, about: pq.FileMetaData, column: str) -> tuple[int, bool]:
    """Rows to unpack in one go, few where texts are packed by what they share with the last one;
    and whether texts are packed as deltas at all.

    Such a text may be as long as all that is packed, so their number is what bounds the memory.
    """
    if about.num_row_groups == 0:
        return _ROWS_AT_ONCE, False
    first = about.row_group(0)
    paths = [first.column(n).path_in_schema for n in range(about.num_columns)]
    places = [n for n, path in enumerate(paths) if path == column or path.startswith(f"{column}.")]
    chunks = [about.row_group(g).column(n) for g in range(about.num_row_groups) for n in places]
    size = sum(chunk.total_uncompressed_size for chunk in chunks)
    if size > MAX_BYTES:
        raise too_large_error(name)
    codings = {coding for chunk in chunks for coding in chunk.encodings}
    if "DELTA_BYTE_ARRAY" not in codings:
        return _ROWS_AT_ONCE, "DELTA_LENGTH_BYTE_ARRAY" in codings
    return max(1, min(_ROWS_AT_ONCE, MAX_BYTES // max(1, size))), True


def _batch_texts(table: Cells, key: str, array: pa.Array, before: int) -> list[str]:
    """The cells of some rows; a text that repeats is made once."""
    if pa.types.is_nested(array.type):
        for row, value in enumerate(array):
            if value.is_valid:
                raise not_text_error(table, key, before + row, value.as_py())
    if not pa.types.is_dictionary(array.type):
        return texts_of(table, key, array.to_pylist(), before)
    if array.null_count == len(array):
        return [""] * len(array)
    places = array.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    used, first, where = np.unique(places, return_index=True, return_inverse=True)
    values = [array.dictionary[int(n)].as_py() if n >= 0 else None for n in used]
    rows = (before + first).tolist()
    texts = [text_of(table, key, row, value) for row, value in zip(rows, values, strict=True)]
    return [texts[n] for n in where.tolist()]
