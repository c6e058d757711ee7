"""From the mood words that listeners tagged songs with to the 27 moods, only where the meaning is the same.

| words                                                                    | mood          |
|--------------------------------------------------------------------------|---------------|
| happy, cheerful, glad, joyful, upbeat, contento                          | joy           |
| sad, melancholy, melancholic, melancólico, depressed                     | sadness       |
| calm, mellow, peaceful, peace, chill, relaxed, calmado                   | calmness      |
| bored | astonished | sexy          | energetic  | fun       | sentimental | lovesongs | dreamy       |
| boredom | surprise | sexual desire | excitement | amusement | nostalgia   | romance   | entrancement |

What names a style (funky, smooth, retro), a degree (intense) or a mood that the 27 lack (cynical, droopy) is
left out: no word, no label.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

_MOOD_OF_WORD = {
    word: mood
    for mood, words in {
        "joy": "happy cheerful glad joyful upbeat contento",
        "sadness": "sad melancholy melancholic melancólico depressed",
        "calmness": "calm mellow peaceful peace chill relaxed calmado",
        "boredom": "bored",
        "surprise": "astonished",
        "sexual desire": "sexy",
        "excitement": "energetic",
        "amusement": "fun",
        "nostalgia": "sentimental",
        "romance": "lovesongs",
        "entrancement": "dreamy",
    }.items()
    for word in words.split()
}
_DEGREES = re.compile(r"^(extremely|very|muy|sehr)\s+")


def tagged_mood(tags: Iterable[str]) -> str | None:
    """Return the mood that most of the tags name, the first named of equals, or None.

    A tag may hold several words (`sad, very depressed`, `Mellow/Soft`) and stray blanks.
    """
    words = (word.strip().casefold() for tag in tags for word in re.split(r"[,/;]", tag))
    moods = [_MOOD_OF_WORD.get(_DEGREES.sub("", word)) for word in words]
    named = Counter(mood for mood in moods if mood is not None)
    return named.most_common(1)[0][0] if named else None
