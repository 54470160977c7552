// The generator of convoy/base/philox.h, whose bits are the same everywhere. The normal numbers'
// arithmetic is that file's too; XLA may fuse multiplications with additions, which moves the last
// bit of a float64.
#include "convoy/ops/random.h"

#include <array>
#include <cmath>
#include <numbers>
#include <span>

#include "convoy/base/checked.h"
#include "convoy/base/philox.h"
#include "convoy/stablehlo/lowerings.h"

namespace convoy::stablehlo {

namespace {

using Words = std::array<Operand, 4>;

Operand integer(Code& code, uint64_t value, const Operand& like) {
  const Tensor tensor = like.dtype == DType::uint32
                            ? Tensor::of<uint32_t>({}, {static_cast<uint32_t>(value)})
                            : Tensor::of<uint64_t>({}, {value});
  return code.broadcast(code.constant(tensor), like.shape, {});
}

Operand shifted(Code& code, const Operand& x, uint64_t bits) {
  return code.binary("shift_right_logical", x, integer(code, bits, x));
}

Operand low_word(Code& code, const Operand& x) { return code.convert(x, DType::uint32); }
Operand high_word(Code& code, const Operand& x) { return low_word(code, shifted(code, x, 32)); }

Operand product(Code& code, uint32_t factor, const Operand& word) {
  const Operand wide = code.convert(word, DType::uint64);
  return code.mul(integer(code, factor, wide), wide);
}

/// Ten rounds of Philox4x32.
Words philox(Code& code, Words counter, std::array<Operand, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const Operand a = product(code, 0xD2511F53, counter[0]);
    const Operand b = product(code, 0xCD9E8D57, counter[2]);
    const auto mixed = [&](const Operand& x, const Operand& y, const Operand& z) {
      return code.binary("xor", code.binary("xor", high_word(code, x), y), z);
    };
    counter = {mixed(b, counter[1], key[0]), low_word(code, b), mixed(a, counter[3], key[1]),
               low_word(code, a)};
    key = {code.add(key[0], integer(code, 0x9E3779B9, key[0])),
           code.add(key[1], integer(code, 0xBB67AE85, key[1]))};
  }
  return counter;
}

Operand joined(Code& code, const Operand& low, const Operand& high) {
  const Operand wide = code.convert(high, DType::uint64);
  return code.binary("or", code.convert(low, DType::uint64),
                     code.binary("shift_left", wide, integer(code, 32, wide)));
}

/// uint64[count]: number i of the sequence of `key`.
Operand random_bits(Code& code, const Operand& key, int64_t count) {
  const int64_t blocks = ceil_divide(count, int64_t{2});
  const Operand block = code.iota(DType::uint64, {blocks}, 0);
  const auto word = [&](int64_t i) {
    return code.broadcast(code.reshape(code.slice(key, 0, i, i + 1), {}), {blocks}, {});
  };
  const Operand seed = word(0), stream = word(1);
  const Words words = philox(code,
                             {low_word(code, block), high_word(code, block), low_word(code, stream),
                              high_word(code, stream)},
                             {low_word(code, seed), high_word(code, seed)});
  const auto column = [&](const Operand& x) { return code.reshape(x, {blocks, 1}); };
  const Operand pairs = code.concatenate(
      {column(joined(code, words[0], words[1])), column(joined(code, words[2], words[3]))}, 1);
  return code.slice(code.reshape(pairs, {2 * blocks}), 0, 0, count);
}

/// The top `digits` bits as a number in [0, 1).
Operand uniform(Code& code, const Operand& bits, int digits) {
  const Operand top = shifted(code, bits, static_cast<uint64_t>(64 - digits));
  return code.mul(code.convert(top, DType::float64), std::ldexp(1.0, -digits));
}

Operand polynomial(Code& code, std::span<const double> c, const Operand& x) {
  Operand value = code.splat(c.back(), x);
  for (size_t i = c.size() - 1; i-- > 0;) value = code.add(code.mul(value, x), c[i]);
  return value;
}

Operand ratio(Code& code, const Rational& r, const Operand& x) {
  return code.div(polynomial(code, r.numerator, x), polynomial(code, r.denominator, x));
}

/// portable_log: x = m·2^e with √½ <= m < √2, and a series in (m−1)/(m+1).
Operand portable_log(Code& code, const Operand& x) {
  const Operand bits = code.bitcast(x, DType::uint64);
  const Operand raw = code.convert(shifted(code, bits, 52), DType::int64);
  const Operand fraction = code.binary("and", bits, integer(code, 0x000FFFFFFFFFFFFF, bits));
  const Operand half = integer(code, 0x3FE0000000000000, bits);  // ½ <= m < 1
  Operand m = code.bitcast(code.binary("or", fraction, half), DType::float64);
  Operand exponent = code.convert(code.sub(raw, 1022), DType::float64);
  const Operand is_small = code.compare("LT", m, std::numbers::sqrt2 / 2);
  m = code.select(is_small, code.mul(m, 2), m);
  exponent = code.select(is_small, code.sub(exponent, 1), exponent);
  const Operand s = code.div(code.sub(m, 1), code.add(m, 1)), square = code.mul(s, s);
  Operand series = code.splat(0, s);
  for (int n = 23; n > 1; n -= 2) series = code.mul(code.add(series, 1.0 / n), square);
  const Operand twice = code.mul(s, 2), log_m = code.add(twice, code.mul(twice, series));
  return code.add(code.mul(exponent, log_2_high), code.add(code.mul(exponent, log_2_low), log_m));
}

/// normal_quantile.
Operand quantile(Code& code, const Operand& p) {
  const Operand q = code.sub(p, 0.5);
  const Operand is_middle = code.compare("LE", code.unary("abs", q), 0.425);
  const Operand inner = code.sub(code.splat(0.180625, q), code.mul(q, q));
  const Operand middle = code.mul(q, ratio(code, quantile_middle, inner));
  const Operand is_low = code.compare("LT", q, 0);
  const Operand tail = code.select(is_low, p, code.sub(code.splat(1, p), p));
  const Operand r = code.unary("sqrt", code.unary("negate", portable_log(code, tail)));
  const Operand x =
      code.select(code.compare("LE", r, 5), ratio(code, quantile_tail, code.sub(r, 1.6)),
                  ratio(code, quantile_far, code.sub(r, 5)));
  return code.select(is_middle, middle, code.select(is_low, code.unary("negate", x), x));
}

Operand normal(Code& code, const Operand& bits) {
  const Operand top = code.convert(shifted(code, bits, 12), DType::float64);
  return quantile(code, code.mul(code.add(top, 0.5), 0x1p-52));
}

}  // namespace

void lower(const Random& op, Lowering& out) {
  Code& code = out.code();
  const Extents to = out.output_shape();
  const int64_t count = element_count(to);
  if (count == 0) return out.result(code.splat(0, op.dtype, to));
  const Operand bits = random_bits(code, out.raw(0), count);
  const Operand numbers = op.kind == RandomKind::uniform
                              ? uniform(code, bits, uniform_digits(op.dtype))
                              : normal(code, bits);
  out.result(code.reshape(numbers, to));
}

}  // namespace convoy::stablehlo
