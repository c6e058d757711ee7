"""Where chords stand: what is counted, what is not known, and that nothing of it lies ahead."""

from __future__ import annotations

from dataclasses import replace

from sequence_models.chord_generator.encoding import encode
from sequence_models.chord_generator.places import N_PLACES, UNKNOWN, place_id, places_of
from shared.datasets.contract import ChordSong
from shared.datasets.song_records import song_from_record

_BARS = [["C:maj"], ["C:maj", "F:maj"], ["F:maj", "G:7"], ["C:maj"], ["F:maj"], ["C:maj", "G:7"]]
_SECTIONS = ["verse", "verse", "verse", "chorus", "chorus", "verse"]
_CHANGES = ["C:maj", "F:maj", "G:7", "C:maj", "F:maj", "C:maj", "G:7"]


def _song(**fields: object) -> ChordSong:
    return song_from_record({"chords": _CHANGES, "bars": _BARS, "sections": _SECTIONS, **fields}, "id", "set")


def test_a_place_is_section_bar_and_order() -> None:
    expected = [
        place_id(1, 0, 0), place_id(1, 1, 1), place_id(1, 2, 1), place_id(2, 0, 0), place_id(2, 1, 0),
        place_id(1, 0, 0), place_id(1, 0, 1),
    ]  # fmt: skip
    assert places_of(_song()).tolist() == expected


def test_without_names_bars_are_counted_from_the_beginning() -> None:
    song = _song(sections=None)
    assert places_of(song).tolist() == [place_id(0, bar, order) for bar, order in zip(
        (0, 1, 2, 3, 4, 5, 5), (0, 1, 1, 0, 0, 0, 1), strict=True)]  # fmt: skip


def test_a_pick_up_has_no_place_and_bars_that_tell_another_story_give_none() -> None:
    pick_up = _song(chords=["D:min", *_CHANGES])
    assert places_of(pick_up).tolist() == [UNKNOWN, *places_of(_song())]
    assert not places_of(_song(bars=[["A:min"], *_BARS[1:]])).any()
    assert not places_of(_song(bars=None, sections=None)).any()


def test_what_comes_later_changes_no_place() -> None:
    whole = places_of(_song())
    shorter = replace(_song(), chords=_song().chords[:4], bars=_song().bars[:4], sections=tuple(_SECTIONS[:4]))  # type: ignore[index]
    assert places_of(shorter).tolist() == whole[:4].tolist()


def test_places_stand_beside_their_tokens_where_chords_become_one() -> None:
    bars = [["C:maj"], ["C:7(b9)", "C:7(#9)"], ["F:maj"]]
    song = _song(chords=["C:maj", "C:7(b9)", "C:7(#9)", "F:maj"], bars=bars, sections=None)
    encoded = encode(song)
    assert len(encoded.chords) == 3  # both altered dominants are one token
    assert encoded.places.tolist() == [UNKNOWN, place_id(0, 0, 0), place_id(0, 1, 0), place_id(0, 2, 0), UNKNOWN]
    assert len(encoded.places) == len(encoded.tokens)


def test_long_songs_stay_within_the_ids() -> None:
    assert 0 < place_id(500, 500, 9) < N_PLACES
