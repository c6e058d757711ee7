"""Tags find their concepts: as listed, by their words, or not at all with the nearest named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from shared.errors import InputError
from shared.music.tag_taxonomy import TAXONOMY_FILE, Taxonomy, build_taxonomy

SMALL = Taxonomy({"male voice": ["male singer"], "accordion": [], "piano melody": [], "piano": ["keys"], "groovy": []})


@pytest.mark.parametrize(
    ("tag", "concept"),
    [
        ("Male Vocalist", "male voice"), ("keys", "piano"), ("passionate accordion melody", "accordion"),
        ("mellow piano melody", "piano melody"), ("groovy accordion", "accordion"), ("pianos", "piano"),
    ],
)  # fmt: skip
def test_a_tag_belongs_to_one_concept(tag: str, concept: str) -> None:
    assert SMALL.concepts[SMALL.id(tag)] == concept


def test_an_unknown_tag_names_the_nearest() -> None:
    with pytest.raises(InputError, match=r"'acordion' is not in the taxonomy; nearest: accordion"):
        SMALL.id("acordion")
    assert SMALL.find("zither") is None


def test_vectors_are_one_where_a_clip_has_the_concept() -> None:
    vectors = SMALL.vectors([["keys", "groovy", "zither"], []])
    np.testing.assert_array_equal(vectors, [[0, 0, 0, 1, 1], [0, 0, 0, 0, 0]])


def test_a_tag_in_two_concepts_is_refused() -> None:
    with pytest.raises(InputError, match="in two concepts"):
        Taxonomy({"piano": ["keys"], "keyboard": ["keys"]})


def test_it_is_derived_from_how_often_tags_are_used(tmp_path: Path) -> None:
    clips = [
        ["Rock", "e-guitar"],
        ["rock music", "electric guitar"],
        ["rock", "electric guitar"],
        ["punk rock", "zither"],
    ]
    taxonomy = build_taxonomy(clips, min_clips=2, min_uses=1)
    assert taxonomy.concepts == ("electric guitar", "rock")
    assert taxonomy.tags["rock"] == ("punk rock", "rock music")
    assert taxonomy.tags["electric guitar"] == ("e-guitar",)
    taxonomy.save(tmp_path / "small.json")
    assert Taxonomy.load(tmp_path / "small.json").tags == taxonomy.tags
    with pytest.raises(InputError, match="no tag is in 9 clips"):
        build_taxonomy(clips, min_clips=9)


@pytest.mark.parametrize("content", ["[]", '{"a": "b"}', "{}"])
def test_a_file_that_is_none_is_refused(content: str, tmp_path: Path) -> None:
    path = tmp_path / "wrong.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match="taxonomy"):
        Taxonomy.load(path)


def test_the_taxonomy_that_ships_gathers_spellings() -> None:
    taxonomy = Taxonomy.load(TAXONOMY_FILE)
    assert len(taxonomy) > 300
    assert taxonomy.id("female singer") == taxonomy.id("female vocals") != taxonomy.id("male vocals")
    assert taxonomy.id("rock music") == taxonomy.id("rock")
