"""A model card on the page: what is read of it, and that nothing in it can break out."""

from __future__ import annotations

from pathlib import Path

from studio.model_card import blocks, card_section, read_card
from tests.studio.planted_model import plant


def test_the_sections_of_a_card_are_found_by_their_headings(tmp_path: Path) -> None:
    card = read_card(plant(tmp_path))
    assert card["Licence"] == "CC0-1.0."
    assert card["Figures"].startswith("| | perplexity |")
    assert {"Training data", "Limits", "Tensors"} <= card.keys()
    assert read_card(tmp_path / "nowhere") == {}


def test_the_card_of_the_whole_model_comes_first(tmp_path: Path) -> None:
    plant(tmp_path)
    (tmp_path / "chord_generator.md").write_text("# Whole\n\n## Figures\n\nAll of them.\n", encoding="utf-8")
    assert read_card(tmp_path) == {"Figures": "All of them."}


def test_data_licence_and_figures_are_shown_and_no_tensors(tmp_path: Path) -> None:
    section = card_section(read_card(plant(tmp_path)), "the weights that ship")
    assert section.index("Training data") < section.index("Licence") < section.index("Figures")
    assert "Tensors" not in section
    assert "Of the weights that ship" in section
    assert card_section({}, "nobody") == ""


def test_tables_lists_and_emphasis_become_elements() -> None:
    table, listed, paragraph = blocks("| a | b |\n|:--|--:|\n| x | **1** |\n\n- one\n- two\n\nIn `code`,\nand on.")
    assert '<th scope="col">b</th>' in table
    assert '<th scope="row">x</th><td><strong>1</strong></td>' in table
    assert listed == "<ul><li>one</li><li>two</li></ul>"
    assert paragraph == "<p>In <code>code</code>, and on.</p>"


def test_markup_in_a_card_is_text() -> None:
    (paragraph,) = blocks("<script>**&**</script> `<b>`")
    assert paragraph == "<p>&lt;script&gt;<strong>&amp;</strong>&lt;/script&gt; <code>&lt;b&gt;</code></p>"
