"""Every word that an interface shows, in the learner's language.

English is the source: `text("step {step} of {total}", step=3, total=9)` looks the message up in the
catalogue of the language in use, and fills in the values afterwards.
"""

import gettext
from importlib import resources
from pathlib import Path
from typing import Any

DOMAIN = "gptlab"
SOURCE = "en"
LOCALE = Path(str(resources.files("gptlab") / "locale"))

_current: tuple[str, gettext.NullTranslations] = (SOURCE, gettext.NullTranslations())


def text(message: str, /, **values: Any) -> str:
    """Return a message in the language in use.

    Args:
        message: The English words, with named places such as `{step}`.
        values: What goes into those places; a learner's own text may contain braces.

    Example:
        >>> text("step {step} of {total}", step=3, total=9)
        'step 3 of 9'
    """
    return _current[1].gettext(message).format(**values)


def plural(one: str, many: str, n: int, /, **values: Any) -> str:
    """Return the form of a message that fits a number, which the message may name `{n}`.

    Args:
        one: The English words for 1.
        many: The English words for all other numbers; other languages may have more forms.
        n: How many.
        values: What goes into the other places.

    Example:
        >>> plural("{n} token", "{n} tokens", 1), plural("{n} token", "{n} tokens", 5)
        ('1 token', '5 tokens')
    """
    return _current[1].ngettext(one, many, n).format(n=n, **values)


def language() -> str:
    """Return the language in use, such as `en`."""
    return _current[0]


def languages(folder: Path = LOCALE) -> list[str]:
    """List the languages that there are translations for; English needs none."""
    found = {path.parts[-3] for path in folder.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")}
    return sorted(found | {SOURCE})


def use(language: str, folder: Path = LOCALE) -> None:
    """Show all further messages in a language; one without a translation stays English.

    Args:
        language: Its code, such as `zh_CN`.
        folder: Where the translations are.

    Raises:
        ValueError: There is no translation into this language.
    """
    global _current
    known = languages(folder)
    if language not in known:
        raise ValueError(
            f"expected one of the languages {', '.join(known)}, got {language!r}. Choose one of "
            f"them, or put a translation into {folder / language / 'LC_MESSAGES'}."
        )
    if language == SOURCE:
        _current = (SOURCE, gettext.NullTranslations())
    else:
        _current = (language, gettext.translation(DOMAIN, str(folder), [language]))
