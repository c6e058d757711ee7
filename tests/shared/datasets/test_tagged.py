"""Tables of tagged clips: what is read, what is skipped with its line, what is refused."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from shared.datasets import mtg_jamendo_tags, musiccaps
from shared.datasets.problems import ProblemLog
from shared.datasets.tagged import read_tags
from shared.errors import InputError

HEAD = "ytid,start_s,aspect_list,caption\n"


def table(folder: Path, *rows: str, head: str = HEAD) -> Path:
    path = folder / "clips.csv"
    path.write_text(head + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return path


def test_clips_are_read_with_their_tags(tmp_path: Path) -> None:
    path = table(tmp_path, """a1,30,"['Mellow', 'piano ', 'Mellow']",soft""", """b2,0,"['rock']",loud""")
    first, second = musiccaps.clips(path)
    assert (first.id, first.tags, first.dataset) == ("a1@30", ("Mellow", "piano"), "musiccaps")
    assert (second.id, second.tags) == ("b2@0", ("rock",))
    packed = tmp_path / "packed.csv.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert [clip.tags for clip in musiccaps.clips(packed)] == [first.tags, second.tags]


def test_one_recording_and_one_text_are_one_group(tmp_path: Path) -> None:
    rows = ["a,0,['x'],one", "a,30,['y'],two", "b,0,['Y'],two", "c,0,['z'],three"]
    groups = [clip.group for clip in musiccaps.clips(table(tmp_path, *rows))]
    assert groups[0] == groups[1] == groups[2] != groups[3]


def test_rows_that_cannot_be_read_are_named_and_skipped(tmp_path: Path) -> None:
    log = ProblemLog(warn=False)
    rows = ["a,0,mellow,x", "b,0,[],x", "c,0,[1],x", """d,0,"['good']",x""", "e,0,__import__('os'),x"]
    (clip,) = musiccaps.clips(table(tmp_path, *rows), log=log)
    assert clip.tags == ("good",)
    assert [problem.line for problem in log.problems] == [2, 3, 4, 6]
    assert "is no list of tags" in log.problems[0].message
    assert "empty" in log.problems[1].message


def test_a_table_without_the_column_names_those_it_has(tmp_path: Path) -> None:
    path = table(tmp_path, "a,soft", head="ytid,caption\n")
    with pytest.raises(InputError, match="no column 'aspect_list'; it has ytid, caption"):
        list(musiccaps.clips(path))


def test_parquet_is_read_alike(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "clips.parquet"
    parquet.write_table(pyarrow.table({"ytid": ["a"], "aspect_list": [["mellow", "piano"]]}), path)
    (clip,) = musiccaps.clips(path)
    assert (clip.id, clip.tags) == ("a", ("mellow", "piano"))
    path.write_bytes(b"nothing")
    with pytest.raises(InputError, match="not a readable Parquet"):
        list(musiccaps.clips(path))


def test_a_missing_or_broken_file_is_one_sentence(tmp_path: Path) -> None:
    for name in ("absent.csv", "absent.parquet"):
        with pytest.raises(InputError, match="cannot read"):
            list(musiccaps.clips(tmp_path / name))
    broken = tmp_path / "broken.csv.gz"
    broken.write_bytes(gzip.compress(HEAD.encode() * 100)[:40])
    with pytest.raises(InputError, match="not a readable CSV"):
        list(musiccaps.clips(broken))


def test_literals_are_data_and_never_run() -> None:
    for text in ("__import__('os').getcwd()", "[x for x in 'ab']", "(" * 300, "{'a'}"):
        with pytest.raises(InputError, match="no list of tags"):
            read_tags(text)


def test_jamendo_tracks_keep_the_kinds_that_are_asked_for(tmp_path: Path) -> None:
    text = "track_id\tartist_id\ttags\nt1\ta1\tgenre---rock mood---happy\nt2\ta1\tgenre---pop\nt3\ta2\t\n"
    (tmp_path / "tags.tsv.gz").write_bytes(gzip.compress(text.encode()))
    log = ProblemLog(warn=False)
    found = list(mtg_jamendo_tags.tracks(tmp_path, log, ("mood", "instrument")))
    assert [(clip.id, clip.tags, clip.group) for clip in found] == [("t1", ("mood---happy",), "a1")]
    assert len(log.problems) == 1
    assert len(list(mtg_jamendo_tags.tracks(tmp_path, ProblemLog(warn=False)))) == 2


@pytest.mark.parametrize("module", [musiccaps, mtg_jamendo_tags])
def test_the_real_table_is_read_whole(module: object, consort_data: Path) -> None:
    root = consort_data / module.NAME  # type: ignore[attr-defined]
    if not root.is_dir():
        pytest.skip(f"{root.name} is not in CONSORT_DATA")
    report = module.validate(root)  # type: ignore[attr-defined]
    assert report.n_tracks > 5000
    assert not report.problems


def test_a_named_group_counts_and_equal_texts_then_do_not(tmp_path: Path) -> None:
    path = tmp_path / "artists.csv"
    lines = ["ytid,aspect_list,group,licence", "a,['piano'],one,CC0-1.0", "b,['piano'],two,", "c,['drums'],one,"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    first, second, third = musiccaps.clips(path)
    assert first.group == third.group != second.group
    assert (first.licence, second.licence) == ("CC0-1.0", musiccaps.LICENCE)
