// Where a remote model lives: http://127.0.0.1:8000/v1#model-name, as users write it on the command line.
#pragma once
#include <string>
#include <string_view>

namespace counterpoint::generate {

struct RemoteAddress {
  bool tls = false;
  std::string host;   ///< name, IPv4, or IPv6 without its brackets
  int port = 80;      ///< 443 where nothing is said and tls
  std::string path;   ///< base path without a trailing slash, "/v1"; may be empty
  std::string model;  ///< as the server knows it, e.g. "Qwen/Qwen2.5-7B-Instruct"

  /// Where chats are posted, "http://127.0.0.1:8000/v1/chat/completions".
  std::string chat_url() const;
  std::string chat_path() const { return path + "/chat/completions"; }
};

/// True for what starts with http:// or https://, whatever else is wrong with it.
bool is_remote_address(std::string_view spec);

/// Error: no model behind '#', a bad port, a user name or password in the address (the key belongs into the
/// environment), white space, a query.
RemoteAddress parse_remote_address(std::string_view spec);

}  // namespace counterpoint::generate
