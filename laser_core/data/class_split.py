"""Which classes are relevant, by share or by name, and smaller pools for quick looks."""

from __future__ import annotations

import csv
import difflib
from collections.abc import Collection, Iterable, Sequence

from laser_core.basics.seeding import rng_for
from laser_core.basics.sentences import first_and_more
from laser_core.data.base import ImageSource, bare_name
from laser_core.data.class_names import ClassNames
from laser_core.errors import ConfigError, PoolError

_LISTED = 20  # classes that a sentence names
_MOST_COMMAS = 12  # in a class's name that is written without quotation marks


class WrittenNames(str):
    """Class names as a person wrote them in one text: "cat,dog" or '"tench, Tinca tinca",cat'.

    It takes the pool's classes to tell them apart, as a name may hold commas itself.
    """


def split_names(names: Iterable[str], classes: Collection[str]) -> tuple[str, ...]:
    """`names` with those that are `WrittenNames` parted at their commas; any other stays as it is.

    A text that is a class as a whole is that class. Commas within quotation marks part nothing, nor
    do those within a text without such marks where the parts together are a class.

    Args:
        classes: of the pool; empty where nobody knows any.

    Raises:
        ConfigError: a quotation mark is not closed.
    """
    known = {bare_name(name) for name in classes}
    return tuple(
        part
        for name in names
        for part in (_split_text(name, known) if isinstance(name, WrittenNames) else [name])
    )


def _split_text(text: str, known: Collection[str]) -> list[str]:
    whole = " ".join(text.split())
    if bare_name(whole) in known:
        return [whole]
    try:
        (row,) = csv.reader([whole], skipinitialspace=True, strict=True)
    except (csv.Error, ValueError) as error:
        raise ConfigError(
            f"class names {whole}: a quotation mark is not closed or stands within a name; write "
            'a name with commas as "tench, Tinca tinca"'
        ) from error
    parts = [part.strip() for part in row if part.strip()]
    return parts if '"' in whole else _join_parts(parts, known)


def _join_parts(parts: Sequence[str], known: Collection[str]) -> list[str]:
    """`parts`, with neighbours made one where together they are a class; as many as possible."""
    result: list[str] = []
    start = 0
    while start < len(parts):
        ends = range(min(len(parts), start + _MOST_COMMAS + 1), start + 1, -1)
        joins = (end for end in ends if bare_name(", ".join(parts[start:end])) in known)
        end = next(joins, start + 1)
        result.append(", ".join(parts[start:end]))
        start = end
    return result


def relevant_by_mismatch(
    classes: Sequence[str], ratio: float, split_seed: int = 0
) -> tuple[str, ...]:
    """The relevant classes of one random split of a data set, as in Section 4.1.

    Args:
        classes: all classes in the source's order (`ImageSource.classes`).
        ratio: the share of them that is RELEVANT, above 0 and below 1.
        split_seed: 0 takes the first R classes, as the paper does; each other one takes the first
            R of its own permutation.

    Returns:
        R = round(ratio * n) names, a half to the even side, at least 1 and at most n - 1, in the
        order of `classes`.

    Raises:
        ConfigError: a ratio outside (0, 1), a negative seed, or fewer than two classes.
    """
    if not 0.0 < ratio < 1.0:
        raise ConfigError(
            f"mismatch {ratio:g}: it is the share of classes that are relevant, so it must lie "
            f"between 0 and 1, both excluded; write 20% as 0.2"
        )
    if split_seed < 0:
        raise ConfigError(f"split seed {split_seed}: it must be 0 or larger; 0 is the paper's")
    if len(classes) < 2:
        raise ConfigError(
            f"mismatch {ratio:g}: the pool has {len(classes)} labeled classes, and at least 2 are "
            f"needed to split them; name the relevant classes instead"
        )
    count = min(max(round(ratio * len(classes)), 1), len(classes) - 1)
    if split_seed == 0:
        return tuple(classes[:count])
    chosen = rng_for(split_seed, "class split").permutation(len(classes))[:count]
    return tuple(classes[position] for position in sorted(chosen))


def relevant_by_name(names: Iterable[str], source: ImageSource) -> tuple[str, ...]:
    """The classes of `source` that `names` mean, spelled as the source does, in the order given.

    Case, "_", "-" and spaces do not matter, unless two classes differ in nothing else. In a pool
    without any label every name is accepted as it is: a person will say what is relevant.

    Raises:
        ConfigError: no name, a name twice, or one that is no class of a labeled pool.
        PoolError: a class without a picture in the pool.
    """
    given = [" ".join(name.split()) for name in names if name.strip()]
    if not given:
        raise ConfigError("no relevant class is named; give at least one, such as cat,dog")
    counts = source.counts("pool")
    labeled = any(counts.values())
    relevant = [_class_meant(name, source, strict=labeled) for name in given]
    keys = relevant if labeled else [bare_name(name) for name in relevant]
    for position, name in enumerate(relevant):
        if keys[position] in keys[:position]:
            raise ConfigError(f"relevant class {name!r} is named twice; name it once")
        if labeled and counts[name] == 0:
            raise PoolError(
                f"relevant class {name!r} has no picture in the pool, only in the test split; "
                f"leave it out or add pictures of it"
            )
    return tuple(relevant)


def limit_per_class(source: ImageSource, n: int, seed: int = 0) -> ImageSource:
    """At most `n` pool pictures of each class, chosen at random, for a quick look.

    Pictures without a label count as one more class. The test split stays whole, so that
    accuracies of small and full pools are measured on the same pictures.

    Args:
        n: 1 or more.
        seed: the choice within a class depends on it and on the class alone.

    Raises:
        ConfigError: `n` is below 1.
    """
    if n < 1:
        raise ConfigError(f"per-class {n}: it must be 1 or more; leave it away for all pictures")
    by_class: dict[str | None, list[str]] = {}
    for item in source.items:
        if item.split == "pool":
            by_class.setdefault(item.label, []).append(item.id)
    kept = {item.id for item in source.items if item.split == "test"}
    for label, ids in by_class.items():
        rng = rng_for(seed, "per class", "" if label is None else f"class {label}")
        kept.update(ids[i] for i in rng.choice(len(ids), min(n, len(ids)), replace=False))
    return source.subset(kept)


def _class_meant(name: str, source: ImageSource, *, strict: bool) -> str:
    """The class that `name` means; with `strict` false an unknown name means itself."""
    classes = source.classes()
    alike = ClassNames(classes).find(name)
    if len(alike) == 1:
        return alike[0]
    if len(alike) > 1:
        raise ConfigError(f"class {name!r} may mean {_join_names(alike)}; spell it as one of these")
    if not strict:
        return name
    near = difflib.get_close_matches(bare_name(name), [bare_name(known) for known in classes], n=3)
    meant = [known for known in classes if bare_name(known) in near]
    has = f"it has {first_and_more([repr(known) for known in classes], _LISTED)}"
    hint = f"did you mean {_join_names(meant)}?" if meant else has
    raise ConfigError(f"class {name!r} is not in the pool {source.name}; {hint}")


def _join_names(names: Iterable[str]) -> str:
    return ", ".join(repr(name) for name in names)
