"""Settings by name, as programs and study files give them, checked before anything is done."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from typing import Any

from pydantic import TypeAdapter, ValidationError

from laser_core.config import ExperimentConfig, RoundChoice, in_order, merge_settings
from laser_core.data.class_split import WrittenNames
from laser_core.errors import ConfigError
from laser_core.strategies import strategy_class
from laser_core.strategies.settings import read_settings, told_settings

_KEPT_ALONE = ("retired", "former", "since")  # stand in a kept run, and are not set by hand


def choosable(kind: type[ExperimentConfig | RoundChoice]) -> list[str]:
    """The fields that are set by hand; the others only stand in a kept run."""
    return [f.name for f in fields(kind) if f.name not in _KEPT_ALONE]


def require_known(given: Iterable[str], known: Iterable[str], what: str) -> None:
    """Check that every name of `given` is one of `known`.

    Raises:
        ConfigError: one is not; the message has what it may mean, and calls it a `what`.
    """
    there = list(known)
    for name in given:
        if name not in there:
            near = difflib.get_close_matches(name, there, n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(there)}"
            raise ConfigError(f"{name} is no {what}; {hint}")


def checked_config(given: Mapping[str, Any]) -> ExperimentConfig:
    """The config of fields and, beside them, settings of its strategy by name.

    Raises:
        ConfigError: a name is unknown, or a value is of another type or not allowed.
    """
    own = strategy_class(str(given.get("strategy", ExperimentConfig.strategy)))
    of_strategy = [told.name for told in told_settings(own)]
    require_known(given, [*choosable(ExperimentConfig), *of_strategy], "setting of a run")
    chosen = {name: given[name] for name in of_strategy if name in given}
    rest = {name: value for name, value in given.items() if name not in chosen}
    rest["settings"] = merge_settings(in_order(rest.get("settings", ())), chosen)
    typed = _as_typed(rest)
    try:
        checked = TypeAdapter(ExperimentConfig).validate_python(rest)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise ConfigError(f"{where}={first['input']!r}: {first['msg'].lower()}") from error
    read_settings(own, dict(checked.settings))
    return replace(checked, **typed)  # pydantic would not keep what was typed apart


def _as_typed(given: dict[str, Any]) -> dict[str, Any]:
    """The class names in `given` that are one text, to be parted once the pool's are known."""
    typed: dict[str, Any] = {}
    for name in ("relevant", "known"):
        value = given.get(name, ())
        if isinstance(value, str):
            typed[name] = (WrittenNames(value.strip()),) if value.strip(" ,") else ()
            del given[name]
        elif value and all(isinstance(each, WrittenNames) for each in value):
            typed[name] = tuple(value)
    return typed
