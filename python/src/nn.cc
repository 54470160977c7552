#include <random>

#include <nanobind/nanobind.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/shared_ptr.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>
#include <nanobind/trampoline.h>

#include "arguments.h"
#include "convoy/nn/activation.h"
#include "convoy/nn/conv.h"
#include "convoy/nn/linear.h"
#include "convoy/nn/norm.h"
#include "convoy/nn/pool.h"
#include "convoy/nn/sequential.h"
#include "module.h"
#include "parameter.h"

namespace convoy::python {

using namespace nb::literals;
using nn::Generator;
using nn::Initializer;
using nn::Mode;
using nn::Module;

namespace {

/// A module whose `forward` is written in Python.
class PythonModule final : public Module {
 public:
  NB_TRAMPOLINE(Module, 1);
  Value forward(const Value& x, Mode& mode) const override { NB_OVERRIDE_PURE(forward, x, mode); }
};

ParameterValue to_parameter(const Value& value) { return ParameterValue(value, state_of(value)); }

/// The generator given, or one seeded by the operating system.
Generator& to_generator(nb::handle object, Generator& fallback) {
  return object.is_none() ? fallback : nb::cast<Generator&>(object);
}

Generator system_generator() {
  std::random_device device;
  return Generator((uint64_t{device()} << 32) | device());
}

/// An initialiser made by this module, or any callable (dtype, shape, generator) → array.
Initializer to_initializer(nb::object object) {
  if (object.is_none()) return {};
  if (nb::isinstance<Initializer>(object)) return nb::cast<Initializer>(object);
  return [object](DType dtype, const Extents& extents, Generator& generator) {
    const nb::object array =
        object(std::string(to_string(dtype)), nb::tuple(nb::cast(extents)), &generator);
    return to_tensor(array, "initial value").cast(dtype).clone();
  };
}

nn::ConvOptions conv_options(nb::handle stride, nb::handle padding, nb::handle dilation,
                             int64_t groups, bool bias, bool flip, nb::handle dtype,
                             nb::object weight_init, nb::object bias_init) {
  return {.stride = to_integers(stride, "stride"),
          .padding = to_padding(padding),
          .dilation = to_integers(dilation, "dilation"),
          .groups = groups,
          .bias = bias,
          .flip = flip,
          .output_padding = {},
          .dtype = to_dtype(dtype),
          .weight_init = to_initializer(std::move(weight_init)),
          .bias_init = to_initializer(std::move(bias_init))};
}

template <class Layer>
void bind_conv_layer(nb::module_& m, const char* name, const char* documentation) {
  nb::class_<Layer, Module>(m, name, documentation)
      .def(
          "__init__",
          [](Layer* self, int64_t in_channels, int64_t out_channels, IntegersArgument kernel,
             IntegersArgument stride, PaddingArgument padding, IntegersArgument dilation,
             int64_t groups, bool bias, bool flip, DTypeArgument dtype, nb::object weight_init,
             nb::object bias_init, nb::object generator) {
            Generator fallback = system_generator();
            new (self) Layer(in_channels, out_channels, to_integers(kernel, "kernel"),
                             conv_options(stride, padding, dilation, groups, bias, flip, dtype,
                                          weight_init, bias_init),
                             to_generator(generator, fallback));
          },
          "in_channels"_a, "out_channels"_a, "kernel"_a, nb::kw_only(), "stride"_a = 1,
          "padding"_a = 0, "dilation"_a = 1, "groups"_a = 1, "bias"_a = true, "flip"_a = false,
          "dtype"_a = "float32", "weight_init"_a = nb::none(), "bias_init"_a = nb::none(),
          "generator"_a = nb::none());
}

template <class Layer>
void bind_conv_transpose_layer(nb::module_& m, const char* name, const char* documentation) {
  nb::class_<Layer, Module>(m, name, documentation)
      .def(
          "__init__",
          [](Layer* self, int64_t in_channels, int64_t out_channels, IntegersArgument kernel,
             IntegersArgument stride, PaddingArgument padding, IntegersArgument output_padding,
             IntegersArgument dilation, int64_t groups, bool bias, bool flip, DTypeArgument dtype,
             nb::object weight_init, nb::object bias_init, nb::object generator) {
            Generator fallback = system_generator();
            nn::ConvOptions options = conv_options(stride, padding, dilation, groups, bias, flip,
                                                   dtype, weight_init, bias_init);
            options.output_padding = to_integers(output_padding, "output_padding");
            new (self) Layer(in_channels, out_channels, to_integers(kernel, "kernel"),
                             std::move(options), to_generator(generator, fallback));
          },
          "in_channels"_a, "out_channels"_a, "kernel"_a, nb::kw_only(), "stride"_a = 1,
          "padding"_a = 0, "output_padding"_a = 0, "dilation"_a = 1, "groups"_a = 1,
          "bias"_a = true, "flip"_a = false, "dtype"_a = "float32", "weight_init"_a = nb::none(),
          "bias_init"_a = nb::none(), "generator"_a = nb::none());
}

template <class Layer>
void bind_batch_norm(nb::module_& m, const char* name, const char* documentation) {
  nb::class_<Layer, Module>(m, name, documentation)
      .def(
          "__init__",
          [](Layer* self, int64_t channels, double epsilon, double momentum, DTypeArgument dtype) {
            new (self) Layer(channels,
                             {.epsilon = epsilon, .momentum = momentum, .dtype = to_dtype(dtype)});
          },
          "channels"_a, nb::kw_only(), "epsilon"_a = 1e-5, "momentum"_a = 0.1,
          "dtype"_a = "float32");
}

template <class Layer>
void bind_max_pool(nb::module_& m, const char* name, const char* documentation) {
  nb::class_<Layer, Module>(m, name, documentation)
      .def(
          "__init__",
          [](Layer* self, IntegersArgument kernel, IntegersArgument stride, PaddingArgument padding,
             IntegersArgument dilation, bool ceil_mode) {
            new (self)
                Layer(to_integers(kernel, "kernel"), {.stride = to_integers(stride, "stride"),
                                                      .padding = to_padding(padding),
                                                      .dilation = to_integers(dilation, "dilation"),
                                                      .ceil_mode = ceil_mode});
          },
          "kernel"_a, nb::kw_only(), "stride"_a = nb::none(), "padding"_a = 0, "dilation"_a = 1,
          "ceil_mode"_a = false);
}

template <class Layer>
void bind_avg_pool(nb::module_& m, const char* name, const char* documentation) {
  nb::class_<Layer, Module>(m, name, documentation)
      .def(
          "__init__",
          [](Layer* self, IntegersArgument kernel, IntegersArgument stride, PaddingArgument padding,
             IntegersArgument dilation, bool ceil_mode, bool count_include_pad) {
            new (self)
                Layer(to_integers(kernel, "kernel"), {.stride = to_integers(stride, "stride"),
                                                      .padding = to_padding(padding),
                                                      .dilation = to_integers(dilation, "dilation"),
                                                      .ceil_mode = ceil_mode,
                                                      .count_include_pad = count_include_pad});
          },
          "kernel"_a, nb::kw_only(), "stride"_a = nb::none(), "padding"_a = 0, "dilation"_a = 1,
          "ceil_mode"_a = false, "count_include_pad"_a = true);
}

template <class Layer>
void bind_adaptive_pool(nb::module_& m, const char* name, const char* documentation) {
  nb::class_<Layer, Module>(m, name, documentation)
      .def(
          "__init__",
          [](Layer* self, IntegersArgument output_size) {
            new (self) Layer(to_integers(output_size, "output_size"));
          },
          "output_size"_a);
}

template <class Layer>
void bind_activation(nb::module_& m, const char* name) {
  nb::class_<Layer, Module>(m, name, "An activation as a layer.").def(nb::init<>());
}

template <class Layer>
void bind_activation_with_alpha(nb::module_& m, const char* name, double alpha) {
  nb::class_<Layer, Module>(m, name, "An activation as a layer.")
      .def("__init__", [](Layer* self, double a) { new (self) Layer(a); }, "alpha"_a = alpha);
}

void bind_activations(nb::module_& m) {
  bind_activation<nn::ReLU>(m, "ReLU");
  bind_activation<nn::ReLU6>(m, "ReLU6");
  bind_activation_with_alpha<nn::LeakyReLU>(m, "LeakyReLU", 0.01);
  bind_activation_with_alpha<nn::ELU>(m, "ELU", 1);
  bind_activation<nn::SELU>(m, "SELU");
  bind_activation_with_alpha<nn::CELU>(m, "CELU", 1);
  bind_activation<nn::GELU>(m, "GELU");
  bind_activation<nn::Sigmoid>(m, "Sigmoid");
  bind_activation<nn::HardSigmoid>(m, "HardSigmoid");
  bind_activation<nn::SiLU>(m, "SiLU");
  bind_activation<nn::HardSwish>(m, "HardSwish");
  bind_activation<nn::Mish>(m, "Mish");
  bind_activation<nn::Softplus>(m, "Softplus");
  bind_activation<nn::Softsign>(m, "Softsign");
  bind_activation<nn::Tanh>(m, "Tanh");
}

void bind_initializers(nb::module_& m) {
  nb::class_<Generator>(m, "Generator",
                        "Streams of random numbers from a seed, the same on every platform.")
      .def(nb::init<uint64_t>(), "seed"_a)
      .def_prop_ro("seed", &Generator::seed)
      .def("next_stream", &Generator::next_stream, "The number of the next unused stream.");
  nb::class_<Initializer>(m, "Initializer", "Makes the first value of a parameter.")
      .def(
          "__call__",
          [](const Initializer& self, IntegersArgument shape, Generator& generator,
             DTypeArgument dtype) {
            return to_numpy(self(to_dtype(dtype), to_integers(shape, "shape"), generator));
          },
          "shape"_a, "generator"_a, "dtype"_a = "float32", "A drawn array.");
  m.def("constant_value", &nn::constant_value, "value"_a, "The same value everywhere.");
  m.def("uniform", &nn::uniform, "low"_a, "high"_a, "Uniform in low…high.");
  m.def("normal", &nn::normal, "mean"_a = 0.0, "deviation"_a = 1.0, "Normal.");
  m.def("he_normal", &nn::he_normal, "He et al. 2015: normal, variance 2/fan_in.");
  m.def("he_uniform", &nn::he_uniform, "He et al. 2015: uniform in ±√(6/fan_in).");
  m.def("glorot_normal", &nn::glorot_normal,
        "Glorot and Bengio 2010: normal, variance 2/(fan_in + fan_out).");
  m.def("glorot_uniform", &nn::glorot_uniform,
        "Glorot and Bengio 2010: uniform in ±√(6/(fan_in + fan_out)).");
  m.def("orthogonal", &nn::orthogonal, "gain"_a = 1.0,
        "Saxe et al. 2014: orthonormal rows or columns, times gain.");
}

void bind_module_class(nb::module_& m) {
  nb::class_<Mode>(m, "Mode", "How a network is built into a graph: inference or training.")
      .def(
          "__init__",
          [](Mode* self, bool training, ValueArgument key) {
            new (self) Mode{.training = training, .key = to_value(key, "key")};
          },
          "training"_a = false, "key"_a = nb::none())
      .def_ro("training", &Mode::training)
      .def_prop_ro(
          "key",
          [](const Mode& self) -> nb::object { return self.key ? nb::cast(self.key) : nb::none(); })
      .def_prop_ro(
          "updates",
          [](const Mode& self) -> nb::typed<nb::dict, ParameterValue, Value> {
            nb::dict updates;
            for (const auto& [state, value] : self.updates)
              updates[nb::cast(ParameterValue(state))] = nb::cast(value);
            return updates;
          },
          "New values of statistics, for `updates` of `compile`.");

  nb::class_<Module, PythonModule>(m, "ModuleBase")
      .def(nb::init<>())
      .def("forward", &Module::forward, "x"_a, "mode"_a, "What the layer makes of x.")
      .def(
          "__call__", [](const Module& self, const Value& x) { return self(x); }, "x"_a)
      .def(
          "__call__", [](const Module& self, const Value& x, Mode& mode) { return self(x, mode); },
          "x"_a, "mode"_a)
      .def(
          "named_parameters",
          [](const Module& self) {
            std::vector<std::pair<std::string, ParameterValue>> result;
            for (const nn::NamedParameter& p : self.named_parameters())
              result.emplace_back(p.name, to_parameter(p.value));
            return result;
          },
          "Pairs of name and parameter, statistics included.")
      .def(
          "trainable_parameters",
          [](const Module& self) {
            std::vector<ParameterValue> result;
            for (const Value& value : self.trainable_parameters())
              result.push_back(to_parameter(value));
            return result;
          },
          "The parameters to differentiate with respect to.")
      .def(
          "add_parameter",
          [](Module& self, const std::string& name, ArrayArgument value, bool trainable) {
            if (nb::isinstance<ParameterValue>(value))
              return to_parameter(self.add_parameter(name, nb::cast<Value>(value)));
            return to_parameter(
                self.add_parameter(name, to_tensor(value, "value").clone(), trainable));
          },
          "name"_a, "value"_a, "trainable"_a = true,
          nb::sig("def add_parameter(self, name: str, value: _convoy.Parameter | "
                  "numpy.typing.ArrayLike, trainable: bool = True) -> _convoy.Parameter"),
          "Registers state of this module: a Parameter, or an array that becomes one.")
      .def(
          "add_module",
          [](Module& self, const std::string& name, std::shared_ptr<Module> child) {
            self.add_module(name, std::move(child));
          },
          "name"_a, "child"_a, "Registers a child.")
      .def(
          "parameter",
          [](const Module& self, const std::string& name) {
            return to_parameter(self.parameter_value(name));
          },
          "name"_a, "A parameter of this module itself.");
}

}  // namespace

void bind_nn(nb::module_& parent) {
  nb::module_ m = parent.def_submodule("nn", "Layers with parameters.");
  bind_initializers(m);
  bind_module_class(m);
  bind_activations(m);

  nb::class_<nn::Sequential, Module>(m, "Sequential", "Layers one after another.")
      .def(
          "__init__",
          [](nn::Sequential* self, nb::args layers) {
            new (self) nn::Sequential();
            for (const nb::handle layer : layers)
              self->append(nb::cast<std::shared_ptr<Module>>(layer));
          },
          nb::sig("def __init__(self, *layers: ModuleBase) -> None"))
      .def("append", &nn::Sequential::append, "layer"_a, "Adds a layer at the end.");

  bind_conv_layer<nn::Conv1d>(m, "Conv1d", "Convolution of [N,C,L].");
  bind_conv_layer<nn::Conv2d>(m, "Conv2d", "Convolution of [N,C,H,W].");
  bind_conv_layer<nn::Conv3d>(m, "Conv3d", "Convolution of [N,C,D,H,W].");
  bind_conv_transpose_layer<nn::ConvTranspose1d>(m, "ConvTranspose1d",
                                                 "Transposed convolution of [N,C,L].");
  bind_conv_transpose_layer<nn::ConvTranspose2d>(m, "ConvTranspose2d",
                                                 "Transposed convolution of [N,C,H,W].");
  bind_conv_transpose_layer<nn::ConvTranspose3d>(m, "ConvTranspose3d",
                                                 "Transposed convolution of [N,C,D,H,W].");
  bind_batch_norm<nn::BatchNorm1d>(m, "BatchNorm1d", "Batch normalisation of [N,C] or [N,C,L].");
  bind_batch_norm<nn::BatchNorm2d>(m, "BatchNorm2d", "Batch normalisation of [N,C,H,W].");
  bind_batch_norm<nn::BatchNorm3d>(m, "BatchNorm3d", "Batch normalisation of [N,C,D,H,W].");
  bind_max_pool<nn::MaxPool1d>(m, "MaxPool1d", "Maxima of windows of [N,C,L].");
  bind_max_pool<nn::MaxPool2d>(m, "MaxPool2d", "Maxima of windows of [N,C,H,W].");
  bind_max_pool<nn::MaxPool3d>(m, "MaxPool3d", "Maxima of windows of [N,C,D,H,W].");
  bind_avg_pool<nn::AvgPool1d>(m, "AvgPool1d", "Means of windows of [N,C,L].");
  bind_avg_pool<nn::AvgPool2d>(m, "AvgPool2d", "Means of windows of [N,C,H,W].");
  bind_avg_pool<nn::AvgPool3d>(m, "AvgPool3d", "Means of windows of [N,C,D,H,W].");
  bind_adaptive_pool<nn::AdaptiveMaxPool1d>(m, "AdaptiveMaxPool1d", "Maxima, onto a stated size.");
  bind_adaptive_pool<nn::AdaptiveMaxPool2d>(m, "AdaptiveMaxPool2d", "Maxima, onto a stated size.");
  bind_adaptive_pool<nn::AdaptiveMaxPool3d>(m, "AdaptiveMaxPool3d", "Maxima, onto a stated size.");
  bind_adaptive_pool<nn::AdaptiveAvgPool1d>(m, "AdaptiveAvgPool1d", "Means, onto a stated size.");
  bind_adaptive_pool<nn::AdaptiveAvgPool2d>(m, "AdaptiveAvgPool2d", "Means, onto a stated size.");
  bind_adaptive_pool<nn::AdaptiveAvgPool3d>(m, "AdaptiveAvgPool3d", "Means, onto a stated size.");

  nb::class_<nn::LayerNorm, Module>(m, "LayerNorm", "Normalises over the last axes.")
      .def(
          "__init__",
          [](nn::LayerNorm* self, IntegersArgument normalized_shape, double epsilon, bool affine,
             DTypeArgument dtype) {
            new (self)
                nn::LayerNorm(to_integers(normalized_shape, "normalized_shape"),
                              {.epsilon = epsilon, .affine = affine, .dtype = to_dtype(dtype)});
          },
          "normalized_shape"_a, nb::kw_only(), "epsilon"_a = 1e-5, "affine"_a = true,
          "dtype"_a = "float32");
  nb::class_<nn::GroupNorm, Module>(m, "GroupNorm", "Normalises groups of channels.")
      .def(
          "__init__",
          [](nn::GroupNorm* self, int64_t groups, int64_t channels, double epsilon, bool affine,
             DTypeArgument dtype) {
            new (self) nn::GroupNorm(
                groups, channels, {.epsilon = epsilon, .affine = affine, .dtype = to_dtype(dtype)});
          },
          "groups"_a, "channels"_a, nb::kw_only(), "epsilon"_a = 1e-5, "affine"_a = true,
          "dtype"_a = "float32");
  nb::class_<nn::InstanceNorm, Module>(m, "InstanceNorm", "Normalises channels of each image.")
      .def(
          "__init__",
          [](nn::InstanceNorm* self, int64_t channels, double epsilon, bool affine,
             DTypeArgument dtype) {
            new (self) nn::InstanceNorm(
                channels, {.epsilon = epsilon, .affine = affine, .dtype = to_dtype(dtype)});
          },
          "channels"_a, nb::kw_only(), "epsilon"_a = 1e-5, "affine"_a = false,
          "dtype"_a = "float32");

  nb::class_<nn::Linear, Module>(m, "Linear", "x · weightᵀ + bias over the last axis.")
      .def(
          "__init__",
          [](nn::Linear* self, int64_t in_features, int64_t out_features, bool bias,
             DTypeArgument dtype, nb::object weight_init, nb::object bias_init,
             nb::object generator) {
            Generator fallback = system_generator();
            new (self) nn::Linear(in_features, out_features,
                                  {.bias = bias,
                                   .dtype = to_dtype(dtype),
                                   .weight_init = to_initializer(std::move(weight_init)),
                                   .bias_init = to_initializer(std::move(bias_init))},
                                  to_generator(generator, fallback));
          },
          "in_features"_a, "out_features"_a, nb::kw_only(), "bias"_a = true, "dtype"_a = "float32",
          "weight_init"_a = nb::none(), "bias_init"_a = nb::none(), "generator"_a = nb::none());
  nb::class_<nn::Flatten, Module>(m, "Flatten", "Joins axes first…last into one.")
      .def(nb::init<int64_t, int64_t>(), "first"_a = 1, "last"_a = -1);
  nb::class_<nn::Dropout, Module>(m, "Dropout", "Zeroes elements at random in training.")
      .def(nb::init<double>(), "probability"_a = 0.5);
}

}  // namespace convoy::python
