"""Every word that the fine-tuning lab shows, in the language in use."""

from __future__ import annotations

from gptlab.catalogue import text as _
from gptlab.widgets.attending import empty_text
from gptlab.widgets.words import PLACES


def method_words() -> dict[str, str]:
    """Return what each method is called; the keys are those of the page's words."""
    return {
        "lora": _("LoRA: small changes beside frozen matrices"),
        "last_layer": _("the last layer alone"),
        "full": _("every weight"),
        "scratch": _("every weight, from random ones (no pre-training)"),
    }


def finetune_words() -> dict[str, str]:
    """Return the words of `js/finetune.js` and its parts, without those that all share."""
    return {
        "no_tokens": empty_text(),
        "newest_only": _(
            "The text is longer than what is read here: these are its newest {shown} tokens, and "
            "{left} before them were left out.",
            **PLACES,
        ),
        "checked": _("Checked on these very numbers"),
        "token": _("token"),
        "share": _("probability"),
        "less": _("< {share}", **PLACES),
        **method_words(),
        **_choice_words(),
        **_label_words(),
        **_next_words(),
        **_measured_words(),
        **_proof_words(),
    }


def _choice_words() -> dict[str, str]:
    return {
        "choice": _("How is it fine-tuned?"),
        "choice_help": _(
            "The task: is this speech from a comedy, a history or a tragedy? The model learns it "
            "from labelled speeches, and is judged on plays that it has never read."
        ),
        "method": _("Trained weights"),
        "rank": _("Rank of the changes"),
        "n_labels": _("Labelled speeches"),
    }


def _label_words() -> dict[str, str]:
    return {
        "labels_title": _("What it says about your text"),
        "labels_help": _(
            "Before, the new head is zero, so every label is equally likely. The control is a "
            "model that was never pre-trained, with a LoRA of its own and as many labels."
        ),
        "labels_table": _("Probability of each label"),
        "label": _("label"),
        "before": _("before"),
        "after": _("after fine-tuning"),
        "control": _("control: random weights"),
        "only_numbers": _(
            "This way changes every weight, which is too much to carry along: for it there is "
            "what was measured, further down. Choose LoRA or the last layer to ask it yourself."
        ),
    }


def _next_words() -> dict[str, str]:
    return {
        "next_title": _("What the same body says as a language model"),
        "next_help": _(
            "Its old task, with its own unembedding: whatever differs here is what fine-tuning "
            "did to the rest. The last layer alone leaves the body as it was."
        ),
        "next_before": _("next token, before"),
        "next_after": _("next token, after fine-tuning"),
        "surprise": _(
            "Your own text costs {first} nats per token before, {second} after.", **PLACES
        ),
        "surprise_before": _("Your own text costs {first} nats per token before.", **PLACES),
        "no_surprise": _("With two tokens or more, their loss before and after stands here."),
    }


def _measured_words() -> dict[str, str]:
    return {
        "measured_title": _("Measured on plays that it has never read"),
        "measured_help": _(
            "Macro-accuracy on {count} speeches: the mean over the three genres of the share that "
            "is told rightly. The interval draws whole scenes again and again; it speaks of these "
            "plays, one run each. Naming one genre always gets 33.3 %.",
            **PLACES,
        ),
        "measured_said": _(
            "{name}, {n} labels: {share} right ({first} to {second}). Loss on old text: {start} "
            "before, {end} after, in nats per token.",
            **PLACES,
        ),
        "measured_fresh": _(
            "{name}, {n} labels: {share} right ({first} to {second}). This body never learned the "
            "old text: {end} nats per token, about what guessing costs.",
            **PLACES,
        ),
        "curve_label": _("Macro-accuracy by number of labels; the table below has the numbers"),
        "axis": _("labelled speeches, from {first} to {end}; each step is five times as many",
                  **PLACES),
        "accuracy": _("macro-accuracy"),
        "interval": _("95 % interval"),
        "trained_share": _("weights trained"),
        "old_loss": _("loss on old text"),
        "from_to": _("{first} to {second}", **PLACES),
        "here_table": _("With {n} labels", **PLACES),
        "tfidf": _("counting words: TF-IDF and logistic regression"),
        "majority": _("always the same genre"),
        "every_run": _("All runs as a table"),
    }  # fmt: skip


def _proof_words() -> dict[str, str]:
    return {
        "proof_sum": _("The labels’ probabilities sum to 1 (deviation {deviation}).", **PLACES),
        "proof_merged": _(
            "Changes merged into the weights, and kept apart from them: the logits differ by at "
            "most {deviation}.",
            **PLACES,
        ),
        "proof_changed": _(
            "Trained numbers, head included: {count}, beside {total} that stayed as they were.",
            **PLACES,
        ),
        "proof_recorded": _(
            "This page’s logits and those that Python recorded: largest deviation {deviation}.",
            **PLACES,
        ),
    }
