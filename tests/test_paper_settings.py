"""Settings of the paper: what is decided as in Section 4.1, Section 4.5, the ablations of 4.6."""

import numpy as np
import pytest

from laser_core.analysis.comparison import summary_row
from laser_core.cli.options import settings
from laser_core.config import ExperimentConfig
from laser_core.errors import ConfigError
from laser_core.experiment.experiment import Experiment, simulate
from laser_core.experiment.held_out import out_of_fold_logits
from laser_core.experiment.plan import choose_relevant, plan, propose
from laser_core.metrics.summary import Summary
from laser_core.nets.head import Head
from laser_core.nets.objectives import detector
from laser_core.progress import drain
from laser_core.store.store import Store
from laser_core.strategies.laser import Laser, laser_settings, precision_of_detector
from laser_core.studies.parts import ABLATIONS
from laser_core.texts.descriptions import describe
from tests.fakes import ArrayPictures, ListedModel, config, folder, materials, source


def test_what_a_setting_leaves_open_is_decided_as_in_section_4_1(tmp_path):
    left_open = {"batch_size": None, "confusers": None, "descriptions": None}
    decided = plan(config(relevant=("hat", "can"), **left_open), tmp_path).config
    # 3% of the demo's 2,880 pictures; 2 R confusers; the paper's K is for its own sets alone
    assert (decided.batch_size, decided.confusers, decided.descriptions) == (86, 4, 5)


def test_what_nobody_sets_is_as_in_section_4_1():
    unset = ExperimentConfig()
    assert (unset.rounds, unset.epochs, unset.mismatch) == (10, 300, 0.2)
    own = Laser.Settings()
    assert (own.temperature, own.delta) == (0.5, "linear")


def test_the_head_starts_from_the_text_and_resnet18_does_not(tmp_path):
    assert plan(config(relevant=("hat", "can")), tmp_path).config.anchor == 1.0
    given = config(relevant=("hat", "can"), learner="resnet18")
    assert plan(given, tmp_path).config.anchor == 0.0


@pytest.mark.parametrize(
    ("preset", "selection"), [("section-3.2", "quota"), ("algorithm-1", "global")]
)
def test_a_paper_preset_sets_everything_as_printed(preset, selection):
    made = settings(preset=preset)
    own = laser_settings(made)
    assert (own.selection, own.fusion, own.delta) == (selection, "raw", "linear")
    assert (own.aggregator, own.temperature, made.anchor) == ("mean", 0.5, 0.0)
    assert (made.confusers, made.descriptions) == (None, 15)  # N: twice R, when R is known
    assert settings(preset=preset, pool="cifar100").descriptions == 4


def test_a_paper_preset_goes_with_a_task_of_the_demo():
    made = settings(preset="dress,algorithm-1")
    assert (laser_settings(made).selection, made.relevant[0]) == ("global", "sunglasses")
    with pytest.raises(ConfigError, match="at most one task of the demo and one of"):
        settings(preset="algorithm-1,section-3.2")


@pytest.mark.parametrize(
    "given",
    [
        {"selection": "balanced"}, {"fusion": "zscore"}, {"delta": "fixed:0.3"}, {"anchor": 1.0},
        {"temperature": 1.0}, {"descriptions": 5}, {"confusers": 3},
    ],
)  # fmt: skip
def test_an_option_that_contradicts_a_paper_preset_is_refused(given):
    name, value = next(iter(given.items()))
    with pytest.raises(ConfigError, match=f"--{name} {value} contradicts --preset section-3.2"):
        settings(preset="section-3.2", **given)
    settings(preset="section-3.2", selection="quota", anchor=0.0)  # the same is no contradiction


def test_proposals_that_name_a_class_of_the_pool_are_taken_up_to_the_number_wanted():
    asked = config(relevant=(), task="care for pets", known=("cat",), propose=1)
    offered = propose(asked, source(), ListedModel())  # dog, unicorn, ship; no unicorn in the pool
    assert [(p.proposal.name, p.taken) for p in offered] == [
        ("dog", True),
        ("unicorn", False),
        ("ship", False),
    ]


def test_in_an_unlabeled_pool_every_proposal_fits():
    asked = config(relevant=(), task="care for pets", known=("cat",), propose=2)
    offered = propose(asked, source(labeled=False), ListedModel())
    assert [p.proposal.name for p in offered if p.taken] == ["dog", "unicorn"]


def test_a_task_without_a_known_class_says_what_is_missing():
    with pytest.raises(ConfigError, match="--known with the classes known so far"):
        propose(config(relevant=(), task="care for pets"), source(), ListedModel())


def test_known_and_proposed_classes_become_the_relevant_ones():
    asked = config(relevant=(), task="care for pets", known=("cat",))
    assert choose_relevant(asked, source(), ["dog"]) == ("cat", "dog")


def test_a_kept_run_of_a_task_keeps_its_classes_and_asks_nobody_again():
    kept = config(relevant=("cat", "ship"), task="care for pets", known=("Cat",))
    assert propose(kept, source(), None) == ()
    assert choose_relevant(kept, source(), []) == ("cat", "ship")


def test_relevant_classes_beside_other_known_ones_are_refused():
    with pytest.raises(ConfigError, match="--relevant and --known were both given"):
        choose_relevant(config(relevant=("cat",), known=("dog",)), source(), [])


@pytest.mark.parametrize("name", sorted(ABLATIONS))
def test_each_ablation_is_a_config_that_can_be_run(name):
    config(**ABLATIONS[name])  # a wrong field or value would raise
    assert len(ABLATIONS) == 7  # the whole method and the six of Section 4.6


def test_without_detector_every_round_is_language_alone(tmp_path):
    ablation = ABLATIONS["without detector"]
    experiment = Experiment(*_run(tmp_path, **ablation))
    records = drain(simulate(experiment))
    assert [record.figures["delta"] for record in records] == [0.0] * 4


def test_k_1_has_one_sentence_for_each_class_and_confuser():
    texts = drain(describe(ListedModel(), ("cat", "dog"), per_class=1, confusers=2))
    assert texts.relevant_texts() == ["cat 0", "dog 0"]
    assert texts.confuser_texts() == ["wolf 0", "fox 0"]


def test_k_0_n_0_asks_no_model_and_names_the_class_alone():
    nobody = None  # would fail at the first question
    texts = drain(describe(nobody, ("cat", "owl"), per_class=0, confusers=0))
    assert texts.relevant_texts() == ["a photo of a cat", "a photo of an owl"]
    assert texts.confuser_texts() == []


def test_a_detector_that_tells_relevant_from_irrelevant_has_out_of_fold_precision_1():
    vectors = np.array([[1.0, 0.0]] * 15 + [[0.0, 1.0]] * 15, dtype=np.float32)
    ids, labels = np.array([f"i{i}" for i in range(30)]), np.array([0] * 15 + [1] * 15)
    pictures = ArrayPictures(ids, vectors)
    steps = out_of_fold_logits(Head(), detector(0.5), pictures, (ids, labels), 1, seed=0)
    assert precision_of_detector(drain(steps), labels, 1, 0.5) == 1.0


def test_a_measure_is_mean_and_spread_over_runs_and_empty_where_one_cannot_tell():
    one = Summary(0.8, 0.6, 1.0, 0.5, None, 1.0)
    two = Summary(1.0, 0.8, 1.0, 0.7, 0.9, 3.0)
    row = summary_row("laser", (one, two))
    first = row["first_precision_mean"], row["first_precision_sd"]
    assert first == pytest.approx((0.9, 0.1 * 2**0.5))
    assert row["accuracy_mean"] is None
    assert row["accuracy_sd"] is None


def _run(tmp_path, **settings):
    chosen = config(**settings)
    return materials(chosen), Store.create(folder(tmp_path), chosen)
