// Files that others wrote, against what others read from them (tests/data/generate.py).
#include <cmath>

#include <gmock/gmock.h>

#include "convoy/io/image.h"
#include "convoy/io/image_to_input.h"
#include "convoy/io/npy.h"
#include "convoy/io/npz.h"
#include "tests/io/support.h"

namespace convoy::io {
namespace {

const std::filesystem::path data(CONVOY_TEST_DATA);

// The largest difference of two arrays of uint8 of one shape.
double distance(const Tensor& a, const Tensor& b) {
  if (a.extents() != b.extents()) return HUGE_VAL;
  double largest = 0;
  for (int64_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(a.at(i) - b.at(i)));
  return largest;
}

TEST(Judged, PicturesAreWhatPillowReads) {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(data / "images")) {
    const std::string suffix = entry.path().extension().string();
    if (suffix != ".png" && suffix != ".jpg") continue;
    const Tensor ours = load_image(entry.path());
    const Tensor theirs = load_npy(entry.path().string() + ".npy");
    // PNG keeps every bit; versions of JPEG's arithmetic and of CMYK's rounding differ by one.
    EXPECT_LE(distance(ours, theirs), suffix == ".png" ? 0 : 1) << entry.path();
    ++count;
  }
  EXPECT_EQ(count, 21);
}

TEST(Judged, SizesChangeAsPillowChangesThem) {
  const Tensor image = load_image(data / "images" / "rgb.png");
  for (const auto& [width, height] : {std::pair{24, 7}, std::pair{11, 16}, std::pair{9, 5},
                                      std::pair{60, 40}, std::pair{50, 3}}) {
    const std::string name =
        "resized_" + std::to_string(width) + "x" + std::to_string(height) + ".npy";
    const Tensor theirs = load_npy(data / "images" / name);
    const Tensor ours =
        image_to_input(image, {.height = height, .width = width, .fit = Fit::stretch, .scale = 1});
    double largest = 0;
    for (int64_t c = 0; c < 3; ++c)
      for (int64_t i = 0; i < width * height; ++i)
        largest =
            std::max(largest, std::abs(ours.at(c * width * height + i) - theirs.at(3 * i + c)));
    EXPECT_LT(largest, 1.01) << name;  // Pillow rounds after each axis
  }
}

TEST(Judged, ArraysAreWrittenAsNumpyWritesThem) {
  for (const char* name : {"bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64",
                           "uint64", "float16", "bfloat16", "float32", "float64"}) {
    const std::filesystem::path theirs = data / "arrays" / (std::string(name) + ".npy");
    const Tensor tensor = load_npy(theirs);
    EXPECT_EQ(to_string(tensor.type()), std::string(name) + "[2,3]");
    for (int64_t i = 0; i < 6; ++i)
      EXPECT_EQ(tensor.at(i), tensor.dtype() == DType::boolean ? i > 0 : i) << name;
    save_npy(scratch("ours.npy"), tensor);
    EXPECT_EQ(contents(scratch("ours.npy")), contents(theirs)) << name;
  }
}

TEST(Judged, OrderAndEndiannessOfNumpysFilesAreUndone) {
  const Tensor fortran = load_npy(data / "arrays" / "fortran.npy");
  EXPECT_EQ(to_string(fortran.type()), "float64[2,3,4]");
  for (int64_t i = 0; i < 24; ++i) EXPECT_EQ(fortran.at(i), i);
  const Tensor swapped = load_npy(data / "arrays" / "big_endian.npy");
  for (int64_t i = 0; i < 6; ++i) EXPECT_EQ(swapped.at(i), i);
  EXPECT_EQ(load_npy(data / "arrays" / "scalar.npy").at(0), 5);
}

TEST(Judged, ArchivesOfNumpyAreRead) {
  for (const char* name : {"stored.npz", "deflated.npz"}) {
    const NamedTensors tensors = load_npz(data / "arrays" / name);
    ASSERT_EQ(tensors.size(), 2U) << name;
    EXPECT_TRUE(tensors.at("a.weight").identical(Tensor::of<float>({4}, {0, 1, 2, 3})));
    EXPECT_TRUE(tensors.at("b").identical(Tensor::zeros(DType::float64, {2, 300})));
  }
}

}  // namespace
}  // namespace convoy::io
