#include "counterpoint/generate/remote_address.h"

#include <charconv>

#include "counterpoint/core/error.h"
#include "counterpoint/core/strings.h"

namespace counterpoint::generate {
namespace {

constexpr std::string_view expected = "expected http://HOST:PORT/v1#MODEL, e.g. http://127.0.0.1:8000/v1#my-model";

/// The scheme's length, "https://" or "http://"; 0 where there is none.
size_t scheme_length(std::string_view spec) {
  const std::string head = to_lower_ascii(spec.substr(0, 8));
  if (head == "https://") return 8;
  return head.starts_with("http://") ? 7 : 0;
}

int parse_port(std::string_view text, std::string_view spec) {
  int port = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (problem != std::errc{} || end != text.data() + text.size() || port < 1 || port > 65535)
    fail("'{}' is no port (1 to 65535) in the address '{}'; {}", text, spec, expected);
  return port;
}

/// "host", "host:port", "[::1]:port".
void read_host_and_port(std::string_view text, std::string_view spec, RemoteAddress& address) {
  const bool bracketed = text.starts_with('[');
  const size_t closing = text.find(']');
  if (bracketed && closing == std::string_view::npos) fail("no ']' in the address '{}'; {}", spec, expected);
  const size_t colon = text.find(':', bracketed ? closing : 0);
  address.host = bracketed ? text.substr(1, closing - 1) : text.substr(0, colon);
  if (address.host.empty()) fail("no host in the address '{}'; {}", spec, expected);
  if (colon != std::string_view::npos) address.port = parse_port(text.substr(colon + 1), spec);
}

std::string base_path(std::string_view path) {
  while (path.ends_with('/')) path.remove_suffix(1);
  // People copy the whole address out of a manual.
  constexpr std::string_view endpoint = "/chat/completions";
  if (path.ends_with(endpoint)) path.remove_suffix(endpoint.size());
  return std::string(path);
}

void check_characters(std::string_view spec) {
  for (const char c : spec)
    if (static_cast<unsigned char>(c) <= ' ' || c == 0x7f)
      fail("white space or a control character in the address '{}'; {}", trim(spec), expected);
}

}  // namespace

std::string RemoteAddress::chat_url() const {
  const bool usual_port = port == (tls ? 443 : 80);
  const std::string shown_host = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return fmt::format("{}://{}{}{}", tls ? "https" : "http", shown_host, usual_port ? "" : fmt::format(":{}", port),
                     chat_path());
}

bool is_remote_address(std::string_view spec) { return scheme_length(spec) > 0; }

RemoteAddress parse_remote_address(std::string_view spec) {
  const size_t scheme = scheme_length(spec);
  if (scheme == 0) fail("'{}' is not the address of a server; {}", spec, expected);
  const size_t hash = spec.find('#');
  const std::string_view place = spec.substr(scheme, hash == std::string_view::npos ? hash : hash - scheme);
  const std::string_view authority = place.substr(0, place.find('/'));
  // Before anything else, so that no message repeats a password.
  if (authority.find('@') != std::string_view::npos)
    fail("the server's address holds a user name or password; leave it out and set OPENAI_API_KEY instead");
  check_characters(spec);
  if (place.find('?') != std::string_view::npos)
    fail("the address of {} holds a query ('?...'), which is not supported; {}", authority, expected);
  if (hash == std::string_view::npos || hash + 1 == spec.size())
    fail("the address '{}' does not say which model; {}", spec, expected);

  RemoteAddress address;
  address.tls = scheme == 8;
  address.port = address.tls ? 443 : 80;
  address.model = spec.substr(hash + 1);
  read_host_and_port(authority, spec, address);
  if (authority.size() < place.size()) address.path = base_path(place.substr(authority.size()));
  return address;
}

}  // namespace counterpoint::generate
