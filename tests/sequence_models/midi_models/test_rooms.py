"""The rooms from end to end, on a tiny run of made-up samples: train, export, verify, evaluate, predict, ship."""

from __future__ import annotations

import shutil
from pathlib import Path

import keras
import numpy as np
import pytest

from sequence_models.midi_models import evaluate, predict, run_folder, ship
from sequence_models.midi_models.batches import TrainingSamples
from sequence_models.midi_models.config import ALL, EvaluateConfig, PredictConfig, ShipConfig, TrainConfig
from sequence_models.midi_models.tasks import TASK_TABLE
from sequence_models.midi_models.train import main
from sequence_models.startup import choose_device
from shared.cli import parse
from shared.decoding.emotion_models import SequenceTeller
from shared.errors import ConsortError, InputError
from shared.export import verify
from shared.export.signature import Signature
from shared.files import read_json
from shared.music.keys import Key
from shared.runtime import OnnxModel
from tests.sequence_models.midi_models.conftest import DENSE, SEQUENCE, SIZES, trained

CONFIGS = Path(predict.__file__).parent / "configs"
DEPARTURES = sorted(f"{path.parent.name}={path.stem}" for path in CONFIGS.glob("*/*.yaml"))
FILES = [task.file for task in TASK_TABLE.values()]


def weights(path: Path) -> list[np.ndarray]:
    return keras.saving.load_model(path, compile=False).get_weights()


def test_a_run_leaves_what_every_room_needs(run: Path) -> None:
    for name in FILES:
        for ending in (".keras", ".onnx", ".json", ".md", "_int8.onnx", "_int8.json", "_int8.md", "_reference.npz"):
            assert (run / f"{name}{ending}").is_file(), f"{name}{ending}"
        training = read_json(run / f"{name}_training.json")
        assert set(training["history"]) >= {"loss", "val_loss", "val_accuracy", "learning_rate", "gradient_norm"}
        assert all(norm > 0 for norm in training["history"]["gradient_norm"])
        assert training["sources"][0]["dataset"] == "synthetic"
    logs = run.parents[2] / "logs" / "midi_models" / "tiny"
    assert {path.parent.parent.name for path in logs.rglob("events.out.tfevents.*")} == set(FILES)
    assert {"metrics.json", "summary.json", "test_results.json"} <= {path.name for path in logs.iterdir()}


def test_tensorboard_holds_losses_accuracy_rate_and_gradient_norms(run: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    logs = run.parents[2] / "logs" / "midi_models" / "tiny" / FILES[0]
    tags: set[str] = set()
    for part in ("train", "validation"):
        events = EventAccumulator(str(logs / part), size_guidance={"tensors": 0})
        events.Reload()
        tags |= {f"{part}/{tag}" for tag in events.Tags()["tensors"]}
    wanted = {"epoch_loss", "epoch_learning_rate", "epoch_gradient_norm"}
    assert {f"train/{tag}" for tag in wanted} | {"validation/epoch_loss", "validation/epoch_accuracy"} <= tags


def test_signatures_name_every_dimension(run: Path, sequence_run: Path) -> None:
    for task in TASK_TABLE.values():
        written = Signature.load(run / f"{task.file}.json")
        assert written.inputs[0].axes == ("batch", len(task.inputs))
        assert written.outputs[0].axes == ("batch", len(task.outputs))
        assert tuple(written.vocabularies[task.input_name]) == task.inputs
        assert tuple(written.vocabularies[task.output_name]) == task.outputs
        assert "made up by rules" in (run / f"{task.file}.md").read_text(encoding="utf-8").casefold()
    step = Signature.load(sequence_run / "melody_sequence_step.json")
    assert [spec.name for spec in step.states()] == ["h", "c"]


def test_verify_holds_files_to_the_framework_and_to_limits(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--models-dir", str(run), "--runs", "5"]
    assert verify.main([*words, "--max-total-mb", "5", "--max-int8-mb", "2", "--json", str(tmp_path / "v.json")]) == 0
    rows = {row["model"]: row for row in read_json(tmp_path / "v.json")}
    assert rows["melody_transformer.onnx"]["shapes"] == "64 -> 128"
    assert rows["melody_transformer.onnx"]["difference"] < 1e-5
    assert rows["melody_transformer_int8.onnx"]["difference"] < 0.1
    assert verify.main([*words, "--max-int8-mb", "0.001"]) == 2
    assert "all int8 files have" in capsys.readouterr().err
    for name in ("melody_transformer.onnx", "melody_transformer.json"):
        shutil.copy(run / name, tmp_path / name)
    shutil.copy(run / "groove_predictor_reference.npz", tmp_path / "melody_transformer_reference.npz")
    assert "does not accept" in verify.inspect_model(tmp_path / "melody_transformer.onnx", 1).problem
    with np.load(run / "melody_transformer_reference.npz") as stored:
        arrays = dict(stored)
    np.savez(tmp_path / "melody_transformer_reference.npz", **arrays | {"out.notes": arrays["out.notes"] + 0.01})
    assert (
        "differs from the framework by 1.0e-02" in verify.inspect_model(tmp_path / "melody_transformer.onnx", 1).problem
    )


def test_evaluate_stands_beside_controls_and_on_prepared_samples(run: Path, tmp_path: Path) -> None:
    from sequence_models.midi_models.config import DataConfig, PrepareConfig
    from sequence_models.midi_models.prepare import prepare

    found = evaluate.evaluate(EvaluateConfig(checkpoint=str(run), json=str(tmp_path / "figures.json")))
    assert list(found) == FILES
    assert {name: set(result["controls"]) for name, result in found.items()} == {
        "melody_transformer": {"histogram"}, "harmony_predictor": {"histogram", "bigram"},
        "dynamics_engine": {"mean", "bar before"}, "groove_predictor": {"mean"},
    }  # fmt: skip
    assert read_json(tmp_path / "figures.json") == found
    prepare(PrepareConfig(data=DataConfig(num_samples=500), output_dir=str(tmp_path / "samples")))
    again = evaluate.evaluate(EvaluateConfig(checkpoint=str(run), source=str(tmp_path / "samples")))
    for name, result in found.items():
        assert again[name]["overall"]["nll"] == pytest.approx(result["overall"]["nll"], abs=1e-3)
    small = evaluate.evaluate(EvaluateConfig(checkpoint=str(run), int8=True))
    assert small["harmony_predictor"]["overall"]["nll"] == pytest.approx(
        found["harmony_predictor"]["overall"]["nll"], rel=0.02
    )


def test_the_sequence_net_is_scored_and_composes_the_same_again(sequence_run: Path) -> None:
    found = evaluate.evaluate(EvaluateConfig(checkpoint=str(sequence_run)))["melody_sequence_step"]
    assert found["controls"].keys() == {"histogram", "bigram"}
    assert 0 < found["overall"]["nll"] < np.log(128) + 0.2
    asked = PredictConfig(checkpoint=str(sequence_run), notes=12, key="Bb:minor", seed=4)
    tune = predict.predict(asked)["melody_sequence_step"]
    assert tune == predict.predict(asked)["melody_sequence_step"]
    assert len(tune) == 12
    assert [event["step"] for event in tune[1:]] == np.cumsum([event["duration"] for event in tune])[:-1].tolist()


def test_durations_are_asked_without_going_on(sequence_run: Path) -> None:
    model = OnnxModel(sequence_run / "melody_sequence_step.onnx")
    one, other = (SequenceTeller(model, np.zeros(64, np.float32), Key(0, "major")) for _ in range(2))
    assert one.next_durations(129, 0, 0, 0).sum() == pytest.approx(1, abs=1e-5)
    one.next_durations(129, 0, 0, 0)
    first = other.next_pitches(129, 0, 0, 0, 4)
    assert first.shape == (1, 128)
    np.testing.assert_array_equal(one.next_pitches(129, 0, 0, 0, 4), first)
    np.testing.assert_array_equal(one.next_pitches(60, 4, 4, 0, 4), other.next_pitches(60, 4, 4, 0, 4))


def test_predict_says_something_of_every_net(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert predict.main(["--checkpoint", str(run), "--valence", "-0.5", "--key", "A:minor", "--count", "3"]) == 0
    said = capsys.readouterr().out
    assert all(f"{name}:" in said for name in FILES)
    assert predict.main(["--checkpoint", str(run), "--genre", "rok"]) == 2
    assert "nearest: rock" in capsys.readouterr().err


FINETUNE = ("trainer=finetune", "--task", "groove", "--num-samples", "500", "--epochs", "1", *SIZES)


def test_fine_tuning_begins_with_given_weights_and_keeps_the_frozen(run: Path, tmp_path: Path) -> None:
    tuned = trained(tmp_path, "tuned", *FINETUNE, "--no-export", "--finetune-from", str(run))
    before, after = (weights(folder / "groove_predictor.keras") for folder in (run, tuned))
    same = [np.array_equal(one, other) for one, other in zip(before, after, strict=True)]
    assert same[:4] == [True] * 4  # kernel and bias, scale and shift
    assert not any(same[-2:])


def test_fine_tuning_refuses_other_sizes_and_nothing_to_freeze(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    roots = ["--log-root", str(tmp_path / "logs"), "--checkpoint-root", str(tmp_path / "checkpoints")]
    assert main([*FINETUNE, *roots, "--finetune-from", str(run), "model.second_units=32"]) == 2
    assert "of other sizes" in capsys.readouterr().err
    assert main([*FINETUNE, *roots]) == 2
    assert "name them with --finetune-from" in capsys.readouterr().err


SAME = ("trainer=quick_test", "--patience", "15", "--task", "dynamics", *DENSE[1:])


# The interrupted training leaves its log open, which the end of a process would close.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_interrupted_run_goes_on_to_the_same_weights(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    roots = ["--log-root", str(tmp_path / "logs"), "--checkpoint-root", str(tmp_path / "checkpoints")]
    words = [*SAME, "--no-export", "--run-name", "again", "--lr", "0.01", "--warmup-steps", "2", *roots]
    begin = TrainingSamples.begin_epoch

    def interrupted(self: TrainingSamples, epoch: int) -> None:
        if epoch == 3:
            raise KeyboardInterrupt
        begin(self, epoch)

    monkeypatch.setattr(TrainingSamples, "begin_epoch", interrupted)
    assert main(words) == 130
    monkeypatch.setattr(TrainingSamples, "begin_epoch", begin)
    again = tmp_path / "checkpoints" / "midi_models" / "again"
    assert not (again / "dynamics_engine.keras").exists()
    assert main([*words, "--resume", "--epochs", "9"]) == 2
    assert "other settings (trainer.epochs: 8 -> 9)" in capsys.readouterr().err
    assert main([*words, "--resume", "--run-name", "absent"]) == 2
    assert main([*words, "--resume"]) == 0
    before, after = (weights(folder / "dynamics_engine.keras") for folder in (run, again))
    assert all(np.array_equal(one, other) for one, other in zip(before, after, strict=True))


def test_a_net_learns_what_can_be_learnt(run: Path) -> None:
    result = read_json(run / "dynamics_engine_results.json")
    assert result["overall"]["mae"] < 0.8 * result["controls"]["mean"]["mae"]


def test_every_named_config_is_built_and_trained() -> None:
    on_corpora = {"data=real", "data=shipped"}  # their samples: test_real.py
    trained_here = {word for words in (DENSE, SEQUENCE, FINETUNE, SAME) for word in words}
    assert set(DEPARTURES) <= trained_here | on_corpora


def test_ship_takes_what_may_be_given_away_and_is_whole(run: Path, tmp_path: Path) -> None:
    assert ship.ship(ShipConfig(str(run), output_dir=str(tmp_path / "out"))) == tmp_path / "out"
    assert {path.stem for path in (tmp_path / "out").glob("*.onnx")} == {*FILES, *(f"{name}_int8" for name in FILES)}
    card = (tmp_path / "out" / "harmony_predictor.md").read_text(encoding="utf-8")
    assert "| bigram |" in card
    assert str(tmp_path.parent) not in (tmp_path / "out" / "harmony_predictor_training.json").read_text(
        encoding="utf-8"
    )
    assert run_folder.read_settings(tmp_path / "out", run_folder.NETS[0])[0].first_units == 8
    with pytest.raises(ConsortError, match="more than 1e-05"):
        ship.ship(ShipConfig(str(run), output_dir=str(tmp_path), max_mb=1e-5))
    shutil.copytree(run, tmp_path / "run")
    (tmp_path / "run" / "groove_predictor_results.json").unlink()
    with pytest.raises(ConsortError, match=r"groove_predictor_results.json is missing"):
        ship.ship(ShipConfig(str(tmp_path / "run"), output_dir=str(tmp_path)))
    kept = run / "groove_predictor_training.json"
    text = kept.read_text(encoding="utf-8").replace('"source": "synthetic"', '"source": "real"', 1)
    (tmp_path / "run" / kept.name).write_text(text, encoding="utf-8")
    with pytest.raises(ConsortError, match="songs of any licence"):
        ship.ship(ShipConfig(str(tmp_path / "run"), output_dir=str(tmp_path)))


def test_the_documented_command_line_fills_the_fields() -> None:
    words = "--task all --epochs 100 --batch-size 32 --learning-rate 0.001 --device auto".split()
    assert parse(TrainConfig, words) == TrainConfig(task=ALL)


def test_what_cannot_be_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["model=sequence", "--task", "groove"]) == 2
    assert "composes melodies, not groove" in capsys.readouterr().err
    monkeypatch.delenv("CONSORT_DATA", raising=False)
    roots = ["--log-root", str(tmp_path / "logs"), "--checkpoint-root", str(tmp_path / "checkpoints")]
    assert main(["data=real", *roots]) == 2
    assert "let CONSORT_DATA name their folder" in capsys.readouterr().err
    with pytest.raises(InputError, match=r"no \.onnx file of the MIDI nets"):
        run_folder.nets_in(tmp_path)
    with pytest.raises(ConsortError, match="sees no GPU"):
        choose_device("gpu")
