import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from laser_core.llm.base import Proposal
from laser_core.llm.replies.schema import (
    descriptions_form,
    read_descriptions,
    read_names,
    read_proposals,
    short_of_names,
    short_of_sentences,
)


@pytest.mark.parametrize(
    "reply",
    [
        '["wolf", "fox"]',
        "['wolf', 'fox']",
        "Irrelevant classes = [“wolf”, “fox”]",
        "Irrelevant classes = [‘wolf’, ‘fox’,]",
        'Sure [as you asked], here they are: ["wolf", "fox"]. Enjoy!',
        '```json\n{"class_names": ["wolf", "fox"]}\n```',
        '```\n["wolf", "fox"]',
        '{"result": {"names": ["wolf", "fox"]}}',
        '[{"name": "wolf", "why": "dog-like"}, {"Name": "fox", "why": "red"}]',
        '{"1": "wolf", "2": "fox"}',
        '["wolf", "", "Wolf", "wolves", "fox", 7, null]',
        "1. **wolf** - looks like a dog\n2. fox: red",
        "Here you are:\n- wolf\n- fox (red)\n",
        '<think>["cat", "cow"] no...</think> ["wolf", "fox"]',
        '["wolf", "fox"',
        '\ufeff["wolf",\n"fox"]',
    ],
)
def test_names_are_found_however_they_are_written(reply):
    assert read_names(reply)[:2] == ["wolf", "fox"]


def test_too_few_names_are_said():
    assert short_of_names(read_names('["a", "b"]'), 3) == ("asked for 3 class names, got 2: a, b")
    assert short_of_names(read_names("I cannot help with that."), 3) == (
        "asked for 3 class names, got no list of names"
    )


def test_an_apostrophe_inside_a_word_ends_no_name():
    assert read_names("['chef's knife', 'saw']") == ["chef's knife", "saw"]


def test_a_sentence_is_no_name():
    assert read_names(json.dumps(["fox", "x" * 200])) == ["fox"]


BATS = {"bat": ["a bat flies", "a bat's wing"], "hot dog": ["a hot dog"]}


@pytest.mark.parametrize(
    "reply",
    [
        '{"bat": ["a bat flies", "a bat\'s wing"], "hot dog": ["a hot dog"]}',
        "Class Descriptions = {“Bat”: [‘a bat flies’, ‘a bat’s wing’], “Hot-Dog”: [‘a hot dog’]}",
        "‘Bats’: [‘a bat flies’, ‘a bat’s wing’], ‘hot_dog’: [‘a hot dog’]",
        '{"classes": [{"name": "bat", "sentences": ["a bat flies", "a bat\'s wing"]},'
        ' {"name": "the hot dog", "sentences": ["a hot dog"]}]}',
        '{"classes": {"BAT": ["a bat flies", "a bat\'s wing"], "hot dog": ["a hot dog"]}}',
        '[{"bat": ["a bat flies", "a bat\'s wing"]}, {"hot dog": "a hot dog"}]',
        '{"bat": [{"sentence": "a bat flies"}, {"sentence": "a bat\'s wing"}, ""],'
        ' "hot dog": ["a hot dog", "A hot dog."], "owl": ["an owl"]}',
        "### Bat\n1. a bat flies\n2. a bat's wing\n\n**Hot dog**:\n- a hot dog\n",
    ],
)
def test_sentences_are_found_however_they_are_written(reply):
    assert read_descriptions(reply, ["bat", "hot dog"]) == BATS


def test_a_bare_list_is_enough_for_one_class():
    assert read_descriptions('["a cat", "a cat sleeps"]', ["cat"]) == {
        "cat": ["a cat", "a cat sleeps"]
    }


def test_missing_sentences_are_told_class_by_class():
    found = read_descriptions('{"cat": ["a", "b", "c"], "owl": ["d"]}', ["cat", "dog"])
    said = short_of_sentences(found, 5)
    assert said == "asked for 5 sentences for 'cat', got 3; for 'dog', got 0"
    assert not short_of_sentences({"cat": ["a", "b"]}, 1)


@pytest.mark.parametrize(
    "reply",
    [
        '{"classes": [{"name": "hat", "reason": "sun"}, {"name": "Hats", "reason": "again"},'
        ' {"name": "belt", "reason": "holds"}]}',
        '{"hat": "sun", "belt": "holds"}',
        "1. hat: sun\n2. belt - holds",
        '[["hat", "sun"], ["belt", "holds"]]',
    ],
)
def test_proposals_are_found_however_they_are_written(reply):
    assert read_proposals(reply) == [Proposal("hat", "sun"), Proposal("belt", "holds")]


def test_a_proposal_without_a_reason_says_so():
    assert read_proposals('["hat"]') == [Proposal("hat", "no reason given")]


def test_the_form_for_a_server_has_every_class_and_nothing_else():
    form = descriptions_form(["cat", "hot dog"]).model_json_schema()
    assert form["required"] == ["cat", "hot dog"]
    assert form["additionalProperties"] is False


ANY_TEXT = st.text() | st.text(alphabet="[]{}\"'“”‘’,:abc\n`1.-\\ ", max_size=200)


@settings(max_examples=200)
@given(ANY_TEXT)
def test_any_text_gives_a_result_and_no_error(reply):
    read_names(reply)
    read_proposals(reply)
    assert list(read_descriptions(reply, ["a", "bc"])) == ["a", "bc"]


NESTED = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)


@settings(max_examples=150)
@given(NESTED)
def test_any_json_gives_lists_of_clean_texts(value):
    reply = json.dumps(value)
    assert all(isinstance(name, str) and name.strip() for name in read_names(reply))
    found = read_descriptions(reply, ["a", "b"])
    assert list(found) == ["a", "b"]
    assert all(sentence.strip() for sentences in found.values() for sentence in sentences)
    assert all(proposal.name and proposal.reason for proposal in read_proposals(reply))


@pytest.mark.parametrize("reply", ["[" * 5000, "{" * 5000 + "}" * 5000, '["a",' * 3000, "\x00[1]"])
def test_absurd_brackets_are_no_names(reply):
    assert len(read_names(reply)) <= 1
