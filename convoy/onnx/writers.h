// How every operator is written, one overload each; the bodies are in files named as the operators'
// headers, beside what reads the ONNX operators that correspond. A missing one does not compile.
#pragma once

#include "convoy/onnx/writing.h"
#include "convoy/ops/ops.h"

namespace convoy::onnx {

void write(const Conv& op, Writing& out);

// Without a form in ONNX, and why.
template <class O>
void write(const O& op, Writing& out) {
  out.refuse(std::string(operator_name(op)) + " is not written yet");
}

}  // namespace convoy::onnx
