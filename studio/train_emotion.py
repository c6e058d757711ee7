"""Train the five nets of the emotion pipeline, export and validate them: both wings, a process for each step.

Examples:
    python -m studio.train_emotion
    python -m studio.train_emotion --num-samples 10000 --epochs 100 --run-name mine
    python -m studio.train_emotion --source real --run-name real

The four MIDI nets are trained in Keras, the recognizer in PyTorch; the studio itself imports neither.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from shared.cli import entry_point, option
from shared.files import copy_file
from studio.room_process import run_room

MIDI_NETS, RECOGNIZER = "midi_models", "emotion_recognizer"
FOLDER = "emotion"
_SYNTHETIC, _REAL = "synthetic", "real"
_RECOGNIZER_CORPORA = "vgmidi,emopia"
_GATHERED = (".onnx", ".json", ".md", ".npz")


@dataclass
class TrainEmotionConfig:
    """`studio.train_emotion`: five nets, one command."""

    source: str = option(
        _SYNTHETIC, help="synthetic: made up by rules, offline; real: the corpora that CONSORT_DATA names",
        choices=(_SYNTHETIC, _REAL),
    )  # fmt: skip
    num_samples: int = option(10_000, help="synthetic: how many samples for each net", minimum=10)
    epochs: int = option(100, help="passes over the training samples", unit="epochs", minimum=1)
    batch_size: int = option(32, help="samples per step", minimum=2)
    learning_rate: float = option(1e-3, help="highest step size", aliases=("lr",), above=0)
    waveform: bool = option(True, help="export also the recognizer that takes the waveform, which takes a minute")
    run_name: str = option("emotion", help="name of the runs, and of the folder of all five nets")
    log_root: str = option("logs", help="where run logs go")
    checkpoint_root: str = option("checkpoints", help="where weights go")
    seed: int = option(0, help="same seed, same weights", minimum=0)


def train_emotion(config: TrainEmotionConfig) -> Path:
    """Train, export and validate; return the folder that holds the files of all five nets.

    Raises:
        ConsortError: when a step fails; its output is in the logs.
    """
    logs = Path(config.log_root) / FOLDER / config.run_name
    root = Path(config.checkpoint_root)
    common = [
        "--run-name", config.run_name, "--log-root", config.log_root, "--checkpoint-root", config.checkpoint_root,
        "--epochs", str(config.epochs), "--batch-size", str(config.batch_size), "--lr", str(config.learning_rate),
    ]  # fmt: skip
    midi = ["--task", "all", "--source", config.source, "--num-samples", str(config.num_samples)]
    run_room(
        f"sequence_models.{MIDI_NETS}.train", [*midi, *common, "--seed", str(config.seed)], logs / "midi_nets.log",
        "training the MIDI nets",
    )  # fmt: skip
    made_up = ["--num-samples", str(config.num_samples)]
    samples = ["--corpora", _RECOGNIZER_CORPORA] if config.source == _REAL else made_up
    data = ["--output-dir", str(logs / "samples")]
    run_room(
        f"audio_models.{RECOGNIZER}.prepare", [*samples, *data], logs / "prepare.log",
        "preparing the recognizer's samples",
    )  # fmt: skip
    run_room(
        f"audio_models.{RECOGNIZER}.train",
        ["--folder", str(logs / "samples"), *common, *([] if config.waveform else ["--no-waveform"])],
        logs / "recognizer.log", "training the recognizer",
    )  # fmt: skip
    together = root / FOLDER / config.run_name
    for model in (MIDI_NETS, RECOGNIZER):
        gather(root / model / config.run_name, together)
    run_room(
        "shared.export.verify", ["--models-dir", str(together), "--json", str(logs / "verify.json")],
        logs / "verify.log", "validating the exported nets",
    )  # fmt: skip
    return together


def gather(run: Path, together: Path) -> None:
    """Copy the exported models of a run, with what lies beside each under its name, to another folder."""
    for model in sorted(run.glob("*.onnx")):
        for path in sorted(run.glob(f"{model.stem}*")):
            if path.suffix in _GATHERED:
                copy_file(path, together / path.name)


@entry_point(TrainEmotionConfig)
def main(config: TrainEmotionConfig) -> None:
    """Train."""
    print(f"all five nets: {train_emotion(config)}")


if __name__ == "__main__":
    sys.exit(main())
