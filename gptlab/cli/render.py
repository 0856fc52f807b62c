"""`gptlab render`: turn a notebook into one HTML file."""

from argparse import Namespace
from pathlib import Path

from gptlab.catalogue import text as _
from gptlab.files import write_atomically
from gptlab.site.page import page


def run(options: Namespace) -> int:
    """Write the file, and say what takes how much room in it."""
    notebook = Path(options.notebook)
    out = Path(options.out) if options.out else notebook.with_suffix(".html")
    made = page(notebook)
    write_atomically(out, made.text.encode())
    lines = {**made.sizes, _("total"): sum(made.sizes.values())}
    width = max(map(len, lines))
    for part, size in lines.items():
        print(f"{part:{width}}  {size:12,}")
    print(_("wrote {file} (sizes in bytes); open it in any browser", file=out))
    return 0
