// TensorBoard's event files: protobuf messages (Event, Summary) in TFRecord framing.
//
// Written by hand: four message types with seven fields are no reason for a protobuf library.
#pragma once
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <string_view>

namespace counterpoint::train {

/// A named number of a step.
struct Metric {
  std::string name;
  double value = 0;
};

/// The Castagnoli CRC that TFRecord uses.
std::uint32_t crc32c(std::string_view bytes);

/// Length, its masked CRC, payload, its masked CRC.
std::string tf_record(std::string_view payload);

/// An Event with file_version "brain.Event:2": the first record of each file.
std::string version_event(double wall_time);
/// An Event whose Summary holds the metrics as simple_value (float32).
std::string scalars_event(double wall_time, std::int64_t step, std::span<const Metric> metrics);
/// An Event that makes TensorBoard forget what earlier files hold from `step` on: the run went back to that step.
std::string restart_event(double wall_time, std::int64_t step);

/// A new events.out.tfevents.* in a folder; sorts behind those that are there, as TensorBoard reads them by name.
class EventFile {
 public:
  explicit EventFile(const std::filesystem::path& folder);
  /// Written at once. Error: no space.
  void append(std::string_view event);
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  std::ofstream out_;
};

/// Seconds since 1970.
double wall_time();

}  // namespace counterpoint::train
