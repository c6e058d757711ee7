"""The public recognizers that the chord benchmark measures beside ours, and the floor.

They measure, they are never dependencies. Licences: crema ISC; Chordino (in chord-extractor) GPL 2; madmom's
models CC BY-NC-SA 4.0; Essentia AGPL 3.
"""

from __future__ import annotations

from pathlib import Path

from benchmarks.chord_peers.contract import Peer
from benchmarks.chord_peers.environments import CHORDINO, CREMA, DEFAULT_FOLDER, ESSENTIA, MADMOM, Environment
from benchmarks.chord_peers.process_peer import ProcessPeer
from benchmarks.chord_peers.template_peer import TemplatePeer
from shared.errors import unknown_choice

_RUNNERS: dict[str, tuple[Environment, str]] = {
    "crema": (CREMA, "run_crema"),
    "chordino": (CHORDINO, "run_chordino"),
    "madmom-cnn": (MADMOM, "run_madmom_cnn"),
    "madmom-deep-chroma": (MADMOM, "run_madmom_deep_chroma"),
    "essentia": (ESSENTIA, "run_essentia"),
}
PEERS = (*_RUNNERS, TemplatePeer.name)


def peer(name: str, folder: Path = DEFAULT_FOLDER, *, anew: bool = False) -> Peer:
    """Return a recognizer by its name in `PEERS`.

    Args:
        name: which one.
        folder: parent of the environments of those that need one of their own.
        anew: whether it shall answer again where its answer was kept.

    Raises:
        InputError: for another name.
    """
    if name == TemplatePeer.name:
        return TemplatePeer()
    if name not in _RUNNERS:
        raise unknown_choice("recognizer", name, PEERS)
    environment, runner = _RUNNERS[name]
    return ProcessPeer(name, environment, f"benchmarks.chord_peers.runners.{runner}", folder, anew)
