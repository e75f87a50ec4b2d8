"""A person's own keys for classes, kept on this machine for all runs: name -> class -> key."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from laser_core.basics.files import draft_of, user_folder
from laser_core.errors import ConfigError, LaserError

FILE = "keys.json"
STREAMLIT = {"c": "empty its cache", "r": "run the page again"}
TAKEN = {  # by the widget, whatever the classes are
    "0": "irrelevant", "x": "irrelevant", " ": "unsure", "e": "exclude", "u": "undo", "f": "unfold",
    "g": "one by one or a page", "s": "why", "z": "zoom", "h": "the list of keys",
    "n": "finding a class", "/": "finding a class",
}  # fmt: skip


def keys_of(classes: Sequence[str], own: Mapping[str, str]) -> dict[str, str]:
    """class -> its key: a person's own, else its number from 1 to 9 where nobody has that.

    Of two classes that share an own key, as when each got it in another run, the first has it.
    """
    found: dict[str, str] = {}
    for name in classes:
        if own.get(name) and own[name] not in found.values():
            found[name] = own[name]
    for number, name in enumerate(classes[:9], start=1):
        if name not in found and str(number) not in found.values():
            found[name] = str(number)
    return found


def require_free(key: str, name: str, classes: Sequence[str], own: Mapping[str, str]) -> str:
    """`key` as it is kept, if it can be the key of the class `name`.

    Raises:
        ConfigError: it is no single letter or digit, or it does something already.
    """
    key = key.strip().lower()
    if len(key) != 1 or not (key.isalnum() or key in TAKEN):
        raise ConfigError(f"{key!r} is no single letter or digit; give one, such as M")
    shown = key.upper()
    if key in STREAMLIT:
        raise ConfigError(
            f"Streamlit itself uses {shown} to {STREAMLIT[key]}; give another letter or a digit"
        )
    if key in TAKEN:
        raise ConfigError(f"{shown} is the key for {TAKEN[key]}; give another letter or a digit")
    for other, used in keys_of(classes, own).items():
        if used == key and other != name:
            raise ConfigError(
                f"{shown} is the key of {other}; give {name} another one, or {other} first"
            )
    return key


def read_keys(person: str) -> dict[str, str]:
    """class -> key, as `person` has set them; empty where nothing is kept or it is damaged."""
    kept = _read().get(person, {})
    if not isinstance(kept, dict):
        return {}
    return {str(n): k for n, k in kept.items() if isinstance(k, str) and len(k) == 1}


def write_keys(person: str, own: Mapping[str, str]) -> None:
    """Keep the keys of `person`; those of others stay.

    Raises:
        ConfigError: the user's folder cannot be written.
    """
    path = user_folder() / FILE
    try:
        with draft_of(path) as draft:
            draft.write_text(json.dumps({**_read(), person: dict(own)}, indent=2), "utf-8")
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be written ({error}); free some space, or set LASER_CONFIG_DIR to "
            "another folder"
        ) from error


def assign(person: str, name: str, key: str, classes: Sequence[str]) -> None:
    """Make `key` that of the class `name` for `person`, in this run and in all others.

    Raises:
        ConfigError: as for `require_free` and `write_keys`.
    """
    own = read_keys(person)
    write_keys(person, {**own, name: require_free(key, name, classes, own)})


def _read() -> dict[str, object]:
    try:
        kept = json.loads((user_folder() / FILE).read_text("utf-8"))
    except (OSError, ValueError, LaserError):
        return {}
    return kept if isinstance(kept, dict) else {}
