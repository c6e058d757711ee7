"""Reading files of songs: everything readable is read, everything else is named, counted and skipped."""

from __future__ import annotations

import gzip
import json
import logging
from pathlib import Path
from typing import Any

import pytest

from shared.datasets.chords_unified import read_songs
from shared.datasets.problems import WARNING_LIMIT
from shared.errors import ConsortError

LOOP = ["A:min", "F:maj", "C:maj", "G:maj"]


def line(song_id: str, **fields: Any) -> str:
    return json.dumps({"id": song_id, "chords": LOOP} | fields, ensure_ascii=False)


def write(path: Path, lines: list[str | bytes]) -> Path:
    content = b"".join((text if isinstance(text, bytes) else text.encode()) + b"\n" for text in lines)
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


@pytest.mark.parametrize("name", ["songs.jsonl", "songs.jsonl.gz", "songs.data"])
def test_good_lines_are_read_and_bad_lines_named(name: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = write(
        tmp_path / name,
        [
            line("one", title="Été", genre=["jazz"]),
            "{broken",
            "",
            line("two").encode()[:-3] + b"\xff\xfe",
            line("three", chords=["C:maj", "Zz"]),
            "[1, 2]",
            json.dumps({"id": "no chords"}),
            line("four", title="日本"),
        ],
    )
    with caplog.at_level(logging.WARNING):
        songs, report = read_songs(path)
    assert [song.id for song in songs] == ["one", "four"]
    assert [song.title for song in songs] == ["Été", "日本"]
    assert report.n_tracks == 2
    assert not report.ok
    assert [(problem.file, problem.line) for problem in report.problems] == [(name, n) for n in (2, 4, 5, 6, 7)]
    messages = [problem.message for problem in report.problems]
    for message, expected in zip(
        messages, ("not valid JSON", "not UTF-8", "Zz", "expected a JSON object", "it is missing"), strict=True
    ):
        assert expected in message
    assert len(caplog.records) == 5
    assert f"{name}:5" in caplog.text


def test_warnings_are_few_and_the_count_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = write(tmp_path / "songs.jsonl", [line("good"), *["{"] * 50])
    with caplog.at_level(logging.WARNING):
        _, report = read_songs(path)
    assert len(report.problems) == 50
    assert len(caplog.records) == WARNING_LIMIT + 1
    assert f"skipped {50 - WARNING_LIMIT} more (50 in all)" in caplog.text


@pytest.mark.parametrize(
    "bad", ["[" * 100_000, '{"tempo": ' + "9" * 5000 + "}", '{"chords": ["C:maj", "Z\\n' + "z" * 9999 + '"]}']
)
def test_hostile_lines_are_one_short_line_in_the_report(bad: str, tmp_path: Path) -> None:
    _, report = read_songs(write(tmp_path / "songs.jsonl", [line("good"), bad]))
    (problem,) = report.problems
    assert problem.line == 2
    assert "\n" not in str(problem)
    assert len(str(problem)) < 400


def test_a_truncated_gzip_keeps_what_came_before(tmp_path: Path) -> None:
    path = tmp_path / "songs.jsonl.gz"
    # Incompressible titles, so that the cut lies in the middle of the lines.
    lines = [line(str(index), title=hex(hash((index, "x")) % 2**200)) for index in range(2000)]
    whole = write(path, lines).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    songs, report = read_songs(path)
    assert 100 < len(songs) < 2000
    assert len(report.problems) == 1
    assert "truncated" in report.problems[0].message
    assert report.problems[0].line > len(songs)


def test_a_gzip_with_a_damaged_middle_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "songs.jsonl.gz"
    whole = bytearray(write(path, [line(str(index)) for index in range(500)]).read_bytes())
    whole[len(whole) // 2] ^= 0xFF
    path.write_bytes(bytes(whole))
    try:
        _, report = read_songs(path)
    except ConsortError as error:
        assert "songs.jsonl.gz" in str(error)  # noqa: PT017 - either outcome is fine, silence is not
    else:
        assert report.problems


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    path = write(tmp_path / "songs.jsonl", [b"\xef\xbb\xbf" + line("one").encode(), line("two")])
    songs, report = read_songs(path)
    assert [song.id for song in songs] == ["one", "two"]
    assert report.ok


@pytest.mark.parametrize("content", ["", "\n\n", "{broken\n", '{"chords": []}\n'])
def test_no_song_left_is_an_error(content: str, tmp_path: Path) -> None:
    path = tmp_path / "songs.jsonl"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ConsortError, match="no song could be read from") as caught:
        read_songs(path)
    assert "\n" not in str(caught.value)


def test_missing_and_unreadable_paths_are_errors(tmp_path: Path) -> None:
    with pytest.raises(ConsortError, match="cannot read"):
        read_songs(tmp_path / "absent.jsonl")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ConsortError, match="no song could be read"):
        read_songs(tmp_path / "empty")


def test_duplicates_are_skipped_unless_their_original_is_absent(tmp_path: Path) -> None:
    lines = [line("one"), line("copy", duplicate_of="one"), line("orphan", duplicate_of="withheld")]
    path = write(tmp_path / "songs.jsonl", lines)
    assert [song.id for song in read_songs(path)[0]] == ["one", "orphan"]
    kept, _ = read_songs(path, keep_duplicates=True)
    assert [song.id for song in kept] == ["one", "copy", "orphan"]
    assert kept[0].group == kept[1].group


def test_a_text_file_has_one_progression_per_line(tmp_path: Path) -> None:
    path = tmp_path / "mine.txt"
    path.write_text(
        "# mine\ngenre=jazz mood=joy key=C:major | Dm7 | G7 | Cmaj7\nC Am F G\nC Am Wrong\n\nC:maj, G:7/3\n",
        encoding="utf-8",
    )
    songs, report = read_songs(path)
    assert [song.id for song in songs] == ["mine.txt:2", "mine.txt:3", "mine.txt:6"]
    assert (songs[0].genre, songs[0].mood, songs[0].dataset) == ("jazz", "joy", "mine")
    assert songs[0].key is not None
    assert songs[0].key.name == "C:major"
    assert len(songs[0].bars or ()) == 3
    assert [chord.quality for chord in songs[2].chords] == ["maj", "7"]
    assert [problem.line for problem in report.problems] == [4]
    assert "Wrong" in report.problems[0].message


def test_a_folder_of_lab_files_is_one_song_each(tmp_path: Path) -> None:
    (tmp_path / "album").mkdir()
    (tmp_path / "album" / "a.lab").write_text("0 1 N\n1 2 C:maj\n2 3 G:7\n", encoding="utf-8")
    (tmp_path / "b.lab").write_text("0 1 A\n1 2 D\n", encoding="utf-8")
    (tmp_path / "c.lab").write_text("0 1 A\n1 2 Q:zz\n", encoding="utf-8")
    songs, report = read_songs(tmp_path)
    assert [song.id for song in songs] == ["a", "b"]
    assert [problem.file for problem in report.problems] == ["c.lab"]


def test_the_real_corpus_is_read_whole(consort_data: Path) -> None:
    folder = consort_data / "chords-unified"
    if not folder.is_dir():
        pytest.skip("chords-unified is not in CONSORT_DATA")
    songs, report = read_songs(folder)
    assert report.ok, report.problems[:3]
    assert len(songs) > 6000
    assert sum(len(song.chords) for song in songs) > 400_000
    with_genre = sum(song.genre is not None for song in songs)
    assert with_genre > 0.9 * len(songs)
    assert all(song.licence for song in songs)
    assert all((song.mood is None) == (song.mood_source is None) for song in songs)
