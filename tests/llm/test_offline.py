"""With the real names, glosses and sentence encoder: they come with pip, so no network is used."""

import pytest

from laser_core.errors import ConfigError, LLMError
from laser_core.llm.choose import open_llm
from laser_core.llm.lexicon.kinds import ROOTS, kind_of
from laser_core.llm.lexicon.synsets import lexicon
from laser_core.llm.offline.aliases import aliases
from laser_core.llm.offline.captions import CAPTIONS, captions
from laser_core.llm.offline.meaning import Meanings
from laser_core.llm.refusals import relation
from laser_core.vlm.offline.sentences import SentenceEncoder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("vectors")


@pytest.fixture(scope="module")
def encoder():
    return SentenceEncoder()


@pytest.fixture
def reasoner(folder, encoder):
    return open_llm("offline", folder, encoder)


@pytest.mark.parametrize(
    "relevant",
    [
        ["cat", "dog"],
        ["apple", "banana"],
        ["sunglasses", "perfume", "lipstick", "hat"],
        ["plate", "fork", "knife", "spoon"],
    ],
)
def test_confusers_are_as_many_as_wanted_and_none_is_a_relevant_class_again(reasoner, relevant):
    names = reasoner.confusers(relevant, 6, excluded=["wolf", "lemon", "cap"]).names
    assert len(names) == 6 == len(set(names))
    assert not set(names) & {"wolf", "lemon", "cap"}
    clashes = [relation(name, known, lexicon()) for name in names for known in relevant]
    assert not any(clashes)


def test_confusers_are_of_the_same_kind_as_the_relevant_classes(reasoner):
    words = lexicon()
    for name in reasoner.confusers(["tiger", "zebra"], 6).names:
        assert "animal" in {sense.field for sense in words.senses(name)}


def test_what_was_refused_on_the_way_is_shown_with_the_reason(reasoner):
    refused = reasoner.confusers(["bottle", "glass"], 4).refused
    reasons = {one.name: one.reason for one in refused}
    assert reasons["wine bottle"] == "a sub-kind of the relevant class 'bottle'"


def test_the_same_question_gets_the_same_answer(folder, encoder, reasoner):
    again = open_llm("offline", folder, encoder)
    assert again.confusers(["cat", "dog"], 4) == reasoner.confusers(["cat", "dog"], 4)
    assert again.descriptions(["cat"], 5) == reasoner.descriptions(["cat"], 5)


def test_it_is_never_called_a_language_model(reasoner):
    assert (reasoner.kind, reasoner.name) == ("offline", "offline semantic reasoner")
    reasoner.descriptions(["cat"], 2)
    assert reasoner.exchanges[0].model == reasoner.name
    assert reasoner.exchanges[0].tokens_in == 0


def test_descriptions_begin_with_the_plain_photo_and_differ(reasoner):
    found = reasoner.descriptions(["cat", "sunglasses", "bread", "umbrella"], 30)
    assert [sentences[0] for sentences in found.values()] == [
        "a photo of a cat",
        "a photo of sunglasses",
        "a photo of bread",
        "a photo of an umbrella",
    ]
    assert all(len(set(sentences)) == 30 for sentences in found.values())
    assert reasoner.descriptions(["cat"], 0) == {"cat": []}


def test_descriptions_use_synonyms_and_photographed_sub_kinds(reasoner):
    found = reasoner.descriptions(["apple", "hat", "bottle"], 5)
    assert "a photo of a Granny Smith, a kind of apple" in found["apple"]
    assert "a photo of a cowboy hat" in found["hat"]
    assert "a photo of a wine bottle" in found["bottle"]


def test_an_alias_that_is_another_class_is_left_out(encoder):
    words = lexicon()
    (bottle,) = [s for s in words.main_senses("bottle") if words.photographed_kinds(s)]
    found = aliases(bottle, "bottle", ["wine bottle"], words, encoder.encode)
    assert "wine bottle" not in [alias.name for alias in found]
    assert "water bottle" in [alias.name for alias in found]


@pytest.mark.parametrize("kind", [*CAPTIONS, "thing"])
@pytest.mark.parametrize("name", ["apple", "scissors", "bread"])
def test_every_kind_has_thirty_captions_without_holes(kind, name):
    sentences = captions(name, kind, 30)
    assert len(set(sentences)) == 30
    assert all(name in sentence and "{" not in sentence for sentence in sentences)
    assert all(sentence == " ".join(sentence.split()) for sentence in sentences)


def test_plurals_take_no_article_in_any_caption():
    for kind in CAPTIONS:
        for sentence in captions("scissors", kind, 30):
            assert " a scissors" not in f" {sentence}"


# what image networks know by itself: a picture of it would match the caption, whatever the class
THINGS_OF_THEIR_OWN = (
    "bag", "basket", "bed", "bee", "bowl", "coffee", "coral reef", "cup", "handbag", "hook", "ice",
    "keyboard", "mirror", "napkin", "plate", "pot", "screen", "stage", "stove", "tray", "vase",
    "wardrobe",
)  # fmt: skip


@pytest.mark.parametrize("kind", sorted({*CAPTIONS, "thing"} - {"drink"}))  # a drink needs its cup
def test_no_caption_names_a_second_thing_whose_pictures_it_would_match(kind):
    for sentence in captions("XYZ", kind, 30):
        words = f" {sentence.replace(',', '')} "
        assert not [thing for thing in THINGS_OF_THEIR_OWN if f" {thing} " in words], sentence


def test_every_kind_with_roots_has_captions():
    assert set(ROOTS) <= set(CAPTIONS)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("dog", "animal"), ("owl", "bird"), ("salmon", "fish"), ("beetle", "insect"),
        ("truck", "vehicle"), ("strawberry", "fruit"), ("bagel", "food"), ("shirt", "garment"),
        ("lipstick", "accessory"), ("bucket", "container"), ("teapot", "kitchenware"),
        ("hammer", "tool"), ("sofa", "furniture"), ("laptop", "electronics"), ("oak", "tree"),
        ("violin", "musical instrument"), ("soccer ball", "sports thing"),
        ("pencil", "office thing"),
        ("castle", "building"), ("sword", "weapon"), ("mountain", "landscape"),
    ],
)  # fmt: skip
def test_the_kind_of_everyday_words(name, kind):
    words = lexicon()
    assert kind in {kind_of(sense, words) for sense in words.main_senses(name)}


@pytest.mark.parametrize(
    ("beside", "word", "kind"),
    [
        (["keyboard", "laptop"], "mouse", "electronics"),
        (["cat", "dog"], "mouse", "animal"),
        (["heron", "duck"], "crane", "bird"),
        (["tennis racket", "ball"], "bat", "sports thing"),
        (["bird", "fox"], "bat", "animal"),
        (["apple", "lemon"], "orange", "fruit"),
        (["mug", "bottle"], "glass", "container"),
        (["spoon", "teapot"], "fork", "kitchenware"),
    ],
)
def test_a_word_means_what_the_other_classes_make_of_it(folder, encoder, beside, word, kind):
    meanings = Meanings(encoder, lexicon(), folder).of([word, *beside])
    assert meanings[word].kind == kind


def test_a_task_and_known_classes_lead_to_further_ones_with_reasons(reasoner):
    proposals = reasoner.relevant_classes("make a fruit salad", ["apple", "banana"], 4)
    names = [proposal.name for proposal in proposals]
    assert len(set(names)) == 4
    assert not {"apple", "banana", "fruit"} & set(names)
    assert {"strawberry", "pineapple"} <= set(names)
    assert all("in meaning" in proposal.reason for proposal in proposals)


def test_a_question_about_nothing_gets_nothing(reasoner):
    assert reasoner.relevant_classes("  ", [], 3) == ()
    assert reasoner.descriptions([], 3) == {}
    assert reasoner.confusers([], 3).names == ()


def test_an_unknown_word_gets_plain_captions(reasoner):
    found = reasoner.descriptions(["qwrtzpsd"], 4)
    assert found["qwrtzpsd"][0] == "a photo of a qwrtzpsd"
    assert len(set(found["qwrtzpsd"])) == 4


@pytest.mark.parametrize("spec", ["", "offline:x", "gpt-4o", "replay", "replay:", "ollama:llama3"])
def test_an_unknown_model_lists_the_choices(tmp_path, spec):
    with pytest.raises(ConfigError, match="choose offline, openai, openai:MODEL or replay:FILE"):
        open_llm(spec, tmp_path)


def test_models_are_opened_by_name(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-x")
    assert open_llm("openai", tmp_path).name == "gpt-4o-mini"
    assert open_llm("openai:small:7b", tmp_path).name == "small:7b"
    with pytest.raises(LLMError, match="cannot be read"):
        open_llm(f"replay:{tmp_path / 'none.jsonl'}", tmp_path)
