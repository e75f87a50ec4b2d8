"""`gated`: its numbers, small enough to check by hand."""

from dataclasses import replace

import numpy as np
import pytest

from laser_core.basics.arrays import unit_rows
from laser_core.basics.seeding import rng_for
from laser_core.config import ExperimentConfig, RoundChoice
from laser_core.errors import ConfigError, PoolError
from laser_core.strategies.gated import Gated, Opinion, certainty, text_prior
from laser_core.strategies.hooks import RankedRound
from laser_core.texts.cosines import TextCosines
from laser_core.texts.descriptions import ClassText, Descriptions
from laser_core.view import PoolView, RoundRecord

LN2, LN3 = np.log(2.0), np.log(3.0)


def gated(**settings):
    return Gated(Gated.Settings(**settings))


def texts(relevant, of="", confusers=(), names=None):
    """Signals of one sentence a class, and a confuser's; sharpness 1."""
    relevant = np.array(relevant, dtype=float)
    irrelevant = np.array(confusers, dtype=float).reshape(len(confusers), relevant.shape[1])
    names = np.zeros(relevant.shape[1]) if names is None else np.array(names, dtype=float)
    return {
        f"{of}relevant_cosines": relevant,
        f"{of}irrelevant_cosines": irrelevant,
        f"{of}names_log_sum": names,
        "relevant_owner": np.arange(len(relevant)),
        "irrelevant_owner": np.arange(len(irrelevant)),
        "names_sharpness": np.ones(relevant.shape[1]),
    }


def record(ids):
    return RoundRecord(1, tuple(ids), (), 0, 0, None, None, None, None)


def a_view(powers, labels=(), labeled_powers=(), vectors=None, labeled_vectors=None, **given):
    """Images whose classes have these `powers` (n, U) by the text, all else 0.

    Args:
        labels: of l0, l1, ..., whose powers are `labeled_powers` (n, L).
        given: `logits` of the classifier; `records`.
    """
    n, count = len(powers), len(powers[0])
    labeled_powers = np.array(labeled_powers, dtype=float).reshape(n, len(labels))
    vectors = unit_rows(rng_for(3).normal(size=(count, 4))) if vectors is None else vectors
    labeled_vectors = np.zeros((len(labels), 4)) if labeled_vectors is None else labeled_vectors
    signals = texts(powers) | {
        key: array
        for key, array in texts(labeled_powers, "labeled_").items()
        if key.startswith("labeled_")
    }
    signals |= {
        "vectors": np.array(vectors, dtype=np.float32),
        "labeled_vectors": np.array(labeled_vectors, dtype=np.float32),
        "classifier.logits": np.array(given.get("logits", np.full((count, n), -np.inf))),
    }
    return PoolView(
        1 + bool(labels),
        np.array([f"u{i}" for i in range(count)]),
        np.array([f"l{i}" for i in range(len(labels))], dtype=str),
        np.array(labels, dtype=np.intp),
        n,
        signals,
        given.get("records", ()),
        embeddings=np.array(vectors).__getitem__,
    )


def opinion(log_odds, classes):
    log_odds = np.array(log_odds, dtype=float)
    return Opinion(np.array(classes), log_odds, np.zeros(len(log_odds)))


def test_the_text_prior_is_each_ones_share_of_the_sum():
    """e^ln2 : e^0 : (e^0 + e^0) of a class, another, a confuser and the names: 2/5, 1/5, 2/5."""
    prior = text_prior(texts([[LN2], [0.0]], confusers=[[0.0]]), 2)
    np.testing.assert_allclose(np.exp(prior), [[0.4, 0.2, 0.4]], atol=2e-6)


def test_cosines_count_times_the_sharpness():
    signals = texts([[0.1]]) | {"names_sharpness": np.array([10 * LN3])}
    np.testing.assert_allclose(np.exp(text_prior(signals, 1)), [[0.75, 0.25]], atol=2e-6)


def test_a_class_without_a_sentence_has_the_least_chance():
    signals = texts([[0.0]]) | {"relevant_owner": np.array([1])}
    np.testing.assert_allclose(np.exp(text_prior(signals, 2)), [[1e-6, 0.5, 0.5]], rtol=1e-5)


def test_a_confusers_sentences_count_once():
    signals = texts([[0.0]], confusers=[[0.0], [2 * LN2]]) | {"irrelevant_owner": np.array([0, 0])}
    np.testing.assert_allclose(np.exp(text_prior(signals, 1)), [[0.25, 0.75]], atol=2e-6)


def test_before_a_label_the_score_is_the_texts_weighted_log_odds():
    """p0 = (3/4, 1/4): half of ln 3 at weight .5; with two classes the roots are summed."""
    view = a_view([[LN3, 0.0]])
    np.testing.assert_allclose(gated().score(view, rng_for(0)), [LN3 / 2, 0.0], atol=1e-5)
    two = a_view([[2 * LN2], [2 * LN2]])  # p0 = (4, 4, 1) / 9: (2 + 2) : 1
    np.testing.assert_allclose(gated().score(two, rng_for(0)), [2 * LN2], atol=1e-5)
    ignored = gated(text_weight=0.0).score(view, rng_for(0))
    np.testing.assert_allclose(ignored, [0.0, 0.0], atol=1e-12)


def test_what_labels_teach_is_added_to_the_text():
    vectors = np.eye(4)[:2]
    view = a_view([[0.0, 0.0]], [0, 1] * 20, np.zeros((1, 40)), vectors, np.tile(vectors, (20, 1)))
    found = gated().opinion(view)
    np.testing.assert_allclose(found.text, [0.0, 0.0], atol=1e-5)
    assert found.learned[0] > 0.5 > -0.5 > found.learned[1]
    np.testing.assert_allclose(gated().score(view, rng_for(0)), found.text + found.learned)


def test_after_a_batch_of_relevant_images_alone_the_text_still_keeps_others_out():
    """Eq. (5)'s detector calls everything relevant then; here it is the reason for the prior."""
    powers = [[4.0, -4.0]]
    view = a_view(
        powers, [0] * 10, np.full((1, 10), 4.0), np.eye(4)[:2], np.tile(np.eye(4)[0], (10, 1))
    )
    near, far = gated().opinion(view).relevance
    assert near > 0.85 > 0.5 > far


def test_what_the_text_says_of_labeled_images_is_not_learned_twice():
    """Labels that the text foretells surely leave nothing to learn: the slope is p - y, about 0."""
    sure = np.array([[40.0, -40.0] * 5])
    vectors = np.eye(4)[:2]
    view = a_view([[0.0, 0.0]], [0, 1] * 5, sure, vectors, np.tile(vectors, (5, 1)))
    learned = gated(text_weight=2.0).opinion(view).learned
    np.testing.assert_allclose(learned, 0.0, atol=0.01)


def test_relevance_is_the_log_odds_as_a_probability():
    found = opinion([0.0, LN3, -LN3], [0, 0, 0]).relevance
    np.testing.assert_allclose(found, [0.5, 0.75, 0.25])


def test_each_next_picture_goes_to_the_class_with_fewest_labels():
    view = a_view(np.zeros((2, 20)), [0, 0, 0, 1, 2], np.zeros((2, 5)))
    classes = np.arange(20) % 2
    assert gated().shares(view, classes, 6).tolist() == [2, 4]


def test_a_class_that_finds_little_may_ask_for_twice_that_and_the_rest_is_shared_out():
    """The last batch found one of class 0 and three of class 1; a batch of 8, limits 2 and 6."""
    classes = np.arange(40) % 2
    last = record([f"l{i}" for i in range(8)])
    view = a_view(np.zeros((2, 40)), [0, 1, 1, 1, 2, 2, 2, 2], np.zeros((2, 8)), records=(last,))
    assert gated(floor=0.5).shares(view, classes, 8).tolist() == [2, 6]
    assert gated().shares(view, classes, 8).tolist() == [4, 4]  # an even share in any case
    assert gated(growth=100.0).shares(view, classes, 8).tolist() == [5, 3]
    assert gated(growth=0.0, floor=0.0).shares(view, classes, 8).tolist() == [4, 4]  # no limit left


def test_only_the_last_batchs_finds_count():
    classes = np.arange(40) % 2
    view = a_view(
        np.zeros((2, 40)), [0, 1, 1, 1], np.zeros((2, 4)), records=(record(["l0", "l1"]),)
    )
    assert gated(floor=0.0, growth=1.0).shares(view, classes, 2).tolist() == [1, 1]
    assert gated(floor=0.0, growth=3.0).shares(view, classes, 2).tolist() == [2, 0]


def test_labels_that_nobody_asked_for_set_no_limit():
    view = a_view(np.zeros((2, 40)), [0, 1, 1, 1], np.zeros((2, 4)))
    assert gated(floor=0.0).shares(view, np.arange(40) % 2, 8).tolist() == [5, 3]


def test_a_class_without_images_gives_its_share_away():
    view = a_view(np.zeros((2, 10)))
    assert gated().shares(view, np.array([0, 1] + [0] * 8), 6).tolist() == [5, 1]


def test_without_a_label_the_gate_lets_a_multiple_of_the_share_through():
    view, own = a_view(np.zeros((1, 10))), opinion(np.arange(10.0), [0] * 10)
    passed = gated(candidates=2).pass_gate(own, np.arange(10), 3, view, b"key")
    assert passed.tolist() == [9, 8, 7, 6, 5, 4]
    assert len(gated(candidates=4).pass_gate(own, np.arange(10), 3, view, b"key")) == 10


def test_with_labels_the_gate_lets_the_probably_relevant_through_and_the_share_in_any_case():
    view = a_view(np.zeros((1, 4)), [0], [[0.0]])
    own = opinion(np.log([0.9 / 0.1, 0.5, 0.85 / 0.14, 0.7 / 0.3]), [0] * 4)
    assert gated().pass_gate(own, np.arange(4), 1, view, b"key").tolist() == [0, 2]
    assert gated(gate=0.6).pass_gate(own, np.arange(4), 1, view, b"key").tolist() == [0, 2, 3]
    assert gated().pass_gate(own, np.arange(4), 3, view, b"key").tolist() == [0, 2, 3]
    assert gated().pass_gate(own, np.array([1, 3]), 1, view, b"key").tolist() == [3]


def test_half_of_a_share_is_what_the_classifier_hesitates_about_and_the_rest_lies_far_apart():
    vectors = np.array([[1.0, 0], [1, 0], [0, 1], [-1, 0], [1, 0], [1, 0]])
    view = a_view(np.zeros((1, 6)), [0], [[0.0]], vectors=vectors)
    sure = np.array([0.9, 0.9, 0.8, 0.7, 0.1, 0.2])
    passed = np.arange(6)
    found = gated().spread(passed, 5, sure, view, b"key", rng_for(0)).tolist()
    assert found[:3] == [4, 5, 0]  # the two least sure ones, then the most relevant of the rest
    assert sorted(found[3:]) == [2, 3]  # 1 is a copy of 0
    none = gated().spread(passed, 3, None, view, b"key", rng_for(0)).tolist()
    assert none[0] == 0
    assert sorted(none[1:]) == [2, 3]
    alone = gated(hesitation=1.0).spread(passed, 2, sure, view, b"key", rng_for(0))
    assert alone.tolist() == [4, 5]


def test_a_classifier_hesitates_between_two_classes_it_knows():
    np.testing.assert_allclose(certainty(np.array([[LN3, 0.0]])), [0.5])
    assert certainty(np.full((2, 2), -np.inf)) is None
    assert certainty(np.array([[1.0, -np.inf]])) is None  # one class has a label
    assert certainty(np.array([[1.0], [2.0]])) is None  # one class is relevant


def test_a_batch_takes_turns_over_classes_and_keeps_columns_that_add_up():
    powers = np.zeros((2, 12))
    powers[0, :6], powers[1, 6:] = np.linspace(3, 1, 6), np.linspace(3, 1, 6)
    query = gated(candidates=1).select(a_view(powers), 4, rng_for(0))
    assert query.ids.tolist()[:2] == ["u0", "u6"]
    assert set(query.ids.tolist()) == {"u0", "u1", "u6", "u7"}
    parts = query.arrays.parts
    total = parts["text"].values + parts["learned"].values
    np.testing.assert_allclose(total, query.arrays.score)
    chance = 1 / (1 + np.exp(-query.arrays.score))
    np.testing.assert_allclose(parts["relevance"].values, chance)


def a_ranked(view, query, **given):
    """The round that asked `query`, its classes called "a" and "b"."""
    said = Descriptions((ClassText("a", ("an a",)), ClassText("b", ("a b",))))
    cosines = view.signals["relevant_cosines"]
    owner = np.arange(2)

    def of(row):
        return TextCosines(cosines[:, [row]], np.empty((0, 1)), owner, np.empty(0, dtype=int))

    config = ExperimentConfig(strategy="gated", relevant=("a", "b"))
    ranked = RankedRound(
        2, view.unlabeled, query.arrays, view.labels, config, said, of, view.embeddings
    )
    return replace(ranked, **given)


def test_an_explanation_adds_up_to_the_score_and_names_what_decided():
    powers = np.array([[5.0, 0.0, -3.0], [0.0, 0.5, -3.0]])
    logits = [[LN3, 0.0], [0.0, 0.0], [0.0, LN3]]
    view = a_view(powers, [0, 2] * 4, np.array([[3.0, -3.0] * 4, [0.0, -3.0] * 4]), logits=logits)
    query = gated().select(view, 2, rng_for(0))
    for row, id in enumerate(view.unlabeled.tolist()):
        why = gated().explain(a_ranked(view, query), id)
        assert why.text + why.learned == pytest.approx(why.score, abs=1e-6)
        assert why.score == pytest.approx(query.arrays.score[row])
        assert why.certainty == pytest.approx([0.5, 0.0, 0.5][row])
    first = gated().explain(a_ranked(view, query), "u0")
    assert (first.name, first.best.text, first.best.cosine) == ("a", "an a", 5.0)
    assert "so it passes" in str(first)
    last = gated().explain(a_ranked(view, query), "u2")
    assert "below 0.85, so it is asked about only where too few of its class pass" in str(last)
    assert str(last).count("\n") == 3


def test_before_the_first_label_an_explanation_knows_no_gate_and_no_certainty():
    view = a_view(np.array([[3.0, 0.0], [0.0, 2.0]]))
    query = gated().select(view, 1, rng_for(0))
    why = gated().explain(a_ranked(view, query, descriptions=None), "u1")
    assert (why.name, why.best, why.gate, why.certainty, why.learned) == ("b", None, None, None, 0)
    assert "before the first label the most relevant of each class pass" in str(why)
    assert why.to_dict()["score"] == pytest.approx(why.text)


def test_what_cannot_be_explained_is_said_in_one_sentence():
    view = a_view(np.zeros((2, 3)))
    query = gated().select(view, 1, rng_for(0))
    ranked = a_ranked(view, query)
    with pytest.raises(PoolError, match="'u1' was labeled before round 2"):
        gated().explain(replace(ranked, arrays=query.arrays.at(np.array([0, 2]))), "u1")
    bare = replace(query.arrays, parts={})  # the first batch that all strategies share
    with pytest.raises(PoolError, match="gives one score and no parts"):
        gated().explain(replace(ranked, arrays=bare), "u1")


def an_asked(round=2, **settings):
    """A round of 12 images of two classes that asked for four, and the view it was asked on."""
    rng = rng_for(5)
    powers, vectors = rng.normal(1.0, 1.5, (2, 12)), unit_rows(rng.normal(size=(12, 4)))
    given = {"vectors": vectors, "logits": rng.normal(size=(12, 2))}
    labels, last = [0, 1, 1, 2], record(["l1", "l2", "l3"])
    view = a_view(powers, vectors=vectors)
    if round > 1:
        taught = {"labeled_vectors": unit_rows(rng.normal(size=(4, 4))), "records": (last,)}
        view = a_view(powers, labels, np.zeros((2, 4)), **taught, **given)
    query = gated(**settings).select(view, 4, rng_for(7, "query", round))
    config = ExperimentConfig(strategy="gated", relevant=("a", "b"), batch_size=4, seed=7)
    return view, query, a_ranked(view, query, config=config, round=round)


@pytest.mark.parametrize("round", [1, 2])
def test_the_same_choice_gives_the_batch_that_was_asked(round):
    _, query, ranked = an_asked(round)
    same = gated().what_if(ranked, RoundChoice())
    assert same.ids.tolist() == query.ids.tolist()
    np.testing.assert_array_equal(same.scores, query.scores)
    assert same.figures == query.figures


@pytest.mark.parametrize(
    "tried", [{"gate": 0.2}, {"gate": 0.999}, {"hesitation": 0.0}, {"growth": 0.0, "floor": 0.0}]
)
def test_another_choice_gives_the_batch_that_it_would_have_asked_for(tried):
    view, query, ranked = an_asked()
    expected = gated(**tried).select(view, 4, rng_for(7, "query", 2))
    found = gated(**tried).what_if(ranked, RoundChoice(settings=tuple(tried.items())))
    assert found.ids.tolist() == expected.ids.tolist()
    assert found.figures == expected.figures
    assert found.arrays is query.arrays  # scores are the detector's, whatever passes


def test_a_wider_gate_lets_more_through_and_narrower_candidates_take_the_most_relevant():
    _, query, ranked = an_asked()
    wider = gated(gate=0.0).what_if(ranked, RoundChoice(settings=(("gate", 0.0),)))
    assert query.figures["passed"] < wider.figures["passed"] == 12
    _, _, first = an_asked(round=1)
    narrow = gated(candidates=1.0).what_if(first, RoundChoice())
    classes = first.arrays.parts["of_class"].values
    best = [
        rows[np.argsort(-first.arrays.score[rows])[:2]]
        for rows in (np.flatnonzero(classes == each) for each in (0, 1))
    ]
    assert set(narrow.ids.tolist()) == {f"u{row}" for row in np.concatenate(best)}


def test_its_dial_is_the_gate_once_there_is_a_label():
    _, query, ranked = an_asked()
    dial = gated(gate=0.4).dial(ranked)
    assert (dial.name, dial.value) == ("gate", 0.4)
    found = dial.choice_at(0.1, RoundChoice(settings=(("hesitation", 0.0), ("gate", 0.4))))
    assert dict(found.settings) == {"gate": 0.1, "hesitation": 0.0}
    assert gated().dial(an_asked(round=1)[2]) is None
    bare = replace(ranked, arrays=replace(query.arrays, parts={}))
    assert gated().dial(bare) is None


def test_what_cannot_be_tried_is_said_in_one_sentence():
    _, query, ranked = an_asked()
    with pytest.raises(PoolError, match="another text_weight trains another detector"):
        gated(text_weight=1.0).what_if(ranked, RoundChoice(settings=(("text_weight", 1.0),)))
    for kept in ({}, {k: v for k, v in query.arrays.parts.items() if k != "found"}):
        bare = replace(ranked, arrays=replace(query.arrays, parts=kept))
        with pytest.raises(PoolError, match="round 2 kept too little of Gated"):
            gated().what_if(bare, RoundChoice())


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"gate": 1.1}, "gate=1.1: it must lie from 0 and be at most 1; it is a probability"),
        ({"gate": float("nan")}, "gate=nan"),
        ({"candidates": 0.5}, "candidates=0.5: it must lie from 1"),
        ({"hesitation": -0.1}, "hesitation=-0.1"),
        ({"text_weight": 3.0}, "be at most 2"),
        ({"growth": -1.0}, "growth=-1"),
        ({"floor": -1.0}, "floor=-1"),
    ],
)
def test_a_setting_that_cannot_be_says_what_is_allowed(settings, told):
    with pytest.raises(ConfigError, match=told):
        gated(**settings)
