"""What the articles name, and where it works in the course."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from gptlab.catalogue import text as _
from gptlab.claims.ledger import Place, claim, places
from gptlab.claims.states import state

FILE = resources.files("gptlab.claims") / "features.toml"


@dataclass(frozen=True, kw_only=True)
class Feature:
    """A system or technique that an article names.

    The texts are English messages; what shows them looks up their translation.

    Args:
        id: What the table calls it, such as `lstm`.
        name: In our words.
        works: What it does in the course.
        lessons: Where, two digits each.
        at: Dotted names that bring it.
        evidence: Tests, as `test_rnn.py::test_an_elman_cell_by_hand`, and verdicts, as `claim:ID`;
            none while it is open.
        said: Where the articles name it.
    """

    id: str
    name: str
    works: str
    lessons: tuple[str, ...]
    at: tuple[str, ...]
    evidence: tuple[str, ...]
    said: tuple[Place, ...]

    @property
    def is_open(self) -> bool:
        """Whether nothing shows yet that it works: no test, and no claim that is settled."""
        verdicts = [each for each in self.evidence if each.startswith("claim:")]
        settled = all(state(claim(each.removeprefix("claim:"))).name != "open" for each in verdicts)
        return not self.evidence or not settled

    @property
    def where(self) -> str:
        """Say in a line where it works."""
        lessons = ", ".join(str(int(number)) for number in self.lessons)
        if self.is_open:
            return _("open, belongs to lesson {lessons}", lessons=lessons)
        shown = ", ".join(self.at) or _("in the lesson's cells")
        return _("lesson {lessons}: {shown}", lessons=lessons, shown=shown)


@cache
def features() -> tuple[Feature, ...]:
    """List them in the order in which the course meets them."""
    tables = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return tuple(_feature(id, table) for id, table in tables.items())


def _feature(id: str, table: Mapping[str, Any]) -> Feature:
    lists = {name: tuple(table[name]) for name in ("lessons", "at", "evidence")}
    said = places(id, table["said"])
    return Feature(id=id, name=table["name"], works=table["works"], **lists, said=said)
