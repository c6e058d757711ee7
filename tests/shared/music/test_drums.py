"""The drummer: rows, fills, accents, the end."""

from shared.music.chords import Chord
from shared.music.drums import play_drums
from shared.music.rhythm import Timeline, build_timeline
from shared.music.styles import DRUM_PITCHES, style_of
from shared.music.touch import Setting, Written

KICK, SNARE, CRASH = (DRUM_PITCHES[name] for name in ("kick", "snare", "crash"))
CHORDS = [Chord(bar % 2 * 7, "maj", bar % 2 * 7) for bar in range(17)]


def _play(genre: str = "rock", n_chords: int = 17, seed: int = 0) -> tuple[list[Written], Timeline]:
    style, timeline = style_of(genre), build_timeline(CHORDS[:n_chords], [4.0] * n_chords, 4.0)
    setting = Setting(120.0, "4/4", 4.0, style.swing, timeline.end_quarters, seed)
    return play_drums(style, style.feels["4/4"][-1], timeline, setting), timeline


def test_the_backbeat_is_on_two_and_four() -> None:
    notes, _ = _play()
    onsets = {note.onset_quarters for note in notes if note.pitch == SNARE}
    assert {1.0, 3.0, 5.0, 7.0} <= onsets
    assert 0.0 not in onsets


def test_every_second_phrase_ends_with_a_fill_and_a_crash_follows() -> None:
    notes, _ = _play()
    crashes = {note.onset_quarters for note in notes if note.pitch == CRASH}
    assert {32.0, 64.0} <= crashes
    assert sum(28.0 <= note.onset_quarters < 32.0 and note.pitch == SNARE for note in notes) > 2


def test_the_seed_decides_on_the_fills_between() -> None:
    assert len({tuple(note.onset_quarters for note in _play(seed=seed)[0]) for seed in range(8)}) > 1
    assert _play(seed=5)[0] == _play(seed=5)[0]


def test_the_drums_stop_with_one_stroke_where_the_song_rests() -> None:
    for genre in ("rock", "jazz", "latin", "folk", "blues", "soul", "pop"):
        notes, timeline = _play(genre)
        ending = [note for note in notes if note.onset_quarters >= timeline.rest_quarters]
        assert 1 <= len(ending) <= 2
        assert {note.onset_quarters for note in ending} == {timeline.rest_quarters}


def test_a_single_chord_has_only_the_last_stroke() -> None:
    notes, _ = _play(n_chords=1)
    assert {note.onset_quarters for note in notes} == {0.0}


def test_without_rows_there_are_no_drums() -> None:
    assert _play("classical")[0] == []
