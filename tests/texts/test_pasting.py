"""E7: a pasted reply says what it took, refused and replaced, and keeps what is a person's own."""

from dataclasses import replace

import pytest

from laser_core.errors import ConfigError, LLMReplyError
from laser_core.llm.base import RefusedName
from laser_core.texts.descriptions import ClassText, Descriptions, notice_lines
from laser_core.texts.pasted_reply import take_confusers, take_sentences

OWN = ClassText("sled", ("a photo of my sled",), "person")
MET = ClassText("rock", ("a rock",), "discovered")
TEXTS = Descriptions(
    (ClassText("dog", ("a dog",)), ClassText("cat", ("a cat", "an old cat"))),
    (ClassText("owl", ("an owl",)), ClassText("fox", ("a red fox",)), OWN, MET),
)


def test_what_was_taken_refused_replaced_and_kept_is_told():
    """E7: with reasons, and nothing of a person is lost."""
    reply = '{"class_names": ["wolf", "puppy", "fox", "Sled", "bear", "moose"]}'
    taken = take_confusers(reply, TEXTS, 4, ["rock"])
    assert [c.name for c in taken.texts.confusers] == ["wolf", "fox", "bear", "sled", "rock"]
    assert taken.texts.confusers[1].sentences == ("a red fox",)
    assert taken.texts.confusers[3:] == (OWN, MET)
    assert taken.notices == (
        "Taken: wolf, fox, Sled, bear.",
        "Refused: puppy (a sub-kind of the relevant class 'dog'); "
        "moose (more than the 4 asked for).",
        "Replaced: owl.",
        "Kept, because they are yours: sled.",
    )
    assert taken.title == "pasted: 4 confusers"
    assert [e.model for e in taken.exchanges] == ["pasted reply"]


def test_one_name_of_many_is_taken_and_counted():
    """E7: a person cannot be asked again."""
    taken = take_confusers("- wolf", TEXTS, 8)
    assert taken.notices[0] == "Taken: wolf (1 of 8)."
    assert taken.title == "pasted: 1 of 8 confusers"


def test_a_class_without_a_sentence_in_the_reply_keeps_its_own():
    """E7: what there is is taken class by class."""
    taken = take_sentences('{"cat": ["a cat runs", "a cat eats"]}', TEXTS, ["dog", "cat"], 2)
    assert [c.sentences for c in taken.texts.relevant] == [("a dog",), ("a cat runs", "a cat eats")]
    assert taken.notices == (
        "Taken: 2 sentences each for cat.",
        "Without a sentence in the reply, so they keep their own: dog.",
    )
    fewer = take_sentences('{"cat": ["a cat runs"]}', TEXTS, ["cat"], 2)
    assert fewer.notices == ("Taken, with fewer than 2: cat (1).",)


@pytest.mark.parametrize("reply", ["I cannot help.", '{"error": "no"}', "<think>wolf, fox, cow"])
def test_a_reply_without_an_answer_changes_nothing(reply):
    """E7: it is said."""
    with pytest.raises(LLMReplyError, match="no usable answer"):
        take_confusers(reply, TEXTS, 2)
    with pytest.raises(LLMReplyError, match="no usable answer"):
        take_sentences(reply, TEXTS, ["dog", "cat"], 2)


def test_a_run_without_places_says_so():
    """E7: nothing can be taken where nothing was asked for."""
    with pytest.raises(ConfigError, match="no place for confusers"):
        take_confusers('["wolf"]', TEXTS, 0)


def test_the_command_line_tells_how_was_asked_what_was_taken_and_what_refused():
    """D1, E7: what `run` prints before its first round."""
    refused = (RefusedName("puppy", "a sub-kind of the relevant class 'dog'"),)
    lines = notice_lines(
        replace(TEXTS, refused=refused), ["host refused seed, so it is asked without seed"]
    )
    assert lines == [
        "host refused seed, so it is asked without seed",
        "confusers: owl, fox, sled, rock",
        "Refused: puppy (a sub-kind of the relevant class 'dog').",
    ]
    many = notice_lines(replace(TEXTS, refused=refused * 20))
    assert many[-1].endswith(" and 8 more.")
