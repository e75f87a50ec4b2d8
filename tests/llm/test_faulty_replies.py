"""Replies that real models send: which part is the answer (faults E1 to E6 of issue 8)."""

import json

import pytest

from laser_core.llm.lexicon.words import Matching, name_key, tidy_name
from laser_core.llm.replies.schema import read_descriptions, read_names, read_proposals
from laser_core.texts.descriptions import ClassText, Descriptions
from laser_core.texts.edits import with_confusers

FORM = {"class_names": ["wolf", "fox"]}
IN_A_STRING = json.dumps(FORM)


@pytest.mark.parametrize(
    "reply",
    [
        {"reasoning": ["dogs are canids", "so it fits", "and this", "too"], **FORM},
        {**FORM, "classes": ["dog", "puppy", "hound"]},
        {"properties": FORM, "required": ["class_names"], "title": "NamesForm", "type": "object"},
        {"name": "NamesForm", "arguments": FORM},
        {"name": "NamesForm", "arguments": IN_A_STRING},
        {"name": "NamesForm", "parameters": FORM},
        {"tool_calls": [{"function": {"name": "NamesForm", "arguments": IN_A_STRING}}]},
        {"choices": [{"message": {"content": IN_A_STRING}}]},
        {"answer": IN_A_STRING, "confidence": 0.9},
        {"class_names": "wolf, fox"},
        {"class_names": "wolf\nfox"},
        {"class_names": {"wolf": "a wild canine", "fox": "a small wild canine"}},
        {"class_names": {"like dogs": ["wolf"], "like cats": ["fox"]}},
        {"class_names": [{"group": "canines", "names": ["wolf", "fox"]}]},
        {"class_names": {"type": "array", "items": ["wolf", "fox"]}},
        {"wolf": "a wild canine", "fox": "a small wild canine"},
        {"wolf": {"reason": "wild"}, "fox": {"reason": "small"}},
        {"wolf": 0.9, "fox": 0.8},
        {"wolf": ["a wild canine of the woods", "it lives in a pack"], "fox": ["it is a red one."]},
        {"canines": ["wolf"], "vulpines": ["fox"]},
        {"class_1": "wolf", "class_2": "fox"},
        {"error": None, "refusal": None, **FORM},
        [["wolf"], ["fox"]],
    ],
    ids=lambda reply: json.dumps(reply)[:50],
)
def test_the_part_that_names_the_classes_is_read(reply):
    """E1: our own field first, wrappers undone, groups joined, keys of reasons, split strings."""
    assert read_names(json.dumps(reply)) == ["wolf", "fox"]


@pytest.mark.parametrize(
    "reply",
    [
        '{"class_names": ["wolf"]}\n{"class_names": ["fox"]}',
        '{"name": "wolf"}\n{"name": "fox"}',
        '["wolf"]\n["fox"]',
        '```json\n{"class_names": ["wolf"]}\n```\nand\n```json\n{"class_names": ["fox"]}\n```',
        '<tool_call>{"name": "f", "arguments": {"class_names": ["wolf", "fox"]}}</tool_call>',
        'NamesForm(class_names=["wolf", "fox"])',
        "| name | why |\n|---|---|\n| wolf | wild |\n| fox | red |",
    ],
)
def test_several_blocks_and_lines_are_joined(reply):
    """E1: several JSON blocks, JSON lines, calls and tables."""
    assert read_names(reply) == ["wolf", "fox"]


@pytest.mark.parametrize(
    "reply",
    [
        {"error": {"message": "model overloaded", "code": 503}},
        {"error": "no such model", "status": "failed"},
        {"refusal": "I cannot help"},
        {"required": ["class_names"], "type": "object"},
        {"reasoning": "dogs are canids"},
        {"class_names": [], "error": "too hard", "reasoning": ["a", "b"]},
        {"class_names": None, "required": ["class_names"]},
        {"class_names": ["class_names", "NamesForm"]},
        {"detail": [{"loc": ["body", "seed"], "msg": "extra fields", "type": "value_error"}]},
        {
            "properties": {
                "class_names": {"items": {"type": "string"}, "title": "N", "type": "array"}
            },
            "required": ["class_names"],
            "title": "NamesForm",
            "type": "object",
        },
    ],
    ids=lambda reply: json.dumps(reply)[:50],
)
def test_errors_refusals_and_field_names_are_no_classes(reply):
    """E1: what stands beside an answer is none, and the echo of the schema is none."""
    assert read_names(json.dumps(reply)) == []


THOUGHT = 'maybe ["dog", "puppy", "cat"]\n- dog\n- hound\n'
MARKED = [
    "<think>{}</think>{}", "{}</think>{}", "<thinking>{}</thinking>{}", "{}</thinking>\n{}",
    "[THINK]{}[/THINK]{}", "{}[/THINK]{}", "<reasoning>{}</reasoning>{}",
    "<thought>{}</thought>{}", '<think time="3">{}</think>{}', "<seed:think>{}</seed:think>{}",
    "<|begin_of_thought|>{}<|end_of_thought|><|begin_of_solution|>{}<|end_of_solution|>",
    "<|START_THINKING|>{}<|END_THINKING|>{}", "◁think▷{}◁/think▷{}",
    "<|channel|>analysis<|message|>{}<|end|><|start|>assistant<|channel|>final<|message|>{}<|end|>",
    "<|channel>thought\n{}<channel|>{}", "analysisWe need {}assistantfinal{}",
    "<think>I may write <think> here: {}</think>{}",
    "<scratchpad>{}</scratchpad><answer>{}</answer>",
    "Thinking: {}\nAnswer:\n{}", "**Thinking process:**\n{}\n\n{}",
    "Thinking...\n{}\n...done thinking.\n\n{}",
    "Reasoning:\n{}\nFinal answer: {}", "<think>{}</think><think>{}</think>{}",
]  # fmt: skip


@pytest.mark.parametrize("form", MARKED, ids=range(len(MARKED)))
@pytest.mark.parametrize("answer", ['["wolf", "fox"]', "\n- wolf\n- fox"], ids=["json", "lines"])
def test_thoughts_are_dropped_in_all_their_spellings(form, answer):
    """E2: marks of thoughts, lost halves of them, channels, and blocks with a heading."""
    parts = [THOUGHT] * (form.count("{}") - 1)
    assert read_names(form.format(*parts, answer)) == ["wolf", "fox"]


def test_thoughts_without_an_answer_are_no_answer():
    """E2: the reply ended before the thoughts did."""
    assert read_names(f"<think>{THOUGHT}") == []
    assert read_descriptions(f"<think>{THOUGHT}", ["cat"]) == {"cat": []}
    assert read_proposals(f"<think>{THOUGHT}") == []


@pytest.mark.parametrize(
    "reply",
    [
        '{"class_names": ["wolf", "fox", "coyo',
        "['wolf', 'fox', 'coyo",
        "[wolf, fox, coyo",
        '```json\n["wolf", "fox", "coyo\n```',
        '{"class_names": [{"name": "wolf", "why": "x"}, {"name": "fox", "why": "y"}, {"name": "co',
        '["wolf", "fox", ',
    ],
)
def test_an_item_that_the_end_left_open_is_dropped(reply):
    """E3: half a name is no name."""
    assert read_names(reply) == ["wolf", "fox"]


def test_the_last_line_of_a_reply_that_was_cut_off_is_dropped():
    """E3: finish_reason "length" says so where the text does not; half sentences too."""
    assert read_names("- wolf\n- fox\n- coyo", cut=True) == ["wolf", "fox"]
    assert read_names("- wolf\n- fox\n- coyote") == ["wolf", "fox", "coyote"]
    cut = '{"cat": ["a cat sleeps", "a cat on a'
    assert read_descriptions(cut, ["cat"]) == {"cat": ["a cat sleeps"]}
    assert read_descriptions("- a cat sleeps\n- a cat on", ["cat"], cut=True)["cat"] == [
        "a cat sleeps"
    ]
    assert [p.name for p in read_proposals("1. hat: sun\n2. be", cut=True)] == ["hat"]


def test_half_characters_and_control_signs_are_cleaned():
    """E4: lone surrogates, NUL, escapes and direction signs."""
    assert read_names('["wolf \\ud83d", "fo\\u0000x", "\\u202ecat"]') == ["wolf", "fox", "cat"]
    assert read_names('["wolf \ud83d", "f\x1box"]') == ["wolf", "fox"]
    assert read_descriptions('{"cat": ["a \\ud83d\\u0000 cat"]}', ["cat"]) == {"cat": ["a cat"]}
    assert read_names('["\\ud83d\\ude00"]') == ["😀"]


@pytest.mark.parametrize(
    "reply",
    [
        "1、狼\n2、狐狸\n3、犬", "１．狼\n２．狐狸\n３．犬", "（1）狼\n（2）狐狸\n（3）犬",
        "一、狼\n二、狐狸\n三、犬", "・狼\n・狐狸\n・犬", "① 狼\n② 狐狸\n③ 犬",
        '["狼"，"狐狸"，"犬"]', "「狼」、「狐狸」、「犬」", "【狼、狐狸、犬】",
        "类别：狼、狐狸、犬",
        '｛"class_names"：［"狼"，"狐狸"，"犬"］｝', '{"class_names": "狼、狐狸、犬"}',
        "「狼」\n「狐狸」\n「犬」", "狼\n狐狸\n犬",
    ],
)  # fmt: skip
def test_full_width_and_cjk_signs_are_read(reply):
    """E4: numbering, commas, brackets and quotes of Chinese and Japanese replies."""
    assert read_names(reply) == ["狼", "狐狸", "犬"]


NAMES = ["kite (bird of prey)", "crane (machine)", "C#", ".NET", "Yahoo!", "C++", "U.S.", "F#"]


def test_what_belongs_to_a_name_stays():
    """E5: brackets and signs at the edges of a name are not quotes around it."""
    assert read_names(json.dumps(NAMES)) == NAMES
    assert [tidy_name(f"  **“{name}”**, ") for name in NAMES] == NAMES
    assert read_names("- kite (bird of prey)\n- fox (red)") == ["kite (bird of prey)", "fox"]
    assert len(set(map(name_key, NAMES))) == len(NAMES)


@pytest.mark.parametrize(
    "said", ["(wolf)", "wolf)", "[wolf", "# wolf", "*wolf*", "wolf…", "「wolf」,"]
)
def test_what_does_not_belong_to_a_name_goes(said):
    """E5: a bracket without its other half, marks of headings and emphasis."""
    assert tidy_name(said) == "wolf"


@pytest.mark.parametrize("pair", [("glass", "glasses"), ("Cat", "cat"), ("🦊", "🐺")])
def test_two_names_that_are_both_given_are_two(pair):
    """E6: letter by letter first; folded only where that finds nothing."""
    reply = json.dumps({name: [f"a sentence of {name}"] for name in pair})
    assert read_descriptions(reply, pair) == {name: [f"a sentence of {name}"] for name in pair}
    matching = Matching(pair)
    assert [matching.find(name) for name in pair] == list(pair)


def test_a_name_in_other_letters_means_the_one_that_was_given():
    """E6: the second way."""
    assert Matching(["sports car"]).find("The Sports-Cars") == "sports car"
    assert Matching(["glass"]).find("glasses") == "glass"
    assert Matching(["🦊"]).find("🐺") is None
    assert read_names('["glass", "glasses", "wolf", "Wolves", "🦊", "🐺"]') == [
        "glass", "glasses", "wolf", "🦊", "🐺",
    ]  # fmt: skip


def test_a_pasted_reply_keeps_a_persons_own_confusers():
    """E7: what a person named stays, and is no new class when the reply names it again."""
    own = ClassText("lynx", ("a photo of my lynx",), "person")
    before = Descriptions((ClassText("cat", ("a cat",)),), (ClassText("dog", ("a dog",)), own))
    after = with_confusers(before, ["wolf", "Lynx"])
    assert [c.name for c in after.confusers] == ["wolf", "lynx"]
    assert after.confusers[1] == own
