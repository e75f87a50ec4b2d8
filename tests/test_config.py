import json

import pytest

from laser_core.config import ExperimentConfig, RoundChoice
from laser_core.errors import ConfigError
from laser_core.strategies.laser import laser_settings


def test_a_config_comes_back_from_its_json_unchanged():
    config = ExperimentConfig.of(relevant=("cat", "dog"), delta="fixed:0.3", batch_size=7)
    assert ExperimentConfig.from_json(config.to_json()) == config


@pytest.mark.parametrize("ratio", [0.0, 1.0, -0.1, 20.0])
def test_a_mismatch_that_is_no_share_says_what_it_means(ratio):
    with pytest.raises(ConfigError, match="share of classes that are relevant.*20% is 0.2"):
        ExperimentConfig(mismatch=ratio)


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("rounds", 0, "rounds=0"),
        ("batch_size", 0, "batch_size=0"),
        ("descriptions", -1, "descriptions=-1"),
        ("learner", "vit", "choose one of head, resnet18"),
        ("settings", (("delta", ["linear"]),), "a number, a text, true or false each"),
        ("settings", "delta", "a number, a text, true or false each"),
        ("relevant", ("cat", "cat"), "'cat' twice"),
    ],
)
def test_a_setting_that_cannot_be_says_what_is_allowed(field, value, told):
    with pytest.raises(ConfigError, match=told):
        ExperimentConfig(**{field: value})


def test_a_config_of_a_newer_version_is_refused_by_its_unknown_fields():
    with pytest.raises(ConfigError, match="shiny"):
        ExperimentConfig.from_json('{"shiny": 1}')
    with pytest.raises(ConfigError, match="cannot be read"):
        ExperimentConfig.from_json("{")


def earlier(**settings):
    """config.json as a version before `balanced` wrote it."""
    given = json.loads(ExperimentConfig().to_json())
    del given["anchor"], given["settings"]
    laser = {"delta": "linear", "fusion": "raw", "selection": "quota", "aggregator": "mean"}
    return json.dumps({**given, **laser, "temperature": 0.5, "quota_reach": 2, **settings})


def test_an_earlier_run_keeps_the_rules_it_used_and_knows_no_text():
    config = ExperimentConfig.from_json(earlier(aggregator="max"))
    assert config.anchor == 0.0
    assert config.retired == (("quota_reach", 2), ("aggregator", "max"))
    assert config.retired_words() == (
        "quotas with a reach of 2 batches and the confusers' max as the penalty of Eq. (1)"
    )
    shown = json.loads(config.to_json())
    assert (shown["quota_reach"], shown["aggregator"]) == (2, "max")
    assert ExperimentConfig.from_json(config.to_json()) == config


@pytest.mark.parametrize(
    "settings", [{"quota_reach": 0}, {"selection": "global"}, {"strategy": "random"}]
)
def test_rules_that_decided_nothing_are_not_missed(settings):
    assert ExperimentConfig.from_json(earlier(**settings)).retired == ()


def test_going_on_with_an_earlier_run_changes_the_rounds_to_come_and_no_other():
    before = ExperimentConfig.from_json(earlier(aggregator="softmax"))
    with pytest.raises(ConfigError, match="reach of 2 batches.*`resume --balanced`"):
        before.require_living_rules()
    after = ExperimentConfig.from_json(before.going_on(4).to_json())
    after.require_living_rules()
    own = laser_settings(after)
    assert (own.selection, own.aggregator, after.anchor) == ("balanced", "mean", 0.0)
    assert after.in_round(4) == after
    assert after.in_round(3) == before


def test_going_on_records_balanced_whatever_rule_is_gone():
    before = ExperimentConfig.from_json(earlier(aggregator="max", selection="global"))
    assert before.retired == (("aggregator", "max"),)
    assert laser_settings(before.going_on(2)).selection == "balanced"
    assert laser_settings(before.going_on(2).in_round(1)).selection == "global"


def test_settings_that_were_fields_are_those_of_the_strategy_that_read_them():
    kept = ExperimentConfig.from_json(earlier(delta="fixed:0.3", temperature=1.0))
    assert dict(kept.settings) == {
        "delta": "fixed:0.3", "fusion": "raw", "selection": "quota", "aggregator": "mean",
        "temperature": 1.0,
    }  # fmt: skip
    assert ExperimentConfig.from_json(earlier(strategy="random")).settings == ()


def test_the_settings_of_a_strategy_stand_in_config_json_by_name():
    config = ExperimentConfig.of(strategy="eoal", w=2.0, alpha=0.8)
    assert json.loads(config.to_json())["settings"] == {"alpha": 0.8, "w": 2.0}
    assert ExperimentConfig.from_json(config.to_json()) == config


def test_another_strategy_starts_from_its_own_defaults():
    config = ExperimentConfig.of(delta="fixed:0.3")
    assert config.with_changes(strategy="random").settings == ()
    assert config.with_changes(strategy="laser", fusion="zscore").settings == (
        ("delta", "fixed:0.3"),
        ("fusion", "zscore"),
    )


def test_a_choice_for_a_round_changes_settings_for_that_round_alone():
    config = ExperimentConfig.of(delta="fixed:0.3", fusion="zscore")
    choice = RoundChoice.of({"delta": 0.7, "fusion": None, "selection": "global", "strategy": None})
    assert choice == RoundChoice(0.7, settings=(("selection", "global"),))
    assert dict(choice.applied_to(config).settings) == {
        "delta": "fixed:0.3", "fusion": "zscore", "selection": "global",
    }  # fmt: skip
    assert RoundChoice(strategy="random").applied_to(config).settings == ()


def test_an_anchor_is_for_the_head_alone():
    with pytest.raises(ConfigError, match="only the learner head can start from the text"):
        ExperimentConfig(learner="resnet18", anchor=1.0)
    with pytest.raises(ConfigError, match="from 0 .* to 10"):
        ExperimentConfig(anchor=-1.0)
