// A certificate for 127.0.0.1 that only those trust who are given it.
#pragma once
#include <openssl/ssl.h>

#include <memory>
#include <string>

namespace counterpoint::test {

struct Identity {
  std::shared_ptr<EVP_PKEY> key;
  std::shared_ptr<X509> certificate;
};

/// A fresh key and a certificate signed with it, valid for an hour; the certificate is written to `path` as PEM.
Identity self_signed(const std::string& path);

}  // namespace counterpoint::test
