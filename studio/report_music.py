"""The parts of the page that sound: the song with its piano roll and chord sheet, and the galleries of takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shared.music.score import Score
from studio.embedded_audio import Sound, data_uri
from studio.markup import Markup, element
from studio.mini_roll import mini_roll
from studio.notation import key_words, printed
from studio.piano_roll import piano_roll
from studio.song import QUARTERS_PER_CHORD, Song


@dataclass(frozen=True, slots=True)
class Take:
    """One progression, played.

    Attributes:
        genre: name of the genre asked for.
        mood: name of the mood asked for.
        key: such as `C:major`.
        names: chord names, a chord per bar.
        romans: the Roman numeral of each chord.
        score: the notes.
        sound: the performance.
    """

    genre: str
    mood: str
    key: str
    names: tuple[str, ...]
    romans: tuple[str, ...]
    score: Score
    sound: Sound

    @property
    def title(self) -> str:
        """Genre and mood, for people."""
        return f"{self.genre}, {self.mood}"


@dataclass(frozen=True)
class Gallery:
    """The takes of one set of weights.

    Attributes:
        name: of the weights, as in file names: `shipped`, `named` or `trained`.
        title: what people call the weights, in a sentence.
        learned_from: what they were trained on.
        takes: one per request, in the order of the requests.
    """

    name: str
    title: str
    learned_from: str
    takes: Sequence[Take]


def player(sound: Sound, title: str, scope: str, *, large: bool = False) -> Markup:
    """Return an audio player that lights the chords inside the element with id `scope`.

    Without the page's script it is the browser's own player.
    """
    audio = element("audio", src=data_uri(sound), controls=True, preload="metadata", aria_label=title)
    button = element(
        "button", type="button", class_="play", aria_pressed="false", aria_label=f"Play {title}", hidden=True
    )
    slider = element(
        "input", type="range", min=0, max=f"{sound.seconds:.2f}", step="0.01", value=0,
        aria_label=f"Position in {title}", hidden=True,
    )  # fmt: skip
    clock = element("output", hidden=True, aria_live="off")
    return element("div", audio, button, slider, clock, class_="player large" if large else "player", data_scope=scope)


def chord_sheet(names: Sequence[str], romans: Sequence[str], onset_s: float, seconds_per_chord: float) -> Markup:
    """Return the bars of a progression, chord name over numeral; each knows when it sounds."""
    bars = (
        element(
            "li", element("b", printed(name)), element("span", printed(roman)),
            data_onset=f"{onset_s + index * seconds_per_chord:.3f}",
        )
        for index, (name, roman) in enumerate(zip(names, romans, strict=True))
    )  # fmt: skip
    return element("ol", *bars, class_="sheet")


def song_section(song: Song, sound: Sound, title: str, about: str) -> Markup:
    """Return the song: what was asked (`about`), player, piano roll, and every part as a chord sheet."""
    seconds, parts = 60 / song.score.tempo_qpm, []
    for part, section in zip(song.parts, song.sections, strict=True):
        head = element("h3", part.name) + element("p", _players(part.silent), class_="note")
        sheet = chord_sheet(part.names, part.romans, section.onset_quarters * seconds, QUARTERS_PER_CHORD * seconds)
        parts.append(element("div", head, class_="part") + sheet)
    return element(
        "section", element("h2", "The song"), element("p", about, class_="note"),
        player(sound, title, "song", large=True),
        piano_roll(song.score, song.sections),
        element("p", "Click into the roll to listen from there.", class_="note"), *parts,
        id="song",
    )  # fmt: skip


def _players(silent: frozenset[str]) -> str:
    """Return who plays a part."""
    playing = [name for name in ("chords", "bass", "drums") if name not in silent]
    return " · ".join(playing)


def gallery_section(galleries: Sequence[Gallery]) -> Markup:
    """Return the takes: a row of cards per request, with a card of each that was asked."""
    text = (
        "The same model, asked for other genres and moods."
        if len(galleries) == 1
        else "Both were asked for the same, with the same seed: what each has learned is what you hear."
    )
    intro = element("p", text, " Each card is one bar per chord, played in the rhythm of its genre.")
    rows = zip(*(gallery.takes for gallery in galleries), strict=True)
    cards = [
        _card(take, gallery, f"take-{index + 1}-{gallery.name}", labelled=len(galleries) > 1)
        for index, row in enumerate(rows)
        for gallery, take in zip(galleries, row, strict=True)
    ]
    heads = [_column_head(gallery) for gallery in galleries] if len(galleries) > 1 else []
    return element(
        "section", element("h2", "Genres and moods"), intro,
        element("div", *heads, class_="makers") if heads else "",
        element("ul", *cards, class_="cards"), id="gallery",
    )  # fmt: skip


def _column_head(gallery: Gallery) -> Markup:
    """Return who plays in a column, and what it learned from."""
    text = element("p", f"learned from {gallery.learned_from}", class_="note")
    return element("div", element("h3", _sentence_case(gallery.title)) + text, class_=f"maker {gallery.name}")


def _card(take: Take, gallery: Gallery, identity: str, *, labelled: bool) -> Markup:
    """Return one take: by whom (where that needs saying), what was asked, the chords, a player."""
    by = element("p", _sentence_case(gallery.title), class_=f"by {gallery.name}") if labelled else Markup()
    about = f"{key_words(take.key)} · {take.score.tempo_qpm:.0f} quarters per minute"
    head = by + element("h3", take.title) + element("p", about, class_="note")
    sheet = chord_sheet(take.names, take.romans, 0.0, QUARTERS_PER_CHORD * 60 / take.score.tempo_qpm)
    sounding = player(take.sound, f"{take.title}, by {gallery.title}", identity)
    return element("li", head, sheet, mini_roll(take.score), sounding, id=identity)


def _sentence_case(text: str) -> str:
    """Return the text with a capital at its beginning; names inside keep theirs."""
    return text[:1].upper() + text[1:]


def progressions_text(takes: Sequence[Take]) -> str:
    """Return the takes as lines for the terminal."""
    width = max(len(take.title) for take in takes)
    return "\n".join(f"      {take.title:{width}}  {'  '.join(take.names)}" for take in takes)
