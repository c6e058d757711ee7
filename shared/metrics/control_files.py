"""Fitted controls as one small file, so that whoever has a trained model can score its controls without its songs.

A compressed `.npz` of plain arrays. `header` is JSON in UTF-8: what the file is, the chord space, where it comes
from, and for each control its spec, its corpus n-grams and the tuned weights. `runs_0`, `counts_0`, ... are the
counted runs of tokens [order, n] and their counts [n], each table once, however many controls read it. Discounted
shares, shorter contexts and the n-gram of every key follow from the counts, so that nothing else is kept and a
loaded control answers as the saved one, to the last bit.
"""

from __future__ import annotations

import json
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.errors import InputError, unknown_choice
from shared.files import atomic_path
from shared.metrics.controls import CONTROLS, ChordSpace, Control
from shared.metrics.every_key import EveryKeyNGram
from shared.metrics.gram_counts import GramCounts, places
from shared.metrics.ngrams import NGram, SequenceModel
from shared.metrics.song_cache import CacheMixture, SongCache
from shared.music.chord_tokens import END_ID, N_SPECIAL, START_ID

FORMAT, VERSION = "n-gram controls", 1
_KINDS: dict[str, type[NGram]] = {"ngram": NGram, "every key": EveryKeyNGram}
# What NumPy, zip and JSON raise for a file that is cut, changed or something else altogether.
_BROKEN = (
    OSError, EOFError, LookupError, TypeError, ValueError, AttributeError, SyntaxError, RuntimeError, struct.error,
    zipfile.BadZipFile, zlib.error,
)  # fmt: skip

Header = dict[str, Any]


def save_controls(path: Path, controls: Mapping[str, Control], provenance: Mapping[str, str]) -> Path:
    """Write fitted controls and return the path.

    Args:
        path: of the file, by custom `controls.npz`.
        controls: by name, as `fit_controls` returns them; all over the same chord space.
        provenance: what a reader should know of the songs that were counted, for instance their source.

    Raises:
        InputError: for a name that `CONTROLS` does not have, or controls that were not fitted by its spec.
        ConsortError: when the file cannot be written.
    """
    tables: list[GramCounts] = []
    content = {name: _described(name, control, tables) for name, control in controls.items()}
    spaces = {control.space.n_qualities for control in controls.values()}
    if len(spaces) != 1:
        raise InputError(f"controls of one file share a chord space, and these have {len(spaces)}: {sorted(spaces)}")
    header: Header = {
        "format": FORMAT,
        "version": VERSION,
        "n_qualities": spaces.pop(),
        "provenance": dict(provenance),
        "controls": content,
    }
    arrays: dict[str, Any] = {"header": np.frombuffer(json.dumps(header).encode(), dtype=np.uint8)}
    for index, table in enumerate(tables):
        arrays[f"runs_{index}"] = np.ascontiguousarray(table.grams.T, dtype=np.uint16)
        arrays[f"counts_{index}"] = table.counts.astype(np.min_scalar_type(int(table.counts.max())))
    with atomic_path(path) as aside, aside.open("wb") as stream:
        np.savez_compressed(stream, **arrays)
    return Path(path)


def load_controls(path: Path) -> dict[str, Control]:
    """Return the controls of a file by name; their distributions equal those of the saved ones.

    Raises:
        InputError: when the file is missing, broken, of another kind or of another version.
    """
    header, arrays = _read(path)
    try:
        space = ChordSpace(int(header["n_qualities"]))
        learnt: dict[str, NGram] = {}
        return {name: _control(name, entry, space, arrays, learnt) for name, entry in header["controls"].items()}
    except InputError as error:
        raise InputError(f"{path} holds controls that this version cannot use ({error}); fit them anew") from error
    except _BROKEN as error:
        raise InputError(f"{path} is broken ({error}); fit the controls anew") from error


def read_provenance(path: Path) -> dict[str, str]:
    """Return what `save_controls` was told of the songs.

    Raises:
        InputError: as `load_controls` does.
    """
    return dict(_read(path)[0]["provenance"])


def _described(name: str, control: Control, tables: list[GramCounts]) -> Header:
    """Return what the header says of a control; its counts join `tables` unless they stand there."""
    if name not in CONTROLS:
        raise unknown_choice("control", name, tuple(CONTROLS))
    if control.spec != CONTROLS[name]:
        raise InputError(f"control '{name}' was fitted by another spec than its own; only those of CONTROLS are kept")
    mixture = control.model if isinstance(control.model, CacheMixture) else None
    bases = mixture.bases if mixture else (control.model,)
    entry: Header = {"spec": asdict(control.spec), "bases": [_described_base(name, base, tables) for base in bases]}
    if mixture:
        entry["cache"] = {
            "discount": mixture.cache.discount,
            "weights": mixture.weights.tolist(),
            "repeat_probability": mixture.repeat_probability,
        }
    return entry


def _described_base(name: str, model: SequenceModel, tables: list[GramCounts]) -> Header:
    """Return what the header says of a corpus n-gram."""
    kind = next((kind for kind, made in _KINDS.items() if type(model) is made), None)
    if kind is None or not isinstance(model, NGram) or model.counts is None:
        raise InputError(f"control '{name}' rests on a model that cannot be kept; fit it with fit_control")
    index = next((index for index, table in enumerate(tables) if table.same_as(model.counts)), len(tables))
    tables[index:] = tables[index:] or [model.counts]
    return {"kind": kind, "order": model.order, "discount": model.discount, "table": index}


def _control(
    name: str, entry: Header, space: ChordSpace, arrays: Mapping[str, NDArray[Any]], learnt: dict[str, NGram]
) -> Control:
    """Build a control anew; n-grams that several controls share are built once, in `learnt`."""
    if name not in CONTROLS:
        raise unknown_choice("control", name, tuple(CONTROLS))
    spec = CONTROLS[name]
    if entry["spec"] != json.loads(json.dumps(asdict(spec))):
        raise InputError(f"control '{name}' has another spec here")
    bases = []
    for base in entry["bases"]:
        known = json.dumps(base)
        if known not in learnt:
            learnt[known] = _base(base, space, arrays)
        bases.append(learnt[known])
    if not spec.cache_contexts:
        return Control(spec, space, bases[0])
    cache = entry["cache"]
    mixture = CacheMixture(
        bases, SongCache(space.vocabulary_size, spec.cache_contexts, cache["discount"]), spec.by_match
    )
    mixture.weights = _checked_weights(cache["weights"], mixture.weights.shape)
    mixture.repeat_probability = None if cache["repeat_probability"] is None else float(cache["repeat_probability"])
    return Control(spec, space, mixture)


def _base(base: Header, space: ChordSpace, arrays: Mapping[str, NDArray[Any]]) -> NGram:
    """Build a corpus n-gram from its counts, after a look at them."""
    model = _KINDS[base["kind"]](base["order"], space.vocabulary_size, base["discount"])
    runs, counts = arrays[f"runs_{base['table']}"], arrays[f"counts_{base['table']}"]
    if runs.shape != (model.order, len(counts)) or {runs.dtype.kind, counts.dtype.kind} != {"u"} or not len(counts):
        raise ValueError(f"counts {counts.shape} do not fit runs {runs.shape}")
    table = GramCounts(runs.T.astype(np.int64), counts.astype(np.int64))
    before, after = table.grams[:, :-1], table.grams[:, -1]
    contexts_fit = ((before == START_ID) | (before >= N_SPECIAL)).all() and (after >= END_ID).all()
    rising = (np.diff(table.grams @ places(model.order, space.vocabulary_size)) > 0).all()
    if not (contexts_fit and rising and table.grams.max() < space.vocabulary_size and table.counts.min() > 0):
        raise ValueError("counts of runs that no songs have")
    return model.learn(table)


def _checked_weights(values: Any, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Return the weights of a mixture, refusing what does not divide one among its experts."""
    weights = np.array(values, dtype=np.float64)
    if weights.shape != shape or not (weights >= 0).all() or not np.allclose(weights.sum(axis=1), 1):
        raise ValueError(f"weights {weights.shape} that do not add up to one, or not {shape}")
    return weights


def _read(path: Path) -> tuple[Header, dict[str, NDArray[Any]]]:
    """Return the checked header and all arrays of a file."""
    if not Path(path).is_file():
        raise InputError(f"no such file: {path}")
    try:
        # A stream of our own: NumPy leaves its file open when it is damaged.
        with Path(path).open("rb") as stream, np.load(stream, allow_pickle=False) as content:
            arrays = {name: content[name] for name in content.files}
        header = json.loads(arrays["header"].tobytes())
        found, version = header["format"], header["version"]
        header["provenance"] = {str(key): str(value) for key, value in header["provenance"].items()}
    except _BROKEN as error:
        raise InputError(f"{path} is no file of fitted controls, or is broken ({error}); fit them anew") from error
    if (found, version) != (FORMAT, VERSION):
        raise InputError(f"{path} holds {found!r} of version {version!r}, not {FORMAT!r} of {VERSION}; fit them anew")
    return header, arrays
