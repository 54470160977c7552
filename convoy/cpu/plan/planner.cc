#include <algorithm>
#include <stdexcept>

#include "convoy/cpu/copy_task.h"
#include "convoy/cpu/lowerings.h"
#include "convoy/cpu/memory.h"
#include "convoy/cpu/plan/lowering.h"
#include "convoy/cpu/threads.h"

namespace convoy::cpu {

namespace {

Array plain_array(size_t buffer, const Type& type) {
  return {.buffer = buffer, .dtype = type.dtype, .extents = to_extents(type.shape)};
}

bool can_be_blocked(const Type& type) {
  return type.dtype == DType::float32 && type.rank() >= 3 && type.rank() <= 5;
}

/// The value that `part` is channels of, and which is the first; the value itself otherwise.
std::pair<Value, int64_t> channels_of_what(const Value& part) {
  const Op* op = part.node()->op();
  const Slice* slice = op ? std::get_if<Slice>(op) : nullptr;
  if (!slice || slice->steps.size() < 2 || slice->steps[1] != 1) return {part, 0};
  const Value& whole = part.node()->inputs[0];
  for (size_t a = 0; a < slice->steps.size(); ++a)
    if (a != 1 && (slice->steps[a] != 1 || !(part.shape()[a] == whole.shape()[a])))
      return {part, 0};
  return {whole, slice->starts[1].value()};
}

/// What a concat's input i is best made as: the value whose parts are this input and those that
/// follow, if they are all of it in order; else the input itself.
Value whole_of_parts(const std::vector<Value>& inputs, size_t i) {
  const Value whole = channels_of_what(inputs[i]).first;
  int64_t channel = 0;
  for (size_t k = i; k < inputs.size() && channel < whole.dim(1).value(); ++k) {
    if (channels_of_what(inputs[k]) != std::pair(whole, channel)) return inputs[i];
    channel += inputs[k].dim(1).value();
  }
  return channel == whole.dim(1).value() ? whole : inputs[i];
}

}  // namespace

Planner::Planner(const Graph& graph, const std::vector<ParameterPtr>& parameters,
                 const Options& options)
    : graph_(graph),
      options_(options),
      uses_(graph) {
  plan_.tier = options.tier.value_or(tiers().front());
  if (options.precision == Precision::bf16) plan_.bf16 = best_bf16_set();
  plan_.threads = options.threads > 0 ? options.threads : usable_threads();
  plan_.inputs = graph.inputs.size();
  add_sources(parameters);
  find_destinations();
  find_bf16_values();
  for (size_t i = 0; i < graph.outputs.size(); ++i)
    results_.emplace(key(graph.outputs[i].value), i);
}

Plan Planner::finish() {
  for (const Group& next : group(graph_, uses_)) lower(next);
  write_results();
  place_buffers(plan_);
  for (const auto* steps : {&plan_.preparation, &plan_.steps})
    for (const Step& step : *steps)
      plan_.scratch_bytes = std::max(plan_.scratch_bytes, aligned(step.task->scratch_bytes()));
  return std::move(plan_);
}

void Planner::add_sources(const std::vector<ParameterPtr>& parameters) {
  const auto add = [&](const Value& value, Buffer::Place place, size_t index) {
    const size_t buffer = plan_.buffers.size();
    plan_.buffers.push_back({.place = place, .index = index});
    values_[key(value)].in(Form::plain) = plain_array(buffer, value.type());
  };
  for (size_t i = 0; i < graph_.inputs.size(); ++i) add(graph_.inputs[i], Buffer::Place::input, i);
  for (const NodePtr& node : graph_.nodes) {
    bool is_static = !node->is_input();
    for (const Value& input : node->inputs) is_static = is_static && this->is_static(*input.node());
    if (is_static) static_.insert(node.get());
    if (const ParameterState* parameter = node->parameter()) {
      const auto at = std::find_if(parameters.begin(), parameters.end(),
                                   [&](const ParameterPtr& p) { return p.get() == parameter; });
      add(Value(node, 0), Buffer::Place::input,
          graph_.inputs.size() + static_cast<size_t>(at - parameters.begin()));
    } else if (const Tensor* constant = node->constant()) {
      add(Value(node, 0), Buffer::Place::constant, plan_.constants.size());
      plan_.constants.push_back(*constant);
    }
  }
}

void Planner::find_destinations() {
  for (const NodePtr& node : graph_.nodes) {
    const Op* op = node->op();
    const Concat* concat = op ? std::get_if<Concat>(op) : nullptr;
    if (!concat || concat->axis != 1 || !can_be_blocked(node->outputs[0])) continue;
    int64_t channel = 0;
    for (size_t i = 0; i < node->inputs.size(); ++i) {
      const Value made = whole_of_parts(node->inputs, i);
      // What is made of constants alone is made once, a concat of other things at every call.
      if (channel % block == 0 && made.node()->op() && is_static(*made.node()) == is_static(*node))
        destinations_.emplace(key(made), Destination{Value(node, 0), channel / block});
      channel += node->inputs[i].dim(1).value();
    }
  }
}

// From the last node on: what only passes its input on wants that as its own result is wanted.
void Planner::find_bf16_values() {
  if (!plan_.bf16) return;
  for (auto node = graph_.nodes.rbegin(); node != graph_.nodes.rend(); ++node) {
    if (is_static(**node)) continue;
    for (size_t k = 0; k < (*node)->outputs.size(); ++k) {
      const Value value(*node, k);
      const auto reads_so = [&](const NodePtr& reader) { return is_read_as_bf16(value, reader); };
      const std::vector<NodePtr>& readers = uses_.of(value);
      if (can_be_blocked(value.type()) && std::any_of(readers.begin(), readers.end(), reads_so))
        bf16_.insert(key(value));
    }
  }
}

bool Planner::is_read_as_bf16(const Value& value, const NodePtr& reader) const {
  const Op* op = reader->op();
  if (std::holds_alternative<Conv>(*op) || std::holds_alternative<ConvInputGrad>(*op))
    return reader->inputs[0] == value;
  if (!bf16_.contains({reader.get(), 0})) return false;
  if (std::holds_alternative<MaxPool>(*op) || std::holds_alternative<AdaptiveMaxPool>(*op)) {
    const Value indices(reader, 1);
    return uses_.of(indices).empty() && !uses_.is_result(indices);
  }
  return is_pointwise(*reader) || std::holds_alternative<AvgPool>(*op) ||
         std::holds_alternative<AdaptiveAvgPool>(*op) || std::holds_alternative<Resize>(*op) ||
         std::holds_alternative<Concat>(*op) || std::holds_alternative<Slice>(*op) ||
         std::holds_alternative<Pad>(*op) || std::holds_alternative<Flip>(*op);
}

void Planner::lower(const Group& group) {
  // Blocks of a concat hold channels of several inputs once it is there: whoever is converted later
  // would write the lanes of others.
  std::erase_if(destinations_, [&](const auto& destination) {
    return destination.second.whole.node() == group.anchor;
  });
  Lowering lowering(group, *this);
  try {
    std::visit(
        [&]<class O>(const O& op) {
          if constexpr (is_expanded<O>)
            throw std::logic_error("an operator that passes replace is still there");
          else if constexpr (falls_back<O>)
            lowering.by_reference();
          else
            cpu::lower(op, lowering);
        },
        *group.anchor->op());
  } catch (const Violation& violation) {
    std::vector<Type> types;
    for (const Value& input : group.anchor->inputs) types.push_back(input.type());
    throw_violation(violation, *group.anchor->op(), group.anchor->name, types);
  }
}

void Planner::write_results() {
  for (size_t i = 0; i < graph_.outputs.size(); ++i) {
    const Value& value = graph_.outputs[i].value;
    const Array array = array_of(value, Form::plain);
    const Buffer& buffer = plan_.buffers[array.buffer];
    if (buffer.place == Buffer::Place::output && buffer.index == i) continue;
    Array result = new_array(value.dtype(), array.extents, Form::plain, Buffer::Place::output);
    plan_.buffers[result.buffer].index = i;
    emit({.task = std::make_unique<CopyTask>(array, result),
          .reads = {array},
          .writes = {result},
          .node = value.node(),
          .algorithm = "copy"});
  }
}

Array Planner::array_of(const Value& value, Form form) {
  Forms& forms = values_[key(value)];
  if (const std::optional<Array>& there = forms.in(form)) return *there;
  // From what was not rounded, where there is a choice.
  const std::optional<Array>* from = &forms.in(Form::blocked_bf16);
  for (const Form other : {Form::plain, Form::blocked})
    if (forms.in(other)) from = &forms.in(other);
  const Array source = **from;
  const Array to = result_array(value, form);
  convert(value.node(), source, to);
  return to;
}

Array Planner::result_array(const Value& value, Form form) {
  if (const std::optional<Array>& there = values_[key(value)].in(form)) return *there;
  const Extents extents = to_extents(value.shape());
  Array array;
  const auto destination = destinations_.find(key(value));
  const auto result = results_.find(key(value));
  if (in_blocks(form) && destination != destinations_.end() &&
      form == suitable_blocks(destination->second.whole)) {
    array = result_array(destination->second.whole, form);
    array.offset +=
        destination->second.first_block * array.strides().channel * size_of(array.dtype);
    array.extents = extents;
  } else if (form == Form::plain && result != results_.end() && !is_static(*value.node())) {
    array = new_array(value.dtype(), extents, form, Buffer::Place::output);
    plan_.buffers[array.buffer].index = result->second;
  } else {
    array = new_array(value.dtype(), extents, form, Buffer::Place::arena);
    if (!is_static(*value.node())) per_call_.insert(array.buffer);
  }
  values_[key(value)].in(form) = array;
  return array;
}

Array Planner::new_array(DType dtype, const Extents& extents, Form form, Buffer::Place place) {
  Array array{.buffer = plan_.buffers.size(),
              .offset = 0,
              .dtype = form == Form::blocked_bf16 ? DType::bfloat16 : dtype,
              .extents = extents,
              .form = form};
  if (in_blocks(form)) array.batch_stride = whole_blocks(extents[1]) * product(array.axes());
  plan_.buffers.push_back({.place = place, .bytes = array.bytes()});
  return array;
}

void Planner::convert(const NodePtr& node, const Array& from, const Array& to) {
  emit({.task = conversion(from, to, plan_.tier),
        .reads = {from},
        .writes = {to},
        .node = node,
        .algorithm = name_of_conversion(to.form)});
}

bool Planner::is_source(const Array& array) const {
  const Buffer& buffer = plan_.buffers[array.buffer];
  return buffer.place == Buffer::Place::constant ||
         (buffer.place == Buffer::Place::input && buffer.index >= plan_.inputs);
}

void Planner::emit(Step step) {
  const auto is_fixed = [&](const Array& array) {
    return is_source(array) || plan_.buffers[array.buffer].place == Buffer::Place::prepared;
  };
  const auto may_be_kept = [&](const Array& array) {
    return plan_.buffers[array.buffer].place != Buffer::Place::output &&
           !per_call_.contains(array.buffer);
  };
  if (std::all_of(step.reads.begin(), step.reads.end(), is_fixed) &&
      std::all_of(step.writes.begin(), step.writes.end(), may_be_kept)) {
    for (const Array& array : step.writes)
      plan_.buffers[array.buffer].place = Buffer::Place::prepared;
    plan_.preparation.push_back(std::move(step));
  } else {
    plan_.steps.push_back(std::move(step));
  }
}

}  // namespace convoy::cpu
