"""Fetching a folder of a public git repository at one commit.

Git does what a download needs: the commit id is a checksum over every byte, what has arrived is kept for the
next attempt, and a path that would climb out of the folder is refused.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import zipfile
from dataclasses import dataclass
from pathlib import Path

from shared.errors import ConsortError
from shared.files import atomic_path


@dataclass(frozen=True)
class GitFolder:
    """A folder of a repository at a commit (the full id)."""

    url: str
    commit: str
    folder: str

    def __str__(self) -> str:
        """Return where it is, in words."""
        return f"{self.url}, commit {self.commit[:12]}, {self.folder}"

    def download(self, suffix: str, archive: Path) -> None:
        """Fetch the folder and pack its files with `suffix` into `archive`, under their names alone.

        The clone lies beside the archive until the archive is complete: a broken download goes on from there.

        Raises:
            ConsortError: when git is missing, the repository cannot be reached, or the folder lacks such files.
        """
        clone = archive.parent / f".{archive.stem}-download"
        clone.mkdir(parents=True, exist_ok=True)
        self._checkout(clone)
        files = sorted(path for path in (clone / self.folder).rglob(f"*{suffix}") if not path.is_symlink())
        if not files:
            raise ConsortError(f"{self} holds no {suffix} files; check the address")
        with atomic_path(archive) as aside, zipfile.ZipFile(aside, "w", zipfile.ZIP_DEFLATED) as packed:
            for path in files:
                packed.write(path, path.name)
        shutil.rmtree(clone)

    def _checkout(self, clone: Path) -> None:
        """Bring the folder of the commit, and no other file, into `clone`."""
        _git(clone, "init", "--quiet")
        # A partial clone: only the files of this folder travel, at this commit alone.
        _git(clone, "config", "remote.origin.url", self.url)
        _git(clone, "config", "remote.origin.promisor", "true")
        _git(clone, "config", "remote.origin.partialclonefilter", "blob:none")
        _git(clone, "fetch", "--quiet", "--depth=1", "--filter=blob:none", "origin", self.commit)
        _git(clone, "sparse-checkout", "set", self.folder)
        _git(clone, "-c", "advice.detachedHead=false", "checkout", "--quiet", "--force", self.commit)


def _git(folder: Path, *words: str) -> None:
    """Run git in `folder`, without ever asking for a password.

    Raises:
        ConsortError: with git's own last line.
    """
    environment = {**os.environ, "GIT_TERMINAL_PROMPT": "0"}
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *words], capture_output=True, text=True, check=False, env=environment
        )
    except FileNotFoundError as error:
        raise ConsortError("git is not installed; install it to download datasets") from error
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise ConsortError(f"git {words[0]} failed: {reason}; try again, it goes on where it stopped")
