"""Words of `BackpropThroughTime`, in the language in use."""

from __future__ import annotations

from gptlab.catalogue import text as _
from gptlab.widgets.words import PLACES, shared_words


def unrolling_words() -> dict[str, str]:
    """Return the words of `js/bptt.js` and its parts."""
    return {
        **shared_words(),
        **_walk_words(),
        **_setting_words(),
        **_map_words(),
        **_distance_words(),
        **_sum_words(),
        **_proof_words(),
    }


def too_little() -> str:
    """Say why a text has nothing to learn from."""
    return _(
        "Type at least two different characters: the network learns to predict each one from "
        "those before it."
    )


def _walk_words() -> dict[str, str]:
    return {
        "too_little": too_little(),
        "newest_signs": _(
            "The text is longer than what is drawn here: these are its newest {shown} characters, "
            "and {left} before them were left out.",
            **PLACES,
        ),
        "walk_title": _("From the last step back to the first"),
        "graph_label": _("the network, unrolled over time"),
        "graph_help": _(
            "Grey: the pass forwards. Coloured: the gradient of the loss, as far as you have "
            "walked it back. In the graph, the left arrow key goes one step back in time, the "
            "right one undoes it, Home walks to the first step."
        ),
        "step_back": _("← One step back in time"),
        "step_forward": _("Undo a step →"),
        "walk_all": _("To the first step"),
        "walk_none": _("Start again"),
        "steps_walked": _("steps walked back"),
        "of_steps": _("{n} of {total}", **PLACES),
        "not_walked": _(
            "The text has been read forwards, in steps: {n}. No gradient has come anywhere yet. "
            "Walk back.",
            **PLACES,
        ),
        "at_the_end": _(
            "Step {step}, the last, which reads “{text}”: only its own loss sends a gradient to "
            "its state, of size {first}.",
            **PLACES,
        ),
        "walked_to": _(
            "Step {step}, which reads “{text}”: its own loss sends a gradient of size {first}, "
            "and from step {number} comes one of size {second}. Together: {total}.",
            **PLACES,
        ),
        "cut_here": _("Truncated: nothing comes from the step after."),
        "time_step": _("step"),
        "reads": _("reads"),
        "predicts": _("predicts"),
        "loss": _("loss"),
        "state": _("state"),
        "gradient": _("gradient"),
    }


def _setting_words() -> dict[str, str]:
    return {
        "settings_title": _("What changes the gradient"),
        "losses": _("loss"),
        "every": _("at every step, as in a language model"),
        "last": _("at the last step alone, as in a classifier"),
        "truncation": _("truncation: steps that a loss reaches"),
        "untruncated": _("all"),
        "recurrence": _("recurrent matrix W_h"),
        "random": _("drawn at random"),
        "rotation": _("a rotation, scaled"),
        "radius": _("spectral radius of W_h"),
        "squash": _("tanh at every step"),
        "other_weights": _("Draw other weights"),
        "stretch": _(
            "Spectral radius {n}: what W_h multiplies by in the long run. In a single step it "
            "stretches a state by up to {share}.",
            **PLACES,
        ),
        "lost": _(
            "Truncated to {n}, the gradient of W_h has {share} of the whole one's length, and the "
            "cosine between the two is {total}.",
            **PLACES,
        ),
    }


def _map_words() -> dict[str, str]:
    return {
        "map_title": _("Which loss reaches which state"),
        "map_help": _("Move with the arrow keys or the mouse."),
        "map_rows": _("Down: the loss of which step. Bright: a strong gradient."),
        "map_columns": _("Across: the state of which step. What is empty gets no gradient."),
        "map_cell": _(
            "The loss of step {first}, felt at the state of step {second}, {n} back: {total}.",
            **PLACES,
        ),
        "map_later": _(
            "Step {second} comes after step {first}, whose loss cannot depend on it: exactly 0.",
            **PLACES,
        ),
        "map_cut": _(
            "Step {second} is {n} before step {first}, beyond the truncation: nothing arrives.",
            **PLACES,
        ),
        "map_uncounted": _(
            "The loss of step {first} does not count, so it sends no gradient.", **PLACES
        ),
        "map_waiting": _("You have not walked back to step {second} yet.", **PLACES),
    }  # fmt: skip


def _distance_words() -> dict[str, str]:
    return {
        "distance_title": _("How strong the last loss is felt, by distance"),
        "steps_back": _("steps back"),
        "last_loss": _("size of d loss / d state (log scale)"),
        "power_curve": _("spectral radius, once for each step"),
        "distance_said": _(
            "Steps back: {n}. Size {first}, {second} of what it was at the last step; the radius "
            "alone would leave {total}.",
            **PLACES,
        ),
    }


def _sum_words() -> dict[str, str]:
    return {
        "sums_title": _("One gradient for the weights that all steps share"),
        "sums_help": _(
            "Every step uses the same weights, so each gives a part, and the parts are added up."
        ),
        "sums_caption": _("Length of the gradient, over all its numbers"),
        "weights": _("weights"),
        "this_part": _("this step's part"),
        "sum_so_far": _("sum so far"),
        "whole_sum": _("when the walk is over"),
        "numbers_table": _("The sum so far for W_h, as a table"),
        "numbers_caption": _("A row for each number of the state before, a column for each after"),
        "step_table": _("Every step, as a table"),
        "step_caption": _("Sizes of gradients; those of W_h as this step's part and sum"),
        "from_own": _("from its own loss"),
        "from_later": _("from the step after"),
        "together": _("together"),
        "from_last": _("from the last loss"),
    }


def _proof_words() -> dict[str, str]:
    return {
        "checked": _("Checked on these very numbers"),
        "proof_earlier": _(
            "Moving the state of any step leaves every earlier loss as it was, to the last bit. "
            "Losses compared: {count}.",
            **PLACES,
        ),
        "proof_slope": _(
            "Moving all weights a little changes the loss of {total} nats as this gradient says: "
            "deviation {deviation}.",
            **PLACES,
        ),
        "proof_truncated": _(
            "Truncated, it is no longer the slope of the loss of {total} nats: deviation "
            "{deviation}.",
            **PLACES,
        ),
        "proof_torch": _(
            "This page's gradient of W_h and that of torch's autograd: deviation {deviation}.",
            **PLACES,
        ),
    }
