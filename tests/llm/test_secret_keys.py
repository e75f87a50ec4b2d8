"""A7: a prompt stays with the server that was named, and a key shows nowhere."""

import logging

import pytest

from laser_core.basics.secret_keys import mask_keys
from laser_core.errors import LLMError
from laser_core.llm.endpoint.client import EndpointModel
from laser_core.llm.endpoint.connection import Patience
from laser_core.llm.endpoint.redirects import same_server
from laser_core.llm.reply_cache import ReplyCache
from tests.llm.server import Answer, serving

KEY = "sk-test/a+secret-that-must-not-show-1234"
NAMES = '{"class_names": ["wolf", "fox"]}'
QUICK = Patience(timeout=5, attempts=1)


@pytest.fixture
def model(monkeypatch):
    def make(url, **settings):
        monkeypatch.setenv("OPENAI_BASE_URL", url)
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        return EndpointModel("small", patience=QUICK, **settings)

    return make


def refusal(model, answer):
    """What a person reads when the endpoint answers like this, and the endpoint."""
    with serving(answer) as endpoint, pytest.raises(LLMError) as caught:
        model(endpoint.url).confusers(["cat"], 2)
    return str(caught.value), endpoint


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_another_server_is_refused_and_named(model, status):
    """A7: an endpoint's redirect does not carry the prompt to another server."""
    with serving(Answer(NAMES)) as other:
        away = Answer(status=status, headers={"Location": f"{other.url}/x"})
        said, endpoint = refusal(model, away)
    assert "sends the question on to 127.0.0.1:" in said
    assert other.url.split("/")[2] in said
    assert (len(endpoint.requests), other.requests) == (1, [])


@pytest.mark.parametrize("target", ["//127.0.0.1:{port}/x", "http://user:pw@127.0.0.1:{port}/v1"])
def test_a_redirect_is_refused_in_whatever_way_it_names_the_other(model, target):
    """A7: without a scheme, and with a user name before the host."""
    with serving(Answer(NAMES)) as other:
        location = target.format(port=other.url.split(":")[2].split("/")[0])
        said, _ = refusal(model, Answer(status=307, headers={"Location": location}))
    assert "was not named" in said
    assert other.requests == []


def test_a_redirect_within_the_same_server_is_followed(model):
    """A7: a server that wants another path of its own is no stranger."""
    moved = Answer(status=307, headers={"Location": "/v1/elsewhere"})
    with serving(moved, Answer(NAMES)) as endpoint:
        assert model(endpoint.url).confusers(["cat"], 2).names == ("wolf", "fox")


@pytest.mark.parametrize(
    ("target", "same"),
    [
        ("http://host.example/v1", True),
        ("https://HOST.example/v1", True),  # at the usual ports
        ("https://host.example:8443/v1", False),
        ("http://host.example:81/v1", False),
        ("http://host.example.evil.example/v1", False),
        ("http://host.example@evil.example/v1", False),
        ("ftp://host.example/v1", False),
        ("http://host.example:port/v1", False),
        ("http://[::1]/v1", False),
    ],
)
def test_the_same_server_is_the_same_host_at_the_same_port(target, same):
    """A7: what counts as another server."""
    assert same_server("http://host.example/v1", target) is same


def test_https_is_not_given_up_on_the_way():
    """A7: a redirect from HTTPS to HTTP would send the prompt in the clear."""
    assert not same_server("https://host.example/v1", "http://host.example/v1")


@pytest.mark.parametrize(
    "spelling",
    [
        KEY,
        KEY.replace("/", "\\/"),
        KEY.replace("+", "\\u002B"),
        "".join(f"\\u{ord(c):04x}" for c in KEY),
        KEY.replace("/", "%2F").replace("+", "%2b"),
    ],
)
def test_a_key_that_comes_back_in_an_answer_is_masked(model, spelling, tmp_path, caplog):
    """A7: an endpoint that echoes the key has it neither printed nor kept."""
    caplog.set_level(logging.DEBUG)
    cache = ReplyCache(tmp_path)
    echo = '{"class_names": ["wolf", "key ' + spelling + ' fox"]}'
    with serving(Answer(echo)) as endpoint:
        asked = model(endpoint.url, cache=cache)
        names = asked.confusers(["cat"], 2).names
    assert names == ("wolf", "key *** fox")
    kept = [repr(asked.exchanges), repr(names), caplog.text]
    assert not any(spelling in text or KEY in text for text in kept)
    assert "***" in asked.exchanges[0].reply
    assert KEY.encode() not in cache.path.read_bytes()


def test_half_a_key_at_the_end_of_a_long_refusal_is_masked_too(model):
    """A7: a message is masked before it is shortened."""
    long = "x" * 160 + " " + KEY + " " + "y" * 100
    said, _ = refusal(model, Answer(status=418, error={"message": long}))
    assert "***" in said
    assert KEY[:12] not in said


def test_passwords_in_addresses_and_tokens_of_the_hub_are_keys_too(monkeypatch):
    """A7: whatever the environment holds to log in with."""
    monkeypatch.setenv("HF_TOKEN", "hf_abcdefghijk1")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://me:pass%2Fword1@host/v1")
    assert mask_keys("hf_abcdefghijk1 pass/word1 pass%2Fword1 me") == "*** *** *** me"


def test_a_word_that_stands_in_for_a_key_is_no_secret(monkeypatch):
    """A7: servers of one's own take any word; masking it would spoil sentences."""
    monkeypatch.setenv("OPENAI_API_KEY", "ollama")
    assert mask_keys("start ollama first") == "start ollama first"
