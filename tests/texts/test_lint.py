import numpy as np
import pytest

from laser_core.llm.lexicon.synsets import lexicon
from laser_core.texts.descriptions import ClassText, Descriptions
from laser_core.texts.lint import (
    SentenceFacts,
    class_remarks,
    estimated_tokens,
    name_remarks,
    sentence_facts,
    sentence_remarks,
)


def texts(confusers=(), relevant=("mug", "chair")):
    return Descriptions(
        tuple(ClassText(name, (f"a {name}", f"an old {name}")) for name in relevant),
        tuple(ClassText(name, (f"a {name}",)) for name in confusers),
    )


def facts(given, **changed):
    plain = {t: SentenceFacts(0.3, 10) for t in [*given.relevant_texts(), *given.confuser_texts()]}
    return {**plain, **changed}


def kinds(found, *key):
    return [remark.kind for remark in found.get(key, ())]


@pytest.mark.parametrize(
    ("name", "said"),
    [("coffee mug", "sub-kind"), ("mugs", "repeats"), ("seat", "wider kind")],
)
def test_a_name_that_is_no_class_of_its_own_is_remarked(name, said):
    assert said in name_remarks(texts([name]), lexicon())[name].text


def test_a_fair_confuser_gets_no_remark():
    assert name_remarks(texts(["sofa", "cup"]), lexicon()) == {}


def test_a_sentence_that_stands_there_twice_is_remarked_once():
    given = Descriptions(
        (ClassText("mug", ("a mug", "A mug.")),), (ClassText("cup", ("a mug", "a cup")),)
    )
    found = sentence_remarks(given, {})
    assert kinds(found, "mug", "a mug") == []
    assert kinds(found, "mug", "A mug.") == ["duplicate"]
    assert kinds(found, "cup", "a mug") == ["duplicate", "mentions"]


def test_a_sentence_longer_than_the_model_reads_is_remarked():
    long = "a mug " + "and a very long list of other things " * 10
    given = Descriptions((ClassText("mug", (long,)),))
    assert kinds(sentence_remarks(given, {}), "mug", long) == ["long"]
    assert sentence_remarks(given, {}, tokens={long: 77}) == {}
    assert sentence_remarks(given, {}, token_limit=256) == {}


def test_the_estimate_of_tokens_counts_words_marks_and_ends():
    assert estimated_tokens("a red mug.") == 6  # three words, a full stop, start and end
    assert estimated_tokens("a photograph") == 5  # ten letters count as two


def test_a_sentence_that_is_no_pictures_best_is_dead():
    given = texts()
    found = sentence_remarks(given, facts(given, **{"a mug": SentenceFacts(0.3, 0)}))
    assert kinds(found, "mug", "a mug") == ["dead"]


def test_a_sentence_far_below_all_others_matches_no_picture():
    given = texts(["sofa", "cup", "plate"])
    peaks = [0.30, 0.31, 0.29, 0.30, 0.32, 0.28, 0.05]
    told = {text: SentenceFacts(peak, 10) for text, peak in zip(facts(given), peaks, strict=True)}
    found = sentence_remarks(given, told)
    assert list(found) == [("plate", "a plate")]
    assert "matches no picture" in found["plate", "a plate"][0].text


def test_a_sentence_that_takes_most_of_the_pool_is_a_magnet():
    given = texts(relevant=("mug", "chair", "book", "shoe"))
    told = facts(given, **{"a mug": SentenceFacts(0.3, 930)})
    assert kinds(sentence_remarks(given, told), "mug", "a mug") == ["magnet"]


def test_a_confusers_sentence_must_not_name_a_relevant_class():
    given = Descriptions(
        (ClassText("mug", ("a mug",)),),
        (ClassText("table", ("a table with two mugs",)), ClassText("mug rack", ("a mug rack",))),
    )
    found = sentence_remarks(given, {})
    assert kinds(found, "table", "a table with two mugs") == ["mentions"]
    assert kinds(found, "mug rack", "a mug rack") == []


def test_a_class_without_a_sentence_is_remarked_unless_it_is_off():
    given = Descriptions(
        (ClassText("mug", ()),), (ClassText("cup", (), "person", False), ClassText("jug", ()))
    )
    assert sorted(class_remarks(given)) == ["jug", "mug"]


def test_wins_are_counted_by_sentence():
    given = texts(["cup"])
    peaks = dict.fromkeys([*given.relevant_texts(), *given.confuser_texts()], 0.2)
    found = sentence_facts(given, np.array([0, 0, 3]), peaks)
    assert [fact.wins for fact in found.values()] == [0, 2, 0, 0, 1]
