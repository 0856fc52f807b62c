"""Every word that the training player shows, in the language in use."""

from __future__ import annotations

from gptlab.catalogue import text as _
from gptlab.widgets.predicting import not_causal
from gptlab.widgets.training_player_answers import too_short
from gptlab.widgets.words import PLACES


def player_words() -> dict[str, str]:
    """Return the words of `js/player.js` and its parts, without those that all share."""
    return {
        "too_short": too_short(),
        "not_causal": not_causal(),
        **_control_words(),
        **_chart_words(),
        **_sentence_words(),
        "checked": _("Checked on these very numbers"),
        "proof_mean": _(
            "The mean of the tokens' losses is the point of the curve: deviation {deviation}.",
            **PLACES,
        ),
        "proof_recorded": _(
            "This page's logits and those that Python recorded: largest deviation {deviation}.",
            **PLACES,
        ),
    }


def _control_words() -> dict[str, str]:
    return {
        "controls_title": _("Training"),
        "stage": _("Snapshot"),
        "before": _("before the first step"),
        "after": _("after {step} steps", **PLACES),
        "play": _("Play"),
        "pause": _("Pause"),
        "back": _("One back"),
        "forth": _("One on"),
        "train": _("Train"),
        "one_step": _("One step"),
        "taken": _("{step} of {total} steps taken", **PLACES),
    }


def _chart_words() -> dict[str, str]:
    return {
        "charts_title": _("What the log says"),
        "loss": _("Loss of each batch, nats per token"),
        "validation": _("● on held-out text"),
        "lr": _("Learning rate"),
        "grad_norm": _("Length of the gradient"),
        "yours": _("Your text: mean loss, nats per token"),
        "steps_axis": _("Across: steps from 0 to {total}, logarithmic.", **PLACES),
        "log_table": _("The log as a table"),
        "step_column": _("step"),
        "validation_column": _("held-out loss"),
        "yours_table": _("Your text through the training, as a table"),
        "chart_said": _("{name}: {first} at the beginning, {second} at the end.", **PLACES),
    }


def _sentence_words() -> dict[str, str]:
    return {
        "tokens_title": _("Your text at this stage"),
        "tokens_help": _(
            "Under each token: its loss in nats, given all before it. Guessing evenly costs {n}.",
            **PLACES,
        ),
        "only_read": _("only read"),
        "newest_only": _(
            "The text is longer than what is read here: these are its newest {shown} tokens, and "
            "{left} before them were left out.",
            **PLACES,
        ),
        "tokens_table": _("Tokens and losses as a table"),
        "token": _("token"),
        "loss_column": _("loss, nats"),
        "next_title": _("What it expects next"),
        "share": _("probability"),
        "sample_title": _("What it writes on"),
        "sample_help": _("Temperature 0.8, the same random numbers at each stage."),
    }
