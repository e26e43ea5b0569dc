// Mixed precision in a block.
#pragma once
#include <ATen/autocast_mode.h>
#include <torch/torch.h>

namespace counterpoint::protoclip {

/// bfloat16 autocast on the device while it lives.
class Autocast {
 public:
  Autocast(bool on, torch::DeviceType device) : on_(on), device_(device) {
    if (!on_) return;
    at::autocast::set_autocast_dtype(device_, at::kBFloat16);
    at::autocast::set_autocast_enabled(device_, true);
  }
  ~Autocast() {
    if (!on_) return;
    at::autocast::clear_cache();
    at::autocast::set_autocast_enabled(device_, false);
  }
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;

 private:
  bool on_;
  torch::DeviceType device_;
};

}  // namespace counterpoint::protoclip
