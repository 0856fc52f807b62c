"""Collect the interface's words for translators.

python -m tools.catalogue           writes gptlab/locale/gptlab.pot
python -m tools.catalogue compile   turns each locale/LANGUAGE/LC_MESSAGES/gptlab.po into .mo
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from gptlab import claims
from gptlab.catalogue import DOMAIN, LOCALE
from gptlab.files import write_atomically

PACKAGE = LOCALE.parent
# Not under version control: every changed word would make it stale.
TEMPLATE = PACKAGE.parent / "build" / f"{DOMAIN}.pot"
# What the functions of gptlab.catalogue are called where they are used.
KEYWORDS = {"_": None, "text": None, "plural": (1, 2)}


def template(package: Path = PACKAGE) -> bytes:
    """Return the list of all messages, with the modules that show them."""
    catalog = Catalog(project="gptlab", charset="utf-8")
    found = extract_from_dir(package, method_map=[("**.py", "python")], keywords=KEYWORDS)
    for module, _line, message, _comments, context in sorted(found, key=str):
        # No line numbers: they would change with every edit.
        catalog.add(message, locations=[(module, 0)], context=context)
    if package == PACKAGE:
        for message in claims.messages():
            catalog.add(message, locations=[("claims/ledger.toml", 0)])
    buffer = io.BytesIO()
    write_po(buffer, catalog, width=100, omit_header=True, sort_output=True, include_lineno=False)
    return buffer.getvalue()


def compiled(po: Path) -> bytes:
    """Return the form of a translation that Python reads."""
    with po.open("rb") as file:
        catalog = read_po(file, locale=po.parts[-3], domain=DOMAIN)
    buffer = io.BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()


def main(arguments: list[str]) -> int:
    if arguments == ["compile"]:
        for po in sorted(LOCALE.glob(f"*/LC_MESSAGES/{DOMAIN}.po")):
            write_atomically(po.with_suffix(".mo"), compiled(po))
            print(po.with_suffix(".mo"))
    else:
        write_atomically(TEMPLATE, template())
        print(TEMPLATE)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
