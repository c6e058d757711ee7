"""Cross-entropy of the next chord, with optional label smoothing; padding weighs nothing."""

from __future__ import annotations

import keras
from keras import ops

_PACKAGE = "consort"


@keras.saving.register_keras_serializable(_PACKAGE)
class NextChordLoss(keras.losses.Loss):
    """Mean over the weighted targets of -(1 - s) log p[target] - s mean(log p). Szegedy et al. 2016, sec. 7.

    Shapes: targets [batch, length] int, probabilities [batch, length, vocabulary], weights [batch, length].
    Without smoothing this is Keras's sparse categorical cross-entropy. The sum is divided by the weights, not
    by the number of positions: padding would make the loss look smaller.
    """

    def __init__(self, label_smoothing: float = 0.0, name: str = "next_chord_loss", **kwargs: object) -> None:
        """Take the share of the target's mass that is spread over the whole vocabulary."""
        kwargs.setdefault("reduction", "mean_with_sample_weight")
        super().__init__(name=name, **kwargs)
        self.label_smoothing = label_smoothing

    def call(self, y_true: keras.KerasTensor, y_pred: keras.KerasTensor) -> keras.KerasTensor:
        """Return the loss of each position, [batch, length]."""
        exact = ops.sparse_categorical_crossentropy(y_true, y_pred)
        if not self.label_smoothing:
            return exact
        spread = -ops.mean(ops.log(ops.clip(y_pred, keras.config.epsilon(), 1.0)), axis=-1)
        return (1 - self.label_smoothing) * exact + self.label_smoothing * spread

    def get_config(self) -> dict[str, object]:
        """Return what rebuilds the loss."""
        return {**super().get_config(), "label_smoothing": self.label_smoothing}
