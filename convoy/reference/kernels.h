// Every operator's kernel, one overload each; the bodies are in files of the operators' names.
#pragma once

#include "convoy/ops/ops.h"
#include "convoy/reference/call.h"

namespace convoy::reference {

void run(const Activation& op, Call& call);
void run(const ArgReduce& op, Call& call);
void run(const Binary& op, Call& call);
void run(const Cast& op, Call& call);
void run(const Clip& op, Call& call);
void run(const Conv& op, Call& call);
void run(const ConvInputGrad& op, Call& call);
void run(const ConvWeightGrad& op, Call& call);
void run(const Custom& op, Call& call);
void run(const Expand& op, Call& call);
void run(const Iota& op, Call& call);
void run(const Matmul& op, Call& call);
void run(const OneHot& op, Call& call);
void run(const Random& op, Call& call);
void run(const Reduce& op, Call& call);
void run(const Reshape& op, Call& call);
void run(const Softmax& op, Call& call);
void run(const TopK& op, Call& call);
void run(const Unary& op, Call& call);
void run(const Where& op, Call& call);

}  // namespace convoy::reference
