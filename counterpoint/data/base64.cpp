#include "counterpoint/data/base64.h"

#include <openssl/evp.h>

namespace counterpoint::data {

std::string base64(std::string_view bytes) {
  // The encoder closes with a zero byte of its own.
  std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(length));
  return out;
}

}  // namespace counterpoint::data
