#include <algorithm>
#include <memory>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "convoy/base/error.h"
#include "convoy/compile/function.h"
#include "convoy/ops/catalog.h"
#include "usage.h"
#include "verbs.h"

namespace convoy::cli {

namespace {

constexpr const char* examples = R"(
Examples:
  convoy ops                 all operators with their inputs
  convoy ops conv            one operator with its attributes and their defaults
  convoy ops reduce          every member of a family
  convoy ops --json          the same for programs
  convoy ops conv --json | jq '.[0].attributes[].name'

An input marked with ? may be left out; one marked with ... stands for any number.)";

std::string signature(const OperatorInfo& info) {
  return fmt::format("{}({})", info.name, fmt::join(info.inputs, ", "));
}

void print_list(const std::vector<const OperatorInfo*>& list) {
  size_t width = 0;
  for (const OperatorInfo* info : list) width = std::max(width, signature(*info).size());
  for (const OperatorInfo* info : list)
    fmt::print("{:<{}}  {}\n", signature(*info), width,
               fmt::join(backends_with(info->prototype), ", "));
  fmt::print("\n{} operators, each with the backends that have it. More of one: convoy ops NAME\n",
             list.size());
}

void print_details(const OperatorInfo& info) {
  fmt::print("{}\n", signature(info));
  if (info.family != info.name) fmt::print("  family    {}\n", info.family);
  fmt::print("  backends  {}\n", fmt::join(backends_with(info.prototype), ", "));
  for (const AttributeInfo& attribute : info.attributes)
    fmt::print("  {} = {}  ({})\n      {}\n", attribute.name,
               attribute.default_text.empty() ? "none" : attribute.default_text, attribute.type,
               attribute.documentation);
}

void print_json(const std::vector<const OperatorInfo*>& list) {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const OperatorInfo* info : list) {
    nlohmann::ordered_json attributes = nlohmann::ordered_json::array();
    for (const AttributeInfo& attribute : info->attributes)
      attributes.push_back({{"name", attribute.name},
                            {"type", attribute.type},
                            {"default", attribute.default_text},
                            {"documentation", attribute.documentation}});
    all.push_back({{"name", info->name},
                   {"family", info->family},
                   {"inputs", info->inputs},
                   {"attributes", std::move(attributes)},
                   {"backends", backends_with(info->prototype)}});
  }
  fmt::print("{}\n", all.dump(2));
}

// Operators of the name, or of the family; all for none.
std::vector<const OperatorInfo*> chosen(const std::string& name) {
  std::vector<const OperatorInfo*> list;
  std::string similar;
  for (const OperatorInfo& info : operators()) {
    if (name.empty() || info.name == name || info.family == name) list.push_back(&info);
    if (!name.empty() && info.name.find(name.substr(0, 3)) != std::string_view::npos)
      similar += fmt::format("{}{}", similar.empty() ? "" : ", ", info.name);
  }
  if (list.empty())
    throw UsageError(fmt::format(
        "there is no operator '{}'\n{}", name,
        similar.empty() ? "convoy ops lists all of them" : "similar names: " + similar));
  return list;
}

}  // namespace

void add_ops(CLI::App& app, const Session&) {
  struct Arguments {
    std::string name;
    bool json = false;
  };
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* verb =
      app.add_subcommand("ops", "Operators, their attributes, which backends have them");
  verb->footer(examples);
  verb->add_option("name", arguments->name, "an operator or a family of operators; all without it");
  verb->add_flag("--json", arguments->json, "print JSON, for programs");
  verb->callback([arguments] {
    const std::vector<const OperatorInfo*> list = chosen(arguments->name);
    if (arguments->json) return print_json(list);
    if (arguments->name.empty()) return print_list(list);
    for (const OperatorInfo* info : list) print_details(*info);
  });
}

}  // namespace convoy::cli
