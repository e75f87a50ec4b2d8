"""One function for articles and plurals, used wherever a class stands in a sentence (C2)."""

import pytest

from laser_core.llm.lexicon.words import plain_sentence, with_article
from laser_core.llm.offline.captions import captions
from laser_core.texts.descriptions import ClassText, Descriptions, sentences_for, with_discovered
from laser_core.texts.edits import Edit, apply_edit, with_confusers

BARE = Descriptions((ClassText("cat", ("a cat",)),))

SPOKEN = [
    ("sunglasses", "sunglasses"), ("unicorn", "a unicorn"), ("uniform", "a uniform"),
    ("umbrella", "an umbrella"), ("hour", "an hour"), ("European", "a European"),
    ("eucalyptus", "a eucalyptus"), ("ukulele", "a ukulele"), ("usher", "an usher"),
    ("SUV", "an SUV"), ("UFO", "a UFO"), ("X-ray", "an X-ray"), ("NASA rocket", "a NASA rocket"),
    ("8-ball", "an 8-ball"), ("18-wheeler", "an 18-wheeler"), ("scissors", "scissors"),
    ("pair of scissors", "a pair of scissors"), ("glass of milk", "a glass of milk"),
    ("thermos", "a thermos"), ("cacti", "cacti"), ("glasses (eyewear)", "glasses (eyewear)"),
    ("the moon", "the moon"), (".NET", "a .NET"), ("bread", "bread"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "said"), SPOKEN)
def test_the_sentence_of_k_0_has_the_article_that_people_use(name, said):
    """C2: the ablation K = 0, an added confuser, a pasted one and the captions say the same."""
    sentence = f"a photo of {said}"
    assert plain_sentence(name) == sentence
    assert sentences_for(None, [name], 0) == {name: (sentence,)}
    assert captions(name, "thing", 1) == [sentence]
    assert with_confusers(BARE, [name]).confusers[0].sentences == (sentence,)


def test_a_renamed_confuser_gets_the_article_of_its_new_name():
    """C2: also none, where the new name takes none."""
    texts, _ = apply_edit(BARE, Edit("add", "confusers", new="hawk"))
    for new, said in [("unicorn", "a unicorn"), ("trousers", "trousers")]:
        renamed, _ = apply_edit(texts, Edit("rename", "confusers", "hawk", new=new))
        assert renamed.confusers[-1].sentences == (f"a photo of {said}",)


def test_an_article_is_never_doubled():
    """C2: a name that brings its own."""
    assert with_article("a cat") == "a cat"


def test_a_name_met_in_the_pool_is_told_from_a_relevant_class_in_other_letters():
    """E6: "cat" met as an irrelevant thing is a confuser beside the relevant class "Cat"."""
    texts = Descriptions((ClassText("Cat", ("a Cat",)),), (ClassText("wolf", ("a wolf",)),))
    after = with_discovered(texts, None, ["cat", "Wolf"], 0)
    assert [c.name for c in after.confusers] == ["wolf", "cat"]
