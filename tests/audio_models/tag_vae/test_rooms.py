"""The rooms as users run them: what a run leaves, what evaluation and generation answer, what is refused."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from audio_models.tag_vae import evaluate, generate, latent_map, prepare, ship, train
from audio_models.tag_vae.config import DataConfig, ShipConfig
from audio_models.tag_vae.data import load_data
from audio_models.tag_vae.run_folder import load_model
from audio_models.training.checkpoints import read_weights
from shared.decoding.tag_space import TagSpace
from shared.files import read_json
from shared.runs import PROJECT_ROOT
from tests.audio_models.tag_vae.conftest import BAND, HALL, rows, tiny_config


def test_a_run_leaves_what_every_room_needs(run: Path) -> None:
    names = {path.name for path in run.iterdir()}
    assert {
        "final.ckpt", "weights.pt", "metrics.json", "summary.json", "config.json", "concepts_to_tags.json",
        "controls.npz", "tag_vae_encoder.onnx", "tag_vae_decoder.onnx", "tag_vae_encoder.md", "checkpoints", "csv",
    } <= names  # fmt: skip
    assert list(run.glob("events.out.tfevents.*"))
    models = run.parents[2] / "models"
    assert set(read_weights(models / "tiny.pth")) == set(load_model(run).state_dict())
    assert read_json(models / "metrics" / "tiny_metrics.json") == read_json(run / "metrics.json")
    assert read_json(models / "metrics" / "tiny_summary.json")["config"]["model"]["latent_dim"] == 4
    assert torch.load(run / "final.ckpt", weights_only=True)["epoch"] > 0


def test_no_recording_is_in_two_splits(clips: Path, taxonomy: Path) -> None:
    data = load_data(DataConfig(clips=str(clips), taxonomy=str(taxonomy)))
    groups = [{clip.group for clip in part} for part in data.splits.parts().values()]
    assert sum(map(len, groups)) == len(set.union(*groups)) == 240
    assert len(data.train) > 8 * len(data.test) > 0


def test_evaluation_stands_beside_its_controls(run: Path, tmp_path: Path) -> None:
    out = tmp_path / "scores.json"
    assert evaluate.main(["--checkpoint", str(run), "--json", str(out)]) == 0
    result = read_json(out)
    assert set(result["controls"]) == {"popularity", "ease", "pca"}
    for column in (result, *result["controls"].values()):
        assert set(column) >= {"overall", "hidden_20", "hidden_50"}
        assert all(0 <= column["overall"][name] <= 1 for name in ("recall_at_10", "ndcg_at_10"))
    # Two worlds are learned by anything that looks at a clip, and not by what looks at none.
    assert result["overall"]["ndcg_at_10"] > result["controls"]["popularity"]["overall"]["ndcg_at_10"]
    assert result["overall"]["active_units"] <= 4


def test_clips_that_nobody_has_seen_are_judged_by_path(run: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text("\n".join(["ytid,aspect_list", *(f'x{i},"{list(BAND)}"' for i in range(5))]), encoding="utf-8")
    out = tmp_path / "scores.json"
    assert evaluate.main(["--checkpoint", str(run), "--tags", str(other), "--json", str(out), "--no-controls"]) == 0
    result = read_json(out)
    assert result["clips"] == 5
    assert "controls" not in result


def test_completion_stays_in_the_world_of_the_tags(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert generate.main(["complete", "--tags", "rock, Drum", "--count", "3", "--checkpoint", str(run)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert {line.split("%  ")[1] for line in lines} <= set(BAND) - {"rock", "drums"}


def test_similar_sample_and_interpolate_answer(run: Path, clips: Path, capsys: pytest.CaptureFixture[str]) -> None:
    here = ["--checkpoint", str(run)]
    assert generate.main(["similar", "--tags", "violin", "--clips", str(clips), "--count", "4", *here]) == 0
    for line in capsys.readouterr().out.splitlines():
        assert any(tag in line for tag in HALL)
    assert generate.main(["sample", "--count", "3", "--seed", "1", *here]) == 0
    first = capsys.readouterr().out
    assert len(first.splitlines()) == 3
    generate.main(["sample", "--count", "3", "--seed", "1", *here])
    assert capsys.readouterr().out == first
    assert generate.main(["interpolate", "--tags", "violin, cello", "--to", "rock, loud", "--steps", "3", *here]) == 0
    way = capsys.readouterr().out.splitlines()
    assert [line[:4].strip() for line in way] == ["0%", "50%", "100%"]
    assert sum(tag in way[0] for tag in HALL) > sum(tag in way[0] for tag in BAND)
    assert sum(tag in way[-1] for tag in BAND) > sum(tag in way[-1] for tag in HALL)


def test_exports_answer_as_the_network(run: Path) -> None:
    space, model = TagSpace(run), load_model(run)
    vectors = np.eye(12, dtype=np.float32)
    with torch.no_grad():
        mu, _ = model.encode(torch.from_numpy(vectors))
        logits = model.decode(mu)
    np.testing.assert_allclose(space.encode(vectors), mu.numpy(), atol=1e-5)
    np.testing.assert_allclose(space.scores(mu.numpy()), logits.numpy(), atol=1e-5)


def test_the_map_is_one_file_with_every_clip(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # UMAP compiles itself for a minute before its first point.
    monkeypatch.setattr(latent_map, "laid_out", lambda points, seed: 0.5 + 0.5 * np.tanh(points[:, :2]))
    table = tmp_path / "few.csv"
    table.write_text("\n".join(["ytid,start_s,aspect_list,caption", *rows(24, seed=5)]), encoding="utf-8")
    page = tmp_path / "map.html"
    assert generate.main(["map", "--clips", str(table), "--output", str(page), "--checkpoint", str(run)]) == 0
    text = page.read_text(encoding="utf-8")
    data = json.loads(text.partition("const data = ")[2].partition(";\n")[0])
    assert len(data["clips"]) == 24
    assert all(0 <= clip["x"] <= 1 and 0 <= clip["y"] <= 1 for clip in data["clips"])
    assert "http" not in text


def test_a_taxonomy_is_derived_from_clips(clips: Path, tmp_path: Path) -> None:
    out = tmp_path / "concepts.json"
    assert prepare.main(["--clips", str(clips), "--min-clips", "10", "--output", str(out)]) == 0
    assert set(read_json(out)) == {*BAND, *HALL}


def test_a_run_can_be_gone_on_with_and_fine_tuned(run: Path, clips: Path, taxonomy: Path, tmp_path: Path) -> None:
    config = tiny_config(clips, taxonomy, tmp_path, "on", epochs=14)
    config.resume_from, config.export = str(run / "checkpoints" / "last.ckpt"), False
    train.train(config)
    epochs = (tmp_path / "outputs" / "tag_vae" / "on" / "csv" / "metrics.csv").read_text().splitlines()
    assert 0 < sum("," in line for line in epochs[1:]) < 12  # two epochs of train and val, not fourteen
    config = tiny_config(clips, taxonomy, tmp_path, "tuned", epochs=1)
    config.finetune_from, config.export, config.trainer.optimizer.lr = str(run), False, 1e-9
    train.train(config)
    for name, weight in load_model(run).state_dict().items():
        torch.testing.assert_close(load_model(tmp_path / "outputs/tag_vae/tuned").state_dict()[name], weight)


def test_what_ships_is_complete_and_free(run: Path, tmp_path: Path) -> None:
    target = ship.ship(ShipConfig(checkpoint=str(run), output_dir=str(tmp_path / "weights")))
    assert {"tag_vae_encoder.onnx", "tag_vae_decoder.onnx", "weights.pt", "controls.npz", "test_results.json"} <= {
        path.name for path in target.iterdir()
    }
    assert "| recall_at_10 |" in (target / "tag_vae_encoder.md").read_text(encoding="utf-8")
    assert evaluate.main(["--checkpoint", str(target), "--draws", "1"]) == 0


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["complete", "--tags", "rok"], "'rok' is not in the taxonomy; nearest: rock"),
        (["complete", "--tags", " , "], "--tags names no tag"),
        (["complet", "--tags", "rock"], "unknown task 'complet'; nearest: complete"),
        ([], "name one task"),
        (["interpolate", "--tags", "rock"], "--to names no tag"),
    ],
)
def test_a_wrong_question_is_one_sentence(
    words: list[str], sentence: str, run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert generate.main([*words, "--checkpoint", str(run)]) == 2
    err = capsys.readouterr().err
    assert sentence in err
    assert err.count("\n") == 1


def test_wrong_data_is_one_sentence(
    clips: Path, taxonomy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CONSORT_DATA", raising=False)
    strange = tmp_path / "strange.json"
    strange.write_text('{"zither": []}', encoding="utf-8")
    plain = tmp_path / "plain.csv"
    plain.write_text("ytid,caption\na,b\n", encoding="utf-8")
    malformed = tmp_path / "malformed.csv"
    malformed.write_text("ytid,aspect_list\na,mellow\n", encoding="utf-8")
    for words, sentence in (
        (["--clips", str(clips), "--taxonomy", str(strange)], "shares no tag with the clips"),
        (["--clips", str(plain), "--taxonomy", str(taxonomy)], "no column 'aspect_list'"),
        (["--clips", str(malformed), "--taxonomy", str(taxonomy)], "holds no clip with tags"),
        (["--clips", str(tmp_path / "absent.csv"), "--taxonomy", str(taxonomy)], "cannot read"),
        (["--clips", "musiccaps", "--taxonomy", str(taxonomy)], "CONSORT_DATA"),
        (["--clips", str(clips), "--taxonomy", str(taxonomy), "--callbacks", "os:path"], "no callback 'os:path'"),
    ):
        assert train.main([*words, "--output-root", str(tmp_path / "o")]) == 2
        assert sentence in capsys.readouterr().err


@pytest.mark.slow
def test_two_processes_share_every_batch(clips: Path, taxonomy: Path, tmp_path: Path) -> None:
    words = ["trainer=distributed", "--epochs", "2", "--no-enable-progress-bar", "--no-export", "--run-name", "both"]
    words += ["--clips", str(clips), "--taxonomy", str(taxonomy), "--latent-dim", "4", "--hidden-dim", "16"]
    words += ["--output-root", str(tmp_path / "out"), "--models-root", str(tmp_path / "models")]
    done = subprocess.run(
        [sys.executable, "-m", "audio_models.tag_vae.train", *words],
        cwd=PROJECT_ROOT, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    assert (tmp_path / "models" / "both.pth").is_file()
    assert [path.name for path in (tmp_path / "out" / "tag_vae").iterdir()] == ["both"]
