#include "convoy/ops/softmax.h"

#include <cmath>

#include "convoy/reference/kernels.h"
#include "convoy/reference/lines.h"

namespace convoy::reference {

namespace {

void evaluate(SoftmaxKind kind, std::vector<double>& line) {
  double largest = -std::numeric_limits<double>::infinity(), sum = 0;
  for (const double x : line) largest = std::isnan(x) || x > largest ? x : largest;
  for (double& x : line) x -= largest;
  for (const double x : line) sum += std::exp(x);
  for (double& x : line) x = kind == SoftmaxKind::softmax ? std::exp(x) / sum : x - std::log(sum);
}

}  // namespace

void run(const Softmax& op, Call& call) {
  if (call.inputs[0].size() == 0) return;  // the axis alone may be too long to hold
  const Lines lines(call.inputs[0].extents(), static_cast<size_t>(op.axis));
  visit_floating(call.inputs[0].dtype(), [&]<class T>(std::type_identity<T>) {
    const auto from = call.inputs[0].data<T>();
    const auto to = call.outputs[0].data<T>();
    std::vector<double> line(static_cast<size_t>(lines.size));
    for (int64_t o = 0; o < lines.outer; ++o) {
      call.cancellation.check();
      for (int64_t k = 0; k < lines.inner; ++k) {
        for (size_t i = 0; i < line.size(); ++i)
          line[i] = load(from[lines.at(o, static_cast<int64_t>(i), k)]);
        evaluate(op.kind, line);
        for (size_t i = 0; i < line.size(); ++i)
          store(to[lines.at(o, static_cast<int64_t>(i), k)], line[i]);
      }
    }
  });
}

}  // namespace convoy::reference
