#include "convoy/composites/conv_bn_silu.h"

#include <string>

#include "convoy/ops/activation.h"

namespace convoy {

Value conv_bn_silu(const Value& x, const Value& w, const Value& gamma, const Value& beta,
                   const Value& mean, const Value& variance, ConvBnSilu attributes,
                   std::string_view name) {
  const auto part = [&](std::string_view suffix) {
    return name.empty() ? std::string() : std::string(name) + "." + std::string(suffix);
  };
  const Value y = conv(x, w, std::move(attributes.conv), part("conv"));
  const Value normalized =
      batch_norm(y, gamma, beta, mean, variance, attributes.batch_norm, part("batch_norm"));
  return activation(ActivationKind::silu, normalized, {}, {}, part("silu"));
}

}  // namespace convoy
