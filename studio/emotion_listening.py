"""What emotion a recording has: the recognizer's ONNX file that takes the waveform, window by window."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from shared.audio.io import read_audio
from shared.errors import ConsortError, InputError
from shared.music.emotion_nets import embedding_point
from shared.music.emotion_point import EmotionPoint
from shared.runtime import OnnxModel

RECOGNIZER = "emotion_recognizer_waveform.onnx"
WINDOW_S = 30.0
SHORTEST_S = 1.0


def recognised_point(recording: Path, models_dir: Path) -> EmotionPoint:
    """Return the emotion of a recording: the mean of its windows of 30 seconds.

    Raises:
        ConsortError: when the recording cannot be read or is too short, or the net is missing.
    """
    try:
        model = OnnxModel(models_dir / RECOGNIZER)
    except InputError as error:
        raise ConsortError(f"{error}; train it with `make train-emotion`, or name a folder that has it") from error
    rate = int(model.signature.settings["sample_rate"])
    waveform = read_audio(recording, rate)
    if len(waveform) < SHORTEST_S * rate:
        raise InputError(f"{recording} is shorter than {SHORTEST_S:g} s; an emotion needs more to be heard")
    count = max(1, round(len(waveform) / (WINDOW_S * rate)))
    name, output = model.signature.inputs[0].name, model.signature.outputs[0].name
    heard = [
        model.run({name: window[None].astype(np.float32)})[output][0] for window in np.array_split(waveform, count)
    ]
    return embedding_point(np.mean(heard, axis=0))
