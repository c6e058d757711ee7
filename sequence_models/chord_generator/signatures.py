"""Names, axes and meanings of the exported chord generator's tensors."""

from __future__ import annotations

from sequence_models.chord_generator.config import ModelConfig
from sequence_models.chord_generator.model import state_shapes
from sequence_models.chord_generator.places import BARS, N_PLACES, ORDERS, UNKNOWN
from sequence_models.chord_generator.song_step import HEARD, INTEGER_STATES, PLACES, REFERENCE
from sequence_models.chord_generator.tensor_names import OUTPUT, PLACE_INPUT, STEP_INPUT, TOKENS_INPUT
from shared.export.signature import NEXT_STATE, Signature, TensorSpec
from shared.music.chord_tokens import N_TOKENS, chord_vocabulary
from shared.music.conditions import CONDITIONS
from shared.runs import config_snapshot, git_revision, version

_PLACE = (
    f"where each chord begins: 1 + order in its bar (0 to {ORDERS - 1}) + {ORDERS} * (bars since its section began, "
    f"modulo {BARS}) + {ORDERS * BARS} * section (a song's section names counted from 1; 0 = no names); "
    f"{UNKNOWN} = not known"
)
_STATE_MEANINGS = {
    REFERENCE: "state: pitch class that the song is seen from, plus 1; 0 at first",
    HEARD: "state: the last chords as if the reference were C, newest last; zeros at first",
    PLACES: "state: the places of these chords; zeros at first",
}


def window_signature(settings: ModelConfig) -> Signature:
    """Return the signature of the full-window model."""
    length = settings.sequence_length if settings.is_classic else "length"
    tokens = TensorSpec(TOKENS_INPUT, ("batch", length), "int32", "chord token ids; PAD (0) only at the end")
    output = TensorSpec(OUTPUT, ("batch", length, N_TOKENS), "float32", "of the next chord after each position")
    chords = f"{length} chords" if settings.is_classic else "a song's chords"
    summary = f"The next chord after each of {chords}, given genre, mood, key and scale type."
    places = () if settings.is_classic else (TensorSpec(PLACE_INPUT, ("batch", length), "int32", _PLACE),)
    return _signature("chord_generator", summary, settings, (tokens, *_conditions(), *places), (output,))


def step_signature(settings: ModelConfig) -> Signature:
    """Return the signature of the step model: each state comes in as NAME and goes out as next_NAME."""
    tokens = TensorSpec(STEP_INPUT, ("batch", 1), "int32", "the chord that has just sounded; START (1) at first")
    states = state_shapes(settings).items()
    before = tuple(
        TensorSpec(name, ("batch", *shape), _dtype(name), _STATE_MEANINGS.get(name, "state; zeros at first"))
        for name, shape in states
    )
    after = tuple(
        TensorSpec(NEXT_STATE + name, ("batch", *shape), _dtype(name), f"feed back as {name}") for name, shape in states
    )
    output = TensorSpec(OUTPUT, ("batch", N_TOKENS), "float32", "of the next chord")
    summary = "One step of the chord generator: the state is carried by the caller."
    place = () if settings.is_classic else (TensorSpec(PLACE_INPUT, ("batch", 1), "int32", _PLACE),)
    inputs = (tokens, *_conditions(), *place, *before)
    return _signature("chord_generator_step", summary, settings, inputs, (output, *after))


def categories() -> dict[str, int]:
    """Return for each input of ids how many ids it knows, "not specified" included."""
    places = {PLACE_INPUT: N_PLACES, PLACES: N_PLACES}
    known = {condition.input_name: len(condition.values) + 1 for condition in CONDITIONS}
    return {TOKENS_INPUT: N_TOKENS, STEP_INPUT: N_TOKENS, HEARD: N_TOKENS, REFERENCE: 13} | places | known


def _dtype(state: str) -> str:
    return "int32" if state in INTEGER_STATES else "float32"


def _conditions() -> tuple[TensorSpec, ...]:
    return tuple(
        TensorSpec(
            condition.input_name, ("batch", 1), "int32",
            f"{condition.name.replace('_', ' ')} id; {condition.unspecified} = not specified",
        )
        for condition in CONDITIONS
    )  # fmt: skip


def _signature(
    name: str,
    summary: str,
    settings: ModelConfig,
    inputs: tuple[TensorSpec, ...],
    outputs: tuple[TensorSpec, ...],
) -> Signature:
    vocabularies = {"chord": list(chord_vocabulary().tokens)}
    vocabularies |= {condition.name: list(condition.values) for condition in CONDITIONS}
    return Signature(name, summary, inputs, outputs, vocabularies, config_snapshot(settings), version(), git_revision())
