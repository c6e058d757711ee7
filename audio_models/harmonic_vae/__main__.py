r"""All rooms of the HarmonicVAE behind one command: `--mode` says which, every other word is handed over to it.

Examples:
    python -m audio_models.harmonic_vae --dataset gtzan --mode preprocess
    python -m audio_models.harmonic_vae --dataset gtzan --mode train --epochs 50 --output_dir output/gtzan
    python -m audio_models.harmonic_vae --mode evaluate --output_dir output/gtzan
    python -m audio_models.harmonic_vae --mode generate reconstruct song.mp3 --checkpoint output/gtzan

Modes: download, validate_data, preprocess, visualize_preprocessing (all of `prepare`), train, tune, evaluate, generate,
export. `--mode train --help` shows the flags of a room. In evaluate and export `--output_dir` without
`--checkpoint` means the run.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence

from shared.cli import EXIT_ERROR
from shared.errors import InputError, unknown_choice

_PACKAGE = "audio_models.harmonic_vae"
# Mode -> the room, and what it is told.
MODES: dict[str, tuple[str, tuple[str, ...]]] = {
    "download": ("prepare", ("--step", "download")),
    "validate_data": ("prepare", ("--step", "validate")),
    "preprocess": ("prepare", ("--step", "preprocess")),
    "visualize_preprocessing": ("prepare", ("--step", "visualize")),
    "train": ("train", ()),
    "tune": ("tune", ()),
    "evaluate": ("evaluate", ()),
    "generate": ("generate", ()),
    "export": ("export", ()),
}
_ABOUT_A_RUN = ("evaluate", "export")
_RUN_FLAG, _FOLDER_FLAGS = "--checkpoint", ("--output_dir", "--output-dir")


def split_mode(words: Sequence[str]) -> tuple[str, list[str]]:
    """Return the mode and the other words.

    Raises:
        InputError: when there is none, or no such mode.
    """
    rest, mode = list(words), ""
    for index, word in enumerate(words):
        flag, given, value = word.partition("=")
        if flag == "--mode":
            mode = value if given else "".join(words[index + 1 : index + 2])
            del rest[index : index + (1 if given else 2)]
            break
    if not mode:
        raise InputError(f"name a mode: --mode {', '.join(MODES)}")
    if mode not in MODES:
        raise unknown_choice("mode", mode, list(MODES))
    return mode, rest


def words_for(mode: str, rest: list[str]) -> list[str]:
    """Return what the room of a mode is told."""
    words = [*rest, *MODES[mode][1]]
    if mode in _ABOUT_A_RUN and not any(word.partition("=")[0] == _RUN_FLAG for word in words):
        return [_RUN_FLAG + word.removeprefix(flag) if (flag := _folder_flag(word)) else word for word in words]
    return words


def _folder_flag(word: str) -> str:
    flag = word.partition("=")[0]
    return flag if flag in _FOLDER_FLAGS else ""


def main(argv: Sequence[str] | None = None) -> int:
    """Hand the words over to the room of the mode, and return its exit code."""
    words = sys.argv[1:] if argv is None else list(argv)
    if not words or (words[0] in ("-h", "--help") and "--mode" not in words):
        print(__doc__)
        return 0
    try:
        mode, rest = split_mode(words)
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return EXIT_ERROR
    room = importlib.import_module(f"{_PACKAGE}.{MODES[mode][0]}")
    code: int = room.main(words_for(mode, rest))
    return code


if __name__ == "__main__":
    sys.exit(main())
