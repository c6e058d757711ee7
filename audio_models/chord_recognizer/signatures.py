"""Names, axes and meanings of the exported chord recognizer's tensors."""

from __future__ import annotations

from dataclasses import asdict

from audio_models.chord_recognizer.config import ModelConfig
from audio_models.chord_recognizer.net import FEATURES
from shared.export.signature import Signature, TensorSpec
from shared.music.chord_classes import CHORD_CLASSES, N_CLASSES, N_ROOTS
from shared.music.chord_types import CHORD_TYPES
from shared.music.pitch_names import PITCH_CLASS_NAMES
from shared.runs import config_snapshot, git_revision, version

WAVEFORM = "waveform"
OUTPUTS = ("joint", "chord_type", "root", "bass_note")


def recognizer_signature(settings: ModelConfig) -> Signature:
    """Return the signature of a network: a waveform in, the probabilities of each frame (or of the clip) out."""
    axes = ("batch", "frames") if settings.mode == "frame" else ("batch",)
    hop_s = FEATURES.hop_length / FEATURES.sample_rate
    when = f"frame t is centred on second t * {hop_s:.6f}" if settings.mode == "frame" else "one chord for the clip"
    waveform = TensorSpec(WAVEFORM, ("batch", "samples"), "float32", f"mono, -1 to 1, {FEATURES.sample_rate} Hz")
    outputs = (
        TensorSpec("joint", (*axes, N_CLASSES), "float32", f"probabilities of the chords; {when}"),
        TensorSpec("chord_type", (*axes, len(CHORD_TYPES)), "float32", "probabilities of the chord types"),
        TensorSpec("root", (*axes, N_ROOTS), "float32", "probabilities of the roots, given that there is a chord"),
        TensorSpec("bass_note", (*axes, N_ROOTS), "float32", "probabilities of the lowest note, likewise"),
    )
    vocabularies = {
        "joint": list(CHORD_CLASSES.labels),
        "chord_type": list(CHORD_TYPES),
        "root": list(PITCH_CLASS_NAMES),
        "bass_note": list(PITCH_CLASS_NAMES),
    }
    return Signature(
        "chord_recognizer",
        "The chords of a recording, from the waveform to probabilities; no feature code is needed.",
        (waveform,),
        outputs,
        vocabularies,
        {**config_snapshot(settings), **asdict(FEATURES)},
        version(),
        git_revision(),
    )
