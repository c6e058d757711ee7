"""Losses and accuracies of the nets, as functions of tensors; what is unknown is neither learnt nor scored."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from sequence_models.midi_models.tasks import HARMONY, MELODY, Task

_TINY = 1e-7
_SUM_WEIGHT = 0.1  # of the squared log of the sum
_WITHIN = 0.1  # a level that is nearer than this to the target counts as right


@keras.saving.register_keras_serializable("consort")
class ShareLoss(keras.losses.Loss):
    """Cross-entropy in nats of sigmoid outputs [batch, n], scaled to a sum of one, against a one-hot target.

    A small pull of the log of their sum towards 0 lets them be read as probabilities as they stand.
    """

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return the loss of each sample [batch]."""
        total = ops.sum(y_pred, axis=-1)
        own = ops.sum(y_true * y_pred, axis=-1)
        return ops.log(total + _TINY) - ops.log(own + _TINY) + _SUM_WEIGHT * ops.square(ops.log(total + _TINY))


@keras.saving.register_keras_serializable("consort")
class LevelLoss(keras.losses.Loss):
    """Binary cross-entropy in nats of levels [batch, n] against targets 0..1, mean over the known ones of a sample."""

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return the loss of each sample [batch]."""
        known = ops.cast(y_true >= 0, y_pred.dtype)
        likely = ops.clip(y_pred, _TINY, 1 - _TINY)
        entropy = -(y_true * ops.log(likely) + (1 - y_true) * ops.log(1 - likely))
        return ops.sum(known * entropy, axis=-1) / ops.maximum(ops.sum(known, axis=-1), 1)


def first_choice_is_right(y_true: Any, y_pred: Any) -> Any:
    """Return for each sample whether the likeliest output is one of those that are 1."""
    return ops.sum(y_true * ops.one_hot(ops.argmax(y_pred, axis=-1), y_pred.shape[-1]), axis=-1)


def share_within(y_true: Any, y_pred: Any) -> Any:
    """Return for each sample the share of its known levels that are within 0.1."""
    known = ops.cast(y_true >= 0, "float32")
    near = ops.cast(ops.abs(y_true - y_pred) < _WITHIN, "float32")
    return ops.sum(known * near, axis=-1) / ops.maximum(ops.sum(known, axis=-1), 1)


def loss_of(task: Task) -> keras.losses.Loss:
    """Return the loss of a dense net."""
    return ShareLoss() if task.name == HARMONY else LevelLoss()


def accuracy_of(task: Task) -> keras.metrics.Metric:
    """Return what a person calls the accuracy of a dense net."""
    measure = first_choice_is_right if task.name in (MELODY, HARMONY) else share_within
    return keras.metrics.MeanMetricWrapper(measure, "accuracy")
