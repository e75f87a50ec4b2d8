"""What `tools.mutations` breaks: changes to the code that would leave the paper, one by one.

Files are named once, in `SOURCES` and `TESTS`; where one moves, only its line here changes.
"""

from __future__ import annotations

from dataclasses import dataclass

SOURCES = {
    "anchor": "laser_core/nets/anchor.py",
    "batches": "laser_core/nets/batches.py",
    "config": "laser_core/config.py",
    "delta": "laser_core/strategies/helpers/delta.py",
    "gated": "laser_core/strategies/gated.py",
    "head": "laser_core/nets/head.py",
    "headed": "laser_core/nets/training/headed.py",
    "laser": "laser_core/strategies/laser.py",
    "metrics": "laser_core/metrics/paper.py",
    "nets": "laser_core/nets/__init__.py",
    "outputs": "laser_core/nets/training/outputs.py",
    "plan": "laser_core/experiment/plan.py",
    "resnet": "laser_core/nets/resnet.py",
    "rounds": "laser_core/experiment/evaluation.py",
    "scores": "laser_core/scores.py",
    "selection": "laser_core/selection.py",
    "sets": "laser_core/data/sets/published_sets.py",
    "split": "laser_core/data/class_split.py",
    "train": "laser_core/nets/train.py",
}
TESTS = {
    "anchor": "tests/nets/test_anchor.py",
    "batches": "tests/nets/test_batches.py",
    "experiment": "tests/experiment/test_experiment.py",
    "gated": "tests/strategies/test_gated.py",
    "laser": "tests/strategies/test_laser.py",
    "metrics": "tests/metrics/test_metrics.py",
    "paper": "tests/test_paper_settings.py",
    "resnet": "tests/nets/test_resnet.py",
    "rounds": "tests/experiment/test_evaluation.py",
    "run_nets": "tests/experiment/test_run_nets.py",
    "scores": "tests/test_scores.py",
    "selection": "tests/test_selection.py",
    "split": "tests/data/test_class_split.py",
    "torchvision": "tests/data/test_pool_torchvision.py",
    "tiny_imagenet": "tests/data/test_tiny_imagenet.py",
    "train": "tests/nets/test_train.py",
}


@dataclass(frozen=True)
class Edit:
    """`old`, which stands once in the file `SOURCES[where]`, becomes `new`."""

    where: str
    old: str
    new: str


@dataclass(frozen=True)
class Mutation:
    """One way to leave the paper.

    Args:
        name: what it is called on the command line.
        breaks: what the paper has and the changed code has not.
        edits: made together.
        tests: those that must fail then, each as "key of TESTS::name of the test".
    """

    name: str
    breaks: str
    edits: tuple[Edit, ...]
    tests: tuple[str, ...]


def mutation(name: str, breaks: str, where: str, old: str, new: str, *tests: str) -> Mutation:
    """One of a single edit."""
    return Mutation(name, breaks, (Edit(where, old, new),), tests)


NO_DECAY = Edit("train", "WEIGHT_DECAY = 5e-4", "WEIGHT_DECAY = 0.0")
NEVER_HALVED = Edit("train", "HALVED_EVERY = 60", "HALVED_EVERY = 60_000")
TENTH = Edit("train", "gamma=0.5)", "gamma=0.1)")
STEPS = "train::test_weights_go_the_way_of_section_4_1_from_epoch_to_epoch"
RATES = "train::test_the_learning_rate_is_a_hundredth_and_is_halved_every_60_epochs"
SHOWN = "train::test_a_net_is_shown_crops_and_mirrored_pictures_in_training"
CROPS = "batches::test_a_crop_is_moved_by_up_to_4_pixels_each_way_and_half_of_all_are_mirrored"
EQ_1 = "scores::test_eq_1_is_best_relevant_cosine_less_mean_irrelevant_cosine"
EQ_3 = "scores::test_eq_3_halving_the_temperature_doubles_the_log_odds"
EQ_4 = "scores::test_eq_4_is_best_relevant_probability_less_the_irrelevant_one"
EQ_5 = "scores::test_eq_5_raw_is_the_weighted_sum"
LINEAR = "laser::test_delta_grows_by_a_tenth_a_round_and_stops_at_nine_tenths"
SECTION_4_1 = "paper::test_what_a_setting_leaves_open_is_decided_as_in_section_4_1"
DEFAULTS = "paper::test_what_nobody_sets_is_as_in_section_4_1"
FIRST_TERM = "relevant.max(axis=0) - penalty("

SCORES = (
    mutation(
        "eq1-mean-of-sentences", "Eq. (1): the best description counts, not their mean",
        "scores", FIRST_TERM, "relevant.mean(axis=0) - penalty(", EQ_1,
    ),
    mutation(
        "eq1-sign", "Eq. (1): the penalty is taken off",
        "scores", FIRST_TERM, "relevant.max(axis=0) + penalty(", EQ_1,
    ),
    mutation(
        "eq1-flat-mean", "Eq. (1): a confuser with more sentences weighs no more",
        "scores", "confuser_weights(owner, len(irrelevant))",
        "confuser_weights(None, len(irrelevant))",
        "scores::test_a_confuser_with_more_sentences_weighs_no_more_than_another",
    ),
    mutation(
        "eq3-no-temperature", "Eq. (3): logits are divided by T",
        "scores", "np.exp((logits - top) / temperature)", "np.exp(logits - top)", EQ_3,
    ),
    mutation(
        "eq3-times-temperature", "Eq. (3): logits are divided by T, not multiplied",
        "scores", "(logits - top) / temperature", "(logits - top) * temperature", EQ_3,
    ),
    mutation(
        "eq4-max-over-all", "Eq. (4): the maximum is over the relevant classes",
        "scores", "probabilities[:, :-1].max(axis=1)", "probabilities.max(axis=1)", EQ_4,
    ),
    mutation(
        "eq4-sign", "Eq. (4): the irrelevant probability is taken off",
        "scores", "max(axis=1) - probabilities[:, -1]", "max(axis=1) + probabilities[:, -1]", EQ_4,
    ),
    mutation(
        "eq5-swapped", "Eq. (5): delta is the detector's share",
        "scores", "(1.0 - delta) * s_vlm + delta * s_det", "delta * s_vlm + (1.0 - delta) * s_det",
        EQ_5,
    ),
)  # fmt: skip
DETECTOR = (
    mutation(
        "detector-trained-at-1", "Eq. (2) and (3): the detector is trained at T",
        "laser", "(detector(self.settings.temperature),)", "(detector(1.0),)",
        "run_nets::test_laser_asks_for_a_detector_at_its_own_temperature",
    ),
    mutation(
        "detector-read-at-1", "Eq. (3): the detector is read at the run's T",
        "laser", "temperature_probabilities(logits, self.settings.temperature)",
        "temperature_probabilities(logits, 1.0)",
        "laser::test_the_detector_is_read_at_the_temperature_of_the_run",
    ),
    mutation(
        "temperature-1", "Section 4.1: T = 0.5",
        "laser", "temperature: float = setting(0.5,", "temperature: float = setting(1.0,", DEFAULTS,
    ),
    mutation(
        "loss-at-1", "Eq. (2): a network's loss sees logits / T",
        "headed", "name: z / self._objective.temperature for", "name: z for", STEPS,
    ),
    mutation(
        "classifier-learns-irrelevant", "Algorithm 1: the classifier sees relevant labels alone",
        "outputs", "ids, labels = ids[labels < n], labels[labels < n]",
        "labels = labels % n",
        "run_nets::test_the_classifier_learns_from_relevant_images_alone",
    ),
)  # fmt: skip
DELTA = (
    mutation(
        "delta-step", "Section 4.1: delta grows by 0.1 a round",
        "delta", "DELTA_STEP, DELTA_CAP = 0.1, 0.9", "DELTA_STEP, DELTA_CAP = 0.2, 0.9", LINEAR,
    ),
    mutation(
        "delta-cap", "delta stays in the published range",
        "delta", "DELTA_STEP, DELTA_CAP = 0.1, 0.9", "DELTA_STEP, DELTA_CAP = 0.1, 1.0", LINEAR,
    ),
    mutation(
        "delta-a-round-early", "Section 3.2.1: delta is 0 in round 1 and 0.1 in round 2",
        "delta", "min(DELTA_STEP * (round_index - 1), DELTA_CAP)",
        "min(DELTA_STEP * round_index, DELTA_CAP)", LINEAR,
    ),
    mutation(
        "delta-in-round-1", "Section 3.2.1: there is no detector in round 1",
        "delta", "    if round_index == 1:\n        return 0.0\n", "",
        "laser::test_a_fixed_delta_starts_in_round_2",
    ),
    mutation(
        "persons-delta-in-round-1", "Section 3.2.1: no one's delta counts in round 1",
        "laser", "if view.round_index == 1:", "if view.round_index == 0:",
        "laser::test_round_1_is_language_alone_whatever_a_person_sets",
    ),
    mutation(
        "delta-by-precision-swapped", "Section 4.6: delta is the detector's part of the two",
        "delta", "return detector / (detector + language)",
        "return language / (detector + language)",
        "laser::test_precision_based_delta_is_the_detectors_share_of_both_precisions",
    ),
)  # fmt: skip
SELECTION = (
    mutation(
        "quota-loses-the-odd-ones", "Section 3.2: the shares of a batch add up to b",
        "selection", " + (np.arange(groups) < b % groups)", "",
        "selection::test_quotas_share_a_batch_out_to_the_last_image",
    ),
    mutation(
        "ties-by-storage", "ties go at random, as pools are often sorted by class",
        "selection", "rng.permutation(len(scores))  # of all", "np.arange(len(scores))  # of all",
        "selection::test_ties_go_by_lot_and_not_by_the_order_of_the_pool",
    ),
    mutation(
        "lowest-first", "Algorithm 1, line 9: the highest scores are queried",
        "selection", "*middle, -scores[among]", "*middle, scores[among]",
        "selection::test_top_b_is_the_highest_scores_best_first",
    ),
)  # fmt: skip
SETTINGS = (
    mutation(
        "k-of-cifar", "Section 4.1: K = 15 on CIFAR-10 and 4 on CIFAR-100",
        "sets", '"cifar10": 15, "cifar100": 4', '"cifar10": 3, "cifar100": 9',
        "torchvision::test_the_papers_own_sets_have_the_papers_number_of_sentences_a_class",
    ),
    mutation(
        "k-of-tiny-imagenet", "Section 4.1: K = 2 on Tiny-ImageNet",
        "sets", '"tiny-imagenet": 2', '"tiny-imagenet": 5',
        "tiny_imagenet::test_two_sentences_a_class_as_in_the_paper",
    ),
    mutation(
        "as-many-confusers-as-classes", "Section 4.1: N = 2 R",
        "plan", "confusers=2 * len(relevant)", "confusers=len(relevant)", SECTION_4_1,
    ),
    mutation(
        "batch-of-2-percent", "Section 4.1: 1,500 of 50,000, so 3% of the pool",
        "sets", "1500 / 50_000", "1000 / 50_000", SECTION_4_1,
    ),
    mutation(
        "mismatch-rounded-down", "Section 4.1: R is the share of classes, rounded",
        "split", "round(ratio * len(classes))", "int(ratio * len(classes))",
        "split::test_the_share_is_rounded_and_leaves_a_class_on_either_side",
    ),
    mutation(
        "last-classes", "Section 4.1: split 0 has the first R classes",
        "split", "classes[:count]", "classes[-count:]", "split::test_split_0_is_the_first_classes",
    ),
    mutation(
        "200-epochs", "Section 4.1: 300 epochs",
        "config", "epochs: int = 300", "epochs: int = 200", DEFAULTS,
    ),
    mutation(
        "epochs-not-heeded", "the settings' epochs reach the network",
        "nets", "epochs=config.epochs", "epochs=1",
        "train::test_resnet18_trains_as_many_epochs_as_the_settings_have",
    ),
)  # fmt: skip
TRAINING = (
    Mutation("weight-decay-0", "Section 4.1: weight decay 5e-4", (NO_DECAY,), (STEPS,)),
    Mutation("never-halved", "Section 4.1: the rate falls", (NEVER_HALVED,), (RATES, STEPS)),
    Mutation("gamma-tenth", "Section 4.1: the rate is halved", (TENTH,), (RATES, STEPS)),
    Mutation(
        "decay-halving-gamma", "Section 4.1: all three at once",
        (NO_DECAY, NEVER_HALVED, TENTH), (RATES, STEPS),
    ),
    mutation(
        "momentum-0", "Section 4.1: momentum 0.9",
        "train", "MOMENTUM = 0.9", "MOMENTUM = 0.0", STEPS,
    ),
    mutation(
        "nesterov", "Section 4.1: plain momentum",
        "train", "weight_decay=WEIGHT_DECAY", "weight_decay=WEIGHT_DECAY, nesterov=True", STEPS,
    ),
    mutation(
        "rate-tenth", "Section 4.1: learning rate 0.01",
        "train", "LEARNING_RATE = 0.01", "LEARNING_RATE = 0.1", RATES, STEPS,
    ),
    mutation(
        "batch-256", "Section 4.1: batches of 128",
        "batches", "BATCH = 128", "BATCH = 256",
        "batches::test_no_batch_is_larger_than_128_and_none_holds_a_single_image",
    ),
    mutation(
        "no-augmentation", "pictures are cropped and mirrored in training",
        "train", "crop_and_flip(pixels[draws.rows], draws)", "pixels[draws.rows]", SHOWN,
    ),
    mutation(
        "no-mirror", "half of the pictures are mirrored",
        "batches", "generator=generator) < 0.5", "generator=generator) < 0.0", CROPS, SHOWN,
    ),
    mutation(
        "small-shifts", "crops move by up to 4 pixels",
        "batches", "PADDING = 4", "PADDING = 2", CROPS,
    ),
    mutation(
        "stem-7x7", "small pictures get a 3x3 stem",
        "resnet", "kernel_size=3, stride=1, padding=1", "kernel_size=7, stride=1, padding=3",
        "resnet::test_the_net_for_small_pictures_has_the_size_of_the_one_that_open_set_codes_use",
    ),
    mutation(
        "stem-stride-2", "the stem for small pictures shrinks nothing",
        "resnet", "kernel_size=3, stride=1, padding=1", "kernel_size=3, stride=2, padding=1",
        "resnet::test_small_pictures_get_a_stem_that_shrinks_nothing",
    ),
    mutation(
        "stem-pools", "there is no max-pooling behind the stem for small pictures",
        "resnet", "            model.maxpool = nn.Identity()\n", "",
        "resnet::test_small_pictures_get_a_stem_that_shrinks_nothing",
    ),
)  # fmt: skip
MEASURES = (
    mutation(
        "precision-upside-down", "Section 4.3: relevant / queried",
        "metrics", "return relevant / queried", "return queried / relevant",
        "metrics::test_precision_is_relevant_over_queried",
    ),
    mutation(
        "precision-counts-the-unsure", "an image without an answer counts nowhere",
        "rounds", "metrics.precision(relevant, len(answers))",
        "metrics.precision(relevant, len(query.ids))",
        "rounds::test_precision_counts_relevant_and_irrelevant_answers_and_no_other",
    ),
    mutation(
        "ceiling-above-1", "the ceiling is a precision, at most 1",
        "metrics", "min(1.0, precision(relevant_left, queried))",
        "precision(relevant_left, queried)",
        "metrics::test_the_ceiling_falls_when_the_pool_runs_out_of_relevant_images",
    ),
    mutation(
        "ceiling-after-the-query", "the ceiling is of what was left before the query",
        "rounds", "set(pool.labels()) - set(query.ids.tolist())", "set(pool.labels())",
        "rounds::test_the_ceiling_counts_relevant_images_that_were_left_before_the_query",
    ),
    mutation(
        "recall-of-this-round", "Section 4.3: recall is of all rounds so far",
        "rounds", "metrics.recall(pool.relevant_found(), len(all_relevant))",
        "metrics.recall(relevant, len(all_relevant))",
        "rounds::test_recall_counts_all_rounds_and_not_this_one_alone",
    ),
    mutation(
        "recall-of-the-found", "Section 4.3: recall is a share of all relevant images",
        "metrics", "relevant_found / relevant_at_start if",
        "relevant_found / (relevant_at_start + relevant_found) if",
        "metrics::test_recall_counts_what_was_found_of_all_there_was",
    ),
    mutation(
        "accuracy-of-the-second-guess", "Section 4.3: accuracy is of the first choice",
        "metrics", "float((logits.argmax(axis=1) == labels).mean())",
        "float((np.argsort(logits, axis=1)[:, -2:] == labels[:, None]).any(axis=1).mean())",
        "metrics::test_accuracy_is_the_share_of_right_first_choices",
    ),
)  # fmt: skip
BALANCED = (
    mutation(
        "balanced-equal-picks", "ours: the class with the fewest labels and picks is next",
        "selection", "picks: Ints = np.clip(low - labeled, 0, available)",
        "picks: Ints = np.clip(left // len(labeled), 0, available)",
        "selection::test_each_next_pick_goes_to_the_class_with_the_fewest_labels",
    ),
    mutation(
        "balanced-narrow", "ours: candidates are 1.5 times the share",
        "selection", "WIDTH = 1.5", "WIDTH = 1.0",
        "selection::test_a_share_is_the_best_image_and_then_those_far_from_what_is_taken",
    ),
    mutation(
        "balanced-by-score-alone", "ours: a share is spread over pictures far apart",
        "selection", "candidates[images.far_apart(candidates, share, own)]",
        "candidates[:share]",
        "selection::test_a_share_is_the_best_image_and_then_those_far_from_what_is_taken",
    ),
    mutation(
        "balanced-class-by-class", "ours: classes take turns",
        "selection", "return in_turns(taken)", "return np.concatenate(taken)",
        "selection::test_classes_take_turns_in_the_order_a_batch_is_asked",
    ),
    mutation(
        "balanced-deaf-to-the-detector", "ours: a detector that counts says which class it is",
        "laser", "np.where(unseen, labeled.owner[best], logits[:, :-1].argmax(axis=1))",
        "labeled.owner[best]",
        "laser::test_a_detector_that_counts_says_of_which_class_an_image_may_be",
    ),
    mutation(
        "balanced-blind-to-the-unseen", "ours: an image of a class without a label stays in it",
        "laser", "np.where(unseen, labeled.owner[best], logits[:, :-1].argmax(axis=1))",
        "logits[:, :-1].argmax(axis=1)",
        "laser::test_a_detector_that_counts_says_of_which_class_an_image_may_be",
    ),
)  # fmt: skip
ANCHOR = (
    mutation(
        "anchor-ignored", "ours: the classifier starts from the text",
        "head", "logits = offset + inputs @", "logits = inputs @",
        "anchor::test_the_fit_minimises_the_cross_entropy_of_offset_and_learned_logits",
    ),
    mutation(
        "anchor-free-bias", "ours: the penalty shrinks w and b",
        "head", "slope += shrink * weights",
        "slope[:, :-1] += shrink * weights[:, :-1]",
        "anchor::test_the_fit_minimises_the_cross_entropy_of_offset_and_learned_logits",
    ),
    mutation(
        "anchor-raw-cosine", "ours: z has mean 0 and deviation 1 over the pool",
        "anchor", "np.where(deviation > 0.0, deviation, 1.0)", "np.ones_like(deviation)",
        "anchor::test_z_is_a_class_s_mean_cosine_at_mean_0_and_deviation_1_over_the_pool",
    ),
)  # fmt: skip
GATED = (
    mutation(
        "gated-prior-forgotten", "ours: labels correct what the text says",
        "gated", "logits = said + s[", "logits = s[",
        "gated::test_after_a_batch_of_relevant_images_alone_the_text_still_keeps_others_out",
    ),
    mutation(
        "gated-prior-in-the-pool-alone", "ours: the fit starts from the text of the labeled images",
        "gated", "fit_anchored(s[\"labeled_vectors\"], view.labels, start)",
        "fit_anchored(s[\"labeled_vectors\"], view.labels, 0.0 * start)",
        "gated::test_what_the_text_says_of_labeled_images_is_not_learned_twice",
    ),
    mutation(
        "gated-gate-open", "ours: who is not probably relevant is not asked about",
        "gated", "relevance >= self.settings.gate", "relevance >= 0.0",
        "gated::test_with_labels_the_gate_lets_the_probably_relevant_through_and_the_share_in_any_case",
    ),
    mutation(
        "gated-no-limit", "ours: a class asks for twice what it found",
        "gated", "np.minimum(available, limits)", "available",
        "gated::test_a_class_that_finds_little_may_ask_for_twice_that_and_the_rest_is_shared_out",
    ),
    mutation(
        "gated-surest-first", "ours: half of a share is what the classifier hesitates about",
        "gated", "highest(-sure, passed", "highest(sure, passed",
        "gated::test_half_of_a_share_is_what_the_classifier_hesitates_about_and_the_rest_lies_far_apart",
    ),
    mutation(
        "gated-names-left-out", "ours: p0 is a share among classes, confusers and names",
        "gated", "np.logaddexp(log_sum(confusers, sharpness), signals[f\"{of}names_log_sum\"])",
        "log_sum(confusers, sharpness)",
        "gated::test_the_text_prior_is_each_ones_share_of_the_sum",
    ),
)  # fmt: skip
MUTATIONS = (
    *GATED,
    *BALANCED,
    *ANCHOR,
    *SCORES,
    *DETECTOR,
    *DELTA,
    *SELECTION,
    *SETTINGS,
    *TRAINING,
    *MEASURES,
)
