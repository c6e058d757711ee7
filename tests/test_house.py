"""The rules of the house, held over every file: sizes, names, types, rooms, versions."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from shared.cli import parse
from shared.commandline.departures import PRESET
from shared.commandline.fields import schema_of
from shared.runs import PROJECT_ROOT
from shared.stack import is_installed
from tests.tree import FLOORS, imports, model_folders, module_name, project_files, python_files

CODE_SUFFIXES = {".py", ".sh", ".toml", ".yaml", ".yml", ".html", ".css", ".js"}
MOST_LINES = 300
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "misc"}
FRAMEWORKS = {"torch", "torchaudio", "lightning", "tensorflow", "keras", "tf2onnx"}
ROOMS = ("config.py", "model.py", "data.py", "train.py", "evaluate.py", "export.py")
REQUIREMENTS = ("requirements-shared.txt", "requirements-tf.txt", "requirements-torch.txt", "requirements-dev.txt")
# Spelt in halves, or this file would break the rule that it holds.
REGISTRY_HOSTS = [
    "py" + "pi.org", "python" + "hosted.org", "ana" + "conda.org", "npm" + "js.org", "docker" + ".io", "gh" + "cr.io",
    "quay" + ".io", "download.py" + "torch.org",
]  # fmt: skip
STUB = "raise NotImplemented" + "Error"
UNFINISHED = re.compile("TO" + "DO|FIX" + "ME|XX" + "X")

STACK_OF_WING = {"audio_models": "torch", "sequence_models": "tensorflow"}
MODELS = [pytest.param(path, id=path.name) for path in model_folders()]


def relative(path: Path) -> str:
    return path.relative_to(PROJECT_ROOT).as_posix()


def test_no_file_is_longer_than_a_person_reads() -> None:
    code = [path for path in project_files() if path.suffix in CODE_SUFFIXES or path.name in ("Makefile", "Dockerfile")]
    lengths = {relative(path): len(path.read_text(encoding="utf-8").splitlines()) for path in code}
    assert len(lengths) > 50
    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES} == {}


def test_names_say_what_is_inside() -> None:
    parts = {(relative(path), part) for path in project_files() for part in path.relative_to(PROJECT_ROOT).parts}
    assert [name for name, part in parts if Path(part).stem.casefold() in VAGUE_NAMES] == []


def test_packages_are_empty_but_for_the_doors_of_the_wings() -> None:
    for path in python_files():
        if path.name != "__init__.py":
            continue
        lines = path.read_text(encoding="utf-8").splitlines()
        if path.parent.name in STACK_OF_WING:
            allowed = re.compile(r"from shared\.stack import require|require\(\"\w+\", \"requirements-\w+\.txt\"\)|")
            assert all(allowed.fullmatch(line) for line in lines), relative(path)
        else:
            assert lines == [], relative(path)


def test_every_public_function_is_typed() -> None:
    untyped = [
        f"{relative(path)}:{node.lineno} {node.name}"
        for path in python_files(*FLOORS)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_")
        if not _is_typed(node)
    ]
    assert untyped == []


def _is_typed(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    variadic = [argument for argument in (node.args.vararg, node.args.kwarg) if argument]
    named = [argument for argument in arguments if argument.arg not in ("self", "cls")]
    return node.returns is not None and all(argument.annotation for argument in [*named, *variadic])


def test_nothing_is_left_unfinished_and_no_registry_is_named() -> None:
    for path in project_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:  # music, pictures, weights
            continue
        if path.suffix in CODE_SUFFIXES:
            assert not UNFINISHED.search(text), relative(path)
            assert STUB not in text, relative(path)
        assert [host for host in REGISTRY_HOSTS if host in text] == [], relative(path)


def test_settings_import_no_framework() -> None:
    configs = [path for path in python_files(*FLOORS) if path.name == "config.py"]
    assert configs
    for path in configs:
        assert {name.partition(".")[0] for name in imports(path)} & FRAMEWORKS == set(), relative(path)


@pytest.mark.parametrize("folder", MODELS)
def test_every_model_has_the_same_rooms(folder: Path) -> None:
    assert [room for room in ROOMS if not (folder / room).exists()] == []
    assert (folder / "generate.py").exists() or (folder / "predict.py").exists()
    assert list((folder / "configs").rglob("*.yaml"))


@pytest.mark.parametrize("folder", MODELS)
def test_rooms_know_only_what_they_need(folder: Path) -> None:
    here = module_name(folder / "x.py").removesuffix("x")
    inside = {path.stem: {name for name in imports(path) if name.startswith(here)} for path in folder.glob("*.py")}
    loops = {here + "train", here + "evaluate"}
    assert here + "model" not in inside["data"]
    assert not inside["model"] & {*loops, here + "data"}
    assert here + "train" not in inside.get("generate", set()) | inside.get("predict", set())


@pytest.mark.parametrize("folder", MODELS)
def test_every_flag_says_what_it_means_and_every_room_how_to_call_it(folder: Path) -> None:
    for config in _configs(folder):
        silent = [leaf.dotted for leaf in schema_of(config).leaves if not leaf.note.help]
        assert silent == [], config.__name__
    for path in folder.glob("*.py"):
        if "@entry_point(" in path.read_text(encoding="utf-8"):
            docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
            assert docstring.count(f"python -m {module_name(path)}") >= 2, f"{relative(path)}: two example commands"


@pytest.mark.parametrize("folder", MODELS)
def test_every_departure_is_accepted_by_a_room(folder: Path) -> None:
    for file in (folder / "configs").rglob("*.yaml"):
        group, name = file.parent.name, file.stem
        assert yaml.safe_load(file.read_text(encoding="utf-8")), f"{relative(file)} departs from nothing"
        takers = [config for config in _configs(folder) if group == PRESET or group in schema_of(config).groups]
        assert takers, f"no config of {folder.name} has the group {group}"
        accepted = [config for config in takers if parse(config, [f"{group}={name}"], folder / "configs") != config()]
        assert accepted, f"{relative(file)} changes nothing"


def _configs(folder: Path) -> list[type]:
    """Return the config dataclasses of a model's rooms."""
    if not is_installed(STACK_OF_WING[folder.parent.name]):
        pytest.skip(f"the stack of {folder.parent.name} is not installed")
    module = importlib.import_module(module_name(folder / "config.py"))
    return [
        value
        for name, value in vars(module).items()
        if name.endswith("Config") and dataclasses.is_dataclass(value) and isinstance(value, type)
    ]


def test_every_requirement_is_locked_to_a_version_that_it_allows() -> None:
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    lines = (PROJECT_ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = dict(line.split("==") for line in lines if line and not line.startswith("#"))
    locked = {canonicalize_name(name): version for name, version in pins.items()}
    for file in REQUIREMENTS:
        for line in (PROJECT_ROOT / file).read_text(encoding="utf-8").splitlines():
            wanted = line.partition("#")[0].strip()
            if wanted and not wanted.startswith("-"):
                requirement = Requirement(wanted)
                version = locked.get(canonicalize_name(requirement.name))
                assert version is not None, f"{file}: {wanted} is not in constraints.txt; run make lock"
                assert requirement.specifier.contains(version), f"{file}: {wanted}, but constraints.txt has {version}"


@pytest.mark.parametrize("script", ["scripts/setup.sh", ".ci/run"])
def test_scripts_are_sound_and_the_door_of_ci_is_executable(script: str) -> None:
    path = PROJECT_ROOT / script
    shell = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("#!").split()
    assert subprocess.run([*shell, "-n", str(path)], capture_output=True, check=False).returncode == 0
    if script == ".ci/run":
        assert path.stat().st_mode & 0o111 == 0o111
