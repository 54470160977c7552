#include <fmt/format.h>

#include "convoy/onnx/readers.h"
#include "convoy/ops/binary.h"
#include "convoy/ops/iota.h"
#include "convoy/ops/reshape.h"
#include "convoy/ops/where.h"

namespace convoy::onnx {

// The part of the last two axes on one side of a diagonal; zeros elsewhere.
std::vector<Value> read_trilu(Reading& in) {
  const Value& x = in.input(0);
  if (x.rank() < 2) in.refuse(fmt::format("its input must have 2 axes or more, not {}", x.rank()));
  const bool upper = in.flag("upper", true);
  const int64_t diagonal = in.has(1) ? in.integer_scalar(1) : 0;
  const Dim &rows = x.dim(-2), &columns = x.dim(-1);
  const Value first =
      add(reshape(iota(rows), {rows, 1}), scalar(static_cast<double>(diagonal), DType::int64));
  const Value column = reshape(iota(columns), {1, columns});
  const Value kept = upper ? greater_equal(column, first) : less_equal(column, first);
  return {where(kept, x, scalar(0, x.dtype()))};
}

}  // namespace convoy::onnx
