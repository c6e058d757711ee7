"""The table of styles: complete, well-formed, and its errors say where."""

import json
from pathlib import Path

import pytest

from shared.errors import InputError
from shared.music import styles
from shared.music.comping import STROKES
from shared.music.conditions import GENRES
from shared.music.score import bar_quarters
from shared.music.styles import METERS, default_tempo, style_of


@pytest.mark.parametrize("meter", METERS)
@pytest.mark.parametrize("genre", GENRES)
def test_every_genre_has_at_least_two_feels_in_every_meter(genre: str, meter: str) -> None:
    feels = style_of(genre).feels[meter]
    assert len({feel.name for feel in feels}) == len(feels) >= 2
    assert all(feel.layers for feel in feels)


@pytest.mark.parametrize("genre", GENRES)
def test_every_bar_has_a_number_of_steps_that_its_meter_can_count(genre: str) -> None:
    for meter, feels in style_of(genre).feels.items():
        for feel in feels:
            rows = [row for layer in feel.layers.values() for row in layer]
            rows += [feel.bass, *feel.drums.values(), *feel.fill.values()]
            steps = {len(bar) for row in rows for bar in row.bars}
            assert steps <= {int(bar_quarters(meter) * per_quarter) for per_quarter in (1, 2, 4)}, feel.name


def test_the_symbols_of_layers_are_those_that_the_players_know() -> None:
    assert set(styles.LAYER_SYMBOLS) == set(STROKES)


def test_fills_last_one_bar_and_only_bands_with_drums_have_them() -> None:
    for genre in GENRES:
        for feels in style_of(genre).feels.values():
            for feel in feels:
                assert all(len(row.bars) == 1 for row in feel.fill.values())
                assert feel.drums or not feel.fill


def test_classical_music_has_no_drums_and_rock_always_has() -> None:
    assert not any(feel.drums for feels in style_of("classical").feels.values() for feel in feels)
    assert all(feel.drums for feels in style_of("rock").feels.values() for feel in feels)


def test_no_genre_plays_as_pop_and_an_unknown_one_is_refused() -> None:
    assert style_of(None) is style_of("neutral") is style_of("pop")
    with pytest.raises(InputError, match="unknown genre 'jaz'; nearest: jazz"):
        style_of("jaz")


def test_mood_moves_the_tempo_by_its_arousal() -> None:
    calm, usual, excited = (default_tempo("jazz", mood) for mood in ("calmness", None, "excitement"))
    assert calm < usual < excited
    with pytest.raises(InputError, match="unknown mood"):
        default_tempo("jazz", "hapy")


def _table_with(monkeypatch: pytest.MonkeyPatch, folder: Path, change: dict[str, object]) -> None:
    table = json.loads(styles.TABLE.read_text(encoding="utf-8"))
    table["genres"]["jazz"]["feels"]["3/4"][0].update(change)
    (folder / "styles.json").write_text(json.dumps(table), encoding="utf-8")
    monkeypatch.setattr(styles, "TABLE", folder / "styles.json")
    styles._styles.cache_clear()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"bass": "R-?"}, r"jazz 3/4, two feel: rhythm row 'R-\?' has unknown symbol"),
        ({"drums": {"gong": "x.."}}, "jazz 3/4, two feel: no instrument is named 'gong'"),
        ({"layers": {"tuba": ["x.."]}}, "no instrument is named 'tuba'"),
    ],
)
def test_an_error_in_the_table_says_where_it_stands(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, change: dict[str, object], message: str
) -> None:
    _table_with(monkeypatch, tmp_path, change)
    try:
        with pytest.raises(InputError, match=message):
            style_of("jazz")
    finally:
        styles._styles.cache_clear()
