// Every layer: #include "convoy/nn/nn.h".
#pragma once

#include "convoy/nn/activation.h"
#include "convoy/nn/conv.h"
#include "convoy/nn/linear.h"
#include "convoy/nn/norm.h"
#include "convoy/nn/pool.h"
#include "convoy/nn/sequential.h"
