"""A strategy's settings: one small frozen dataclass each, read from a config or a command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin, get_type_hints

from laser_core.errors import ConfigError

if TYPE_CHECKING:
    from laser_core.strategies.base import Strategy


@dataclass(frozen=True)
class NoSettings:
    """Of a strategy that has none."""


def setting(default: Any, says: str) -> Any:
    """A field of a strategy's `Settings`: its default, and what a person reads of it.

    Args:
        says: what it is, what is allowed, and where the default comes from.
    """
    return field(default=default, metadata={"says": says})


@dataclass(frozen=True)
class Told:
    """One setting of a strategy for a person.

    Args:
        name: as in `--set name=value`.
        default: what it is if left out.
        says: what it is, in a sentence.
    """

    name: str
    default: Any
    says: str


def told_settings(strategy: type[Strategy]) -> list[Told]:
    """The settings that a strategy has, in the order it lists them."""
    return [Told(f.name, f.default, f.metadata.get("says", "")) for f in fields(strategy.Settings)]


def read_settings(strategy: type[Strategy], given: Mapping[str, Any]) -> Any:
    """A strategy's `Settings` from names and values; texts, as a command line has, are converted.

    Raises:
        ConfigError: a name is unknown, or a value is of another type or not allowed.
    """
    kinds = get_type_hints(strategy.Settings)
    names = [f.name for f in fields(strategy.Settings)]
    for name in sorted(given.keys() - set(names)):
        there = f"it has {', '.join(names)}" if names else "it has none"
        raise ConfigError(f"{name} is no setting of the strategy {strategy.name}; {there}")
    return strategy.Settings(**{name: _value_of(name, v, kinds[name]) for name, v in given.items()})


def full_settings(strategy: type[Strategy], given: Mapping[str, Any]) -> dict[str, Any]:
    """Every setting of a strategy with its value, defaults included.

    Raises:
        ConfigError: as for `read_settings`.
    """
    return asdict(read_settings(strategy, given))


def require_between(
    name: str, value: float, low: float, high: float, why: str, with_low: bool = False
) -> None:
    """Check that a setting lies above `low` (or at it, `with_low`) and at most at `high`.

    Raises:
        ConfigError: it does not; the message says so and `why`.
    """
    if not (low <= value if with_low else low < value) or not value <= high:
        least = f"from {low:g}" if with_low else f"above {low:g}"
        raise ConfigError(f"{name}={value:g}: it must lie {least} and be at most {high:g}; {why}")


def require_temperature(value: float, of: str, most: float = 10.0) -> None:
    """Check the setting `temperature`, by which `of` is divided: above 0 and at most `most`.

    Raises:
        ConfigError: it is not.
    """
    require_between("temperature", value, 0.0, most, f"it divides {of}")


def _value_of(name: str, value: Any, kind: Any) -> Any:
    """`value` as the type that the field `name` has."""
    if get_origin(kind) is Literal:
        if value not in get_args(kind):
            allowed = ", ".join(map(str, get_args(kind)))
            raise ConfigError(f"{name}={value!r} is unknown; choose one of {allowed}")
        return value
    wanted = {int: "a whole number", float: "a number", bool: "true or false", str: "a text"}[kind]
    try:
        return _as_kind(value, kind)
    except (TypeError, ValueError, KeyError, OverflowError) as error:
        raise ConfigError(f"{name}={value!r}: give {wanted}") from error


def _as_kind(value: Any, kind: type) -> Any:
    if kind is bool:
        return {"true": True, "false": False}[str(value).lower()]
    if isinstance(value, bool) or (kind is not str and not isinstance(value, (int, float, str))):
        raise TypeError
    if kind is str and not isinstance(value, str):
        raise TypeError
    found = kind(value)
    if kind is int and isinstance(value, float) and found != value:
        raise ValueError
    return found
