"""The thesaurus is complete and consistent, and every way of looking up leads to a node or to one clear sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.emotion_thesaurus import RATINGS_FILE, measure, warriner
from shared.datasets import emotion_lexicons, thesaurus_build
from shared.errors import InputError
from shared.files import read_json
from shared.music.emotion import N_NODES, THESAURUS_FILE, WORDS_FILE, load_thesaurus, thesaurus
from shared.music.emotion_point import DIMENSIONS, EmotionPoint
from shared.music.emotion_style import style_of, tempo_of


def test_the_thesaurus_is_six_by_six_by_six_and_related_both_ways() -> None:
    nodes = thesaurus().nodes
    assert [node.id for node in nodes] == list(range(N_NODES))
    assert len({node.word for node in nodes}) == N_NODES
    assert len({node.path[0] for node in nodes}) == 6
    assert len({node.path[:2] for node in nodes}) == 36
    for node in nodes:
        assert node.path[2] == node.word
        assert node.path[:2] == nodes[node.id - node.id % 6].path[:2]
        assert len(node.related) >= 4
        assert all(node.id in nodes[other].related and other != node.id for other in node.related)
        assert node.style == style_of(node.point)
        assert {*DIMENSIONS, "style"} == set(node.sources)


def test_every_source_is_explained() -> None:
    content = read_json(THESAURUS_FILE)
    kinds = {
        part.partition(":")[0] for row in content["nodes"] for s in row["sources"].values() for part in s.split("; ")
    }
    assert kinds == set(content["source_notes"])
    assert content["licence"] == "CC-BY-SA-4.0"


@pytest.mark.parametrize(
    ("word", "found", "via"),
    [
        ("Melancholy", "melancholy", "node"), ("angrily", "rage", "form of angry"), ("furious", "fury", "node"),
        ("thrilled", "thrill", "form of thrill"), ("yearning", "longing", "ratings"),
    ],
)  # fmt: skip
def test_words_find_their_node(word: str, found: str, via: str) -> None:
    match = thesaurus().by_word(word)
    assert (match.node.word, match.via) == (found, via)


def test_an_unlisted_word_says_how_far_its_node_is() -> None:
    near, far = thesaurus().by_word("delightful"), thesaurus().by_word("zombie")
    assert near.via == far.via == "ratings"
    assert near.node.point.valence > 0.5
    assert 0 < near.distance < far.distance


def test_an_unknown_word_is_refused_with_near_ones() -> None:
    with pytest.raises(InputError, match=r"'melancoly' is in neither.*nearest: melanchol.*or give valence and arousal"):
        thesaurus().by_word("melancoly")
    with pytest.raises(InputError, match="nearest"):
        thesaurus().by_word("")


def test_ids_and_points() -> None:
    node = thesaurus().by_id(215)
    match = thesaurus().by_point(node.point)
    assert match.distance == 0
    assert match.via == "point"
    assert match.node.point == node.point
    for outside in (216, -1):
        with pytest.raises(InputError, match=f"{outside} is no emotion"):
            thesaurus().by_id(outside)


def test_style_follows_the_point() -> None:
    calm, rage = style_of(EmotionPoint(0.5, -0.8, 0.0, 0.3)), style_of(EmotionPoint(-0.6, 0.9, 0.2, 0.9))
    assert (calm.mode, calm.dynamics, calm.articulation) == ("major", "pp", "legato")
    assert (rage.mode, rage.dynamics, rage.articulation, rage.register) == ("minor", "ff", "marcato", "middle")
    assert calm.tempo_qpm[0] < tempo_of(-0.8) < calm.tempo_qpm[1] < rage.tempo_qpm[0]
    assert style_of(EmotionPoint(1, 1, 1, 1)).register == "high"


def test_a_broken_thesaurus_or_tree_is_named(tmp_path: Path) -> None:
    content = read_json(THESAURUS_FILE)
    path = tmp_path / "thesaurus.json"
    path.write_text(json.dumps({"nodes": content["nodes"][1:]}), encoding="utf-8")
    with pytest.raises(InputError, match="ids 0 to 215"):
        load_thesaurus(path)
    path.write_text('{"nodes": [{"id": 0}]}', encoding="utf-8")
    with pytest.raises(InputError, match="build it again"):
        load_thesaurus(path)
    tree = tmp_path / "tree.txt"
    tree.write_text("# words\njoy / calm: calm, serene\n", encoding="utf-8")
    with pytest.raises(InputError, match="line 2"):
        thesaurus_build.read_tree(tree)


def test_the_build_writes_the_files_that_ship(consort_data: Path) -> None:
    root = consort_data / emotion_lexicons.NAME
    if not root.is_dir():
        pytest.skip("emotion-lexicons is not in CONSORT_DATA")
    assert emotion_lexicons.validate(root).ok
    ratings, sentences = emotion_lexicons.ratings(root), emotion_lexicons.sentences(root)
    nodes = thesaurus_build.build_nodes(thesaurus_build.read_tree(thesaurus_build.TREE_FILE), ratings, sentences)
    assert thesaurus_build.thesaurus_text(nodes) == THESAURUS_FILE.read_text(encoding="utf-8")
    assert thesaurus_build.words_text(ratings) == WORDS_FILE.read_text(encoding="utf-8")
    rows, bars = measure(thesaurus(), warriner(root / RATINGS_FILE))
    assert all(bar.holds for bar in bars), bars
    assert all(row["spearman"] > row["basic emotion alone"] for row in rows)
