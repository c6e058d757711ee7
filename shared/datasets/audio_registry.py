"""The datasets of recordings, by name. A name is also the dataset's folder under `$CONSORT_DATA`."""

from __future__ import annotations

from shared.datasets import audio_folder, emotify, gtzan, maestro
from shared.datasets.audio_tracks import AudioDataset
from shared.errors import unknown_choice

_MODULES: tuple[AudioDataset, ...] = (audio_folder, gtzan, maestro, emotify)
AUDIO_DATASETS: dict[str, AudioDataset] = {module.NAME: module for module in _MODULES}


def audio_dataset(name: str) -> AudioDataset:
    """Return the dataset of that name.

    Raises:
        InputError: for an unknown name; it gives the nearest ones.
    """
    try:
        return AUDIO_DATASETS[name]
    except KeyError:
        raise unknown_choice("dataset", name, list(AUDIO_DATASETS)) from None
