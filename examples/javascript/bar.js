// A bar of music from an emotion: melody, chord, dynamics and groove, by the ONNX files and their signatures alone.
//
//   npm install
//   node bar.js ../../checkpoints/emotion --valence -0.5 --arousal 0.2
//
// Every vector is filled by the names of its dimensions, which the signature (NAME.json) lists in order.
"use strict";

const fs = require("fs");
const path = require("path");
const ort = require("onnxruntime-node");

const STEPS = 16; // sixteenths of a bar
const NOTE_NAMES = ["C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B"];
const LOWEST = 55, HIGHEST = 79; // where the tune lies

function option(name, fallback) {
  const place = process.argv.indexOf(`--${name}`);
  const value = place < 0 ? fallback : Number(process.argv[place + 1]);
  if (!(value >= -1 && value <= 1)) {
    throw new Error(`--${name} needs a number from -1 to 1`);
  }
  return value;
}

/** Open NAME.onnx with the signature beside it; `ask` takes { dimension: number } and answers in the same form. */
async function open(folder, name) {
  const session = await ort.InferenceSession.create(path.join(folder, `${name}.onnx`));
  const signature = JSON.parse(fs.readFileSync(path.join(folder, `${name}.json`), "utf8"));
  const [input] = signature.inputs, [output] = signature.outputs;
  const names = (tensor) => signature.vocabularies[tensor.name] ?? [...Array(tensor.axes[1]).keys()];
  async function ask(numbers) {
    const data = Float32Array.from(names(input), (dimension) => numbers[dimension] ?? 0);
    const fed = new ort.Tensor("float32", data, [1, data.length]);
    const answer = (await session.run({ [input.name]: fed }))[output.name].data;
    return Object.fromEntries(names(output).map((dimension, place) => [dimension, answer[place]]));
  }
  return { ask, inputs: names(input) };
}

const best = (numbers) => Object.keys(numbers).reduce((a, b) => (numbers[b] > numbers[a] ? b : a));
const two = (number) => String(number).padStart(2, "0");

async function main() {
  const folder = process.argv[2];
  if (!folder || folder.startsWith("--")) {
    throw new Error("usage: node bar.js FOLDER [--valence X] [--arousal X]");
  }
  const valence = option("valence", 0.5), arousal = option("arousal", 0.2);
  const emotion = { valence, arousal, dominance: 0, intensity: 2 * Math.min(1, Math.hypot(valence, arousal)) - 1 };

  const melody = await (await open(folder, "melody_transformer")).ask(emotion);
  const pitches = Object.keys(melody).map((name) => Number(name.slice("pitch_".length)));
  const likely = pitches
    .filter((pitch) => pitch >= LOWEST && pitch <= HIGHEST)
    .sort((a, b) => melody[`pitch_${String(b).padStart(3, "0")}`] - melody[`pitch_${String(a).padStart(3, "0")}`]);
  const tune = likely.slice(0, 4).sort((a, b) => a - b);

  const mode = valence >= 0 ? 1 : -1;
  const context = { ...emotion, tonic_C: 1, mode, beat_1: 1, phrase_bar_1: 1 };
  for (const pitch of tune) context[`melody_${NOTE_NAMES[pitch % 12]}`] = 1 / tune.length;
  const chord = best(await (await open(folder, "harmony_predictor")).ask(context));

  const onsets = [0, 4, 8, 12];
  const bar = { ...emotion, phrase_bar_1: 1, density: onsets.length / STEPS };
  for (const step of onsets) bar[`onset_${two(step + 1)}`] = 1;
  const loudness = await (await open(folder, "dynamics_engine")).ask(bar);

  const drums = { ...emotion, genre_pop: 1, density: 0.5 };
  for (const step of [0, 8]) drums[`kick_${two(step + 1)}`] = 1;
  for (const step of [4, 12]) drums[`snare_${two(step + 1)}`] = 1;
  for (let step = 0; step < STEPS; step += 2) drums[`cymbal_${two(step + 1)}`] = 1;
  const groove = await (await open(folder, "groove_predictor")).ask(drums);

  console.log(`emotion: valence ${valence}, arousal ${arousal}`);
  if (fs.existsSync(path.join(folder, "emotion_recognizer.onnx"))) {
    const recognizer = await open(folder, "emotion_recognizer");
    await recognizer.ask({}); // the 128 features of a silent clip
    console.log(`the recognizer hears ${recognizer.inputs.length} features`);
  }
  console.log(`chord: ${chord}`);
  for (const [place, step] of onsets.entries()) {
    const name = `${NOTE_NAMES[tune[place] % 12]}${Math.floor(tune[place] / 12) - 1}`;
    console.log(`step ${two(step)}: ${name} velocity ${Math.round(127 * loudness[`velocity_${two(step + 1)}`])}`);
  }
  for (let step = 0; step < STEPS; step += 2) {
    const accent = Math.round(127 * groove[`accent_${two(step + 1)}`]);
    const late = (groove[`timing_${two(step + 1)}`] - 0.5).toFixed(2);
    console.log(`step ${two(step)}: drums velocity ${accent}, ${late} sixteenths late`);
  }
}

main().catch((error) => {
  console.error(`error: ${error.message}`);
  process.exit(2);
});
