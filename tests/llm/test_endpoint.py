import logging
import socket

import pytest

from laser_core.errors import LLMError, LLMReplyError
from laser_core.llm.endpoint.client import EndpointModel
from laser_core.llm.endpoint.connection import Patience
from laser_core.llm.endpoint.failures import retry_after
from laser_core.llm.reply_cache import ReplyCache
from tests.llm.server import Answer, serving

KEY = "sk-test-a-secret-that-must-not-show-1234"
QUICK = Patience(timeout=5, attempts=3, first_wait=0.01, longest_wait=0.05)
NAMES = '{"class_names": ["wolf", "fox"]}'
TWO_NAMES = ("wolf", "fox")


@pytest.fixture
def model(monkeypatch):
    def make(url=None, key=KEY, patience=QUICK, **settings):
        monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
        monkeypatch.delenv("OPENAI_API_KEY", raising=False)
        if url is not None:
            monkeypatch.setenv("OPENAI_BASE_URL", url)
        if key is not None:
            monkeypatch.setenv("OPENAI_API_KEY", key)
        return EndpointModel("small", patience=patience, **settings)

    return make


def failure(model, *answers, **settings):
    """What a person reads when the endpoint answers like this, and how often it was asked."""
    with serving(*answers) as endpoint:
        with pytest.raises(LLMError) as caught:
            model(endpoint.url, **settings).confusers(["cat"], 2)
        return str(caught.value), len(endpoint.requests)


def test_a_good_reply_gives_names_and_an_exchange_with_its_tokens(model):
    with serving(Answer(NAMES)) as endpoint:
        asked = model(endpoint.url)
        assert asked.confusers(["cat"], 2).names == TWO_NAMES
    (exchange,) = asked.exchanges
    assert (exchange.task, exchange.model, exchange.reply) == ("confusers", "small", NAMES)
    assert (exchange.tokens_in, exchange.tokens_out) == (40, 7)
    assert endpoint.requests[0]["messages"][0]["content"] == exchange.prompt
    assert (endpoint.requests[0]["temperature"], endpoint.requests[0]["seed"]) == (0, 0)


def test_curly_quotes_and_prose_around_the_list_do_no_harm(model):
    with serving(Answer("Sure! Irrelevant classes = [“wolf”, “fox”]")) as endpoint:
        assert model(endpoint.url).confusers(["cat"], 2).names == TWO_NAMES


def test_the_server_is_given_the_form_of_the_answer(model):
    reply = '{"hot dog": ["a hot dog on a plate"]}'
    with serving(Answer(reply)) as endpoint:
        model(endpoint.url).descriptions(["hot dog"], 1)
    schema = endpoint.requests[0]["response_format"]["json_schema"]
    assert schema["strict"] is True
    assert list(schema["schema"]["properties"]) == ["hot dog"]


def test_a_server_without_structured_output_is_asked_for_less_and_not_again(model):
    refused = Answer(status=400, error={"message": "response_format is not supported"})
    with serving(refused, refused, Answer(NAMES)) as endpoint:
        asked = model(endpoint.url)
        assert asked.confusers(["cat"], 2).names == TWO_NAMES
        assert asked.confusers(["dog"], 2).names == TWO_NAMES
    forms = [request.get("response_format", {}).get("type") for request in endpoint.requests]
    assert forms == ["json_schema", "json_object", None, None]
    assert asked.exchanges[0].parameters["form"] == "text"


def test_a_model_that_takes_no_temperature_is_asked_without(model):
    refused = Answer(status=400, error={"message": "Unsupported value: 'temperature'"})
    with serving(refused, Answer(NAMES)) as endpoint:
        model(endpoint.url).confusers(["cat"], 2)
    assert "temperature" not in endpoint.requests[1]
    assert "response_format" in endpoint.requests[1]


def test_a_rate_limit_is_waited_out(model):
    limited = Answer(status=429, headers={"Retry-After": "0"})
    with serving(limited, limited, Answer(NAMES)) as endpoint:
        assert model(endpoint.url).confusers(["cat"], 2).names == TWO_NAMES
        assert len(endpoint.requests) == 3


def test_a_rate_limit_without_end_is_one_sentence(model):
    said, asked = failure(model, Answer(status=429, headers={"Retry-After": "900"}))
    assert "keeps limiting the rate (HTTP 429)" in said
    assert asked == QUICK.attempts


def test_an_empty_account_is_not_waited_for(model):
    said, asked = failure(model, Answer(status=429, error={"code": "insufficient_quota"}))
    assert "no quota left" in said
    assert asked == 1


def test_a_refused_key_is_said_at_once_and_not_shown(model):
    said, asked = failure(model, Answer(status=401, error={"message": f"wrong key {KEY}"}))
    assert "refused the API key (HTTP 401); check OPENAI_API_KEY" in said
    assert (asked, KEY in said) == (1, False)


def test_an_unknown_model_is_named(model):
    said, asked = failure(model, Answer(status=404, error={"message": "model not found"}))
    assert "has no model 'small' (HTTP 404)" in said
    assert asked == 1


def test_a_server_error_is_tried_again_and_then_said(model):
    said, asked = failure(model, Answer(status=503))
    assert "failed (HTTP 503); try again later" in said
    assert asked == QUICK.attempts


def test_a_slow_server_is_given_up(model):
    patience = Patience(timeout=0.5, attempts=2, first_wait=0.01, longest_wait=0.05)
    said, asked = failure(model, Answer(NAMES, wait=1.5), patience=patience)
    assert "did not answer within 0.5 seconds" in said
    assert asked == 2


def test_a_refused_connection_names_the_address(model):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(LLMError, match=f"no connection to 127.0.0.1:{port}"):
        model(f"http://user:password@127.0.0.1:{port}/v1").confusers(["cat"], 2)


def test_a_web_page_instead_of_an_answer_is_explained(model):
    said, _ = failure(model, Answer(raw="<html>Welcome to my router</html>"))
    assert "cannot be read" in said
    assert "OPENAI_BASE_URL" in said


def test_another_refusal_quotes_the_server_without_the_key(model):
    refused = Answer(status=418, error={"message": f"I am a teapot, {KEY}"})
    said, _ = failure(model, refused)
    assert "I am a teapot" in said
    assert KEY not in said


def test_without_key_and_endpoint_the_person_is_told_both_ways(model):
    with pytest.raises(LLMError, match="OPENAI_API_KEY, or OPENAI_BASE_URL"):
        model(key=None)


def test_a_key_with_a_curly_quote_is_refused_before_anything_is_sent(model):
    with pytest.raises(LLMError, match="copy it again") as caught:
        model(key="sk-“pasted”")
    assert "pasted" not in str(caught.value)


def test_a_server_of_ones_own_needs_no_key(model):
    with serving(Answer(NAMES)) as endpoint:
        model(endpoint.url, key=None).confusers(["cat"], 2)
    assert endpoint.keys == ["Bearer no-key-needed"]


def test_the_key_is_sent_and_shows_nowhere_else(model, caplog, tmp_path):
    caplog.set_level(logging.DEBUG)
    cache = ReplyCache(tmp_path)
    with serving(Answer(NAMES)) as endpoint:
        asked = model(endpoint.url, cache=cache)
        asked.confusers(["cat"], 2)
    assert endpoint.keys == [f"Bearer {KEY}"]
    shown = [repr(asked), str(asked), repr(asked.exchanges), caplog.text, repr(asked.parameters())]
    assert not any(KEY in text for text in shown)
    assert KEY.encode() not in cache.path.read_bytes()


def test_an_answer_without_a_list_three_times_is_one_error(model):
    with serving(Answer("I would rather not.")) as endpoint:
        with pytest.raises(LLMReplyError, match="small gave no usable answer .* in 3 attempts"):
            model(endpoint.url).confusers(["cat"], 2)
        assert len(endpoint.requests) == 3


class WithHeader:
    def __init__(self, said):
        self.response = type("Response", (), {"headers": {"retry-after": said}})()


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("7", 7.0), ("-3", 0.0), ("soon", None), ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0)],
)
def test_retry_after_may_be_a_number_or_a_date(said, seconds):
    assert retry_after(WithHeader(said)) == seconds
