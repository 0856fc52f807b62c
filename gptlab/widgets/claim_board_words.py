"""Words of `ClaimBoard`, in the language in use."""

from __future__ import annotations

from typing import Any

from gptlab.catalogue import text as _
from gptlab.claims.ledger import VERDICTS
from gptlab.widgets.words import PLACES, shared_words

_NOT_NEEDED = {"your_text", "no_answer", "surrogate"}  # of a text field, which it has not got


def board_words() -> dict[str, Any]:
    """Return the words of `js/claimboard.js` and its parts."""
    shared = {name: word for name, word in shared_words().items() if name not in _NOT_NEEDED}
    return shared | _dispute_words() | _list_words() | _filter_words()


def verdict_words() -> dict[str, str]:
    """Name the verdicts, each with a sign of its own."""
    names = (_("✓ holds"), _("◐ holds with limits"), _("△ misleading"), _("✗ false"))
    return dict(zip(VERDICTS, names, strict=True))


def state_words() -> dict[str, str]:
    """Name the states."""
    return {"measured": _("measured"), "cited": _("cited"), "open": _("open")}


def _dispute_words() -> dict[str, Any]:
    return {
        "disputes": _("Which is it? Two sentences that cannot both hold"),
        "disputes_help": _("Choose before you read on. Then see what was measured."),
        "dispute_number": _("{number} of {total}", **PLACES),
        "answers": {
            "first": _("the first"),
            "second": _("the second"),
            "both": _("both"),
            "neither": _("neither"),
        },
        "your_answer": _("Your answer"),
        "agreed": _("You chose: {text}. So do the measurements.", **PLACES),
        "disagreed": _("You chose: {text}. The measurements say: {name}.", **PLACES),
        "decided_by": _("Decided by"),
        "previous": _("previous"),
        "next": _("next"),
    }


def _filter_words() -> dict[str, Any]:
    return {
        "filters": _("Choose claims"),
        "verdict": _("verdict"),
        "state": _("state"),
        "lesson": _("lesson"),
        "article": _("article"),
        "query": _("contains"),
        "every": _("all"),
        "verdicts": verdict_words(),
        "states": state_words(),
        "lesson_name": _("{number} · {name}", **PLACES),
        "reveal": _("show every verdict without a vote"),
        "shown_count": _("{shown} of {total} claims", **PLACES),
        "no_claims": _("No claim is like that. Widen the choice."),
        "counts_table": _("The chosen claims, by verdict and state"),
        "counts_label": _("Bars: chosen claims by verdict"),
        "claims_column": _("claims"),
        "share_column": _("share"),
        "proof_sum": _("The four verdicts add up to {n}, the claims that are chosen.", **PLACES),
        "proof_all": _(
            "{n} measured, {count} cited, {total} open: together all {shown} claims.", **PLACES
        ),
    }


def _list_words() -> dict[str, Any]:
    return {
        "list": _("What people say: what do you think?"),
        "vote": _("Your verdict on this claim"),
        "voted_right": _("You said so too."),
        "voted_other": _("You said: {text}.", **PLACES),
        "fact": _("What is right"),
        "measured": _("Measured"),
        "expected": _("expected: {text}", **PLACES),
        "source": _("Source"),
        "not_measured": _("Not measured: the record decides."),
        "go_to_cell": _("see the cell in lesson {number}", **PLACES),
        "said_in": _("Said in {text}", **PLACES),
        "place": _("{name}, line {number}", **PLACES),
        "page": _("claims {first} to {end}", **PLACES),
        "score": _("Your votes: {n}. As the measurements say: {count}.", **PLACES),
        "forget": _("forget my votes"),
    }
