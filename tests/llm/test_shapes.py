"""The client against every shape of shapes.py, and what bounds it (faults D1 to D5 of issue 8)."""

import json
import time

import pytest

from laser_core.errors import LLMError
from laser_core.llm.endpoint import bounds
from laser_core.llm.endpoint.client import EndpointModel
from laser_core.llm.endpoint.connection import Patience
from laser_core.llm.reply_cache import ReplyCache
from laser_core.llm.transcript import ReplayedModel, write_transcript
from tests.llm.server import Answer, serving
from tests.llm.shapes import LASTING, PASSING, READ, REFUSED, TEXT, UNREAD, body, choice, error

KEY = "sk-test-a-secret-that-must-not-show-1234"
QUICK = Patience(timeout=5, attempts=3, first_wait=0.01, longest_wait=0.02)
SHORT = Patience(timeout=0.3, attempts=1)
NAMES = ("wolf", "fox")


@pytest.fixture
def model(monkeypatch):
    def make(url, patience=QUICK, **settings):
        monkeypatch.setenv("OPENAI_BASE_URL", url)
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        return EndpointModel("small", patience=patience, **settings)

    for name in ("ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    return make


def told(model, *answers, **settings):
    """What a person reads, and how often the server was asked."""
    with serving(*answers) as endpoint, pytest.raises(LLMError) as caught:
        model(endpoint.url, **settings).confusers(["cat"], 2)
    said = str(caught.value)
    assert caught.value.__cause__ is None
    assert KEY not in said
    assert "\n" not in said
    assert len(said) < 800
    assert all(sign.isprintable() for sign in said)
    return said, len(endpoint.requests)


def rows(table):
    return pytest.mark.parametrize("row", table, ids=[row.name for row in table])


@rows(REFUSED)
def test_what_a_server_refuses_is_not_asked_for_again(model, row):
    """D1: in whatever shape it says so; what was given up is told and kept."""
    with serving(row.answer, Answer(TEXT)) as endpoint:
        asked = model(endpoint.url)
        assert asked.confusers(["cat"], 2).names == NAMES
        assert asked.confusers(["dog"], 2).names == NAMES
    assert len(endpoint.requests) == 3
    for request in endpoint.requests[1:]:
        assert row.lacks not in json.dumps({k: v for k, v in request.items() if k != "messages"})
    kept = asked.exchanges[0].parameters
    assert kept["form"] == "json_object" or kept["left_out"] == row.lacks
    (note,) = asked.notes
    assert "refused" in note


def test_everything_that_can_be_given_up_is_given_up_in_turn(model):
    """D1: schema, any JSON, text; then what is named."""
    refused = [
        body(error(f"{name} is not supported"), 422)
        for name in ("response_format", "json_object", "seed", "temperature")
    ]
    with serving(*refused, Answer(TEXT)) as endpoint:
        assert model(endpoint.url).confusers(["cat"], 2).names == NAMES
    assert set(endpoint.requests[-1]) == {"model", "messages"}


def test_a_refusal_without_end_is_one_sentence(model):
    """D1: nothing is left to give up, and the last words are quoted."""
    said, asked = told(model, body({"detail": "response_format and seed are unsupported"}, 422))
    assert "it says: response_format and seed are unsupported" in said
    assert asked == 4


@rows(PASSING)
def test_what_may_pass_is_tried_again(model, row):
    """D2: 408, 409, 429, 5xx and an error inside a 200."""
    with serving(row.answer, Answer(TEXT)) as endpoint:
        assert model(endpoint.url).confusers(["cat"], 2).names == NAMES
    assert len(endpoint.requests) == 2


@rows(PASSING)
def test_trying_again_has_an_end(model, row):
    """D2: after the last attempt, one sentence."""
    said, asked = told(model, row.answer)
    assert asked == QUICK.attempts
    assert "127.0.0.1" in said


@rows(LASTING)
def test_the_servers_own_words_are_quoted(model, row):
    """D2: and no cause is made up."""
    said, asked = told(model, row.answer)
    assert row.tells in said
    assert asked == 1


def test_a_key_in_a_servers_words_is_masked(model):
    """D2: whatever the shape."""
    said, _ = told(model, body({"detail": [{"msg": f"bad key {KEY}"}]}, 403))
    assert "bad key ***" in said


@rows(READ)
def test_an_odd_body_with_an_answer_is_read(model, row):
    """D3: parts, objects, streams and the shapes of other services."""
    with serving(row.answer) as endpoint:
        asked = model(endpoint.url)
        assert asked.confusers(["cat"], 2).names == NAMES
    assert len(endpoint.requests) == 1
    assert all(e.tokens_in >= 0 and e.tokens_out >= 0 for e in asked.exchanges)


@rows(UNREAD)
def test_an_odd_body_without_an_answer_is_one_sentence(model, row):
    """D3: no traceback, and no thought or field for a name."""
    said, asked = told(model, row.answer)
    assert row.tells in said
    assert asked == 1


@pytest.mark.parametrize("reason", ["length", "max_tokens", "MAX_TOKENS"])
def test_half_a_name_at_the_end_of_a_cut_answer_is_no_name(model, reason, tmp_path):
    """E3: finish_reason is read, kept with the exchange, and obeyed by a replay; not cached."""
    cut = body(choice({"content": "- wolf\n- fox\n- coyo"}, finish_reason=reason))
    cache = ReplyCache(tmp_path)
    with serving(cut) as endpoint:
        asked = model(endpoint.url, cache=cache)
        assert asked.confusers(["cat"], 3).names == NAMES
    assert asked.exchanges[0].parameters["finish"] == "length"
    assert cache.get("small", asked.exchanges[0].prompt, asked.parameters()) is None
    write_transcript(tmp_path / "t.jsonl", asked.exchanges)
    assert ReplayedModel(tmp_path / "t.jsonl").confusers(["cat"], 3).names == NAMES


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ALL_PROXY", "socks5://127.0.0.1:1"),
        ("HTTPS_PROXY", "nonsense://127.0.0.1:1"),
        ("HTTP_PROXY", "http://[::1:99"),
        ("SSL_CERT_FILE", "/no/such/file.pem"),
    ],
)
def test_a_setting_of_the_environment_that_forbids_any_client_is_named(
    model, monkeypatch, name, value
):
    """D4: the variable is named, and nothing is sent."""
    with serving(Answer(TEXT)) as endpoint:
        asked = model(endpoint.url)
        monkeypatch.setenv(name, value)
        with pytest.raises(LLMError, match=f"{name} is ") as e:
            asked.confusers(["cat"], 2)
        assert endpoint.requests == []
    assert "correct it or unset it" in str(e.value)


def test_a_file_of_certificates_that_is_no_file_of_certificates_is_named(
    model, monkeypatch, tmp_path
):
    """D4: it is there and cannot be read as such."""
    (tmp_path / "x.pem").write_text("no certificate")
    with serving(Answer(TEXT)) as endpoint:
        asked = model(endpoint.url)
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "x.pem"))
        with pytest.raises(LLMError, match="SSL_CERT_FILE is .* where no certificates"):
            asked.confusers(["cat"], 2)


@pytest.mark.parametrize(
    "address",
    [
        "http://localhost:port/v1", "http://[::1:11434/v1", "localhost:11434/v1", "http://",
        "http:// localhost:11434/v1", "ftp://host/v1", "http://host:99999/v1", "http://host:0/v1",
        "http://user:secret-word-1@host:port/v1", "http://ho st/v1", "http://host\x00/v1", "://",
        "OPENAI_BASE_URL=http://localhost:1/v1",
    ],
)  # fmt: skip
def test_an_address_that_is_none_is_told_with_its_variable(model, address, monkeypatch):
    """D4: one sentence that names OPENAI_BASE_URL and shows how it is written."""
    if "\x00" in address:
        monkeypatch.setattr("os.environ", {**__import__("os").environ})  # a real one takes no NUL
    with pytest.raises(LLMError, match="OPENAI_BASE_URL is .* no address of a server") as caught:
        model(address)
    assert "secret-word-1" not in str(caught.value) or address.count("@") == 0


@pytest.mark.parametrize("address", ["", "   "])
def test_an_empty_address_is_the_usual_one(model, address):
    """D4: set to nothing is not set."""
    assert model(address).parameters()["endpoint"] == "api.openai.com"


SLOW = {
    "one byte after the other": Answer(pieces=1000, pause=0.05),
    "headers that never end": Answer(pieces=1000, pause=0.05, slow_head=True, piece=b"x"),
    "a slow refusal": Answer(status=400, pieces=1000, pause=0.05),
}


@pytest.mark.parametrize("answer", SLOW.values(), ids=SLOW)
def test_a_slow_answer_ends_at_the_deadline(model, answer):
    """D5: time-outs between two bytes are no deadline."""
    said, asked = told(model, answer, patience=SHORT)
    assert "did not answer within 0.3 seconds" in said
    assert asked == 1


@pytest.mark.parametrize("status", [200, 500])
def test_an_endless_answer_ends_at_the_limit(model, status, monkeypatch):
    """D5: of a good answer and of an error alike."""
    monkeypatch.setattr(bounds, "LARGEST_ANSWER", 200_000)
    endless = Answer(status=status, pieces=10_000, piece=b"x" * 10_000)
    said, _ = told(model, endless, patience=Patience(timeout=5, attempts=1))
    assert "more than 200,000 bytes" in said


def test_a_small_answer_that_unpacks_to_a_huge_one_ends_at_the_limit(model, monkeypatch):
    """D5: compressed bodies have a limit of their own."""
    monkeypatch.setattr(bounds, "LARGEST_PACKED", 1000)
    packed = Answer(pieces=1000, piece=b"x" * 100)
    hooked = bounds.limit_body(lambda: time.monotonic() + 5)
    with serving(packed) as endpoint:
        client = model(endpoint.url)._connection._open()._client
        client.event_hooks = {
            "response": [lambda r: r.headers.update({"content-encoding": "br2"}), hooked]
        }
        with pytest.raises(bounds.TooLargeError, match="more than 1,000 bytes"):
            client.post(endpoint.url, json={}, headers={"Authorization": ""})


def test_all_attempts_together_have_a_deadline(model):
    """D5: what a server asks to wait is waited for only within it."""
    patience = Patience(timeout=5, attempts=50, first_wait=0.01, longest_wait=60, deadline=1.0)
    limited = Answer(status=429, headers={"Retry-After": "0.3"})
    said, asked = told(model, limited, patience=patience)
    assert "keeps limiting the rate" in said
    assert 2 <= asked <= 4
    said, asked = told(model, Answer(status=429, headers={"Retry-After": "30"}), patience=patience)
    assert asked == 1
