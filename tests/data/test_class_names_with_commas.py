"""Names with commas on the command line."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest
from pool_pictures import pictures, write

from laser_core.cli.options import settings
from laser_core.config import ExperimentConfig
from laser_core.data.class_split import WrittenNames, split_names
from laser_core.errors import ConfigError
from laser_core.experiment.plan import plan

FISH, CAT, CRANE = "tench, Tinca tinca", "cat", "crane, bird"
CLASSES = [FISH, CAT, CRANE, "crane", "rock beauty, Holocanthus tricolor", "dog"]


@pytest.mark.parametrize(
    ("texts", "names"),
    [
        (["tench, Tinca tinca"], [FISH]),
        (["tench,tinca  tinca"], ["tench,tinca tinca"]),  # the pool spells it out later
        (['"tench, Tinca tinca",cat'], [FISH, CAT]),
        (['cat, "tench, Tinca tinca"'], [CAT, FISH]),
        (["tench, Tinca tinca,cat"], [FISH, CAT]),
        (["cat,tench, Tinca tinca,dog"], [CAT, FISH, "dog"]),
        (["tench, Tinca tinca", "cat"], [FISH, CAT]),
        (["tench, Tinca tinca", "cat,dog"], [FISH, CAT, "dog"]),
        (["crane, bird"], [CRANE]),
        (['"crane","dog"'], ["crane", "dog"]),
        (['"crane","bird"'], ["crane", "bird"]),
        (["crane,dog"], ["crane", "dog"]),
        (["cat,dog"], [CAT, "dog"]),
        (["cat, dog ,"], [CAT, "dog"]),
        (["cat,unicorn"], [CAT, "unicorn"]),
        (["Tinca tinca"], ["Tinca tinca"]),
    ],
)
def test_a_name_with_commas_is_found_whole_quoted_or_among_others(texts, names):
    """F8: by the whole text first, then by quotation marks, then by what the pool has."""
    assert list(split_names(map(WrittenNames, texts), CLASSES)) == names


def test_without_known_classes_quotation_marks_tell_names_apart():
    """F8: in a pool without labels."""
    assert split_names([WrittenNames(f'"{FISH}",cat')], []) == (FISH, CAT)
    assert split_names([WrittenNames("a,b")], []) == ("a", "b")


@pytest.mark.parametrize("text", ['"tench, Tinca', '"a"b,c', '"'])
def test_a_quotation_mark_that_is_not_closed_is_told(text):
    """F8: with an example that is right."""
    with pytest.raises(ConfigError, match=r'write a name with commas as "tench, Tinca tinca"'):
        split_names([WrittenNames(text)], CLASSES)


def test_names_that_were_decided_are_never_parted_again():
    """F8: a kept run and the app hold names, not texts."""
    config = ExperimentConfig(relevant=(WrittenNames("a,b"),))
    kept = ExperimentConfig.from_json(json.dumps(asdict(config)))
    assert split_names(["a,b"], ["a", "b"]) == ("a,b",)
    assert split_names(kept.relevant, ["a", "b"]) == ("a,b",)


@pytest.mark.parametrize(
    "relevant", [["tench, Tinca tinca"], ["Tench, tinca_tinca"], [f'"{FISH}"'], ["cat", "", FISH]]
)
def test_the_command_line_reaches_a_class_with_a_comma(tmp_path, relevant):
    """F8: in any spelling that the pool takes; an empty option takes back those before it."""
    write(tmp_path / "pool", pictures(f"{FISH}/1.png", "cat/2.png", "dog/3.png"))
    config = settings(pool=str(tmp_path / "pool"), relevant=relevant, vlm="offline")
    planned = plan(config, tmp_path / "cache").config
    assert planned.relevant == (FISH,)
    again = plan(ExperimentConfig.from_json(planned.to_json()), tmp_path / "cache").config
    assert again == planned


@pytest.mark.slow
def test_known_classes_of_a_task_may_hold_commas_too(tmp_path):
    """F8: and such a run can be resumed."""
    write(tmp_path / "pool", pictures(f"{FISH}/1.png", "cat/2.png", "dog/3.png", "salmon/4.png"))
    config = settings(
        pool=str(tmp_path / "pool"), known=[FISH], task="Catch a fish", propose=1, vlm="offline"
    )
    planned = plan(config, tmp_path / "cache").config
    assert planned.known == (FISH,)
    assert planned.relevant[0] == FISH
    again = plan(ExperimentConfig.from_json(planned.to_json()), tmp_path / "cache").config
    assert again == planned
