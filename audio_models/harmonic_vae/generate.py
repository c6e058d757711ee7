r"""Explore the latent space of a trained HarmonicVAE by ear: each task writes WAV, mel picture and latents.

Examples:
    python -m audio_models.harmonic_vae.generate sample --count 8 --temperature 0.8
    python -m audio_models.harmonic_vae.generate reconstruct song.mp3 --checkpoint output/gtzan
    python -m audio_models.harmonic_vae.generate interpolate a.wav b.wav --steps 8 --path spherical
    python -m audio_models.harmonic_vae.generate traverse song.mp3 --dimension 3 --start_s 20
    python -m audio_models.harmonic_vae.generate attribute song.mp3 --from_label classical --to_label rock

`reconstruct` takes whole files, several of them too; the others take the segment that begins at `--start_s`, and play
their points one after the other in one more file. Labels of `attribute` are the genres of the training recordings.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from audio_models.harmonic_vae import run_folder
from audio_models.harmonic_vae.config import GenerateConfig
from audio_models.harmonic_vae.latent import decode, encode, hear
from audio_models.harmonic_vae.model import HarmonicVae
from audio_models.harmonic_vae.passages import listen, overlap_added, play
from audio_models.harmonic_vae.paths import attribute_path, linear_path, spherical_path, traversal
from audio_models.harmonic_vae.recordings import read_levelled
from audio_models.harmonic_vae.results import Writer
from shared.cli import EXIT_ERROR, entry_point
from shared.errors import ConsortError, InputError, unknown_choice

_PER_TASK = {"sample": 0, "interpolate": 2, "traverse": 1, "attribute": 1}


def sample(config: GenerateConfig, model: HarmonicVae, files: Sequence[str], writer: Writer) -> None:
    """Write points of the prior."""
    generator = torch.Generator().manual_seed(config.seed)
    z = config.temperature * torch.randn(config.count, model.config.latent_dim, generator=generator)
    writer.points("sample", z, decode(model, z), [f"sample {number + 1}" for number in range(config.count)])


def interpolate(config: GenerateConfig, model: HarmonicVae, files: Sequence[str], writer: Writer) -> None:
    """Write the way from a segment of one recording to one of another."""
    start, end = (segment_point(config, model, file) for file in files)
    way = {"spherical": spherical_path, "linear": linear_path}[config.path](start, end, config.steps)
    shares = np.linspace(0, 1, config.steps)
    name = f"interpolate_{Path(files[0]).stem}_{Path(files[1]).stem}"
    writer.points(name, way, decode(model, way), [f"{share:.0%}" for share in shares])


def traverse(config: GenerateConfig, model: HarmonicVae, files: Sequence[str], writer: Writer) -> None:
    """Write a segment with one dimension moved from one end of its span to the other."""
    if config.dimension >= model.config.latent_dim:
        raise InputError(f"dimension {config.dimension} does not exist; the last one is {model.config.latent_dim - 1}")
    values = torch.linspace(-config.span, config.span, config.steps)
    way = traversal(segment_point(config, model, files[0]), config.dimension, values)
    name = f"traverse_{Path(files[0]).stem}_{config.dimension}"
    writer.points(name, way, decode(model, way), [f"{value:+.1f}" for value in values.tolist()])


def attribute(config: GenerateConfig, model: HarmonicVae, files: Sequence[str], writer: Writer) -> None:
    """Write a segment on its way from one label to another."""
    means = run_folder.load_label_means(run_folder.resolve(config.checkpoint, config.output_root))
    for flag, label in (("--from_label", config.from_label), ("--to_label", config.to_label)):
        if label not in means:
            known = f"the labels are {', '.join(means)}"
            raise (
                InputError(f"{flag} names no label; {known}") if not label else unknown_choice("label", label, [*means])
            )
    direction = torch.from_numpy(means[config.to_label] - means[config.from_label])
    way = attribute_path(segment_point(config, model, files[0]), direction, config.amount, config.steps)
    shares = np.linspace(0, config.amount, config.steps)
    name = f"attribute_{Path(files[0]).stem}_{config.from_label}_{config.to_label}"
    writer.points(name, way, decode(model, way), [f"{share:.0%} {config.to_label}" for share in shares])


Task = Callable[[GenerateConfig, HarmonicVae, Sequence[str], Writer], None]
TASKS: dict[str, Task] = {
    "sample": sample, "interpolate": interpolate, "traverse": traverse, "attribute": attribute,
}  # fmt: skip


def reconstruct(model: HarmonicVae, file: str, writer: Writer) -> None:
    """Write a whole recording as it comes back, and its points.

    Raises:
        InputError: when it cannot be read.
    """
    passage = listen(model, read_levelled(file, model.audio.sample_rate))
    original = overlap_added(passage.log_mels, passage.starts, passage.frames)
    writer.whole(f"reconstruct_{Path(file).stem}", passage, play(model, passage, passage.mu), original)


def segment_point(config: GenerateConfig, model: HarmonicVae, file: str) -> Tensor:
    """Return where the segment of a recording at `start_s` lies, [latent_dim]; silence fills what is missing.

    Raises:
        InputError: when the recording cannot be read or ends before.
    """
    waveform = read_levelled(file, model.audio.sample_rate)
    start = round(config.start_s * model.audio.sample_rate)
    if start >= len(waveform):
        seconds = len(waveform) / model.audio.sample_rate
        raise InputError(f"{file} has {seconds:.1f} s, so no segment begins at {config.start_s:g} s; lower --start_s")
    piece = waveform[start : start + model.audio.samples]
    return encode(model, hear(model, F.pad(piece, (0, model.audio.samples - len(piece)))[None]))[0][0]


def generate(config: GenerateConfig) -> list[str]:
    """Do one task and return what could not be done, a sentence per file.

    Raises:
        ConsortError: when the task, the run or the output folder cannot be used.
    """
    name, files = (config.task[0], config.task[1:]) if config.task else ("", [])
    if name not in ("reconstruct", *TASKS):
        names = ["reconstruct", *TASKS]
        raise unknown_choice("task", name, names) if name else InputError(f"name a task: {', '.join(names)}")
    if name == "reconstruct" and not files:
        raise InputError("reconstruct needs a recording; such as: generate reconstruct song.mp3")
    if name in TASKS and len(files) != _PER_TASK[name]:
        raise InputError(f"{name} takes {_PER_TASK[name]} recordings, not {len(files)}; see --help")
    model = run_folder.load_model(run_folder.resolve(config.checkpoint, config.output_root))
    writer = Writer(Path(config.output_dir), model, config.vocoder)
    if name in TASKS:
        TASKS[name](config, model, files, writer)
        return []
    faults = []
    for file in files:
        try:
            reconstruct(model, file, writer)
        except ConsortError as error:  # the next file may be better
            faults.append(str(error))
    return faults


@entry_point(GenerateConfig)
def main(config: GenerateConfig) -> int:
    """Generate; the exit code says whether every file could be used."""
    faults = generate(config)
    for fault in faults:
        print(f"error: {fault}", file=sys.stderr)
    return EXIT_ERROR if faults else 0


if __name__ == "__main__":
    sys.exit(main())
