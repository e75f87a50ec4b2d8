"""A vision chat model: what it is sent, how its replies are read, kept and gone on from."""

import io
import json
import logging
import threading
import time
from collections.abc import Iterator

import pytest
from PIL import Image
from PIL.ExifTags import Base

from laser_core.data.confirmation import MARK
from laser_core.errors import CacheError, ConfigError, LLMError
from laser_core.llm.choose import open_vision
from laser_core.llm.endpoint.connection import Patience
from laser_core.llm.endpoint.failures import refuses_pictures
from laser_core.llm.reply_cache import ReplyCache
from laser_core.llm.vision.kept_replies import KeptReplies, PictureReply
from laser_core.llm.vision.model import AT_A_TIME, REFUSED_IN_A_ROW, VisionModel
from laser_core.llm.vision.reply import NameReader
from laser_core.llm.vision.request import jpeg_of, prompt_for
from laser_core.progress import drain
from tests.llm.pictures import ColouredSource, class_in, picture_in, saying
from tests.llm.server import Answer, serving

KEY = "sk-test-a-secret-that-must-not-show-1234"
QUICK = Patience(timeout=5, attempts=2, first_wait=0.01, longest_wait=0.05)
NAMES = ("cat", "dog")
THREE = {"a": "cat", "b": "dog", "c": "truck"}


@pytest.fixture
def model(monkeypatch, tmp_path):
    def make(url, key=KEY, patience=QUICK):
        monkeypatch.setenv("OPENAI_BASE_URL", url)
        monkeypatch.setenv("OPENAI_API_KEY", key)
        return VisionModel("llava", tmp_path, patience=patience)

    return make


def many(count):
    return {f"p{i:03}": NAMES[i % 2] for i in range(count)}


def ask(model, source, names=NAMES):
    return drain(model.replies(source, source.ids().tolist(), names))


# ---- reading a reply


@pytest.mark.parametrize(
    ("reply", "name"),
    [
        ("Dog.", "dog"),
        ("a cat on a mat", "cat"),
        ("wolf", None),
        ("", None),
        ("CAT\n\n", "cat"),
        ("**Dogs**", "dog"),
        ('{"class": "cat"}', "cat"),
        ("The picture shows a dog.", "dog"),
        ("cat or dog", None),
        ("It is not a cat but a dog", "dog"),
        ("not a cat, a dog", "dog"),
        ("neither a cat nor a dog", None),
        ("I can't see a cat here", None),
        ("No, it's a dog.", "dog"),
        ("<think>a cat, perhaps</think>dog", "dog"),
        ("catalogue", None),
        ("cat\u0000\u202e", "cat"),
        ("cat " * 100_000, "cat"),
    ],
)
def test_a_reply_is_one_of_the_names_or_no_answer(reply, name):
    assert NameReader(NAMES).read(reply) == name


@pytest.mark.parametrize(
    ("reply", "name"),
    [
        ("It is a polar bear", "polar bear"),
        ("bears", "bear"),
        ("a polar bear and a bear", None),
        ("tench, Tinca tinca", "tench, Tinca tinca"),
        ("I see a tench, tinca tinca, in water", "tench, Tinca tinca"),
        ("C++!", "C++"),
        ("It is C#.", "C#"),
        ("这是一只猫。", "猫"),
        ("It's glasses.", "glasses"),
        ("a glass", "glass"),
        ("it has a no entry sign", "no entry sign"),
    ],
)
def test_names_with_blanks_commas_signs_and_other_scripts_are_found(reply, name):
    names = ("polar bear", "bear", "tench, Tinca tinca", "C++", "C#", "猫", "glass", "glasses")
    assert NameReader((*names, "no entry sign")).read(reply) == name


# ---- what is sent


def test_a_picture_is_sent_as_a_jpeg_of_at_most_512_pixels_without_its_photo_data():
    photo = Image.new("RGB", (3000, 1000), "red")
    photo.getexif()[Base.ImageDescription] = "at home"
    photo.info["comment"] = b"at home"
    sent = jpeg_of(photo)
    assert b"at home" not in sent
    shown = Image.open(io.BytesIO(sent))
    assert (shown.format, shown.size) == ("JPEG", (512, 171))
    assert not shown.getexif()


@pytest.mark.parametrize("size", [(1, 1), (32, 32), (4000, 1)])
def test_small_and_narrow_pictures_are_not_enlarged(size):
    shown = Image.open(io.BytesIO(jpeg_of(Image.new("L", size))))
    assert shown.size == (min(512, size[0]), size[1])


def test_one_question_holds_the_names_and_the_picture(model):
    with serving(by=saying(cat="cat", dog="dog", truck="x")) as endpoint:
        ask(model(endpoint.url), ColouredSource({"a": "cat"}, side=600))
    (request,) = endpoint.requests
    words, _ = request["messages"][0]["content"]
    assert words["text"] == prompt_for(NAMES)
    assert "- cat\n- dog\n" in words["text"]
    assert (request["model"], request["temperature"], request["seed"]) == ("llava", 0, 0)
    assert picture_in(request)[1].size == (512, 256)


def test_a_name_of_several_lines_is_one_line_of_the_question():
    assert "- cat - dog\n" in prompt_for(["cat\n- dog\x1b", "mat"])


# ---- keeping and going on


def test_replies_come_by_id_with_tokens_and_are_not_asked_for_twice(model):
    with serving(by=saying(cat="Dog.", dog="a cat on a mat", truck="wolf")) as endpoint:
        source = ColouredSource(THREE)
        first = ask(model(endpoint.url), source)
        again = ask(model(endpoint.url), source)
    assert first == again
    assert {id: reply.text for id, reply in first.items()} == {
        "a": "Dog.", "b": "a cat on a mat", "c": "wolf",
    }  # fmt: skip
    assert (first["a"].tokens_in, first["a"].tokens_out) == (40, 7)
    assert len(endpoint.requests) == 3


def test_other_names_another_model_or_another_picture_is_another_question(model, tmp_path):
    with serving(by=saying(cat="cat", dog="dog", truck="x")) as endpoint:
        ask(model(endpoint.url), ColouredSource({"a": "cat"}))
        ask(model(endpoint.url), ColouredSource({"a": "cat"}), ("cat", "mat"))
        ask(model(endpoint.url), ColouredSource({"b": "cat"}))
        ask(VisionModel("bakllava", tmp_path, patience=QUICK), ColouredSource({"a": "cat"}))
        assert len(endpoint.requests) == 4
        ask(model(endpoint.url), ColouredSource({"b": "cat", "a": "cat"}))
        assert len(endpoint.requests) == 4


def test_the_same_picture_under_two_names_is_asked_about_once(model):
    with serving(by=saying(cat="cat", dog="dog", truck="x")) as endpoint:
        source = ColouredSource({"a": "cat", "b": "cat", "c": "dog"}, same=("a", "b"))
        replies = ask(model(endpoint.url), source)
    assert len(endpoint.requests) == 2
    assert replies["a"] == replies["b"]


def test_stopped_half_way_it_goes_on_with_the_pictures_that_are_left(model):
    source = ColouredSource(many(30))
    with serving(by=saying(cat="cat", dog="dog", truck="x")) as endpoint:
        steps = model(endpoint.url).replies(source, source.ids().tolist(), NAMES)
        for progress in steps:
            if progress.done >= 12:
                break
        steps.close()
        ask(model(endpoint.url), source)
        # what was under way when it was stopped may have been asked for once more
        assert 30 <= len(endpoint.requests) <= 30 + AT_A_TIME


def test_a_failure_half_way_keeps_what_was_answered(model):
    asked = []

    def tired(request):
        asked.append(request)
        return Answer("cat") if len(asked) <= 10 else Answer(status=401)

    source = ColouredSource(many(40))
    with serving(by=tired) as endpoint, pytest.raises(LLMError, match="refused the API key"):
        ask(model(endpoint.url), source)
    left = model(endpoint.url)
    kept = KeptReplies(left._cache_dir, "llava", prompt_for(NAMES), left._parameters())
    contents = [source.content_key(id) for id in source.ids().tolist()]
    assert sum(kept.get(content) is not None for content in contents) == 10


def test_a_damaged_reply_on_disk_is_asked_for_again(tmp_path):
    kept = KeptReplies(tmp_path, "llava", "which", {})
    kept.put("x", PictureReply("cat", 1, 2, 3.0))
    assert kept.get("x") == PictureReply("cat", 1, 2, 3.0)
    for damage in ("", "{}", "[1]", '["cat", "x", 1, 2]', "null"):
        ReplyCache(tmp_path).put("llava", "which", kept._of("x"), damage)
        assert kept.get("x") is None


def test_a_cache_that_cannot_be_written_ends_in_one_sentence(model, tmp_path):
    (tmp_path / "llm_replies.sqlite").write_bytes(b"no database at all" * 100)
    with serving(by=saying(cat="cat", dog="dog", truck="x")) as endpoint:
        with pytest.raises(CacheError, match="cannot be used"):
            ask(model(endpoint.url), ColouredSource(THREE))
        assert endpoint.requests == []


# ---- what a server may do


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (400, "Invalid content type. image_url is only supported by certain models."),
        (500, "image input is not supported - hint: you may need to provide the mmproj"),
        (400, "llama is not a multimodal model"),
        (404, "No endpoints found that support image input"),
        (422, "messages[0]: unknown variant `image_url`, expected `text`"),
        (500, "this model is missing data required for image input"),
        (400, "This model does not support images"),
    ],
)
def test_an_endpoint_that_takes_no_pictures_is_said_after_one_question(model, status, words):
    with serving(Answer(status=status, error={"message": words})) as endpoint:
        with pytest.raises(LLMError, match="llava at .* takes no pictures; name a model") as caught:
            ask(model(endpoint.url), ColouredSource(many(20)))
        assert len(endpoint.requests) == 1
    assert words.split(".")[0].split("`")[0] in str(caught.value)


@pytest.mark.parametrize(
    "words",
    [
        "Your request was rejected by our safety system: the image is not allowed, unsupported",
        "You uploaded an unsupported image. Please make sure your image is valid.",
        "model llava-vision is overloaded",
        "failed to process image",
        "image dimensions are too small; only 28 pixels and more are supported",
    ],
)
def test_words_about_one_picture_are_not_about_the_model(words):
    assert not refuses_pictures(words)


def test_a_refused_picture_is_no_answer_and_is_asked_about_again(model):
    def choosy(request):
        if class_in(request) == "dog":
            return Answer(status=400, error={"message": "against our content policy"})
        return Answer("cat")

    source = ColouredSource({"a": "cat", "b": "dog", "c": "cat"})
    with serving(by=choosy) as endpoint:
        replies = ask(model(endpoint.url), source)
        ask(model(endpoint.url), source)
    assert "against our content policy" in replies["b"].refusal
    assert (replies["b"].text, replies["c"].refusal) == ("", "")
    assert len(endpoint.requests) == 4


def test_an_endpoint_that_refuses_everything_is_left_alone(model):
    with serving(Answer(status=400, error={"message": "no"})) as endpoint:
        with pytest.raises(LLMError, match=f"{REFUSED_IN_A_ROW} pictures .* got no answer"):
            ask(model(endpoint.url), ColouredSource(many(200)))
        assert len(endpoint.requests) <= 3 * (REFUSED_IN_A_ROW + AT_A_TIME)


def test_settings_that_are_refused_are_given_up_once(model):
    def strict(request):
        for name in ("max_tokens", "temperature"):
            if name in request:
                return Answer(status=400, error={"message": f"Unsupported parameter: '{name}'"})
        return Answer("cat")

    with serving(by=strict) as endpoint:
        ask(model(endpoint.url), ColouredSource(many(10)))
    assert len(endpoint.requests) == 12
    assert "seed" in endpoint.requests[-1]


def test_a_model_that_thinks_until_its_tokens_end_is_let_think(model):
    def thoughtful(request):
        if "max_tokens" not in request:
            return Answer("dog")
        message = {"role": "assistant", "content": "", "reasoning_content": "hm"}
        choice = {"index": 0, "message": message, "finish_reason": "length"}
        return Answer(raw=json.dumps({"choices": [choice]}))

    with serving(by=thoughtful) as endpoint:
        replies = ask(model(endpoint.url), ColouredSource(many(3)))
    assert {reply.text for reply in replies.values()} == {"dog"}
    assert len(endpoint.requests) == 4


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer(raw="<html>Welcome to my router</html>"), "cannot be read"),
        (Answer(status=503), "failed .HTTP 503"),
        (Answer(status=429, headers={"Retry-After": "900"}), "keeps limiting the rate"),
        (Answer(pieces=100, piece=b"x" * 100_000), "more than 8,000,000 bytes"),
    ],
)
def test_a_server_that_fails_is_one_sentence(model, answer, said):
    with serving(answer) as endpoint, pytest.raises(LLMError, match=said):
        ask(model(endpoint.url), ColouredSource(many(4)))


def test_a_redirect_to_another_server_carries_no_picture_there(model):
    with serving(Answer("cat")) as other:
        away = Answer(status=307, headers={"Location": f"{other.url}/x"})
        with serving(away) as endpoint, pytest.raises(LLMError, match="sends the question on to"):
            ask(model(endpoint.url), ColouredSource(THREE))
    assert other.requests == []


def test_the_key_is_sent_and_shows_nowhere_else(model, tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    with serving(by=lambda _: Answer(f"cat {KEY}")) as endpoint:
        asked = model(endpoint.url)
        replies = ask(asked, ColouredSource(THREE))
    assert set(endpoint.keys) == {f"Bearer {KEY}"}
    shown = [repr(asked), str(vars(asked)), repr(replies), caplog.text]
    assert not any(KEY in text for text in shown)
    assert KEY.encode() not in (tmp_path / "llm_replies.sqlite").read_bytes()


def test_at_most_eight_are_asked_at_a_time(model):
    lock, now, most = threading.Lock(), 0, 0

    def counting(request):
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        time.sleep(0.05)
        with lock:
            now -= 1
        return Answer("cat")

    with serving(by=counting) as endpoint:
        ask(model(endpoint.url), ColouredSource(many(40)))
    assert 2 <= most <= AT_A_TIME


# ---- naming a model


@pytest.mark.parametrize("spec", ["llava", "offline", "", "replay:x", "auto"])
def test_only_an_endpoint_can_be_named(spec, tmp_path):
    with pytest.raises(ConfigError, match="choose openai or openai:MODEL"):
        open_vision(spec, tmp_path)


def test_an_endpoint_of_a_run_from_elsewhere_waits_for_a_word(tmp_path, monkeypatch):
    with serving(Answer("cat")) as endpoint:
        monkeypatch.setenv("OPENAI_BASE_URL", endpoint.url)
        with pytest.raises(ConfigError, match="came from elsewhere"):
            open_vision(f"{MARK}openai:llava", tmp_path)
        assert endpoint.requests == []


def test_nothing_is_sent_before_the_first_question(tmp_path, monkeypatch):
    with serving(Answer("cat")) as endpoint:
        monkeypatch.setenv("OPENAI_BASE_URL", endpoint.url)
        opened = open_vision("openai:llava", tmp_path)
        assert isinstance(opened.replies(ColouredSource(THREE), ["a"], NAMES), Iterator)
        assert endpoint.requests == []
        assert opened.host in endpoint.url
