#include "counterpoint/train/event_file.h"

#include <unistd.h>

#include <array>
#include <bit>
#include <chrono>
#include <cmath>

#include "counterpoint/core/error.h"

namespace counterpoint::train {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view prefix = "events.out.tfevents.";

constexpr std::array<std::uint32_t, 256> make_crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78u : 0);
    table[byte] = crc;
  }
  return table;
}

/// TFRecord rotates and shifts CRCs, so that one of data that holds CRCs is no weaker.
std::uint32_t masked_crc(std::string_view bytes) { return std::rotr(crc32c(bytes), 15) + 0xa282ead8u; }

/// Little-endian, as TFRecord and protobuf want it.
template <class Number>
void append_fixed(std::string& out, Number number) {
  for (size_t i = 0; i < sizeof number; ++i) out.push_back(static_cast<char>(number >> 8 * i & 0xff));
}

// Protobuf: a field begins with its number and the form of what follows.
enum class Form { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

void append_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}

void begin_field(std::string& out, unsigned field, Form form) {
  append_varint(out, field << 3 | static_cast<unsigned>(form));
}

void append_bytes(std::string& out, unsigned field, std::string_view bytes) {
  begin_field(out, field, Form::bytes);
  append_varint(out, bytes.size());
  out += bytes;
}

// Field numbers of event.proto and summary.proto.
constexpr unsigned event_wall_time = 1, event_step = 2, event_file_version = 3, event_summary = 5,
                   event_session_log = 7, session_status = 1, summary_value = 1, value_tag = 1, value_simple = 2;
constexpr std::uint64_t session_start = 1;

std::string begin_event(double seconds) {
  std::string out;
  begin_field(out, event_wall_time, Form::fixed64);
  append_fixed(out, std::bit_cast<std::uint64_t>(seconds));
  return out;
}

std::string begin_event(double seconds, std::int64_t step) {
  std::string out = begin_event(seconds);
  if (step == 0) return out;  // protobuf leaves out what is 0
  begin_field(out, event_step, Form::varint);
  append_varint(out, static_cast<std::uint64_t>(step));
  return out;
}

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0 || name[0] == 0) return "localhost";
  return name.data();
}

/// Now in whole seconds, or one more than the newest file's where a clock or a quick restart would put us before it.
std::int64_t number_for_file(const fs::path& folder) {
  auto number = static_cast<std::int64_t>(std::floor(wall_time()));
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(prefix)) number = std::max<std::int64_t>(number, std::atoll(name.c_str() + prefix.size()) + 1);
  }
  return number;
}

}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
  static constexpr std::array<std::uint32_t, 256> table = make_crc_table();
  std::uint32_t crc = 0xffffffffu;
  for (const char byte : bytes) crc = crc >> 8 ^ table[(crc ^ static_cast<unsigned char>(byte)) & 0xff];
  return ~crc;
}

std::string tf_record(std::string_view payload) {
  std::string out;
  append_fixed(out, std::uint64_t{payload.size()});
  append_fixed(out, masked_crc(out));
  out += payload;
  append_fixed(out, masked_crc(payload));
  return out;
}

std::string version_event(double seconds) {
  std::string out = begin_event(seconds);
  append_bytes(out, event_file_version, "brain.Event:2");
  return out;
}

std::string scalars_event(double seconds, std::int64_t step, std::span<const Metric> metrics) {
  std::string summary;
  for (const Metric& metric : metrics) {
    std::string value;
    append_bytes(value, value_tag, metric.name);
    begin_field(value, value_simple, Form::fixed32);
    append_fixed(value, std::bit_cast<std::uint32_t>(static_cast<float>(metric.value)));
    append_bytes(summary, summary_value, value);
  }
  std::string out = begin_event(seconds, step);
  append_bytes(out, event_summary, summary);
  return out;
}

std::string restart_event(double seconds, std::int64_t step) {
  std::string log;
  begin_field(log, session_status, Form::varint);
  append_varint(log, session_start);
  std::string out = begin_event(seconds, step);
  append_bytes(out, event_session_log, log);
  return out;
}

EventFile::EventFile(const fs::path& folder)
    : path_(folder / fmt::format("{}{:010}.{}", prefix, number_for_file(folder), host_name())),
      out_(path_, std::ios::binary | std::ios::trunc) {
  if (!out_) fail("cannot write {}", path_.string());
  append(version_event(wall_time()));
}

void EventFile::append(std::string_view event) {
  out_ << tf_record(event) << std::flush;
  if (!out_) fail("cannot write {}", path_.string());
}

double wall_time() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace counterpoint::train
