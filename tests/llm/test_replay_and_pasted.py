import json

import pytest

from laser_core.errors import LLMError, LLMReplyError
from laser_core.llm.base import Exchange
from laser_core.llm.pasted_model import PastedModel
from laser_core.llm.transcript import ReplayedModel, read_transcript, write_transcript
from tests.llm.fakes import ScriptedModel


@pytest.fixture
def transcript(tmp_path):
    """Two questions as a model answered them, the first in two attempts."""
    model = ScriptedModel('["wolf"]', '["fox"]', '{"cat": ["a cat’s tail"]}')
    model.confusers(["dog"], 2)
    model.descriptions(["cat"], 1)
    path = tmp_path / "transcript.jsonl"
    write_transcript(path, model.exchanges)
    return path


def test_a_transcript_reads_back_as_it_was_written(tmp_path):
    exchanges = [
        Exchange("confusers", "m", "p\nq", '["ä", "“b”"]', 3, 4, 0.5, {"seed": 0}),
        Exchange("descriptions", "m", "line\u2028separator", "{}"),
    ]
    write_transcript(tmp_path / "t.jsonl", exchanges)
    assert read_transcript(tmp_path / "t.jsonl") == exchanges


def test_a_replay_answers_as_the_model_did_without_paying(transcript):
    model = ReplayedModel(transcript)
    assert model.confusers(["dog"], 2).names == ("wolf", "fox")
    assert model.descriptions(["cat"], 1) == {"cat": ["a cat’s tail"]}
    assert sum(exchange.tokens_in for exchange in model.exchanges) == 0


def test_the_same_question_may_be_replayed_again(transcript):
    model = ReplayedModel(transcript)
    assert model.confusers(["dog"], 2) == model.confusers(["dog"], 2)


def test_a_changed_question_gets_the_next_answer_of_its_task(transcript):
    assert ReplayedModel(transcript).confusers(["hound"], 2).names == ("wolf", "fox")


def test_a_used_up_transcript_is_one_sentence(transcript):
    model = ReplayedModel(transcript)
    with pytest.raises(LLMError, match="has 0 answer.* for 'relevant classes' and all are used"):
        model.relevant_classes("dress", [], 1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("not json\n", "line 1 is no JSON object"),
        ('\n{"task": "poem", "reply": "x"}\n', "line 2 needs a reply and a task, one of"),
        ('{"task": "confusers"}\n', "line 1 needs a reply"),
    ],
)
def test_a_wrong_transcript_is_told_line_by_line(tmp_path, text, said):
    (tmp_path / "t.jsonl").write_text(text)
    with pytest.raises(LLMError, match=said):
        ReplayedModel(tmp_path / "t.jsonl")


def test_a_missing_transcript_is_one_sentence(tmp_path):
    with pytest.raises(LLMError, match="cannot be read"):
        ReplayedModel(tmp_path / "none.jsonl")


def test_a_transcript_written_by_hand_needs_task_and_reply_only(tmp_path):
    line = json.dumps({"task": "confusers", "reply": "- wolf\n- fox"})
    (tmp_path / "t.jsonl").write_text(line)
    assert ReplayedModel(tmp_path / "t.jsonl").confusers(["dog"], 2).names == ("wolf", "fox")


def test_a_pasted_reply_is_read_like_any_other():
    model = PastedModel("Here you go:\n1. wolf\n2. fox")
    assert model.confusers(["dog"], 2).names == ("wolf", "fox")
    assert (model.exchanges[0].task, model.kind) == ("confusers", "pasted")


def test_a_pasted_reply_that_lacks_something_says_what_at_once():
    with pytest.raises(LLMReplyError, match="in 1 attempt: asked for 2 sentences for 'cat', got 1"):
        PastedModel('{"cat": ["a cat"]}').descriptions(["cat"], 2)
