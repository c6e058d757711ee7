"""From training to music in minutes: a chord generator is trained, measured, exported, and a band plays it.

The weights that ship with the project write a first progression before anything else, and a song that can be heard
while the rest goes on; `--checkpoint` lets a run of your own write it instead. Then the demo trains a generator of
its own, measures it beside n-gram models of the same songs, and asks both for the same music: the page sets them
side by side. Where no weights ship, the demo's own write the song too.

Each step is announced with its number and time; a training runs as a process of its own, its progress shown live.
Same seed, same music; --reuse takes the model of the last demo and takes seconds. What an earlier demo left is
replaced only when the new one is complete; the song alone is replaced as soon as it is.

Examples:
    python -m studio.demo
    python -m studio.demo --reuse --genre jazz --verse-mood romance --chorus-mood joy --key Bb:major --seed 11
    python -m studio.demo --reuse --checkpoint checkpoints/chord_generator/mine
    python -m studio.demo --quick --output-dir /tmp/look
"""

from __future__ import annotations

import signal
import sys
from types import FrameType
from typing import NoReturn

from shared.cli import entry_point
from studio.config import DemoConfig
from studio.opening import play_opening
from studio.weights import require_reusable


def _end_like_interrupt(number: int, frame: FrameType | None) -> NoReturn:
    """Turn SIGTERM into an exception, so that rooms are ended and unfinished files removed."""
    raise KeyboardInterrupt


@entry_point(DemoConfig)
def main(config: DemoConfig) -> None:
    """Run the demo."""
    signal.signal(signal.SIGTERM, _end_like_interrupt)
    require_reusable(config)
    opening = play_opening(config)
    # Sound, MIDI and the page take longer to load than a first progression to write.
    import webbrowser

    from studio.production import run_demo

    output = run_demo(config, opening)
    if config.open:
        webbrowser.open((output / "report.html").resolve().as_uri())


if __name__ == "__main__":
    sys.exit(main())
