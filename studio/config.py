"""Every setting of the demo, its default, unit and meaning."""

from __future__ import annotations

from dataclasses import dataclass

from shared.cli import option
from shared.music.conditions import GENRE, MOOD
from shared.music.keys import parse_key

# The departure of the chord generator that trains for a couple of minutes.
DEMO_FLAGS = ("trainer=demo",)
# What --quick turns the training into: a look at every step, not a model worth hearing.
QUICK_FLAGS = ("trainer=quick_test", "model=small", "--batch-size", "256")
QUICK_TAKES = 2


@dataclass
class DemoConfig:
    """The demo: from training to a page that plays."""

    output_dir: str = option("output/demo", help="where the music, the figures and the page go")
    checkpoint: str = option(
        "", help="run folder whose weights write the song; empty = those that ship, or those trained here if none do"
    )
    songs: str = option("embedded", help="what to learn from: 'embedded', 'real' or a path, as for the training")
    epochs: int = option(0, help="passes over the songs at most; 0 = as trainer=demo says", unit="epochs", minimum=0)
    time_limit_s: float = option(
        0.0, help="training ends after the epoch that passes this; 0 = as trainer=demo says", unit="s", minimum=0
    )
    seed: int = option(7, help="of training, composing and playing: same seed, same song", minimum=0)
    genre: str = option("pop", help="genre of the song")
    verse_mood: str = option("nostalgia", help="mood of the song's verse")
    chorus_mood: str = option("joy", help="mood of the song's chorus")
    key: str = option("C:major", help="key of the song")
    reuse: bool = option(False, help="take the model of the last demo instead of training a new one")
    quick: bool = option(False, help="every step at toy size, in a minute; what it trains writes random music")
    open: bool = option(False, help="show the page in the browser at the end")
    run_name: str = option("demo", help="name of the training run's folders")
    checkpoint_root: str = option("checkpoints", help="where weights go")
    log_root: str = option("logs", help="where training logs go")

    def validate(self) -> None:
        """Refuse a name now rather than after the training.

        Raises:
            InputError: naming the nearest valid genres, moods or keys.
        """
        GENRE.id(self.genre)
        for mood in (self.verse_mood, self.chorus_mood):
            MOOD.id(mood)
        parse_key(self.key)
