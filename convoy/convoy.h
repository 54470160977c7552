// Everything: #include "convoy/convoy.h".
#pragma once

#include "convoy/base/error.h"
#include "convoy/base/tensor.h"
#include "convoy/base/version.h"
#include "convoy/compile/function.h"
#include "convoy/composites/conv_bn_silu.h"
#include "convoy/composites/convolution_backward.h"
#include "convoy/composites/depth_to_space.h"
#include "convoy/composites/dropout.h"
#include "convoy/composites/gemm.h"
#include "convoy/composites/prelu.h"
#include "convoy/composites/tile.h"
#include "convoy/graph/gradients.h"
#include "convoy/graph/graph.h"
#include "convoy/ops/conv_transpose.h"
#include "convoy/ops/ops.h"
#include "convoy/passes/passes.h"
