"""The set-up script, with a Python and tools that only note how they were called."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from shared.runs import PROJECT_ROOT

TOOLS = ("sh", "cat", "cksum", "cp", "dirname", "id", "mkdir", "rm")
FILES = ("requirements-shared.txt", "requirements-tf.txt", "requirements-torch.txt", "requirements-dev.txt")

# Answers what the script asks of a Python: its version, a virtual environment, pip.
PYTHON = """#!/bin/sh
case "$*" in
    -c*) {version} ;;
    --version) echo "Python {name}" ;;
    "-m venv"*) {venv} ;;
    "-m pip --version") ;;
    *) echo "$*" >> calls; {pip} ;;
esac
"""
MAKE_VENV = 'mkdir -p "$3/bin" && cp "$0" "$3/bin/python"'


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A bare checkout, and a path on which there is nothing but what POSIX promises."""
    (tmp_path / "scripts").mkdir()
    shutil.copy(PROJECT_ROOT / "scripts" / "setup.sh", tmp_path / "scripts")
    for name in (*FILES, "constraints.txt"):
        shutil.copy(PROJECT_ROOT / name, tmp_path)
    (tmp_path / "bin").mkdir()
    for tool in TOOLS:
        (tmp_path / "bin" / tool).symlink_to(str(shutil.which(tool)))
    return tmp_path


def give(house: Path, tool: str, script: str) -> None:
    path = house / "bin" / tool
    path.write_text(script, encoding="utf-8")
    path.chmod(0o755)


def give_python(house: Path, tool: str, *, name: str = "3.11.9", venv: str = MAKE_VENV, pip: str = "true") -> None:
    version = "true" if name.startswith("3.11.") else "false"
    give(house, tool, PYTHON.format(version=version, name=name, venv=venv, pip=pip))


def set_up(house: Path, kind: str = "run", **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "scripts/setup.sh", kind],
        cwd=house,
        env={"PATH": str(house / "bin"), **environment},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def calls(house: Path) -> list[str]:
    path = house / "calls"
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


@pytest.mark.parametrize(("name", "found"), [("3.12.1", "Python 3.12.1"), (None, "no python3")])
def test_another_python_is_refused_in_one_sentence(house: Path, name: str | None, found: str) -> None:
    if name:
        give_python(house, "python3", name=name)
    result = set_up(house)
    assert result.returncode == 1
    assert result.stderr.startswith(f"error: Consort needs Python 3.11 and found {found}; install python3.11")
    assert result.stderr.count("\n") == 1
    assert not (house / ".venv").exists()


def test_a_name_on_the_path_that_does_not_run_is_passed_over(house: Path) -> None:
    give(house, "python3.11", "#!/bin/sh\necho 'not installed here' >&2\nexit 127\n")
    give_python(house, "python3")
    assert set_up(house).returncode == 0
    assert len(calls(house)) == 1


def test_the_second_set_up_does_nothing_until_a_requirement_changes(house: Path) -> None:
    give_python(house, "python3.11")
    assert set_up(house).returncode == 0
    assert len(calls(house)) == 1
    assert "-r requirements-tf.txt -r requirements-torch.txt" in calls(house)[0]
    assert "requirements-dev.txt" not in calls(house)[0]

    again = set_up(house)
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    assert len(calls(house)) == 1

    with (house / "requirements-tf.txt").open("a", encoding="utf-8") as stream:
        stream.write("one-more\n")
    assert set_up(house).returncode == 0
    assert len(calls(house)) == 2


def test_the_set_up_for_tests_covers_that_for_the_demo(house: Path) -> None:
    give_python(house, "python3.11")
    assert set_up(house, "dev").returncode == 0
    assert calls(house)[0].endswith("-r requirements-dev.txt -c constraints.txt")
    assert set_up(house, "run").stderr == ""
    assert len(calls(house)) == 1


def test_a_failed_installation_is_told_and_tried_again(house: Path) -> None:
    give_python(house, "python3.11", pip="false")
    result = set_up(house)
    assert result.returncode == 1
    assert "error: the requirements could not be installed" in result.stderr
    assert not list((house / ".venv").glob(".installed-*"))
    give_python(house, "python3.11")
    shutil.copy(house / "bin" / "python3.11", house / ".venv" / "bin" / "python")
    assert set_up(house).returncode == 0


def test_where_the_locked_versions_cannot_be_had_the_requirements_alone_decide(house: Path) -> None:
    give_python(house, "python3.11", pip='case "$*" in *constraints.txt) false ;; esac')
    result = set_up(house)
    assert result.returncode == 0
    assert "taking the newest that the requirements allow" in result.stderr
    assert ["constraints.txt" in call for call in calls(house)] == [True, False]


def test_a_broken_environment_is_made_anew(house: Path) -> None:
    give_python(house, "python3.11")
    assert set_up(house).returncode == 0
    (house / ".venv" / "bin" / "python").unlink()
    (house / ".venv" / "left_over").touch()
    assert set_up(house).returncode == 0
    assert not (house / ".venv" / "left_over").exists()
    assert os.access(house / ".venv" / "bin" / "python", os.X_OK)


def test_without_the_venv_module_or_apt_the_remedy_is_named(house: Path) -> None:
    give_python(house, "python3.11", venv="exit 1")
    result = set_up(house)
    assert result.returncode == 1
    assert "install its venv module" in result.stderr
    assert not (house / ".venv").exists()


def test_without_apt_the_fallback_for_sound_is_announced(house: Path) -> None:
    give_python(house, "python3.11")
    result = set_up(house)
    assert result.returncode == 0
    assert "the NumPy synthesizer will play instead" in result.stderr


def test_with_apt_and_rights_fluidsynth_is_installed(house: Path) -> None:
    give_python(house, "python3.11")
    (house / "bin" / "id").unlink()
    give(house, "id", "#!/bin/sh\necho 0\n")
    give(house, "env", '#!/bin/sh\nshift; exec "$@"\n')
    give(house, "chmod", f'#!/bin/sh\nexec {shutil.which("chmod")} "$@"\n')
    install = 'case "$*" in *install*fluidsynth*) echo "#!/bin/sh" > bin/fluidsynth; chmod +x bin/fluidsynth ;; esac'
    give(house, "apt-get", f"#!/bin/sh\necho apt $* >> calls\n{install}\n")
    result = set_up(house)
    assert result.returncode == 0
    assert "NumPy" not in result.stderr
    assert [line for line in calls(house) if line.startswith("apt -q install -y")]


def test_an_unknown_kind_is_refused(house: Path) -> None:
    result = set_up(house, "everything")
    assert (result.returncode, result.stderr) == (2, "error: set-up of 'everything' is unknown; choose run or dev\n")
