"""The relevant classes' share among confusers and names, with numbers checkable by hand."""

from __future__ import annotations

import numpy as np
import pytest

from laser_core.analysis.explain_run import explain_image
from laser_core.experiment.experiment import Experiment, simulate
from laser_core.experiment.names import kept_names
from laser_core.llm.offline.negative_names import negative_names
from laser_core.progress import drain
from laser_core.store.store import Store
from laser_core.texts.cosines import text_cosines
from laser_core.texts.live_scores import LiveScores
from laser_core.texts.neglabel import (
    BLOCK,
    denominator,
    far_enough,
    log_sum,
    names_part,
    relevant_share,
    sharpness_of,
)
from tests import fakes


def test_the_share_is_that_of_the_relevant_powers_in_the_sum_of_all() -> None:
    # s = 1 and cosines that are logarithms: (2 + 1) of 2 + 1 + 3 + 6
    relevant = np.log(np.array([[2.0], [1.0]]))
    confusers, names = np.log(np.array([[3.0]])), np.log(np.array([6.0]))
    np.testing.assert_allclose(relevant_share(relevant, confusers, names, 1.0), [3 / 12])


def test_without_confusers_and_names_everything_is_relevant() -> None:
    nothing = np.zeros((0, 1))
    np.testing.assert_allclose(relevant_share(np.zeros((1, 1)), nothing, np.array([-np.inf]), 9), 1)
    with pytest.raises(ValueError, match="0 rows"):
        relevant_share(nothing, nothing, np.zeros(1), 1.0)


def test_a_model_whose_cosines_lie_a_fifth_as_wide_gives_the_same_shares() -> None:
    rng = np.random.default_rng(0)
    wide = rng.normal(0.2, 0.08, (6, 50))

    def shares(cosines: np.ndarray) -> np.ndarray:
        s = sharpness_of(cosines)
        return relevant_share(cosines[:2], cosines[2:4], log_sum(cosines[4:], s), s)

    np.testing.assert_allclose(shares(wide), shares(wide / 5 + 0.1))


def test_the_offline_model_s_usual_spread_gives_the_sharpness_of_30() -> None:
    assert sharpness_of(np.array([[0.0, 0.166]])) == pytest.approx(30.0, rel=0.01)
    assert np.isfinite(sharpness_of(np.ones((2, 2))))


def test_names_in_blocks_are_names_at_once() -> None:
    rng = np.random.default_rng(1)
    names, images = rng.normal(size=(2 * BLOCK + 3, 5)), rng.normal(size=(7, 5))
    widths: list[int] = []

    def cosines(some: np.ndarray) -> np.ndarray:
        widths.append(len(some))
        return some @ images.T

    part = names_part(names, 2.0, 7, cosines)
    assert widths == [BLOCK, BLOCK, 3]
    whole = names @ images.T
    np.testing.assert_allclose(part.log_sum, np.log(np.exp(2.0 * whole).sum(axis=0)))


def test_a_name_that_may_mean_a_relevant_class_is_left_out() -> None:
    names = np.array([[1.0, 0.0], [0.95, np.sqrt(1 - 0.95**2)], [0.0, 1.0]])
    assert far_enough(names, np.array([[1.0, 0.0]])).tolist() == [False, False, True]
    assert far_enough(np.zeros((0, 2)), np.ones((1, 2))).tolist() == []


def test_the_shares_of_the_denominator_add_up_to_1() -> None:
    terms, names = denominator([("cup", np.log(2)), ("jar", np.log(3))], np.log(5), 1.0)
    assert [(term.name, round(term.share, 6)) for term in terms] == [("jar", 0.3), ("cup", 0.2)]
    assert names == pytest.approx(0.5)


def test_names_are_some_four_thousand_without_the_classes_and_what_they_are_kinds_of() -> None:
    names = negative_names(["mug", "poodle"])
    assert 3500 < len(names) < 4500
    assert not {"mug", "poodle", "dog"} & set(names)
    assert "dog" in negative_names(["mug"])


def neglabel_run(tmp_path, monkeypatch, **settings):
    """A run of the small world held against five names instead of some thousand."""
    monkeypatch.setattr(
        "laser_core.llm.offline.negative_names.negative_names",
        lambda relevant: ("wolf", "bus", "tree", "cup", "ship"),
    )
    config = fakes.config(aggregator="neglabel", rounds=3, **settings)
    return Experiment(fakes.materials(config), Store.create(tmp_path / "run", config))


def test_a_run_ranks_by_the_relevant_classes_share_of_the_sum(tmp_path, monkeypatch):
    run = neglabel_run(tmp_path, monkeypatch)
    drain(run.query())
    kept, texts = run.pending.arrays, run.store.texts.read()[1]
    vectors = run.materials.pictures.vectors(run.materials.pool_ids)

    def mean_cosine(text):
        return (vectors @ fakes.encode(text.sentences).T).mean(axis=1)

    s = float(kept.laser.names_sharpness[0])
    classes = [np.exp(s * mean_cosine(text)) for text in texts.relevant]
    others = [np.exp(s * mean_cosine(text)) for text in texts.confusers]
    share = sum(classes) / (sum(classes) + sum(others) + np.exp(kept.laser.names_log_sum))
    np.testing.assert_allclose(kept.laser.s_vlm, share, rtol=1e-4)
    assert 0.0 < kept.laser.s_vlm.min() < kept.laser.s_vlm.max() < 1.0


def test_its_explanation_is_shares_that_add_up(tmp_path, monkeypatch):
    run = neglabel_run(tmp_path, monkeypatch)
    drain(simulate(run))
    for round in (1, 3):
        kept = run.store.rounds.query(round)[1].arrays
        ids = run.pool.ids[kept.row]
        for at in (0, len(ids) - 1):
            told = explain_image(
                str(ids[at]), round, run.store, run.config, run.pool.ids, run.materials.cosines
            )
            assert sum(s.share for s in told.shares) + told.names_share == pytest.approx(1.0)
            mine = sum(s.share for s in told.shares if s.name in ("cat", "dog"))
            assert mine == pytest.approx(told.s_vlm, abs=1e-4)
            assert fakes.rebuilt(told) == pytest.approx(told.score, abs=1e-6)
            assert any("the relevant classes' share" in line for line in told.sentences())


def test_a_reopened_run_asks_the_same_and_makes_the_names_once(tmp_path, monkeypatch):
    run = neglabel_run(tmp_path, monkeypatch)
    _, first = drain(run.preview())
    run.store.close()
    store = Store.open(tmp_path / "run")
    again = Experiment(fakes.materials(store.config()), store)
    told = []
    _, second = drain(again.preview(), told.append)
    assert second.ids.tolist() == first.ids.tolist()
    assert not any("names of other things" in p.stage for p in told)


def test_a_page_scores_as_the_run_does(tmp_path, monkeypatch):
    run = neglabel_run(tmp_path, monkeypatch)
    drain(run.query())
    texts = run.store.texts.read()[1]
    names = kept_names(run.store, ("cat", "dog"), len(run.pool.ids))
    live = LiveScores(text_cosines(run.materials.cosines, texts), names)
    np.testing.assert_allclose(live.score(), run.pending.arrays.laser.s_vlm, rtol=1e-5)
    without = dict(live.without_each())
    assert all((score >= live.score() - 1e-9).all() for score in without.values())


def test_names_of_other_classes_are_not_taken_for_these(tmp_path, monkeypatch):
    run = neglabel_run(tmp_path, monkeypatch)
    drain(run.query())
    assert kept_names(run.store, ("cat", "dog", "ship"), len(run.pool.ids)) is None
    assert kept_names(run.store, ("cat", "dog"), 7) is None
