import pytest

from laser_core.errors import ConfigError
from laser_core.llm.prompts import CONFUSERS, DESCRIPTIONS, RELEVANT_CLASSES, PromptTemplate


def test_a_template_is_filled_with_lists_as_json():
    template = PromptTemplate("confusers", "{N} names beside {class_names}")
    assert template.fill(N=2, class_names=["a", 'b"']) == '2 names beside ["a", "b\\""]'


def test_doubled_braces_are_literal():
    template = PromptTemplate("descriptions", 'K={K}: {{"cat": {{}}}} {classes}')
    assert template.fill(K=1, classes=["x"]) == 'K=1: {"cat": {}} ["x"]'


def test_a_value_that_looks_like_a_placeholder_stays_as_it_is():
    template = PromptTemplate("descriptions", "{K} {classes}")
    assert template.fill(K=3, classes=["{K}", "{{"]) == '3 ["{K}", "{{"]'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{N} {class_names} {colour}", r"has the placeholder \{colour\}; allowed are \{N\}, "),
        ("{class_names}", r"lacks \{N\}; allowed placeholders are"),
        ("", r"lacks \{N\}, \{class_names\}"),
        ("{N} {class_names}\n{", r"single '\{' in line 2; double a literal brace \(\{\{\)"),
        ("{N} {class_names} }", r"single '\}' in line 1"),
        ("{N} {class_names[0]}", r"single '\{'"),
        ("{N} {class_names.upper}", r"single '\{'"),
    ],
)
def test_a_wrong_placeholder_is_named_with_the_allowed_ones(text, said):
    with pytest.raises(ConfigError, match=said):
        PromptTemplate("confusers", text)


def test_the_known_names_may_be_left_out_of_an_edited_prompt():
    assert PromptTemplate("confusers", "{N} {class_names}").text


def test_a_prompt_for_no_task_of_ours_is_refused():
    with pytest.raises(ConfigError, match="one of confusers, descriptions, relevant classes"):
        PromptTemplate("poems", "{N}")


def test_the_default_prompts_say_everything_they_are_given():
    text = CONFUSERS.fill(class_names=["cat"], N=7, excluded=["fox"])
    assert all(part in text for part in ('["cat"]', "Name 7 other", '["fox"]', '{"class_names"'))
    text = DESCRIPTIONS.fill(classes=["cat", "dog"], K=4)
    assert all(part in text for part in ('["cat", "dog"]', "Write 4 short", '{"bicycle": ['))
    text = RELEVANT_CLASSES.fill(task="make tea", known=["cup"], N=3)
    assert all(part in text for part in ("make tea", '["cup"]', "Name 3 further"))
