"""The chord generator's network: chords and conditions in, the next chord's probabilities out.

Two architectures, one contract: `song` hears the whole song so far and copies from it (see `song`), `classic`
sees a window of twelve chords (see `classic`). Both have a twin for export and a step model, one chord at a
time with the state carried by the caller, which hold the same weights.

Examples:
    python -m sequence_models.chord_generator.model
    python -m sequence_models.chord_generator.model model=classic
"""

from __future__ import annotations

import sys

import keras

from sequence_models.checkpoints import transfer_weights
from sequence_models.chord_generator import classic, song
from sequence_models.chord_generator.classic_step import make_classic_step
from sequence_models.chord_generator.config import ModelConfig, ModelSummaryConfig
from sequence_models.chord_generator.song_step import make_song_step, song_states
from shared.cli import entry_point


def build_model(config: ModelConfig) -> keras.Model:
    """Return the network for training.

    Inputs `chord_sequence_input [batch, length]` and `genre_input`, `mood_input`, `key_input`,
    `scale_type_input [batch, 1]`, all int32; output `probabilities [batch, length, 279]`.
    """
    return classic.build_classic(config) if config.is_classic else song.build_song(config)


def build_export_model(config: ModelConfig, *, unroll: bool | None = None) -> keras.Model:
    """Return the twin of `build_model` for export: same inputs, same weights, valid steps identical.

    `unroll` replaces the classic network's recurrent layers by their steps, as LiteRT needs it.
    """
    if config.is_classic:
        return classic.build_classic_export(config, unroll=unroll)
    return song.build_song_export(config)


def make_step_model(trained: keras.Model, config: ModelConfig) -> keras.Model:
    """Return the step model of a trained network.

    Inputs `chord_input [batch, 1]`, the four conditions, then the states of `state_shapes`; outputs
    `probabilities [batch, 279]`, then the new states in the same order.
    """
    return make_classic_step(trained, config) if config.is_classic else make_song_step(trained, config)


def plain_step_model(trained: keras.Model, config: ModelConfig) -> keras.Model:
    """Return the step model that an export is held to: through Keras's own layers where there are such."""
    if config.is_classic:
        return transfer_weights(trained, classic.build_classic_step(config))
    return make_song_step(trained, config)


def state_shapes(config: ModelConfig) -> dict[str, tuple[int, ...]]:
    """Return the step model's states, name -> shape without the batch axis; all begin as zeros."""
    return classic.classic_states(config) if config.is_classic else song_states(config)


@entry_point(ModelSummaryConfig)
def main(config: ModelSummaryConfig) -> None:
    """Print the layers and the number of weights."""
    build_model(config.model).summary(line_length=110)
    print(classic.__doc__ if config.model.is_classic else song.__doc__)


if __name__ == "__main__":
    sys.exit(main())
