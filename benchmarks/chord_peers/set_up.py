"""`python -m benchmarks.chord_peers.set_up`: build the environments of the public recognizers ahead of time.

    python -m benchmarks.chord_peers.set_up
    python -m benchmarks.chord_peers.set_up --peers crema,chordino --folder /data/peers

The benchmark builds what it lacks by itself; this is for doing it once, with a network, before it runs without.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks.chord_peers.environments import DEFAULT_FOLDER, build
from benchmarks.chord_peers.process_peer import ProcessPeer
from benchmarks.chord_peers.registry import PEERS, peer
from shared.cli import entry_point, option
from shared.errors import ConsortError


@dataclass
class SetUpConfig:
    """Build the environments that the public recognizers run in."""

    peers: list[str] = option(list(PEERS), help="which recognizers", choices=PEERS)
    folder: Path = option(DEFAULT_FOLDER, help="parent of the environments")


@entry_point(SetUpConfig)
def main(config: SetUpConfig) -> int:
    """Build one after another; one that fails is named and the next one follows."""
    failed = 0
    for name in config.peers:
        recognizer = peer(name, config.folder)
        if not isinstance(recognizer, ProcessPeer):
            continue
        try:
            print(f"{name}: {build(recognizer.environment, config.folder)}")
        except ConsortError as error:
            failed += 1
            print(f"{name}: {error}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
