// A bar of music from an emotion: the five ONNX files of the emotion pipeline by the ONNX Runtime C++ API.
//
//   ./bar ../../../checkpoints/emotion -0.5 0.2
//
// Every vector is filled by the names of its dimensions, which the signature (NAME.json) lists in order.
#include <onnxruntime_cxx_api.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

constexpr int kSteps = 16;                 // sixteenths of a bar
constexpr int kLowest = 55, kHighest = 79; // where the tune lies
constexpr std::array<const char*, 12> kNames = {"C",  "Db", "D",  "Eb", "E",  "F",
                                                "Gb", "G",  "Ab", "A",  "Bb", "B"};

using Numbers = std::map<std::string, float>;

std::string Read(const std::string& path) {
  std::ifstream stream(path);
  if (!stream) throw std::runtime_error("cannot read " + path);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

// The strings of a list in the "vocabularies" of a signature. Names hold no quotes, so that no JSON library is needed.
std::vector<std::string> Vocabulary(const std::string& json, const std::string& tensor) {
  const std::size_t section = json.find("\"vocabularies\"");
  std::size_t place = json.find("\"" + tensor + "\"", section);
  if (section == std::string::npos || place == std::string::npos) {
    throw std::runtime_error("the signature has no vocabulary for " + tensor);
  }
  place = json.find('[', place);
  const std::size_t end = json.find(']', place);
  std::vector<std::string> names;
  for (std::size_t open = json.find('"', place); open < end; open = json.find('"', open + 1)) {
    const std::size_t close = json.find('"', open + 1);
    names.push_back(json.substr(open + 1, close - open - 1));
    open = close;
  }
  return names;
}

// NAME.onnx with the signature beside it: named numbers in, named numbers out.
class Net {
 public:
  Net(Ort::Env& env, const std::string& folder, const std::string& name)
      : session_(env, (folder + "/" + name + ".onnx").c_str(), Options()) {
    Ort::AllocatorWithDefaultOptions allocator;
    input_ = session_.GetInputNameAllocated(0, allocator).get();
    output_ = session_.GetOutputNameAllocated(0, allocator).get();
    const std::string json = Read(folder + "/" + name + ".json");
    inputs_ = Vocabulary(json, input_);
    outputs_ = Vocabulary(json, output_);
  }

  Numbers Ask(const Numbers& numbers) {
    std::vector<float> data;
    for (const std::string& name : inputs_) {
      const auto found = numbers.find(name);
      data.push_back(found == numbers.end() ? 0.0f : found->second);
    }
    const std::array<int64_t, 2> shape = {1, static_cast<int64_t>(data.size())};
    const Ort::MemoryInfo memory = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
    Ort::Value given = Ort::Value::CreateTensor<float>(memory, data.data(), data.size(), shape.data(), shape.size());
    const char* in = input_.c_str();
    const char* out = output_.c_str();
    const std::vector<Ort::Value> answer = session_.Run(Ort::RunOptions{nullptr}, &in, &given, 1, &out, 1);
    const float* values = answer.front().GetTensorData<float>();
    Numbers named;
    for (std::size_t place = 0; place < outputs_.size(); ++place) named[outputs_[place]] = values[place];
    return named;
  }

  std::size_t size() const { return inputs_.size(); }

 private:
  static Ort::SessionOptions Options() {
    Ort::SessionOptions options;
    options.SetIntraOpNumThreads(1); // small nets are fastest on one core
    return options;
  }

  Ort::Session session_;
  std::string input_, output_;
  std::vector<std::string> inputs_, outputs_;
};

std::string Numbered(const char* word, const char* format, int number) {
  char digits[8];
  std::snprintf(digits, sizeof digits, format, number);
  return std::string(word) + digits;
}

std::string Step(const char* word, int step) { return Numbered(word, "_%02d", step + 1); }

float Emotion(const char* word, const char* what) {
  char* end = nullptr;
  const float value = std::strtof(word, &end);
  if (*end != '\0' || !(value >= -1.0f && value <= 1.0f)) {
    throw std::runtime_error(std::string(what) + " goes from -1 to 1");
  }
  return value;
}

void Play(const std::string& folder, float valence, float arousal) {
  Ort::Env env(ORT_LOGGING_LEVEL_WARNING, "consort");
  const float intensity = std::min(1.0f, std::hypot(valence, arousal));
  const Numbers emotion = {{"valence", valence}, {"arousal", arousal}, {"intensity", 2 * intensity - 1}};

  Net recognizer(env, folder, "emotion_recognizer");
  recognizer.Ask({}); // the features of a silent clip
  std::printf("the recognizer hears %zu features\n", recognizer.size());

  const Numbers likely = Net(env, folder, "melody_transformer").Ask(emotion);
  std::vector<int> pitches;
  for (int pitch = kLowest; pitch <= kHighest; ++pitch) pitches.push_back(pitch);
  const auto how_likely = [&](int pitch) { return likely.at(Numbered("pitch", "_%03d", pitch)); };
  std::partial_sort(pitches.begin(), pitches.begin() + 4, pitches.end(),
                    [&](int a, int b) { return how_likely(a) > how_likely(b); });
  pitches.resize(4);
  std::sort(pitches.begin(), pitches.end());

  Numbers context = emotion;
  context.insert({{"tonic_C", 1}, {"mode", valence >= 0 ? 1.0f : -1.0f}, {"beat_1", 1}, {"phrase_bar_1", 1}});
  for (int pitch : pitches) context[std::string("melody_") + kNames[pitch % 12]] += 0.25f;
  const Numbers chords = Net(env, folder, "harmony_predictor").Ask(context);
  const auto chord = std::max_element(chords.begin(), chords.end(),
                                      [](const auto& a, const auto& b) { return a.second < b.second; });
  std::printf("chord: %s\n", chord->first.c_str());

  Numbers bar = emotion;
  bar.insert({{"phrase_bar_1", 1}, {"density", 4.0f / kSteps}});
  for (int step = 0; step < kSteps; step += 4) bar[Step("onset", step)] = 1;
  const Numbers loudness = Net(env, folder, "dynamics_engine").Ask(bar);
  for (int note = 0; note < 4; ++note) {
    const int pitch = pitches[note], velocity = std::lround(127 * loudness.at(Step("velocity", 4 * note)));
    std::printf("step %02d: %s%d velocity %d\n", 4 * note, kNames[pitch % 12], pitch / 12 - 1, velocity);
  }

  Numbers drums = emotion;
  drums.insert({{"genre_pop", 1}, {"density", 0.5f}});
  for (int step : {0, 8}) drums[Step("kick", step)] = 1;
  for (int step : {4, 12}) drums[Step("snare", step)] = 1;
  for (int step = 0; step < kSteps; step += 2) drums[Step("cymbal", step)] = 1;
  const Numbers groove = Net(env, folder, "groove_predictor").Ask(drums);
  for (int step = 0; step < kSteps; step += 2) {
    const long velocity = std::lround(127 * groove.at(Step("accent", step)));
    std::printf("step %02d: drums velocity %ld, %+.2f sixteenths late\n", step, velocity,
                groove.at(Step("timing", step)) - 0.5f);
  }
}

} // namespace

int main(int argc, char** argv) {
  try {
    if (argc != 4) throw std::runtime_error("usage: bar FOLDER VALENCE AROUSAL, both from -1 to 1");
    Play(argv[1], Emotion(argv[2], "valence"), Emotion(argv[3], "arousal"));
  } catch (const std::exception& error) { // ONNX Runtime's errors are of this kind too
    std::fprintf(stderr, "error: %s\n", error.what());
    return 2;
  }
  return 0;
}
