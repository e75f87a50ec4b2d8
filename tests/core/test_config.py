import pytest

from laser_core.config import DeltaSchedule, ExperimentConfig, delta_schedule
from laser_core.errors import ConfigError


def test_a_config_comes_back_from_its_json_unchanged():
    config = ExperimentConfig(relevant=("cat", "dog"), delta="fixed:0.3", batch_size=7)
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
        ("fusion", "sum", "choose one of raw, zscore"),
        ("learner", "vit", "choose one of head, resnet18"),
        ("delta", "fixed:2", "X from 0 to 1"),
        ("delta", "cosine", "choose linear, precision, or fixed:X"),
        ("temperature", 0.0, "the paper has 0.5"),
        ("relevant", ("cat", "cat"), "'cat' twice"),
    ],
)
def test_a_setting_that_cannot_be_says_what_is_allowed(field, value, told):
    with pytest.raises(ConfigError, match=told):
        ExperimentConfig(**{field: value})


def test_schedules_are_read_from_their_names():
    assert delta_schedule("linear") == DeltaSchedule("linear")
    assert delta_schedule("fixed:0.3") == DeltaSchedule("fixed", 0.3)


def test_a_config_of_a_newer_version_is_refused_by_its_unknown_fields():
    with pytest.raises(ConfigError, match="shiny"):
        ExperimentConfig.from_json('{"shiny": 1}')
    with pytest.raises(ConfigError, match="cannot be read"):
        ExperimentConfig.from_json("{")
