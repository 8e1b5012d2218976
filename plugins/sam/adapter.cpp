#include "plugins/sam/adapter.h"

#include <vector>

namespace voxarena::sam {
namespace {

std::vector<std::int64_t> with_rest(std::vector<std::int64_t> leading, const at::Tensor& x,
                                    std::int64_t from) {
  const auto rest = x.sizes().slice(static_cast<std::size_t>(from));
  leading.insert(leading.end(), rest.begin(), rest.end());
  return leading;
}

}  // namespace

at::Tensor gather_depth(const at::Tensor& x, const Layout& layout) {
  return x.reshape(with_rest({layout.volumes, layout.depth, layout.parts}, x, 1))
      .transpose(1, 2)
      .reshape(with_rest({layout.volumes * layout.parts, layout.depth}, x, 1));
}

at::Tensor scatter_depth(const at::Tensor& x, const Layout& layout) {
  return x.reshape(with_rest({layout.volumes, layout.parts, layout.depth}, x, 2))
      .transpose(1, 2)
      .reshape(with_rest({layout.rows()}, x, 2));
}

void Slot::fill(std::shared_ptr<Adapter> adapter) {
  if (adapter_) owner_.unregister_module(name_);
  adapter_ = owner_.register_module(name_, std::move(adapter));
}

void Slot::clear() {
  if (adapter_) owner_.unregister_module(name_);
  adapter_ = nullptr;
}

at::Tensor Slot::replace(const at::Tensor& x, const Layout& layout) const {
  return adapter_ ? adapter_->forward(x, layout) : x;
}

at::Tensor Slot::add(const at::Tensor& sum, const at::Tensor& x, const Layout& layout) const {
  return adapter_ ? sum + adapter_->forward(x, layout) : sum;
}

}  // namespace voxarena::sam
