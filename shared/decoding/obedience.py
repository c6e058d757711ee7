"""A step model as `generate` uses it: it keeps to the scale and goes where the mood points, more than it learnt to."""

from __future__ import annotations

from shared.decoding.guidance import Guided
from shared.decoding.mood_tilt import MoodTilt
from shared.decoding.progression import StepModel
from shared.decoding.scale_tilt import ScaleTilt


def obedient(model: StepModel, guidance: float = 0.0) -> StepModel:
    """Return a model that obeys: it is tilted into a scale and towards a mood that are asked for.

    Args:
        model: the step model as it was trained.
        guidance: weight of classifier-free guidance for genre and mood, 0 or above.

    Raises:
        InputError: when the weight is out of range.
    """
    return MoodTilt(ScaleTilt(Guided(model, guidance)))
