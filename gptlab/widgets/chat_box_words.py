"""Every word that the chat box shows, in the language in use."""

from __future__ import annotations

from gptlab.catalogue import text as _
from gptlab.widgets.words import PLACES


def chat_words() -> dict[str, str]:
    """Return the words of `js/chat.js` and its parts, without those that all share."""
    return {
        "token": _("token"),
        "id": _("id"),
        "checked": _("Checked on these very numbers"),
        **_talk_words(),
        **_setting_words(),
        **_prompt_words(),
        **_expected_words(),
        **_proof_words(),
    }


def _talk_words() -> dict[str, str]:
    return {
        "talk": _("The conversation"),
        "you": _("You"),
        "model": _("Model"),
        "nothing_said": _("Nothing is said yet. Type a message below and press Enter."),
        "silence": _("(the reply ended at once)"),
        "forget": _("Forget this turn"),
        "remember": _("Remember it again"),
        "is_forgotten": _("forgotten: not in the prompt"),
        "is_fallen": _("fell out of the window: not in the prompt"),
        "is_kept": _("in the prompt"),
        "turn": _("Turn {number}: {text}", **PLACES),
        "replying": _("The model is replying, token by token."),
    }


def _setting_words() -> dict[str, str]:
    return {
        "send": _("Send"),
        "send_help": _("Enter sends, Shift and Enter begin a new line."),
        "stop_reply": _("Stop here"),
        "again": _("Answer the last message again"),
        "start_over": _("Start over"),
        "temperature": _("Temperature"),
        "greedy_value": _("0: always the likeliest"),
        "seed": _("Seed"),
        "seed_help": _(
            "The same prompt, settings and seed give the same reply. So whatever changes when you "
            "forget a turn and ask again comes from the prompt."
        ),
    }


def _prompt_words() -> dict[str, str]:
    return {
        "raw": _("All that the model is given: the raw prompt"),
        "raw_help": _(
            "The model keeps nothing between two replies. Before each one it reads this from the "
            "beginning; framed tokens are the chat’s own and mark who speaks."
        ),
        "raw_said": _(
            "{n} of {total} tokens: {count} in the prompt, {shown} of the reply. {left} are kept "
            "free for the rest of the reply.",
            **PLACES,
        ),
        "fell_out": _("Turns that no longer fit, from the oldest on: {count}.", **PLACES),
        "cut": _(
            "Your message alone is longer than the window: {count} tokens at its beginning are "
            "left out.",
            **PLACES,
        ),
        "chip": _("id {id}", **PLACES),
        "raw_table": _("The {n} tokens as a table", **PLACES),
        "place": _("place"),
        "bytes": _("bytes"),
    }


def _expected_words() -> dict[str, str]:
    return {
        "expected": _("What it expects next"),
        "expected_help": _(
            "Beside it the same model before it was taught to reply, given the same tokens: the "
            "control. Before you send, this is what a reply to your text would begin with."
        ),
        "tuned": _("after fine-tuning"),
        "untuned": _("before"),
        "expected_table": _("The likeliest {n} tokens", **PLACES),
        "less": _("< {share}", **PLACES),
        "drawn": _("{token} is drawn: {share}.", **PLACES),
        "ends": _("It ends the reply."),
    }


def _proof_words() -> dict[str, str]:
    return {
        "proof_again": _(
            "The same prompt read a second time gives the same {n} logits, bit for bit: nothing "
            "was kept.",
            **PLACES,
        ),
        "proof_again_wrong": _(
            "The same prompt read a second time gives other logits: largest deviation {deviation}.",
            **PLACES,
        ),
        "proof_merged": _(
            "Adapter merged into the weights, and kept apart from them: the logits differ by at "
            "most {deviation}.",
            **PLACES,
        ),
        "proof_spelled": _(
            "The message and every turn that is not left out stand in the prompt behind a mark of "
            "their own: {count} of {total}.",
            **PLACES,
        ),
        "proof_recorded": _(
            "This page’s logits and those that Python recorded: largest deviation {deviation}.",
            **PLACES,
        ),
    }
