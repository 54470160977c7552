// A plan for those who look at it.
#pragma once

#include "convoy/base/plan_description.h"
#include "convoy/cpu/cpu.h"
#include "convoy/cpu/plan/plan.h"

namespace convoy::cpu {

PlanDescription describe(const Plan& plan, Precision precision);

}  // namespace convoy::cpu
