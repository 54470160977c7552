// Fused programs against the reference's operators, element by element, on every tier.
#include "convoy/cpu/kernels/elementwise.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include <gtest/gtest.h>

#include "tests/cpu/scratch.h"

namespace convoy::cpu {
namespace {

constexpr float inf = std::numeric_limits<float>::infinity();
constexpr float nan = std::numeric_limits<float>::quiet_NaN();

/// Runs a plan in `parts` ranges and expects it to have run on its tier.
void run(const Elementwise& plan, Tier tier, std::vector<const void*> inputs,
         std::vector<void*> outputs, int64_t parts = 3) {
  for (int64_t part = 0; part < parts; ++part) {
    Scratch scratch(scratch_bytes(plan));
    run_elementwise(plan, {inputs.data(), outputs.data()}, share(items(plan), part, parts),
                    scratch.worker);
    EXPECT_EQ(scratch.worker.ran, target_bit(tier));
  }
}

/// f of dense operands, `count` of them.
std::vector<float> apply(Tier tier, const Instruction& code,
                         const std::vector<std::vector<float>>& operands) {
  const auto count = static_cast<int64_t>(operands[0].size());
  Program program{.size = {1, 1, 1, 1, 1, count}};
  std::vector<const void*> inputs;
  for (const auto& operand : operands) {
    program.inputs.push_back({DType::float32, {0, 0, 0, 0, 0, 1}});
    inputs.push_back(operand.data());
  }
  program.code = {code};
  std::vector<float> result(operands[0].size(), nan);
  const Output output{static_cast<int32_t>(operands.size()), program.inputs[0]};
  run(plan_elementwise(program, {output}, tier), tier, inputs, {result.data()});
  return result;
}

/// Near zero, near one, large, tiny, and all that is special; a count that no vector divides.
std::vector<float> interesting() {
  std::vector<float> x{0.f,
                       -0.f,
                       1.f,
                       -1.f,
                       0.5f,
                       -0.5f,
                       1.5f,
                       2.5f,
                       -2.5f,
                       3.f,
                       -3.f,
                       inf,
                       -inf,
                       nan,
                       std::numeric_limits<float>::max(),
                       std::numeric_limits<float>::lowest(),
                       std::numeric_limits<float>::min(),
                       std::numeric_limits<float>::denorm_min(),
                       -std::numeric_limits<float>::denorm_min(),
                       1e-20f,
                       -1e-20f,
                       88.f,
                       88.7f,
                       89.f,
                       -87.f,
                       -88.f,
                       -103.f,
                       -104.f,
                       20.f,
                       20.5f,
                       0.75f,
                       0.74999994f,
                       10.f};
  std::mt19937 random(1);
  for (const float scale : {1e-6f, 1e-2f, 0.3f, 1.f, 4.f, 30.f, 100.f, 1e6f}) {
    std::normal_distribution<float> normal(0, scale);
    for (int i = 0; i < 301; ++i) x.push_back(normal(random));
  }
  return x;
}

/// The same NaN, infinity and sign of zero; elsewhere within `rtol`, or `atol` near zero.
void expect_near(float got, double want, double rtol, double atol, float x, float y = 0) {
  const auto rounded = static_cast<float>(want);
  if (std::isnan(want) || std::isinf(rounded)) {
    EXPECT_TRUE(std::isnan(want) ? std::isnan(got) : got == rounded)
        << got << " instead of " << want << " at " << x << ", " << y;
    return;
  }
  EXPECT_NEAR(got, want, rtol * std::abs(want) + atol) << "at " << x << ", " << y;
  if (want == 0) {
    EXPECT_EQ(std::signbit(got), std::signbit(want)) << "at " << x << ", " << y;
  }
}

double reference(UnaryKind kind, double x) {
  switch (kind) {
    case UnaryKind::neg:
      return -x;
    case UnaryKind::abs:
      return std::abs(x);
    case UnaryKind::sign:
      return x > 0 ? 1 : x < 0 ? -1 : x;
    case UnaryKind::exp:
      return std::exp(x);
    case UnaryKind::log:
      return std::log(x);
    case UnaryKind::sqrt:
      return std::sqrt(x);
    case UnaryKind::rsqrt:
      return 1 / std::sqrt(x);
    case UnaryKind::reciprocal:
      return 1 / x;
    case UnaryKind::erf:
      return std::erf(x);
    case UnaryKind::floor:
      return std::floor(x);
    case UnaryKind::ceil:
      return std::ceil(x);
    case UnaryKind::round:
      return std::nearbyint(x);
    case UnaryKind::sin:
      return std::sin(x);
    case UnaryKind::cos:
      return std::cos(x);
    case UnaryKind::atan:
      return std::atan(x);
    case UnaryKind::tanh:
      return std::tanh(x);
    case UnaryKind::logical_not:
      return x == 0;
  }
  return x;
}

TEST(Elementwise, UnaryFunctionsAreThoseOfTheCLibrary) {
  const auto x = interesting();
  for (const Tier tier : tiers())
    for (const auto& [kind, name] : EnumNames<UnaryKind>::values) {
      SCOPED_TRACE(name);
      const auto y = apply(tier, {kind, {0}}, {x});
      for (size_t i = 0; i < x.size(); ++i)
        expect_near(y[i], reference(kind, x[i]), 5e-7, 1e-44, x[i]);
    }
}

double reference(BinaryKind kind, double x, double y) {
  switch (kind) {
    case BinaryKind::add:
      return x + y;
    case BinaryKind::sub:
      return x - y;
    case BinaryKind::mul:
      return x * y;
    case BinaryKind::div:
      return x / y;
    case BinaryKind::pow:
      return std::pow(x, y);
    case BinaryKind::min:
      return std::isnan(y) || y < x ? y : x;
    case BinaryKind::max:
      return std::isnan(y) || y > x ? y : x;
    case BinaryKind::equal:
      return x == y;
    case BinaryKind::not_equal:
      return x != y;
    case BinaryKind::less:
      return x < y;
    case BinaryKind::less_equal:
      return x <= y;
    case BinaryKind::greater:
      return x > y;
    case BinaryKind::greater_equal:
      return x >= y;
    case BinaryKind::logical_and:
      return x != 0 && y != 0;
    case BinaryKind::logical_or:
      return x != 0 || y != 0;
    case BinaryKind::logical_xor:
      return (x != 0) != (y != 0);
  }
  return x;
}

TEST(Elementwise, BinaryFunctionsFollowIeee754AndTheRulesOfMinAndMax) {
  const std::vector<float> some{0.f, -0.f, 1.f,  -1.f, 2.f,   0.5f,   -2.5f,
                                3.f, inf,  -inf, nan,  1e30f, -1e-30f};
  std::vector<float> x, y;
  for (const float a : some)
    for (const float b : some) x.push_back(a), y.push_back(b);
  for (const Tier tier : tiers())
    for (const auto& [kind, name] : EnumNames<BinaryKind>::values) {
      SCOPED_TRACE(name);
      const bool logical = is_logical(kind);
      const auto bits = [&](std::vector<float> v) {
        if (logical)
          for (float& e : v) e = e > 0 ? 1.f : 0.f;
        return v;
      };
      const auto a = bits(x), b = bits(y), z = apply(tier, {kind, {0, 1}}, {a, b});
      for (size_t i = 0; i < a.size(); ++i)
        expect_near(z[i], reference(kind, a[i], b[i]), 1e-7, 1e-44, a[i], b[i]);
    }
}

double sigmoid(double x) {
  return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x));
}
double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }
double hard_sigmoid(double x, double alpha, double beta) {
  const double line = alpha * x + beta;
  return line < 0 ? 0 : line > 1 ? 1 : line;
}

double reference(const Activation& op, double x) {
  if (std::isnan(x)) return x;
  switch (op.kind) {
    case ActivationKind::relu:
      return x > 0 ? x : 0;
    case ActivationKind::leaky_relu:
      return x > 0 ? x : op.alpha * x;
    case ActivationKind::elu:
      return x > 0 ? x : op.alpha * std::expm1(x);
    case ActivationKind::selu:
      return op.beta * (x > 0 ? x : op.alpha * std::expm1(x));
    case ActivationKind::celu:
      return x > 0 ? x : op.alpha * std::expm1(x / op.alpha);
    case ActivationKind::gelu:
      return 0.5 * x * std::erfc(-x / std::sqrt(2.0));
    case ActivationKind::gelu_tanh:
      return x * sigmoid(2 * std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x));
    case ActivationKind::sigmoid:
      return sigmoid(x);
    case ActivationKind::hard_sigmoid:
      return hard_sigmoid(x, op.alpha, op.beta);
    case ActivationKind::silu:
      return x * sigmoid(x);
    case ActivationKind::hard_swish:
      return x * hard_sigmoid(x, 1.0 / 6, 0.5);
    case ActivationKind::mish:
      return x * std::tanh(softplus(x));
    case ActivationKind::softplus:
      return softplus(op.beta * x) / op.beta;
    case ActivationKind::softsign:
      break;
  }
  return x / (1 + std::abs(x));
}

TEST(Elementwise, ActivationsAreTheirFormulasAndAgreeInPlace) {
  const auto x = interesting();
  for (const Tier tier : tiers())
    for (const auto& [kind, name] : EnumNames<ActivationKind>::values) {
      SCOPED_TRACE(name);
      Activation op = default_activation(kind);
      if (kind == ActivationKind::celu) op.alpha = -1.75;
      if (kind == ActivationKind::softplus) op.beta = 1.75;
      const auto alpha = static_cast<float>(op.alpha), beta = static_cast<float>(op.beta);
      const auto y = apply(tier, {kind, {0}, alpha, beta}, {x});
      // Their line cancels near the kink.
      const bool hard = kind == ActivationKind::hard_sigmoid || kind == ActivationKind::hard_swish;
      op.alpha = alpha;
      op.beta = beta;
      for (size_t i = 0; i < x.size(); ++i) {
        const double want = reference(op, x[i]);
        // In the tails the rounding of the exponent counts: that of x³, x², x/alpha.
        const double rtol = std::abs(want) > 1e-6 && std::abs(want) < 1e6 ? 2e-6 : 2e-5;
        if (std::isnan(want) || want != 0 || kind == ActivationKind::relu)
          expect_near(y[i], want, rtol, hard ? 3e-7 : 2e-38, x[i]);
        else
          EXPECT_EQ(y[i], 0) << x[i];
      }
      auto z = x;
      activate_kernel(tier, kind)(z.data(), static_cast<int64_t>(z.size()), alpha, beta);
      for (size_t i = 0; i < x.size(); ++i)
        EXPECT_TRUE(z[i] == y[i] || (std::isnan(z[i]) && std::isnan(y[i]))) << x[i];
    }
}

TEST(Elementwise, ClipKeepsNaNAndPrefersTheUpperBound) {
  const std::vector<float> x{-2, -0.5f, -0.f, 0, 0.5f, 2, inf, -inf, nan};
  for (const Tier tier : tiers()) {
    const auto y = apply(tier, {Fused::clip, {0}, -1, 1}, {x});
    const auto crossed = apply(tier, {Fused::clip, {0}, 1, -1}, {x});
    for (size_t i = 0; i < x.size(); ++i) {
      if (std::isnan(x[i])) {
        EXPECT_TRUE(std::isnan(y[i]) && std::isnan(crossed[i]));
      } else {
        EXPECT_EQ(y[i], std::min(std::max(x[i], -1.f), 1.f));
        EXPECT_EQ(crossed[i], -1);
      }
    }
  }
}

TEST(Elementwise, WhereIgnoresTheValueThatIsNotChosen) {
  const std::vector<float> c{1, 0, 1, 0, 1}, x{1, nan, 3, inf, -0.f}, y{nan, 2, nan, 4, nan};
  for (const Tier tier : tiers()) {
    const auto z = apply(tier, {Fused::where, {0, 1, 2}}, {c, x, y});
    EXPECT_EQ(z, (std::vector<float>{1, 2, 3, 4, 0}));
  }
}

/// relu(x·s + t)·(y > 0), stored twice, over operands of random strides: dense, broadcast, blocked,
/// transposed, in bool and int32.
TEST(Elementwise, ProgramsOverAnyStridesAreWhatLoopsGive) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const auto pick = [&](std::vector<int64_t> from) {
      return from[std::uniform_int_distribution<size_t>(0, from.size() - 1)(random)];
    };
    Space size = {1, 1, 1, 1, 1, pick({16, 16, 1, 7, 100, 1024, 2500})};
    size[4] = pick({1, 3, 49, 200});
    size[3] = pick({1, 2, 5});
    size[1] = pick({1, 2, 0, 3});
    const int64_t count = volume(size);

    // An operand is dense in a random order of its axes, less those that it is repeated along.
    struct Array {
      Access access;
      int64_t size = 1;
    };
    const auto array = [&](DType dtype, bool output) {
      Array a{.access = {dtype, {}}};
      std::vector<size_t> order{5, 4, 3, 2, 1, 0};
      if (pick({0, 1, 2}) == 0) std::shuffle(order.begin(), order.end(), random);
      for (const size_t axis : order) {
        if (!output && pick({0, 1, 2}) == 0) continue;
        a.access.stride[axis] = a.size;
        a.size *= size[axis];
      }
      return a;
    };
    const Array x = array(DType::float32, false), s = array(DType::float32, false),
                t = array(DType::int32, false), y = array(DType::boolean, false),
                z = array(DType::float32, true), truth = array(DType::boolean, true);
    const auto length = [](const Array& a) { return static_cast<size_t>(a.size); };
    std::vector<float> xs(length(x)), ss(length(s)), zs(length(z), nan);
    std::vector<int32_t> ts(length(t));
    std::vector<uint8_t> ys(length(y)), truths(length(truth), 7);
    std::uniform_int_distribution<int> small(-9, 9);
    for (float& e : xs) e = static_cast<float>(small(random));
    for (float& e : ss) e = static_cast<float>(small(random));
    for (int32_t& e : ts) e = small(random);
    for (uint8_t& e : ys) e = small(random) > 0;

    Program program{size, {x.access, s.access, t.access, y.access}, {}};
    program.code = {
        {Fused::mul_add, {0, 1, 2}}, {ActivationKind::relu, {4}}, {BinaryKind::mul, {5, 3}}};
    const std::vector<Output> outputs{{6, z.access}, {5, truth.access}};
    for (const Tier tier : tiers()) {
      const auto plan = plan_elementwise(program, outputs, tier);
      std::fill(zs.begin(), zs.end(), nan);
      run(plan, tier, {xs.data(), ss.data(), ts.data(), ys.data()}, {zs.data(), truths.data()},
          pick({1, 2, 5}));
      for (int64_t i = 0; i < count; ++i) {
        const Space at = point_of(i, size);
        const auto of = [&](const auto& values, const Array& a) {
          return static_cast<float>(values[static_cast<size_t>(offset_of(at, a.access.stride))]);
        };
        const float line = std::max(0.f, of(xs, x) * of(ss, s) + of(ts, t));
        ASSERT_EQ(of(zs, z), line * of(ys, y)) << "at " << i;
        ASSERT_EQ(of(truths, truth), line != 0 ? 1 : 0) << "at " << i;
      }
    }
  }
}

TEST(Elementwise, AnOutputMayTakeThePlaceOfAnInputThatIsReadLater) {
  for (const Tier tier : tiers()) {
    std::vector<float> x(3000), y(3000, 2.f);
    for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i % 100);
    // x ← x + y, y ← (x + y)·x, x being that of before.
    Program program{.size = {1, 1, 1, 1, 1, 3000}};
    program.inputs.assign(2, {DType::float32, {0, 0, 0, 0, 0, 1}});
    program.code = {{BinaryKind::add, {0, 1}}, {BinaryKind::mul, {2, 0}}};
    const auto plan =
        plan_elementwise(program, {{2, program.inputs[0]}, {3, program.inputs[1]}}, tier);
    run(plan, tier, {x.data(), y.data()}, {x.data(), y.data()});
    for (size_t i = 0; i < x.size(); ++i) {
      const auto before = static_cast<float>(i % 100);
      ASSERT_EQ(x[i], before + 2);
      ASSERT_EQ(y[i], (before + 2) * before);
    }
  }
}

}  // namespace
}  // namespace convoy::cpu
