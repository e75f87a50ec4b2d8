"""A label as one text, for tables that have no column for more, and back.

An irrelevant thing called tree is "irrelevant: tree", one without a name "irrelevant".
"""

from __future__ import annotations

from laser_core.pool import Label

IRRELEVANT = "irrelevant"
_MARK = "irrelevant: "
_CLASS = " (class)"


def full_text(label: Label) -> str:
    """The class, "irrelevant: name", or the state alone."""
    if label.state == "relevant":
        return label.name
    return f"{label.state}: {label.name}" if label.name else label.state


def name_text(label: Label) -> str:
    """The name alone, for a column beside a status; one that looks like a mark gets a mark."""
    looks_so = label.name == IRRELEVANT or label.name.startswith(_MARK)
    return full_text(label) if label.state == "irrelevant" and looks_so else label.name


def irrelevant_name(text: str) -> str:
    """The name of an irrelevant thing in what `full_text` or `name_text` wrote, "" for none."""
    return "" if text == IRRELEVANT else text.removeprefix(_MARK)


def says_irrelevant(text: str) -> bool:
    """Whether `full_text` writes only irrelevant things so."""
    return text == IRRELEVANT or text.startswith(_MARK)


def choice_of(label: Label) -> str:
    """What stands for a label where each class is one choice, and "irrelevant" another."""
    if label.state != "relevant":
        return IRRELEVANT
    return f"{label.name}{_CLASS}" if _bare(label.name) == IRRELEVANT else label.name


def class_of_choice(choice: str) -> str | None:
    """The relevant class of a choice that `choice_of` wrote; None for "irrelevant"."""
    if choice == IRRELEVANT:
        return None
    return choice.removesuffix(_CLASS) if _bare(choice) == IRRELEVANT else choice


def _bare(name: str) -> str:
    while name.endswith(_CLASS):
        name = name.removesuffix(_CLASS)
    return name
