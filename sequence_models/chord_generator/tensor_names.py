"""The names of the exported networks' tensors; those of the conditions are in `shared.music.conditions`."""

TOKENS_INPUT = "chord_sequence_input"
STEP_INPUT = "chord_input"
PLACE_INPUT = "place_input"
OUTPUT = "probabilities"
