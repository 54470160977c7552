#include <fmt/format.h>

#include "convoy/onnx/readers.h"
#include "convoy/ops/binary.h"
#include "convoy/ops/expand.h"
#include "convoy/ops/gather_elements.h"
#include "convoy/ops/iota.h"
#include "convoy/ops/reshape.h"
#include "convoy/ops/where.h"

namespace convoy::onnx {

// The first lengths[b] elements along the time axis backwards: element t is that at
// lengths[b] − 1 − t.
std::vector<Value> read_reverse_sequence(Reading& in) {
  const Value &x = in.input(0), &lengths = in.input(1);
  const int64_t batch_axis = in.integer("batch_axis", 1), time_axis = in.integer("time_axis", 0);
  if (x.rank() < 2 || batch_axis + time_axis != 1 || batch_axis < 0 || batch_axis > 1)
    in.refuse(fmt::format("batch_axis is {} and time_axis is {}, they must be 0 and 1", batch_axis,
                          time_axis));
  Shape along_time(x.shape().size(), 1), along_batch = along_time;
  along_time[static_cast<size_t>(time_axis)] = x.dim(time_axis);
  along_batch[static_cast<size_t>(batch_axis)] = x.dim(batch_axis);
  const Value time = reshape(iota(x.dim(time_axis)), along_time);
  const Value length = reshape(lengths, along_batch);
  const Value from =
      where(less(time, length), sub(sub(length, scalar(1, DType::int64)), time), time);
  return {gather_elements(x, expand(from, x.shape()), time_axis)};
}

}  // namespace convoy::onnx
