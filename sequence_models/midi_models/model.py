"""The dense nets as specified, and the door to the sequence net.

    input -> Dense 128 + ReLU + BatchNorm + Dropout 0.3 -> Dense 256 + ReLU + BatchNorm + Dropout 0.2
          -> Dense (outputs) + Sigmoid

Examples:
    python -m sequence_models.midi_models.model --task harmony
    python -m sequence_models.midi_models.model model=sequence
"""

from __future__ import annotations

import sys

import keras

from sequence_models.midi_models.config import ModelConfig, ModelSummaryConfig
from sequence_models.midi_models.melody_net import BLOCKS, build_melody_net
from sequence_models.midi_models.tasks import TASK_TABLE, Task
from shared.cli import entry_point

_DENSE_BLOCKS = (("dense_1", "norm_1"), ("dense_2", "norm_2"), ("output",))


def build_model(config: ModelConfig, task: Task) -> keras.Model:
    """Return an untrained net: [batch, inputs] to [batch, outputs], or the sequence net of `melody_net`."""
    if config.is_sequence:
        return build_melody_net(config)
    given = keras.Input((len(task.inputs),), name=task.input_name)
    hidden = given
    widths = (config.first_units, config.second_units)
    for number, (units, share) in enumerate(
        zip(widths, (config.first_dropout, config.second_dropout), strict=True), start=1
    ):
        hidden = keras.layers.Dense(units, activation="relu", name=f"dense_{number}")(hidden)
        hidden = keras.layers.BatchNormalization(name=f"norm_{number}")(hidden)
        hidden = keras.layers.Dropout(share, name=f"dropout_{number}")(hidden)
    answer = keras.layers.Dense(len(task.outputs), activation="sigmoid", name="output")(hidden)
    return keras.Model(given, answer, name=task.file)


def freeze(model: keras.Model, config: ModelConfig, count: int) -> list[str]:
    """Let the first `count` blocks keep their weights, and return the names of their layers.

    A dense layer and its batch norm are a block; of the sequence net the embeddings are one, then the recurrent
    layer. The output is never frozen.
    """
    blocks = BLOCKS if config.is_sequence else _DENSE_BLOCKS
    names = [name for block in blocks[: min(count, len(blocks) - 1)] for name in block]
    for name in names:
        model.get_layer(name).trainable = False
    return names


@entry_point(ModelSummaryConfig)
def main(config: ModelSummaryConfig) -> None:
    """Print the layers."""
    build_model(config.model, TASK_TABLE[config.task]).summary()


if __name__ == "__main__":
    sys.exit(main())
