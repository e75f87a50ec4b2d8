import json

import pytest

from laser_core.errors import LLMReplyError
from laser_core.llm.base import Proposal
from laser_core.llm.reply_cache import ReplyCache
from tests.llm.fakes import ScriptedModel


def test_too_few_names_are_kept_and_only_the_missing_asked_for():
    model = ScriptedModel('["wolf", "puppy"]', '["fox"]')
    names = model.confusers(["dog"], 2, excluded=["cat"])
    assert names.names == ("wolf", "fox")
    assert [refused.name for refused in names.refused] == ["puppy"]
    assert "Name 1 other classes" in model.prompts[1]
    assert '["cat", "wolf", "puppy"]' in model.prompts[1]
    assert "got 1: wolf" in model.prompts[1]
    assert "'puppy' was refused: a sub-kind of the relevant class 'dog'" in model.prompts[1]


def test_too_many_names_are_cut():
    assert ScriptedModel('["wolf", "fox", "lion"]').confusers(["dog"], 2).names == ("wolf", "fox")


def test_half_of_the_names_after_three_attempts_are_better_than_an_error():
    model = ScriptedModel('["wolf"]', '["wolf"]', '["dogs"]')
    assert model.confusers(["dog"], 2).names == ("wolf",)
    assert len(model.exchanges) == 3


def test_less_than_half_of_the_names_after_three_attempts_is_an_error():
    model = ScriptedModel('["wolf"]', '["wolf"]', '["wolf"]')
    with pytest.raises(LLMReplyError, match="asked for 4 class names, got 1: wolf"):
        model.confusers(["dog"], 4)


def test_missing_sentences_are_asked_for_their_classes_alone():
    model = ScriptedModel(
        '{"cat": ["a cat", "a cat sleeps"], "dog": ["a dog"]}', '{"dog": ["a dog runs"]}'
    )
    found = model.descriptions(["cat", "dog"], 2)
    assert found == {"cat": ["a cat", "a cat sleeps"], "dog": ["a dog", "a dog runs"]}
    assert 'these classes: ["dog"]' in model.prompts[1]
    assert "asked for 2 sentences for 'dog', got 1" in model.prompts[1]


def test_sentences_that_stay_missing_are_one_error_that_names_the_class():
    model = ScriptedModel(*['{"cat": ["a", "b", "c"]}'] * 3)
    with pytest.raises(LLMReplyError, match="asked for 5 sentences for 'cat', got 3"):
        model.descriptions(["cat"], 5)


def test_many_classes_are_asked_for_in_several_calls():
    classes = [f"class {number}" for number in range(45)]
    replies = [
        json.dumps({name: ["a sentence"] for name in classes[first : first + 20]})
        for first in (0, 20, 40)
    ]
    model = ScriptedModel(*replies)
    assert list(model.descriptions(classes, 1)) == classes
    assert len(model.prompts) == 3


def test_no_sentences_need_no_question():
    assert ScriptedModel().descriptions(["cat"], 0) == {"cat": []}


def test_proposals_leave_out_what_is_known_already():
    reply = '{"classes": [{"name": "Sunglasses", "reason": "r"}, {"name": "hat", "reason": "sun"}]}'
    model = ScriptedModel(reply)
    assert model.relevant_classes("dress", ["sunglasses"], 1) == (Proposal("hat", "sun"),)


def test_the_same_question_is_not_paid_for_twice_across_models(tmp_path):
    first = ScriptedModel('["wolf"]', cache=ReplyCache(tmp_path))
    first.confusers(["dog"], 1)
    second = ScriptedModel(cache=ReplyCache(tmp_path))  # has no reply of its own to give
    assert second.confusers(["dog"], 1).names == ("wolf",)
    assert second.exchanges[0].parameters["from_cache"] == 1
    assert second.exchanges[0].tokens_in == 0


def test_a_fresh_question_replaces_the_kept_answer(tmp_path):
    ScriptedModel('["wolf"]', cache=ReplyCache(tmp_path)).confusers(["dog"], 1)
    fresh = ScriptedModel('["fox"]', cache=ReplyCache(tmp_path), fresh=True)
    assert fresh.confusers(["dog"], 1).names == ("fox",)
    later = ScriptedModel(cache=ReplyCache(tmp_path))
    assert later.confusers(["dog"], 1).names == ("fox",)


def test_answers_of_a_failed_question_are_not_kept(tmp_path):
    with pytest.raises(LLMReplyError):
        ScriptedModel("no", "no", "no", cache=ReplyCache(tmp_path)).confusers(["dog"], 1)
    assert ScriptedModel('["fox"]', cache=ReplyCache(tmp_path)).confusers(["dog"], 1).names == (
        "fox",
    )


def test_a_damaged_cache_is_one_sentence(tmp_path):
    from laser_core.errors import CacheError

    cache = ReplyCache(tmp_path)
    cache.path.write_bytes(b"this is no database, it is a text of some length" * 50)
    with pytest.raises(CacheError, match="delete the file or choose another cache folder"):
        ScriptedModel('["fox"]', cache=cache).confusers(["dog"], 1)
