"""A study written by hand, as a JSON file or an object: read, with every mistake told at once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

from laser_core.config import ExperimentConfig
from laser_core.errors import ConfigError
from laser_core.strategies import STRATEGIES
from laser_core.strategies.settings import read_settings, told_settings
from laser_core.studies.cells import Line, Part, Place, Show, Study, slug
from laser_core.studies.parts import READY, Wanted, known_names, ready_study
from laser_core.studies.settings import choosable, require_known

FIELDS = ("name", "settings", "places", "lines", "splits", "seeds", "parts")
PART_FIELDS = ("name", "title", "shows", "places", "lines", "published")
STUDIES = Path("studies")  # where they go if nobody says
USUAL: tuple[Show, ...] = ("accuracy", "precision", "recall", "ranks")
EXAMPLE = '{"places": {"demo": {"pool": "demo"}}, "lines": {"LaSeR": {"strategy": "laser"}}}'


def read_study(path: Path) -> Study:
    """The study in a JSON file, or the one that a study's folder holds.

    Raises:
        ConfigError: there is none, or it says something that is not understood.
    """
    file = path / "study.json" if path.is_dir() else path
    try:
        given = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigError(
            f"study {path}: there is no such file, and no ready study of that name; give demo, "
            "paper, a JSON file, or the folder of a study"
        ) from error
    except (OSError, ValueError) as error:
        raise ConfigError(f"study {file} cannot be read as JSON ({error}); mend it") from error
    return study_of(given, file.stem if not path.is_dir() else path.name)


def find_study(
    what: str | Path | Mapping[str, Any], wanted: Mapping[str, Any], out: Path | None
) -> tuple[Study, Path]:
    """The study that is meant, and the folder it lies in or is to lie in.

    Args:
        what: "demo", "paper", a JSON file, the folder of a study, or an object as in such a file.
        wanted: fields of `Wanted`, and of `ExperimentConfig` for all runs; for demo and paper.
        out: the folder, if somebody says.

    Raises:
        ConfigError: there is none, or something is wanted that only a ready study can do.
    """
    if isinstance(what, str) and what in READY:
        own = {field.name for field in fields(Wanted)} - {"settings"}
        settings = {name: value for name, value in wanted.items() if name not in own}
        require_known((n for n in settings if "." not in n), choosable(ExperimentConfig), "setting")
        chosen = {name: _as_tuple(value) for name, value in wanted.items() if name in own}
        ready = ready_study(what, Wanted(**chosen, settings=settings))
        _require_settings(ready)
        return ready, out or STUDIES / what
    if wanted:
        raise ConfigError(
            f"{', '.join(wanted)}: a study that is written down says itself what is run; this goes "
            "with demo and paper alone"
        )
    if isinstance(what, Mapping):
        found = study_of(what)
        return found, out or STUDIES / slug(found.name)
    path = Path(what)
    found = read_study(path)
    return found, out or (path if path.is_dir() else STUDIES / path.stem)


def _as_tuple(value: Any) -> Any:
    return value if isinstance(value, str) else tuple(value)


def study_of(given: Any, name: str = "study") -> Study:
    """The study that an object describes; what is left out is as it is usually.

    Without parts there is one: accuracy, precision, recall and ranks of all lines on all places.
    Without places there is one: the demo.

    Args:
        given: {"name", "settings", "places", "lines", "splits", "seeds", "parts"}, places and lines
            each an object of settings by name.

    Raises:
        ConfigError: something is unknown, missing or of another kind.
    """
    content = _object(given, "a study")
    require_known(content, FIELDS, "field of a study")
    places = tuple(
        Place(key, _object(settings, f"the place {key}"))
        for key, settings in _object(content.get("places", {"demo": {}}), "places").items()
    )
    lines = tuple(
        _line(key, _object(settings, f"the line {key}"))
        for key, settings in _object(content.get("lines", {}), "lines").items()
    )
    if not lines or not places:
        raise ConfigError(f"a study needs at least one line and one place, as in {EXAMPLE}")
    _require_names((*places, *lines))
    parts = content.get("parts") or [{}]
    if not isinstance(parts, list):
        raise ConfigError(f"parts={parts!r:.80}: give a list of objects")
    study = Study(
        str(content.get("name", name)),
        _object(content.get("settings", {}), "settings"),
        places,
        lines,
        tuple(_part(number, part, places, lines) for number, part in enumerate(parts, 1)),
        _numbers(content, "splits"),
        _numbers(content, "seeds"),
    )
    _require_settings(study)
    return study


def _line(name: str, settings: dict[str, Any]) -> Line:
    whole = settings.pop("whole", False)
    if not isinstance(whole, bool):
        raise ConfigError(f"the line {name}: whole={whole!r:.80}: give true or false")
    return Line(name, settings, whole)


def _part(number: int, given: Any, places: Iterable[Place], lines: Iterable[Line]) -> Part:
    content = _object(given, f"part {number}")
    require_known(content, PART_FIELDS, f"field of part {number}")
    every = {
        "places": [place.name for place in places],
        "lines": [line.name for line in lines if not line.whole],
        "shows": list(get_args(Show)),
    }
    chosen = {"shows": USUAL, **every, **content}
    for what, known in every.items():
        require_known(_texts(chosen[what], what), known, f"name in {what} of part {number}")
    name = str(content.get("name", f"part-{number}"))
    return Part(
        name,
        str(content.get("title", name)),
        tuple(content.get("shows", USUAL)),
        tuple(chosen["places"]),
        tuple(chosen["lines"]),
        str(content.get("published", "")),
    )


def _require_names(named: Iterable[Place | Line]) -> None:
    """Check that no two would lie in one folder, and that every strategy is one that there may be.

    Raises:
        ConfigError: they would, or it is not.
    """
    folders: dict[tuple[type, str], str] = {}
    for one in named:
        other = folders.setdefault((type(one), slug(one.name).lower()), one.name)
        if other != one.name:
            raise ConfigError(
                f"{one.name!r} and {other!r} would lie in one folder; rename one of them"
            )
        if isinstance(one, Line) and one.strategy not in known_names():
            require_known([one.strategy], known_names(), f"strategy (line {one.name})")


def _require_settings(study: Study) -> None:
    """Check the settings of every line that can be run, in every place.

    Raises:
        ConfigError: one is unknown or not allowed.
    """
    known = choosable(ExperimentConfig)
    own = [name for name in study.settings if "." not in name]
    require_known(own, known, "setting of all runs of a study")
    for place in study.places:
        require_known(place.settings, known, f"setting of a place ({place.name})")
    for dotted in sorted(set(study.settings) - set(own)):
        _require_setting_of_strategy(dotted, study.settings[dotted])
    for cell in study.cells():
        if cell.line.available:
            cell.config(study.settings)


def _require_setting_of_strategy(name: str, value: Any) -> None:
    """Check a setting such as "eoal.w"; of a strategy that is to come nothing is known.

    Raises:
        ConfigError: there is no such strategy, or it has no such setting, or not of this value.
    """
    of, _, own = name.rpartition(".")
    require_known([of], known_names(), f"strategy ({name})")
    if of in STRATEGIES:
        there = [setting.name for setting in told_settings(STRATEGIES[of])]
        require_known([own], there or ["none"], f"setting of the strategy {of}")
        read_settings(STRATEGIES[of], {own: value})


def _object(given: Any, what: str) -> dict[str, Any]:
    if not isinstance(given, Mapping) or not all(isinstance(key, str) for key in given):
        raise ConfigError(f"{what}={given!r:.80}: give an object, as in {EXAMPLE}")
    return dict(given)


def _texts(given: Any, what: str) -> list[str]:
    if not isinstance(given, (list, tuple)) or not all(isinstance(each, str) for each in given):
        raise ConfigError(f"{what}={given!r:.80}: give a list of names")
    return list(given)


def _numbers(content: Mapping[str, Any], name: str) -> tuple[int, ...]:
    given = content.get(name, [0])
    whole = isinstance(given, (list, tuple)) and all(
        isinstance(n, int) and not isinstance(n, bool) and n >= 0 for n in given
    )
    if not whole or not given or len(set(given)) < len(given):
        raise ConfigError(
            f"{name}={given!r:.80}: give a list of different whole numbers, such as [0, 1]"
        )
    return tuple(given)
