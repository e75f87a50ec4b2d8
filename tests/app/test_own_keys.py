"""A person's own keys: which are free, what is said of the others, and that they are kept."""

from __future__ import annotations

import pytest

from laser_core.basics.files import user_folder
from laser_core.errors import ConfigError
from ui.shared.answers.own_keys import FILE, assign, keys_of, read_keys, require_free, write_keys

CLASSES = ("cat", "dog", "truck")


@pytest.fixture(autouse=True)
def config(tmp_path, monkeypatch):
    monkeypatch.setenv("LASER_CONFIG_DIR", str(tmp_path / "config"))


def test_classes_have_their_numbers_until_a_person_says_otherwise():
    assert keys_of(CLASSES, {}) == {"cat": "1", "dog": "2", "truck": "3"}
    assert keys_of(CLASSES, {"dog": "m"}) == {"dog": "m", "cat": "1", "truck": "3"}


def test_the_tenth_class_has_no_key_but_its_own():
    names = [f"class {n}" for n in range(11)]
    assert "class 9" not in keys_of(names, {})
    assert keys_of(names, {"class 10": "q"})["class 10"] == "q"


def test_no_key_ever_answers_with_two_classes():
    """The keys may have been given in two runs, and a number may be somebody's own key."""
    assert keys_of(CLASSES, {"cat": "m", "dog": "m"}) == {"cat": "m", "dog": "2", "truck": "3"}
    assert keys_of(CLASSES, {"truck": "1"}) == {"truck": "1", "dog": "2"}


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("c", "Streamlit itself uses C to empty its cache; give another letter or a digit"),
        ("R", "Streamlit itself uses R to run the page again"),
        ("u", "U is the key for undo"),
        ("0", "0 is the key for irrelevant"),
        ("2", "2 is the key of dog; give cat another one, or dog first"),
        ("", "no single letter or digit"),
        ("ab", "no single letter or digit"),
        ("?", "no single letter or digit"),
    ],
)
def test_a_key_that_does_something_already_is_refused_with_the_reason(key, words):
    with pytest.raises(ConfigError, match=words):
        require_free(key, "cat", CLASSES, {})


def test_a_key_may_be_given_again_to_the_class_that_has_it():
    assert require_free(" M ", "cat", CLASSES, {"cat": "m"}) == "m"
    with pytest.raises(ConfigError, match="M is the key of cat"):
        require_free("m", "dog", CLASSES, {"cat": "m"})


def test_keys_are_kept_for_a_person_and_taken_away_alone():
    assign("Ada", "cat", "M", CLASSES)
    assign("Bob", "cat", "b", CLASSES)
    assign("Ada", "dog", "ä", CLASSES)
    assert read_keys("Ada") == {"cat": "m", "dog": "ä"}
    write_keys("Ada", {})
    assert (read_keys("Ada"), read_keys("Bob")) == ({}, {"cat": "b"})


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"Ada": 3}', '{"Ada": {"cat": 5, "dog": "xy"}}'])
def test_a_damaged_file_of_keys_leaves_the_numbers(text):
    user_folder().mkdir(parents=True)
    (user_folder() / FILE).write_text(text, encoding="utf-8")
    assert read_keys("Ada") == {}
    assign("Ada", "cat", "m", CLASSES)
    assert read_keys("Ada") == {"cat": "m"}
