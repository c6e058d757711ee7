"""Names, axes and meanings of the exported recognizer's tensors."""

from __future__ import annotations

from dataclasses import asdict

from audio_models.emotion_recognizer.config import ModelConfig
from shared.audio.clip_settings import CLIP_FEATURES, CLIP_UNITS, ClipSettings
from shared.export.signature import Signature, TensorSpec
from shared.music.emotion_nets import EMBEDDING
from shared.runs import config_snapshot, git_revision, version

_EMBEDDING = TensorSpec(
    "embedding", ("batch", len(EMBEDDING)), "float32",
    "valence, arousal, dominance, 2 * intensity - 1, then 60 learned; each -1..1",
)  # fmt: skip


def features_signature(config: ModelConfig) -> Signature:
    """Return the signature of features -> embedding."""
    features = TensorSpec(
        "features", ("batch", len(CLIP_FEATURES)), "float32", "the clip summary, by name in the vocabulary, each in "
        "the unit that settings.feature_units gives",
    )  # fmt: skip
    summary = "From 128 named audio features of a clip to its emotion."
    return _signature("emotion_recognizer", summary, features, config, {"features": list(CLIP_FEATURES)})


def waveform_signature(config: ModelConfig) -> Signature:
    """Return the signature of waveform -> embedding."""
    rate = ClipSettings().sample_rate
    waveform = TensorSpec(
        "waveform", ("batch", "samples"), "float32", f"mono, {rate} Hz, of any level; half a second or more"
    )
    summary = "From the waveform of a clip to its emotion, the 128 features inside; no feature code is needed."
    return _signature("emotion_recognizer_waveform", summary, waveform, config, {})


def _signature(
    name: str, summary: str, heard: TensorSpec, config: ModelConfig, vocabularies: dict[str, list[str]]
) -> Signature:
    clip = ClipSettings()
    sizes = {key: value for key, value in asdict(clip).items() if isinstance(value, int | float)}
    settings = {**config_snapshot(config), **sizes, "feature_units": list(CLIP_UNITS)}
    vocabularies = {**vocabularies, "embedding": list(EMBEDDING)}
    return Signature(name, summary, (heard,), (_EMBEDDING,), vocabularies, settings, version(), git_revision())
