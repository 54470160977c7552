#include "convoy/base/philox.h"

#include <cmath>
#include <numbers>
#include <span>

namespace convoy {

namespace {

// c[0] + c[1]·x + c[2]·x² + ….
double polynomial(std::span<const double> c, double x) {
  double value = c.back();
  for (size_t i = c.size() - 1; i-- > 0;) value = value * x + c[i];
  return value;
}

double ratio(const Rational& r, double x) {
  return polynomial(r.numerator, x) / polynomial(r.denominator, x);
}

// Coefficients of PPND16, numerators and denominators.
constexpr double middle_a[] = {3.3871328727963666080e0,  1.3314166789178437745e+2,
                               1.9715909503065514427e+3, 1.3731693765509461125e+4,
                               4.5921953931549871457e+4, 6.7265770927008700853e+4,
                               3.3430575583588128105e+4, 2.5090809287301226727e+3};
constexpr double middle_b[] = {1.0,
                               4.2313330701600911252e+1,
                               6.8718700749205790830e+2,
                               5.3941960214247511077e+3,
                               2.1213794301586595867e+4,
                               3.9307895800092710610e+4,
                               2.8729085735721942674e+4,
                               5.2264952788528545610e+3};
constexpr double tail_c[] = {1.42343711074968357734e0,  4.63033784615654529590e0,
                             5.76949722146069140550e0,  3.64784832476320460504e0,
                             1.27045825245236838258e0,  2.41780725177450611770e-1,
                             2.27238449892691845833e-2, 7.74545014278341407640e-4};
constexpr double tail_d[] = {1.0,
                             2.05319162663775882187e0,
                             1.67638483018380384940e0,
                             6.89767334985100004550e-1,
                             1.48103976427480074590e-1,
                             1.51986665636164571966e-2,
                             5.47593808499534494600e-4,
                             1.05075007164441684324e-9};
constexpr double far_e[] = {6.65790464350110377720e0,  5.46378491116411436990e0,
                            1.78482653991729133580e0,  2.96560571828504891230e-1,
                            2.65321895265761230930e-2, 1.24266094738807843860e-3,
                            2.71155556874348757815e-5, 2.01033439929228813265e-7};
constexpr double far_f[] = {1.0,
                            5.99832206555887937690e-1,
                            1.36929880922735805310e-1,
                            1.48753612908506148525e-2,
                            7.86869131145613259100e-4,
                            1.84631831751005468180e-5,
                            1.42151175831644588870e-7,
                            2.04426310338993978564e-15};

}  // namespace

const Rational quantile_middle{middle_a, middle_b};
const Rational quantile_tail{tail_c, tail_d};
const Rational quantile_far{far_e, far_f};

int uniform_digits(DType dtype) {
  switch (dtype) {
    case DType::float16:
      return 11;
    case DType::bfloat16:
      return 8;
    case DType::float32:
      return 24;
    default:
      return 53;
  }
}

double portable_log(double x) {
  // x = m·2^e with √½ <= m < √2, and log m = 2·atanh(s) for s = (m−1)/(m+1), |s| < 0.172.
  int exponent = 0;
  double m = std::frexp(x, &exponent);
  if (m < std::numbers::sqrt2 / 2) {
    m *= 2;
    --exponent;
  }
  const double s = (m - 1) / (m + 1), square = s * s;
  double series = 0;
  for (int n = 23; n > 1; n -= 2) series = (series + 1.0 / n) * square;
  const double log_m = 2 * s + 2 * s * series;
  return exponent * log_2_high + (exponent * log_2_low + log_m);
}

double normal_quantile(double p) {
  const double q = p - 0.5;
  if (std::abs(q) <= 0.425) {
    const double r = 0.180625 - q * q;
    return q * polynomial(middle_a, r) / polynomial(middle_b, r);
  }
  const double r = std::sqrt(-portable_log(q < 0 ? p : 1 - p));
  const double x = r <= 5 ? ratio(quantile_tail, r - 1.6) : ratio(quantile_far, r - 5);
  return q < 0 ? -x : x;
}

double normal_from_bits(uint64_t bits) {
  return normal_quantile((static_cast<double>(bits >> 12) + 0.5) * 0x1p-52);
}

}  // namespace convoy
