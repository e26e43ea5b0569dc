#include "tests/fuzz/targets.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, size_t size) {
  counterpoint::test::try_safetensors(std::as_bytes(std::span(data, size)));
  return 0;
}
