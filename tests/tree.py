"""The project's own files, for the tests that walk the tree."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from shared.runs import PROJECT_ROOT, WINGS

FLOORS = ("shared", *WINGS, "studio", "benchmarks")
_NOT_OURS = {".git", ".venv", "output", "__pycache__", ".hypothesis"}


@cache
def project_files() -> tuple[Path, ...]:
    """Return every file of the project: what git tracks or would, or all but known leftovers without git."""
    command = ["git", "-C", str(PROJECT_ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        names = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\0")
        paths = [PROJECT_ROOT / name for name in names if name]
    except (OSError, subprocess.CalledProcessError):
        paths = [path for path in PROJECT_ROOT.rglob("*") if not _NOT_OURS & set(path.parts)]
    return tuple(sorted(path for path in paths if path.is_file()))


def python_files(*floors: str) -> list[Path]:
    """Return the Python files below the named folders; without names, all."""
    return [
        path
        for path in project_files()
        if path.suffix == ".py" and (not floors or path.relative_to(PROJECT_ROOT).parts[0] in floors)
    ]


def model_folders() -> list[Path]:
    """Return the folder of each model, in both wings."""
    return [path for wing in WINGS for path in sorted((PROJECT_ROOT / wing).glob("*/")) if (path / "model.py").exists()]


def module_name(path: Path) -> str:
    """Return the dotted name under which a file is imported."""
    return ".".join(path.relative_to(PROJECT_ROOT).with_suffix("").parts)


def imports(path: Path) -> Iterator[str]:
    """Yield the dotted name of every module that a file imports, at any depth of the code."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
