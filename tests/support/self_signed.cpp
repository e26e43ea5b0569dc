#include "tests/support/self_signed.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <stdexcept>

namespace counterpoint::test {
namespace {

void check(bool good, const char* what) {
  if (!good) throw std::runtime_error(std::string("no test certificate: ") + what);
}

void add_extension(X509* certificate, int id, const char* value) {
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, id, value);
  check(extension && X509_add_ext(certificate, extension, -1), value);
  X509_EXTENSION_free(extension);
}

}  // namespace

Identity self_signed(const std::string& path) {
  Identity made{{EVP_EC_gen("P-256"), EVP_PKEY_free}, {X509_new(), X509_free}};
  X509* certificate = made.certificate.get();
  check(made.key && certificate, "out of memory");
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, made.key.get());
  X509_NAME* name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  add_extension(certificate, NID_subject_alt_name, "IP:127.0.0.1");
  add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE");
  check(X509_sign(certificate, made.key.get(), EVP_sha256()) > 0, "signing failed");

  std::FILE* file = std::fopen(path.c_str(), "w");
  check(file && PEM_write_X509(file, certificate), "cannot write it");
  std::fclose(file);
  return made;
}

}  // namespace counterpoint::test
