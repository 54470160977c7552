// Plans and profiles for programs.
#pragma once

#include <nlohmann/json.hpp>

#include "convoy/compile/profile.h"

namespace convoy::cli {

using Json = nlohmann::ordered_json;

Json json_of(const PlanDescription& plan);
Json json_of(const Profile& profile);

}  // namespace convoy::cli
