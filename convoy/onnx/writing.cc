#include "convoy/onnx/writing.h"

#include "convoy/base/error.h"
#include "convoy/onnx/model_writer.h"

namespace convoy::onnx {

std::string Writing::name_of(const Value& value) { return model_.name_of(value); }

std::string Writing::input(size_t i) const {
  return i < node_.inputs.size() ? model_.name_of(node_.inputs[i]) : "";
}

Names Writing::inputs() const {
  Names names;
  for (size_t i = 0; i < node_.inputs.size(); ++i) names.push_back(input(i));
  return names;
}

const Tensor* Writing::known(size_t i) const { return model_.known(node_.inputs[i]); }

bool Writing::wants(size_t k) const { return model_.is_used(node_, k); }

int64_t Writing::opset() const { return model_.opset(); }

void Writing::require_opset(int64_t opset) { model_.need_opset(opset); }

void Writing::result(std::string_view op_type, const Names& inputs, const Attributes& attributes) {
  result_of(0, op_type, inputs, attributes);
}

void Writing::results(std::string_view op_type, const Names& inputs, const Attributes& attributes,
                      size_t required) {
  Names outputs;
  for (size_t k = 0; k < node_.outputs.size(); ++k)
    outputs.push_back(wants(k) || k < required ? model_.output_name(node_, k) : "");
  while (!outputs.empty() && outputs.back().empty()) outputs.pop_back();
  model_.add_node(node_.title(), op_type, inputs, outputs, attributes);
}

void Writing::alias(size_t k, const std::string& name) { model_.alias(node_, k, name); }

void Writing::result_of(size_t k, std::string_view op_type, const Names& inputs,
                        const Attributes& attributes) {
  model_.add_node(node_.title(), op_type, inputs, {model_.output_name(node_, k)}, attributes);
}

Names Writing::results_of(const std::vector<std::optional<size_t>>& of, std::string_view op_type,
                          const Names& inputs, const Attributes& attributes) {
  Names outputs;
  for (const std::optional<size_t>& k : of)
    outputs.push_back(k ? model_.output_name(node_, *k) : model_.new_name());
  model_.add_node(node_.title(), op_type, inputs, outputs, attributes);
  return outputs;
}

std::string Writing::add(std::string_view op_type, const Names& inputs,
                         const Attributes& attributes) {
  return add_many(op_type, inputs, attributes, 1)[0];
}

Names Writing::add_many(std::string_view op_type, const Names& inputs, const Attributes& attributes,
                        size_t count) {
  Names outputs;
  for (size_t k = 0; k < count; ++k) outputs.push_back(model_.new_name());
  model_.add_node({}, op_type, inputs, outputs, attributes);
  return outputs;
}

std::string Writing::constant(const Tensor& value, std::string_view name) {
  return model_.add_constant(value, name);
}

std::string Writing::scalar(double value, DType dtype) {
  return constant(Tensor::full(dtype, {}, value));
}

std::string Writing::integers(const Integers& values) {
  return constant(Tensor::of<int64_t>({static_cast<int64_t>(values.size())}, values));
}

std::string Writing::sizes(const Shape& sizes) { return model_.sizes(sizes); }

void Writing::refuse(const std::string& why) const { throw NotSupportedError(why); }

}  // namespace convoy::onnx
