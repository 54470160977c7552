#include "inputs.h"

#include <algorithm>
#include <functional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "convoy/base/convert.h"
#include "convoy/base/error.h"
#include "convoy/base/philox.h"
#include "convoy/io/image.h"
#include "convoy/io/npy.h"
#include "convoy/io/npz.h"
#include "convoy/onnx/onnx.h"
#include "convoy/passes/passes.h"
#include "usage.h"

namespace convoy::cli {

namespace {

/// The part before '=' and the part after it; no name where there is none.
std::pair<std::string, std::filesystem::path> parts_of(const std::string& text) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos) return {"", text};
  return {text.substr(0, equals), text.substr(equals + 1)};
}

bool is_picture(const std::filesystem::path& file) {
  std::string suffix = file.extension().string();
  std::transform(suffix.begin(), suffix.end(), suffix.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return suffix == ".png" || suffix == ".jpg" || suffix == ".jpeg";
}

std::vector<std::string> names_of(const Graph& graph) {
  std::vector<std::string> names;
  for (const Value& input : graph.inputs) names.push_back(input.node()->name);
  return names;
}

}  // namespace

void InputOptions::add_to(CLI::App& verb) {
  verb.add_option("--input", texts_,
                  "a file for an input: .npy, .npz (the array of the input's name), .png, .jpg; "
                  "NAME= may be left out for a model of one input")
      ->type_name("NAME=FILE");
  verb.add_option("--random", seed_, "draw the inputs that no file is given for, from this seed")
      ->type_name("SEED");
  dims_.add_to(verb);
  const std::string pictures = "Pictures";
  verb.add_option("--size", size_, "height and width to bring pictures to; default the input's")
      ->expected(1, 2)
      ->check(CLI::Range(1, 1 << 16))
      ->group(pictures);
  verb.add_option("--fit", fit_, "how: letterbox (whole, with bars of grey), stretch, crop")
      ->check(CLI::IsMember({"letterbox", "stretch", "crop"}))
      ->capture_default_str()
      ->group(pictures);
  verb.add_option("--scale", picture_.scale, "what pixels, 0…255, are multiplied by; default 1/255")
      ->group(pictures);
  verb.add_option("--mean", picture_.mean,
                  "what is then subtracted, one number or one per channel; default 0")
      ->expected(1, 3)
      ->group(pictures);
  verb.add_option("--std", picture_.std,
                  "what is then divided by, one number or one per channel; default 1")
      ->expected(1, 3)
      ->group(pictures);
  verb.add_flag("--bgr", picture_.bgr, "blue first, as OpenCV has it; default red first")
      ->group(pictures);
}

const NamedTensors& InputOptions::archive(const std::filesystem::path& file) const {
  const auto found = archives_.find(file);
  if (found != archives_.end()) return found->second;
  NamedTensors arrays;
  for (auto& [name, tensor] : io::load_npz(file)) arrays.emplace(name, std::move(tensor));
  return archives_.emplace(file, std::move(arrays)).first->second;
}

std::optional<std::filesystem::path> InputOptions::file_of(const std::string& name,
                                                           bool only) const {
  std::optional<std::filesystem::path> found;
  for (const std::string& text : texts_) {
    const auto [wanted, file] = parts_of(text);
    const bool is_archive = wanted.empty() && file.extension() == ".npz";
    const bool is_for_it =
        is_archive ? archive(file).contains(name) : wanted == name || (wanted.empty() && only);
    if (is_for_it && found)
      throw UsageError(fmt::format("--input {}: input '{}' is given by '{}' already", text, name,
                                   found->string()));
    if (is_for_it) found = file;
  }
  return found;
}

Tensor InputOptions::read(const std::filesystem::path& file, const std::string& name,
                          const Type& type) const {
  if (file.extension() == ".npy") return io::load_npy(file);
  if (file.extension() == ".npz") {
    const NamedTensors& arrays = archive(file);
    const auto found = arrays.find(name);
    if (found == arrays.end())
      throw ValueError(fmt::format("'{}' has no array called '{}'", file.string(), name));
    return found->second;
  }
  if (!is_picture(file))
    throw UsageError(
        fmt::format("'{}': an input is a .npy, .npz, .png, .jpg or .jpeg file", file.string()));
  if (type.rank() != 4 || type.dtype != DType::float32)
    throw UsageError(fmt::format("input '{}' ({}) cannot be a picture: that is float32[1,C,H,W]",
                                 name, to_string(type)));
  io::ImageToInput options = picture_;
  options.fit = io::parse_fit(fit_);
  const auto side = [&](size_t i) -> int64_t {
    const Dim& size = type.shape[2 + i];
    const int64_t wanted = size_.empty() ? 0 : i == 0 ? size_.front() : size_.back();
    if (wanted != 0 && known_different(size, wanted))
      throw UsageError(fmt::format("--size is for inputs whose size is open; input '{}' is {}",
                                   name, to_string(type)));
    if (wanted != 0) return wanted;
    if (size.is_static()) return size.value();
    throw UsageError(fmt::format("input '{}' is {}: give the size of the picture by --size", name,
                                 to_string(type)));
  };
  options.height = side(0);
  options.width = side(1);
  if (type.shape[1].is_static()) options.channels = type.shape[1].value();
  const Tensor picture = io::load_image(file);
  try {
    return io::image_to_input(picture, options);
  } catch (const ValueError& error) {
    throw UsageError(error.what());
  }
}

void InputOptions::check_names(const std::vector<std::string>& names) const {
  for (const std::string& text : texts_) {
    const auto [name, file] = parts_of(text);
    const bool known = std::find(names.begin(), names.end(), name) != names.end();
    if (!known && !(name.empty() && (names.size() == 1 || file.extension() == ".npz")))
      throw UsageError(fmt::format("--input {}: {}; the model's inputs are {}", text,
                                   name.empty() ? "the model has several inputs, so write NAME=FILE"
                                                : fmt::format("there is no input '{}'", name),
                                   fmt::join(names, ", ")));
  }
}

// Inputs that decide shapes are asked for by the import, as often as new ones turn up.
InputOptions::Ready InputOptions::load(const std::filesystem::path& model) const {
  Ready ready;
  NamedTensors constants;
  for (bool decided = false; !decided;) {
    try {
      ready.graph = load_model(model, constants);
      decided = true;
    } catch (const onnx::UndecidedError& error) {
      for (const std::string& name : error.inputs) {
        const auto file = file_of(name, false);
        if (!file)
          throw UsageError(fmt::format(
              "shapes depend on what input '{0}' holds: give it by --input {0}=FILE", name));
        constants.insert_or_assign(name, read(*file, name, {}));
      }
    }
  }
  std::vector<std::string> names = names_of(ready.graph);
  for (const auto& [name, tensor] : constants) names.push_back(name);
  check_names(names);

  const Bindings given = dims_.bindings(ready.graph);
  std::vector<Value> fed;
  std::vector<Extents> extents;
  for (const Value& input : ready.graph.inputs) {
    const std::string& name = input.node()->name;
    const Type type{input.dtype(), substitute(input.shape(), given)};
    if (const auto file = file_of(name, names.size() == 1)) {
      ready.arrays.emplace(name, read(*file, name, type));
      fed.push_back(input);
      extents.push_back(ready.arrays.at(name).extents());
    }
  }
  // What the files' arrays say of symbolic sizes holds for the drawn ones, too.
  Bindings bindings = bind_symbols(fed, extents);
  bindings.insert(given.begin(), given.end());
  for (const Value& input : ready.graph.inputs) {
    const std::string& name = input.node()->name;
    if (ready.arrays.contains(name)) continue;
    if (!seed_)
      throw UsageError(
          fmt::format("input '{0}' ({1}) is missing: give it by --input {0}=FILE, or "
                      "have it drawn by --random SEED",
                      name, to_string(input.type())));
    const Type type{input.dtype(), substitute(input.shape(), bindings)};
    if (!is_static(type.shape))
      throw UsageError(fmt::format(
          "input '{}' is {}: give sizes for its symbolic dimensions, such as --dim {}=1", name,
          to_string(type), symbols_of(ready.graph).front()));
    ready.arrays.emplace(name, random_array(type, *seed_, name));
  }
  ready.all = ready.arrays;
  ready.all.insert(constants.begin(), constants.end());
  return ready;
}

Tensor random_array(const Type& type, uint64_t seed, const std::string& name) {
  // FNV-1a: the same everywhere, unlike std::hash.
  uint64_t stream = 14695981039346656037u;
  for (const char c : name) stream = (stream ^ static_cast<unsigned char>(c)) * 1099511628211u;
  const RandomKey key{seed, stream};
  Tensor tensor(type.dtype, to_extents(type.shape));
  visit_dtype(type.dtype, [&]<class T>(std::type_identity<T>) {
    std::span<T> elements = tensor.data<T>();
    for (size_t i = 0; i < elements.size(); ++i) {
      const uint64_t bits = random_bits(key, i);
      if constexpr (std::is_same_v<T, bool>)
        elements[i] = bits >> 63 != 0;
      else if constexpr (is_floating_element<T>)
        elements[i] = convert<T>(normal_from_bits(bits));
      else
        elements[i] = static_cast<T>(bits >> 61);  // 0…7
    }
  });
  return tensor;
}

}  // namespace convoy::cli
