// StableHLO that tests run.
#pragma once

#include <string>

#include "convoy/xla/client.h"

namespace convoy::xla {

/// a + b, of float32[4].
inline Source sum_of_two() {
  const Type type{DType::float32, {4}};
  return {R"(
module @sum {
  func.func public @main(%a: tensor<4xf32>, %b: tensor<4xf32>) -> (tensor<4xf32>) {
    %c = stablehlo.add %a, %b : tensor<4xf32>
    return %c : tensor<4xf32>
  }
}
)",
          {type, type},
          {type}};
}

/// Counts to its argument, int64[]: for as long as one likes.
inline Source counting() {
  const Type type{DType::int64, {}};
  return {R"(
module @count {
  func.func public @main(%end: tensor<i64>) -> (tensor<i64>) {
    %zero = stablehlo.constant dense<0> : tensor<i64>
    %one = stablehlo.constant dense<1> : tensor<i64>
    %result = stablehlo.while(%i = %zero) : tensor<i64>
      cond {
        %more = stablehlo.compare LT, %i, %end : (tensor<i64>, tensor<i64>) -> tensor<i1>
        stablehlo.return %more : tensor<i1>
      } do {
        %next = stablehlo.add %i, %one : tensor<i64>
        stablehlo.return %next : tensor<i64>
      }
    return %result : tensor<i64>
  }
}
)",
          {type},
          {type}};
}

/// Gives its argument, of any type; `element` is its dtype as StableHLO writes it.
inline Source identity(const Type& type, const std::string& element) {
  std::string tensor = "tensor<";
  for (const int64_t size : to_extents(type.shape)) tensor += std::to_string(size) + "x";
  tensor += element + ">";
  return {"module @identity { func.func public @main(%a: " + tensor + ") -> (" + tensor +
              ") { return %a : " + tensor + " } }",
          {type},
          {type}};
}

}  // namespace convoy::xla
