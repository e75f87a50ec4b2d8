"""A batch by the engine's blocks, mapped files and partial selection, and by the plain code."""

from dataclasses import replace
from hashlib import blake2b

import numpy as np
import pytest

from laser_core.basics import arrays
from laser_core.basics.arrays import unit_rows
from laser_core.basics.seeding import rng_for
from laser_core.scores import vlm_score
from laser_core.selection import Images, balanced, best_first, quotas, rank_within_group
from laser_core.strategies import strategy_class
from laser_core.texts.cosine_table import FileTable
from laser_core.texts.cosines import Cosines, text_cosines
from laser_core.texts.descriptions import ClassText, Descriptions
from laser_core.view import PoolView, random_order

IMAGES, DIM, BATCH = 50_000, 32, 500


def classes(names):
    return tuple(ClassText(name, tuple(f"{name} {i}" for i in range(5))) for name in names)


TEXTS = Descriptions(classes("abcdefgh"), classes("ijklmnop"))


def encode(texts):
    return unit_rows(np.array([rng_for(0, t).normal(size=DIM) for t in texts], np.float32))


@pytest.fixture(scope="module")
def half(tmp_path_factory):
    """(IMAGES, DIM) vectors in half precision, a mapped file; every hundredth one a copy."""
    vectors = unit_rows(rng_for(0, "images").normal(size=(IMAGES, DIM))).astype(np.float16)
    vectors[::100] = vectors[1::100]
    path = tmp_path_factory.mktemp("vectors") / "vectors.npy"
    np.save(path, vectors)
    return np.load(path, mmap_mode="r")


def blocks_of(half, folder):
    """Cosines as the engine computes and keeps them, in the order that strategies see."""
    table = FileTable(folder / "cosines", IMAGES)
    return text_cosines(Cosines(half, encode, table), TEXTS, order())


def order():
    return random_order(IDS, 0)


IDS = np.array([f"{row:05d}" for row in range(IMAGES)])


def batch(name, settings, cosines, half):
    """What a strategy asks first, from the signals that it needs."""
    kind, own = strategy_class(name), order()
    strategy = kind(kind.Settings(**settings)) if settings else kind()
    signals = {
        "relevant_cosines": cosines.relevant,
        "irrelevant_cosines": cosines.irrelevant,
        "relevant_owner": cosines.relevant_owner,
        "irrelevant_owner": cosines.irrelevant_owner,
        "classifier.logits": np.full((IMAGES, 8), -np.inf),
        "names_log_sum": np.full(IMAGES, 7.0),
        "names_sharpness": np.full(IMAGES, 50.0),
    }
    view = PoolView(
        1, IDS[own], IDS[:0], np.array([], dtype=np.intp), 8,
        {need: signals[need] for need in strategy.needs & signals.keys()},
        embeddings=lambda places: half[own[places]].astype(np.float32),
    )  # fmt: skip
    return strategy.select(view, BATCH, rng_for(0, "query")).ids.tolist()


def plain_cosines(half):
    whole = half.astype(np.float32)[order()]
    relevant, confusers = encode(TEXTS.relevant_texts()), encode(TEXTS.confuser_texts())
    return relevant @ whole.T, confusers @ whole.T


def plain_batch(selection, half):
    """Eq. (1) over whole arrays, everything sorted, as the paper prints it."""
    relevant, confusers = plain_cosines(half)
    scores = vlm_score(relevant, confusers, TEXTS.confuser_owner()).astype(np.float64)
    best, rng = relevant.argmax(axis=0), rng_for(0, "query")
    if selection == "balanced":
        owner, whole = TEXTS.relevant_owner()[best], half.astype(np.float32)[order()]
        images = Images(IDS[order()], whole.__getitem__)
        picked = balanced(scores, owner, np.zeros(8, dtype=np.intp), images, BATCH, rng)
    else:
        first = best_first(scores, rng)
        picked = first[:BATCH]
        if selection == "quota":
            among = best[first]
            taken = rank_within_group(among) < quotas(BATCH, len(relevant))[among]
            taken[np.flatnonzero(~taken)[: BATCH - taken.sum()]] = True
            picked = first[taken]
    return IDS[order()][picked].tolist()


@pytest.mark.parametrize("rows", [4096, 20_000])
@pytest.mark.parametrize("selection", ["balanced", "quota", "global"])
def test_blocks_of_any_size_give_the_batch_of_the_plain_code(
    tmp_path, half, monkeypatch, selection, rows
):
    monkeypatch.setattr(arrays, "ROWS_AT_ONCE", rows)
    cosines = blocks_of(half, tmp_path)
    assert batch("laser", {"selection": selection}, cosines, half) == plain_batch(selection, half)


def test_gated_gives_the_same_batch_from_blocks_as_from_whole_arrays(tmp_path, half, monkeypatch):
    monkeypatch.setattr(arrays, "ROWS_AT_ONCE", 4096)
    cosines = blocks_of(half, tmp_path)
    relevant, confusers = plain_cosines(half)
    whole = replace(cosines, relevant=relevant, irrelevant=confusers)
    assert batch("gated", {}, cosines, half) == batch("gated", {}, whole, half.astype(np.float32))


def test_random_takes_the_first_of_all_ranked_by_its_draw(tmp_path, half):
    rng = rng_for(0, "query")
    plain = best_first(rng.random(IMAGES), rng)[:BATCH]
    asked = batch("random", {}, blocks_of(half, tmp_path), half)
    assert asked == IDS[order()][plain].tolist()


def test_the_random_order_is_that_of_the_drawn_bytes():
    def drawn(row):
        return blake2b(f"0|{IDS[row]}".encode(), digest_size=8).digest()

    assert order().tolist() == sorted(range(IMAGES), key=drawn)
