"""Gate, balance, spread: only pictures that are probably relevant, shared out by class, far apart.

Ours, for a start without a label. What the text says is the detector's prior, so that a batch in
which everything was relevant does not make it call everything relevant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from laser_core.basics.arrays import Bools, Floats, Ints
from laser_core.basics.seeding import rng_for
from laser_core.config import RoundChoice
from laser_core.errors import PoolError
from laser_core.nets.head import fit_anchored
from laser_core.pool import positions
from laser_core.scores import confuser_cosines
from laser_core.selection import far_apart, highest, in_turns, share_out
from laser_core.strategies.base import Strategy, register
from laser_core.strategies.explanation import Match, prediction_at
from laser_core.strategies.gated_explanation import GatedExplanation
from laser_core.strategies.helpers.probabilities import class_chances, margin
from laser_core.strategies.hooks import Dial, RankedRound
from laser_core.strategies.settings import require_between, setting
from laser_core.texts.neglabel import log_sum
from laser_core.view import Part, PoolView, Query, Signal, take

LEAST_CHANCE = 1e-6  # of a class by the text alone, so that labels can always overrule it


@dataclass(frozen=True)
class Opinion:
    """What the detector with a text prior says of every unlabeled image.

    Args:
        classes: (U,) the relevant class that each image is most probably of.
        text: (U,) log odds of being relevant by the text alone, as far as its weight goes.
        learned: (U,) what labels have added to them; 0 before the first label.
    """

    classes: Ints
    text: Floats
    learned: Floats

    @property
    def log_odds(self) -> Floats:
        """(U,) log odds of being relevant; 0 is even, positive speaks for an image."""
        return self.text + self.learned

    @property
    def relevance(self) -> Floats:
        """(U,) the same as a probability, 0 to 1."""
        return np.exp(-np.logaddexp(0.0, -self.log_odds))


@register
class Gated(Strategy):
    """Images past a gate of relevance, each class its share, half of it where the classifier
    hesitates and the rest far apart."""

    name = "gated"
    title = "Gated (ours)"
    reference = "Ours: text prior in the detector, balance, gate, spread (docs/decisions.md)"
    needs = frozenset(
        {
            "relevant_cosines",
            "irrelevant_cosines",
            "relevant_owner",
            "irrelevant_owner",
            "names_log_sum",
            "names_sharpness",
            "labeled_relevant_cosines",
            "labeled_irrelevant_cosines",
            "labeled_names_log_sum",
            "vectors",
            "labeled_vectors",
            "classifier.logits",
        }
    )

    @dataclass(frozen=True)
    class Settings:
        """Chosen on the demo (splits 0 to 4) and on CIFAR-10 (splits 0 to 3), six rounds."""

        text_weight: float = setting(
            0.5, "how much the text's log probabilities count in the detector, 0 to 2 (ours)"
        )
        gate: float = setting(
            0.85,
            "from the second round on, how probably relevant an image must be, 0 to 1 (ours; 0.7 "
            "teaches a little more and asks about more irrelevant images)",
        )
        candidates: float = setting(
            4.0,
            "without a label, a class's images to choose among, as a multiple of its share, 1 or "
            "more (ours; 4 teaches more, 2 is purer)",
        )
        hesitation: float = setting(
            0.5,
            "from the second round on, share of a class's pictures that the classifier is least "
            "sure of, 0 to 1 (ours)",
        )
        growth: float = setting(
            2.0,
            "a class may ask for this many times what it found in the round before, 0 or more; "
            "holds back classes of which few are left (ours)",
        )
        floor: float = setting(
            1.0, "a class may always ask for this share of an even one, 0 or more (ours)"
        )

        def __post_init__(self) -> None:
            for name, low, high, why in (
                ("text_weight", 0.0, 2.0, "0 leaves the text out, 1 takes it as it is"),
                ("gate", 0.0, 1.0, "it is a probability"),
                ("candidates", 1.0, 100.0, "it multiplies a class's share of the batch"),
                ("hesitation", 0.0, 1.0, "it is a share of a class's pictures"),
                ("growth", 0.0, 100.0, "it multiplies what a class found in the round before"),
                ("floor", 0.0, 100.0, "it multiplies an even share of the batch"),
            ):
                require_between(name, getattr(self, name), low, high, why, with_low=True)

    settings: Gated.Settings

    def score(self, view: PoolView, rng: np.random.Generator) -> Floats:
        return self.opinion(view).log_odds

    def select(self, view: PoolView, batch_size: int, rng: np.random.Generator) -> Query:
        opinion, found = self.opinion(view), found_before(view)
        b = min(batch_size, len(view.unlabeled))
        sure = certainty(view.signals["classifier.logits"]) if len(view.labeled) else None
        picked = self.pick(opinion, sure, found, view, b, rng)
        columns = _columns(opinion, sure, found)
        figures = self.figures(opinion)
        return take(view, picked, opinion.log_odds, parts=columns, figures=figures)

    def pick(
        self,
        opinion: Opinion,
        sure: Floats | None,
        found: Ints | None,
        view: PoolView,
        b: int,
        rng: np.random.Generator,
    ) -> Ints:
        """(b,) positions of the batch, classes in turns.

        Args:
            sure: as in `spread`; found: as in `share_by_class`.
        """
        shares = self.share_by_class(view, opinion.classes, b, found)
        key = rng.bytes(16)
        taken = []
        for each, own in enumerate(rng.spawn(view.n_classes)):
            members = np.flatnonzero(opinion.classes == each)
            passed = self.pass_gate(opinion, members, int(shares[each]), view, key)
            taken.append(self.spread(passed, int(shares[each]), sure, view, key, own))
        return in_turns(taken)

    def figures(self, opinion: Opinion) -> dict[str, float]:
        """How many images pass the gate."""
        return {"passed": float(self._passes(opinion.relevance).sum())}

    def dial(self, ranked: RankedRound) -> Dial | None:
        if not len(ranked.labels) or not _kept_enough(ranked):  # the gate is shut before a label
            return None
        return Dial(
            "gate", "gate", "Gate, how probably relevant", self.settings.gate,
            "Only pictures that the detector finds at least this probably relevant are asked "
            "about; where they are fewer than a class's share, the most probable ones.",
        )  # fmt: skip

    def what_if(self, ranked: RankedRound, choice: RoundChoice) -> Query:
        parts, config = ranked.arrays.parts, ranked.config
        if not _kept_enough(ranked):
            raise PoolError(
                f"round {ranked.round} kept too little of {self.title} to try another choice on it"
            )
        if "text_weight" in dict(choice.settings):
            raise PoolError(
                "another text_weight trains another detector, so it cannot be tried on a round; "
                "gate, candidates, hesitation, growth and floor can"
            )
        rows = ranked.arrays.row
        opinion = Opinion(
            np.asarray(parts["of_class"].values, dtype=np.intp),
            np.asarray(parts["text"].values),
            np.asarray(parts["learned"].values),
        )
        view = PoolView(
            ranked.round, ranked.pool[rows], np.full(len(ranked.labels), ""), ranked.labels,
            len(config.relevant), {}, embeddings=lambda places: ranked.vectors(rows[places]),
        )  # fmt: skip
        sure = np.asarray(parts["certainty"].values, float) if "certainty" in parts else None
        rng = rng_for(config.seed, "query", ranked.round)
        b = min(config.batch_size or 1, len(rows))
        picked = self.pick(opinion, sure, _found_of(parts, view.n_classes), view, b, rng)
        scores, figures = ranked.arrays.score[picked], self.figures(opinion)
        return Query(view.unlabeled[picked], scores, ranked.arrays, figures, choice=choice)

    def explain(self, ranked: RankedRound, id: str) -> GatedExplanation:
        row = int(positions(ranked.pool, [id])[0])
        here, parts, names = ranked.arrays.place(row), ranked.arrays.parts, ranked.config.relevant
        if here is None or not {"of_class", "text", "learned", "relevance"} <= parts.keys():
            super().explain(ranked, id)  # says why not
            raise PoolError(f"round {ranked.round} kept no parts of {self.title}")
        numbers = {name: float(part.values[here]) for name, part in parts.items()}
        return GatedExplanation(
            id,
            names[int(numbers["of_class"])],
            _best_match(ranked, row),
            numbers["text"],
            numbers["learned"],
            float(ranked.arrays.score[here]),
            numbers["relevance"],
            self.settings.gate if parts["learned"].values.any() else None,
            numbers.get("certainty"),
            prediction_at(ranked.arrays, here, ranked.config),
        )

    def opinion(self, view: PoolView) -> Opinion:
        """softmax(text_weight log p0 + w x + b) over the relevant classes and "irrelevant".

        p0 is `text_prior`; w and b are learned from all labels and shrunk towards 0, so the text's
        part stays and what labels teach grows.
        """
        s, n = view.signals, view.n_classes
        said = self.settings.text_weight * text_prior(s, n)
        logits = said
        if len(view.labeled):
            start = self.settings.text_weight * text_prior(s, n, "labeled_")
            weights, bias = fit_anchored(s["labeled_vectors"], view.labels, start)
            logits = said + s["vectors"] @ weights.T + bias
        text = _log_odds(said)
        return Opinion(logits[:, :n].argmax(axis=1), text, _log_odds(logits) - text)

    def shares(self, view: PoolView, classes: Ints, b: int) -> Ints:
        """(n,) pictures of each class, as the view's last round limits them."""
        return self.share_by_class(view, classes, b, found_before(view))

    def share_by_class(self, view: PoolView, classes: Ints, b: int, found: Ints | None) -> Ints:
        """(n,) pictures of each class: each next one of the class with the fewest labels.

        Beyond `floor` even shares a class may ask for `growth` times what it found in the round
        before; what this leaves over is shared out evenly.

        Args:
            classes: (U,) of the images that are left.
            found: (n,) as of `found_before`.
        """
        n = view.n_classes
        available = np.bincount(classes, minlength=n)
        labels = view.labels[view.labels < n]
        limits = np.full(n, b)
        if found is not None:
            least = np.ceil(self.settings.floor * b / n)
            limits = np.maximum(self.settings.growth * found, least).astype(np.intp)
        shares = share_out(b, np.bincount(labels, minlength=n), np.minimum(available, limits))
        return shares + share_out(b - int(shares.sum()), shares, available - shares)

    def pass_gate(
        self, opinion: Opinion, members: Ints, share: int, view: PoolView, key: bytes
    ) -> Ints:
        """The images of a class among which its share is chosen, the most relevant first.

        Args:
            members: (k,) positions of the class's images.
            share: how many are wanted; so many are let through in any case.
            key: decides between equal ones.
        """
        if len(view.labeled):
            count = int(self._passes(opinion.relevance[members]).sum())
        else:
            count = int(np.ceil(self.settings.candidates * share))
        return highest(opinion.log_odds, members, max(count, share), view.unlabeled, key)

    def _passes(self, relevance: Floats) -> Bools:
        found: Bools = relevance >= self.settings.gate
        return found

    def spread(
        self,
        passed: Ints,
        share: int,
        sure: Floats | None,
        view: PoolView,
        key: bytes,
        rng: np.random.Generator,
    ) -> Ints:
        """(share,) of the positions `passed`: those hesitated about, then pictures far apart.

        Args:
            sure: (U,) how sure the classifier is of each image; None where it cannot hesitate.
        """
        doubted = passed[:0]
        if sure is not None:
            wanted = int(self.settings.hesitation * share)
            doubted = highest(-sure, passed, wanted, view.unlabeled, key)
        rest = passed[~np.isin(passed, doubted)]
        apart = far_apart(view.embeddings(rest), share - len(doubted), rng)
        return np.concatenate([doubted, rest[apart]])


def _kept_enough(ranked: RankedRound) -> bool:
    """Whether a round kept what another batch of it is chosen from."""
    parts = ranked.arrays.parts
    told = ranked.round == 1 or "found" in parts or not len(ranked.labels)
    return told and {"of_class", "text", "learned"} <= parts.keys()


def found_before(view: PoolView) -> Ints | None:
    """(n,) relevant images of each class that the round before found; None without one."""
    if not view.records:
        return None
    last = np.isin(view.labeled, np.array(view.records[-1].ids, dtype=str))
    found: Ints = np.bincount(view.labels[last], minlength=view.n_classes + 1)[: view.n_classes]
    return found


def _found_of(parts: Mapping[str, Part], n: int) -> Ints | None:
    """`found_before` as a round's columns keep it: a class that no image may be of needs none."""
    if "found" not in parts:
        return None
    classes, found = np.asarray(parts["of_class"].values), np.zeros(n, dtype=np.intp)
    found[classes] = np.asarray(parts["found"].values).astype(np.intp)
    return found


def text_prior(signals: Mapping[str, Signal], n: int, of: str = "") -> Floats:
    """(N, n + 1) log p0: each relevant class's share of the sum of exp(s cosine), then the rest's.

    The sum is over the relevant classes' and the confusers' mean cosines and some thousand names
    of other things; s and the names are those of `laser_core.texts.neglabel`. A class without a
    sentence has the least chance.

    Args:
        signals: of a view.
        n: relevant classes.
        of: "" for the unlabeled images, "labeled_" for the labeled ones.
    """
    sharpness = float(signals["names_sharpness"].max(initial=0.0))
    relevant, owner = signals[f"{of}relevant_cosines"], signals["relevant_owner"]
    confusers = signals[f"{of}irrelevant_cosines"]
    powers = np.full((relevant.shape[1], n + 1), -np.inf)
    if len(owner):
        powers[:, np.unique(owner)] = sharpness * confuser_cosines(relevant, owner).T
    if len(confusers):
        confusers = confuser_cosines(confusers, signals["irrelevant_owner"])
    powers[:, n] = np.logaddexp(log_sum(confusers, sharpness), signals[f"{of}names_log_sum"])
    return np.log(class_chances(powers) + LEAST_CHANCE)


def _log_odds(logits: Floats) -> Floats:
    """(U,) log odds of any but the last of the outputs (U, n + 1)."""
    found: Floats = np.logaddexp.reduce(logits[:, :-1], axis=1) - logits[:, -1]
    return found


def certainty(logits: Floats) -> Floats | None:
    """(U,) margin of the classifier's two likeliest classes; None where it knows fewer than two."""
    if np.isfinite(logits).any(axis=0).sum() < 2:
        return None
    return margin(class_chances(logits))


def _best_match(ranked: RankedRound, row: int) -> Match | None:
    """The description that matches an image best; None where none is in use."""
    said = ranked.descriptions
    cosines = ranked.cosines(row).relevant[:, 0] if said else np.empty(0)
    if said is None or not len(cosines):
        return None
    best = int(cosines.argmax())
    owner = ranked.config.relevant[int(said.relevant_owner()[best])]
    return Match(said.relevant_texts()[best], owner, float(cosines[best]))


def _columns(opinion: Opinion, sure: Floats | None, before: Ints | None) -> dict[str, Part]:
    found = {
        "of_class": Part("most probably", opinion.classes.astype(np.int32)),
        "relevance": Part("probability of being relevant", opinion.relevance),
        "text": Part("log odds by the text", opinion.text),
        "learned": Part("added by labels", opinion.learned),
    }
    if before is not None:  # as a float: whole numbers would be read as classes
        counts = before[opinion.classes].astype(np.float32)
        found["found"] = Part("found of its class in the round before", counts)
    if sure is not None:
        found["certainty"] = Part("classifier's certainty", sure, higher_is_better=False)
    return found
