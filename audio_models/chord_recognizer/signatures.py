"""Names, axes and meanings of the exported chord recognizer's tensors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from audio_models.chord_recognizer.config import ModelConfig
from audio_models.chord_recognizer.net import FEATURES
from audio_models.chord_recognizer.streaming import CONTEXT_HOPS, memory_shapes
from shared.export.signature import NEXT_STATE, Signature, TensorSpec
from shared.music.chord_classes import CHORD_CLASSES, N_CLASSES, N_ROOTS
from shared.music.chord_types import CHORD_TYPES
from shared.music.pitch_names import PITCH_CLASS_NAMES
from shared.runs import config_snapshot, git_revision, version

OUTPUTS = ("joint", "chord_type", "root", "bass_note")


def recognizer_signature(settings: ModelConfig, decoder: Mapping[str, float]) -> Signature:
    """Return the signature of a network: a waveform in, the probabilities of each frame (or of the clip) out."""
    axes = ("batch", "frames") if settings.mode == "frame" else ("batch",)
    hop_s = FEATURES.hop_length / FEATURES.sample_rate
    when = f"frame t is centred on second t * {hop_s:.6f}" if settings.mode == "frame" else "one chord for the clip"
    waveform = TensorSpec("waveform", ("batch", "samples"), "float32", f"mono, -1 to 1, {FEATURES.sample_rate} Hz")
    summary = "The chords of a recording, from the waveform to probabilities; no feature code is needed."
    return _signature("chord_recognizer", summary, settings, decoder, (waveform,), _probabilities(axes, when))


def stream_signature(settings: ModelConfig, decoder: Mapping[str, float]) -> Signature:
    """Return the signature of a streaming network's step: what has sounded since and the memory in, both out."""
    shapes = memory_shapes(settings).items()
    hops = TensorSpec(
        "hops", ("batch", "frames", FEATURES.hop_length), "float32",
        f"mono, {FEATURES.sample_rate} Hz: what has sounded since; silence after the end",
    )  # fmt: skip
    before = tuple(TensorSpec(name, ("batch", *shape), "float32", _meaning(name)) for name, shape in shapes)
    after = tuple(
        TensorSpec(f"{NEXT_STATE}{name}", ("batch", *shape), "float32", f"feed back as {name}")
        for name, shape in shapes
    )
    when = f"of as many frames; the first is centred {CONTEXT_HOPS - 1} hops before the first hop"
    outputs = (*_probabilities(("batch", "frames"), when), *after)
    summary = "The chords of music while it sounds: hops of sound in, the memory carried by the caller."
    return _signature("chord_recognizer_stream", summary, settings, decoder, (hops, *before), outputs)


def _meaning(name: str) -> str:
    if name != "sound":
        return "memory; zeros at first"
    return (
        f"the hops before; at first {CONTEXT_HOPS} of silence and the {CONTEXT_HOPS - 1} that the recording begins with"
    )


def _probabilities(axes: tuple[str, ...], when: str) -> tuple[TensorSpec, ...]:
    return (
        TensorSpec("joint", (*axes, N_CLASSES), "float32", f"probabilities of the chords; {when}"),
        TensorSpec("chord_type", (*axes, len(CHORD_TYPES)), "float32", "probabilities of the chord types"),
        TensorSpec("root", (*axes, N_ROOTS), "float32", "probabilities of the roots, given that there is a chord"),
        TensorSpec("bass_note", (*axes, N_ROOTS), "float32", "probabilities of the lowest note, likewise"),
    )


def _signature(
    name: str,
    summary: str,
    settings: ModelConfig,
    decoder: Mapping[str, float],
    inputs: tuple[TensorSpec, ...],
    outputs: tuple[TensorSpec, ...],
) -> Signature:
    vocabularies = {
        "joint": list(CHORD_CLASSES.labels),
        "chord_type": list(CHORD_TYPES),
        "root": list(PITCH_CLASS_NAMES),
        "bass_note": list(PITCH_CLASS_NAMES),
    }
    everything = {**config_snapshot(settings), **asdict(FEATURES), "context_hops": CONTEXT_HOPS, **decoder}
    return Signature(name, summary, inputs, outputs, vocabularies, everything, version(), git_revision())
