import pytest

from laser_core.errors import ConfigError
from laser_core.texts.descriptions import ClassText, Descriptions
from laser_core.texts.edits import (
    Edit,
    apply_edit,
    as_lines,
    renew_confusers,
    with_confusers,
    with_relevant,
    with_sentences,
)
from tests import fakes

TEXTS = Descriptions(
    (ClassText("cat", ("a cat", "an old cat")), ClassText("dog", ("a dog",))),
    (ClassText("fox", ("a fox", "a red fox")), ClassText("owl", ("an owl",), "discovered")),
)


def after(verb, side="confusers", **given):
    return apply_edit(TEXTS, Edit(verb, side, **given))[0]


def test_switching_twice_leaves_everything_as_it_was():
    once = after("switch", name="fox")
    assert once.confuser_texts() == ["an owl"]
    assert apply_edit(once, Edit("switch", "confusers", "fox"))[0] == TEXTS


def test_the_last_relevant_class_cannot_be_switched_off():
    left = after("switch", "relevant", name="dog")
    with pytest.raises(ConfigError, match="'cat' is the last relevant class in use"):
        apply_edit(left, Edit("switch", "relevant", "cat"))


def test_an_added_confuser_has_the_sentence_that_names_it():
    assert after("add", new="  ice   bear ").confusers[-1] == ClassText(
        "ice bear", ("a photo of an ice bear",), "person"
    )


@pytest.mark.parametrize("name", ["Fox", "foxes", "cat"])
def test_a_name_that_is_there_already_is_refused(name):
    with pytest.raises(ConfigError, match="in the lists already"):
        after("add", new=name)


def test_renaming_renames_the_sentences_too():
    renamed = after("rename", name="fox", new="ibex").confusers[0]
    assert renamed.sentences == ("an ibex", "a red ibex")


def test_a_deleted_confuser_is_gone_but_a_discovered_one_is_only_switched_off():
    assert [c.name for c in after("remove", name="fox").confusers] == ["owl"]
    owl = after("remove", name="owl").confusers[1]
    assert (owl.name, owl.enabled) == ("owl", False)


@pytest.mark.parametrize(
    ("verb", "said"),
    [("rename", "on the Label page"), ("remove", "switch it off"), ("add", "as a confuser first")],
)
def test_what_cannot_be_done_to_a_relevant_class_says_what_can(verb, said):
    with pytest.raises(ConfigError, match=said):
        after(verb, "relevant", name="cat", new="lynx")


def test_a_confuser_made_relevant_keeps_its_sentences_and_comes_last():
    moved = with_relevant(after("switch", name="fox"), "fox")
    assert moved.relevant == (*TEXTS.relevant, TEXTS.confusers[0])
    assert moved.confusers == TEXTS.confusers[1:]


def test_sentences_are_added_changed_and_deleted():
    assert after("add sentence", name="owl", new="an owl flies").confusers[1].sentences == (
        "an owl", "an owl flies",
    )  # fmt: skip
    changed = after("change sentence", name="fox", text="a fox", new="one fox")
    assert changed.confusers[0].sentences == ("one fox", "a red fox")
    deleted = after("change sentence", name="fox", text="a fox", new=" ")
    assert deleted.confusers[0].sentences == ("a red fox",)


def test_an_edit_of_something_that_is_gone_is_refused():
    with pytest.raises(ConfigError, match="no confuser 'wolf' any more"):
        after("switch", name="wolf")
    with pytest.raises(ConfigError, match="has no sentence 'a wolf' any more"):
        after("change sentence", name="fox", text="a wolf", new="x")


def test_a_reply_with_confusers_keeps_known_sentences_and_discovered_classes():
    renewed = with_confusers(TEXTS, ["wolf", "fox", "owl"])
    assert [(c.name, c.sentences) for c in renewed.confusers] == [
        ("wolf", ("a photo of a wolf",)),
        ("fox", ("a fox", "a red fox")),
        ("owl", ("an owl",)),
    ]


def test_a_reply_with_sentences_changes_the_classes_it_names():
    renewed = with_sentences(TEXTS, {"dog": ["a big dog"], "fox": []})
    assert renewed.relevant[1].sentences == ("a big dog",)
    assert renewed.confusers == TEXTS.confusers


def test_as_lines_has_one_line_a_class_and_a_sentence():
    assert as_lines(after("switch", name="owl"))[-2:] == ["confuser: owl (off)", "    an owl"]


class Asked(fakes.ListedModel):
    """Names the first of wolf, fox, lion and bear that are not excluded; counts its questions."""

    def __init__(self):
        super().__init__()
        self.questions = []

    def confusers(self, relevant, wanted, excluded=()):
        self.questions.append(tuple(excluded))
        return super().confusers(relevant, wanted, excluded)


def confusers_of(*classes):
    return Descriptions((ClassText("cat", ("a cat",)),), tuple(classes))


WOLF = ClassText("wolf", ("grey", "howls"))
FOX = ClassText("fox", ("red", "sly"), enabled=False)
MINE = ClassText("toy cat", ("plush",), "person")


def test_confusers_are_asked_for_anew_with_names_that_are_new_among_the_irrelevant():
    model = Asked()
    after = renew_confusers(confusers_of(WOLF, FOX, MINE), model, ["wolf", "truck"], 2, 2)
    assert model.questions == [("wolf", "truck")]
    assert [c.name for c in after.confusers] == ["fox", "lion", "toy cat"]  # wolf is known now
    assert after.confusers[0] == FOX  # as it was, switched off
    assert after.confusers[1].sentences == ("lion 0", "lion 1")
    assert after.confusers[2] == MINE


def test_without_a_new_name_nobody_is_asked_for_confusers():
    model, before = Asked(), confusers_of(WOLF, ClassText("truck", ("big",), "discovered"))
    assert renew_confusers(before, model, ["truck"], 2, 2) is before
    assert model.questions == []
