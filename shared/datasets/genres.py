"""From the many genre words of the corpora to the eight that the models know.

The words are the coarse genres of the chords-unified corpus; a word that is one of the eight stands for
itself. Where tradition leaves a choice, harmony decides: the Jensen-Shannon divergence between the chord
transitions of the songs with that word and of those with each of the eight. Show tunes are nearest to jazz
(0.29 bit), country as near to folk (0.21) as to anything.

| word              | genre |     | whole corpus         | genre     |
|-------------------|-------|-----|----------------------|-----------|
| soul/r&b          | soul  |     | us-chart             | pop       |
| funk              | soul  |     | mandopop             | pop       |
| disco/dance       | soul  |     | pop rock             | rock      |
| hip hop           | soul  |     | rock/pop             | rock      |
| country           | folk  |     | public-domain song   | not known |
| soundtrack/stage  | jazz  |     |                      |           |
| easy listening    | pop   |     |                      |           |
| electronic        | pop   |     |                      |           |
| reggae            | not known: none of the eight |   |   |
"""

from __future__ import annotations

from collections.abc import Iterable

from shared.music.conditions import GENRES

_WORDS = {
    "soul/r&b": "soul",
    "funk": "soul",
    "disco/dance": "soul",
    "hip hop": "soul",
    "country": "folk",
    "soundtrack/stage": "jazz",
    "easy listening": "pop",
    "electronic": "pop",
    "us-chart": "pop",
    "mandopop": "pop",
    "pop rock": "rock",
    "rock/pop": "rock",
} | {genre: genre for genre in GENRES}

# Of several words the one that says most wins: a bossa tagged jazz and latin is latin, "Blues Rock" is blues,
# "Rhythm & Blues" (tagged blues and soul) is soul. The corpora list the words by alphabet, not by weight.
_MOST_TELLING_FIRST = ("latin", "soul", "blues", "folk", "jazz", "rock", "pop", "classical")

# A record tagged with half the record shop says nothing.
_MAX_WORDS = 3


def coarse_genre(words: Iterable[str], corpus_genre: str = "") -> str | None:
    """Return the one of `GENRES` that the words of a song mean, or else that of its corpus, or None."""
    distinct = {word.strip().casefold() for word in words}
    known = {_WORDS[word] for word in distinct if word in _WORDS} if len(distinct) <= _MAX_WORDS else set()
    for genre in _MOST_TELLING_FIRST:
        if genre in known:
            return genre
    return _WORDS.get(corpus_genre.strip().casefold())
