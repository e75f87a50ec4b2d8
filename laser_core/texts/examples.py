"""Example pictures beside the sentences of Eq. (1). Ours: the paper has sentences alone.

A person marks pictures of the pool as like or unlike a relevant class. Each stands in a list as
`[picture ID]`, where a sentence stands, so versions, undo, exports and the map treat it as one. One
like the class joins its sentences in T_R, one unlike it joins the confuser "unlike CLASS" in T_I.
Nothing is marked unless a person does it, and the classifier's start from the text (the anchor)
reads words alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from laser_core.basics.arrays import Floats, Ints, products_in_blocks, single_precision
from laser_core.errors import ConfigError
from laser_core.texts.descriptions import ClassText, Descriptions

MOST = 5  # example pictures of a class on either side
_FORM = re.compile(r"\[picture (.+)\]")


def example(id: str) -> str:
    """The line that stands for a picture of the pool among sentences."""
    return f"[picture {id}]"


def picture_of(text: str) -> str | None:
    """The id that a line of that form names; None for a sentence of words."""
    found = _FORM.fullmatch(text)
    return found[1] if found else None


def words_of(texts: Sequence[str]) -> list[str]:
    """Those of `texts` that are sentences of words."""
    return [text for text in texts if picture_of(text) is None]


def examples_of(texts: Sequence[str]) -> list[str]:
    """Those of `texts` that are example pictures."""
    return [text for text in texts if picture_of(text) is not None]


def unlike(name: str) -> str:
    """The confuser that holds the pictures marked as unlike the class `name`."""
    return f"unlike {name}"


def with_example(
    descriptions: Descriptions, name: str, id: str, alike: bool, pool: Collection[str]
) -> tuple[Descriptions, str]:
    """`descriptions` with a picture marked, and what was done, in a few words.

    Args:
        name: a relevant class.
        alike: whether the picture is like the class.
        pool: ids of the run's pictures.

    Raises:
        ConfigError: no such class or picture, a sixth picture, or one that is marked already.
    """
    place = {c.name: c for c in descriptions.relevant}.get(name)
    if place is None:
        raise ConfigError(f"there is no relevant class {name!r} any more; look at the new list")
    if id not in pool:
        raise ConfigError(f"{id!r} is no picture of this run; choose one of its gallery")
    against = next((c for c in descriptions.confusers if c.name == unlike(name)), None)
    line = example(id)
    for marked, said in ((place, "like"), (against, "unlike")):
        if marked is not None and line in marked.sentences:
            raise ConfigError(
                f"{id!r} is marked as {said} {name!r} already; delete that line in its list first"
            )
    target = place if alike else against or ClassText(unlike(name), (), "person")
    if len(examples_of(target.sentences)) >= MOST:
        raise ConfigError(
            f"{target.name!r} has {MOST} example pictures, which is the most; delete one in its "
            "list first"
        )
    added = replace(target, sentences=(*target.sentences, line))
    if alike:
        relevant = tuple(added if c is place else c for c in descriptions.relevant)
        return replace(descriptions, relevant=relevant), f"{id} marked as like {name}"
    others = tuple(added if c is against else c for c in descriptions.confusers)
    confusers = others if against is not None else (*others, added)
    return replace(descriptions, confusers=confusers), f"{id} marked as unlike {name}"


# ---- their rows in the table of cosines


def text_rows(
    texts: Sequence[str],
    encode: Callable[[Sequence[str]], Floats],
    vectors: Floats,
    places: Mapping[str, int],
) -> Floats:
    """(len(texts), N) cosines of sentences and example pictures with the pool.

    Args:
        encode: sentences -> (n, D) unit rows.
        vectors: (N, D) unit rows, the pool's images.
        places: id -> row of `vectors`. A line that names none of them is read as words.
    """
    marked = {text: place for text in texts if (place := _place(text, places)) is not None}
    vectors = single_precision(vectors)
    words = [text for text in texts if text not in marked]
    found = np.empty((len(texts), len(vectors)), dtype=np.float32)
    if words:
        found[[text not in marked for text in texts]] = encode(words) @ vectors.T
    rows = np.array([marked[text] for text in texts if text in marked], dtype=np.intp)
    found[[text in marked for text in texts]] = picture_cosines(rows, vectors)
    return found


def text_blocks(
    texts: Sequence[str],
    encode: Callable[[Sequence[str]], Floats],
    vectors: Floats,
    places: Mapping[str, int],
) -> Iterable[Floats]:
    """`text_rows` as blocks of columns, from left to right, each in the memory of one block.

    With an example picture it is one block: its cosines need the mean of the whole pool.
    """
    if any(_place(text, places) is not None for text in texts):
        return [text_rows(texts, encode, vectors, places)]
    return products_in_blocks(encode(texts), vectors)


def text_vectors(
    texts: Sequence[str],
    encode: Callable[[Sequence[str]], Floats],
    pictures: Callable[[Ints], Floats],
    places: Mapping[str, int],
) -> Floats:
    """(len(texts), D) unit rows: of sentences as encoded, of example pictures their own.

    Args:
        pictures: rows of the pool -> their (n, D) vectors.
        places: as for `text_rows`.
    """
    marked = [_place(text, places) for text in texts]
    words = [text for text, place in zip(texts, marked, strict=True) if place is None]
    if len(words) == len(texts):
        return encode(texts)
    own = pictures(np.array([place for place in marked if place is not None], dtype=np.intp))
    found = np.empty((len(texts), own.shape[1]), dtype=np.float32)
    found[[place is not None for place in marked]] = own
    if words:
        found[[place is None for place in marked]] = encode(words)
    return found


def picture_cosines(rows: Ints, vectors: Floats) -> Floats:
    """(len(rows), N) cosines of pictures of the pool with all of them, less the pool's mean.

    All pictures share much that no sentence says, so their plain cosines lie far above those with
    sentences and would drown them; less the mean, unlike pictures lie near 0. Below 0 counts as 0:
    nothing is more unlike than unlike. A picture's own place holds the mean of the others: a mark
    says what to look for and does not ask for itself.
    """
    mean = vectors.mean(axis=0, dtype=np.float64)
    chosen = vectors[rows].astype(np.float64) - mean
    squares = np.einsum("ij,ij->i", vectors, vectors, dtype=np.float64)
    lengths = np.sqrt(np.maximum(squares - 2.0 * (vectors @ mean) + mean @ mean, 1e-12))
    products = chosen.astype(vectors.dtype) @ vectors.T - (chosen @ mean)[:, None]
    found = np.maximum(products / (np.linalg.norm(chosen, axis=1)[:, None] * lengths), 0.0)
    for line, own in zip(found, rows, strict=True):
        line[own] = (line.sum() - line[own]) / max(len(line) - 1, 1)
    return found.astype(np.float32)


def _place(text: str, places: Mapping[str, int]) -> int | None:
    id = picture_of(text)
    return None if id is None else places.get(id)
