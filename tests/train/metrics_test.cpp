#include "counterpoint/train/metrics.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "counterpoint/data/jsonl.h"
#include "tests/support/support.h"

namespace counterpoint::train {
namespace {
namespace fs = std::filesystem;

std::string hex(std::string_view bytes) {
  std::string out;
  for (const char byte : bytes) out += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return out;
}

std::vector<Metric> metrics_of(const data::Json& list) {
  std::vector<Metric> out;
  for (const data::Json& metric : list) out.push_back({metric[0], metric[1]});
  return out;
}

/// Splits a file of records, checking both CRCs of each.
std::vector<std::string> payloads_of(const fs::path& file) {
  const std::string bytes = read_file(file);
  std::vector<std::string> out;
  size_t at = 0;
  while (at < bytes.size()) {
    std::uint64_t length = 0;
    std::memcpy(&length, bytes.data() + at, sizeof length);
    const std::string payload = bytes.substr(at + 12, length);
    EXPECT_EQ(hex(tf_record(payload)), hex(bytes.substr(at, length + 16)));
    out.push_back(payload);
    at += length + 16;
  }
  return out;
}

std::vector<fs::path> event_files(const fs::path& run) {
  std::vector<fs::path> out;
  for (const auto& entry : fs::directory_iterator(run))
    if (entry.path().filename().string().starts_with("events.out.tfevents.")) out.push_back(entry.path());
  std::sort(out.begin(), out.end());
  return out;
}

TEST(EventFile, CrcOfKnownTexts) {
  EXPECT_EQ(crc32c(""), 0u);
  EXPECT_EQ(crc32c("123456789"), 0xe3069283u);
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8a9136aau);  // RFC 3720, B.4
}

TEST(EventFile, RecordsAreTensorBoardsByteForByte) {
  const data::Json golden = data::read_json(test::golden("train/events.json"));
  const double when = golden["wall_time"];
  EXPECT_EQ(hex(tf_record(version_event(when))), golden["version"]);
  EXPECT_EQ(hex(tf_record(restart_event(when, 130))), golden["restart"]);
  for (const data::Json& row : golden["scalars"])
    EXPECT_EQ(hex(tf_record(scalars_event(when, row["step"], metrics_of(row["metrics"])))), row["record"]) << row;
}

TEST(EventFile, ANewFileSortsBehindTheOthers) {
  const test::ScratchDir run;
  std::vector<fs::path> made;
  for (int i = 0; i < 3; ++i) made.push_back(EventFile(run.path()).path());
  EXPECT_EQ(event_files(run.path()), made);
}

TEST(MetricLog, WritesLinesAndEvents) {
  const test::ScratchDir run;
  MetricLog log(run.path());
  log.write(0, std::vector<Metric>{{"eval_loss", 0.75}});
  log.write(1, std::vector<Metric>{{"loss", 0.5}, {"rewards/margins", NAN}});
  EXPECT_EQ(read_file(run / "metrics.jsonl"),
            "{\"step\":0,\"eval_loss\":0.75}\n{\"step\":1,\"loss\":0.5,\"rewards/margins\":null}\n");
  const auto files = event_files(run.path());
  ASSERT_EQ(files.size(), 1u);
  const auto events = payloads_of(files[0]);
  ASSERT_EQ(events.size(), 4u);  // version, start, two steps
  test::expect_contains(events[0], "brain.Event:2");
  // Behind the wall time (9 bytes), which is the clock's, everything is known.
  EXPECT_EQ(hex(events[2].substr(9)), hex(scalars_event(0, 0, std::vector<Metric>{{"eval_loss", 0.75}}).substr(9)));
  EXPECT_EQ(hex(events[3].substr(9)),
            hex(scalars_event(0, 1, std::vector<Metric>{{"loss", 0.5}, {"rewards/margins", NAN}}).substr(9)));
}

TEST(MetricLog, AResumedRunCutsWhatCameLater) {
  const test::ScratchDir run;
  {
    MetricLog log(run.path());
    for (int step = 1; step <= 5; ++step) log.write(step, std::vector<Metric>{{"loss", 1.0 / step}});
  }
  write_file_atomic(run / "metrics.jsonl", read_file(run / "metrics.jsonl") + "{\"step\":6,\"lo");  // killed here
  {
    MetricLog log(run.path(), 3);
    log.write(4, std::vector<Metric>{{"loss", 7}});
  }
  EXPECT_EQ(read_file(run / "metrics.jsonl"),
            "{\"step\":1,\"loss\":1.0}\n{\"step\":2,\"loss\":0.5}\n{\"step\":3,\"loss\":0.3333333333333333}\n"
            "{\"step\":4,\"loss\":7.0}\n");
  const auto files = event_files(run.path());
  ASSERT_EQ(files.size(), 2u);
  EXPECT_EQ(hex(payloads_of(files[1]).at(1).substr(9)), hex(restart_event(0, 4).substr(9)));
  const MetricLog begun_anew(run.path());
  EXPECT_EQ(read_file(run / "metrics.jsonl"), "");
}

TEST(MetricLog, ForeignLinesAreNotCut) {
  const test::ScratchDir run;
  write_file_atomic(run / "metrics.jsonl", "{\"step\":1,\"loss\":1}\n{\"loss\":2}\n");
  const std::string error = test::error_of([&] { MetricLog log(run.path(), 1); });
  test::expect_contains(error, "metrics.jsonl:2: 'step' is missing");
}

}  // namespace
}  // namespace counterpoint::train
