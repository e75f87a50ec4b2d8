"""Parts of sentences about many things: how many there are, and the names of the first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

LISTED = 5  # names that a sentence writes out
LONGEST = 60  # characters of a name in a sentence


def count_of(number: int, thing: str) -> str:
    """ "1 row", "2,000 rows"."""
    return f"{number:,} {thing}" + ("" if number == 1 else "s")


def list_of(values: Iterable[object]) -> str:
    """All of them: "0, 1, 2", "1,500, 2,000", "CIFAR-10, demo"."""
    return ", ".join(f"{v:,}" if isinstance(v, int) else str(v) for v in values)


def first_and_more(names: Sequence[str], most: int, between: str = ", ") -> str:
    """The first `most` names as they are, and how many more there are: "a, b and 1,234 more"."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return between.join(names[:most]) + more


def first_names(names: Sequence[str]) -> str:
    """The first names, with "…" where there are more."""
    return ", ".join(map(quote_name, names[:LISTED])) + (", …" if len(names) > LISTED else "")


def quote_name(name: str) -> str:
    """A name in a sentence; quoted where a comma, a space at its end or the like would mislead."""
    plain = name and name.isprintable() and name == name.strip() and "," not in name
    text = name if plain else repr(name)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
