#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstring>
#include <fstream>

#include "counterpoint/core/files.h"
#include "counterpoint/core/interrupt.h"
#include "counterpoint/data/image_text/loader.h"
#include "counterpoint/data/image_text/tar_index.h"
#include "tests/support/support.h"

namespace counterpoint::image_text {
namespace {

using test::error_of;
using test::expect_contains;

std::string png(int shade) {
  image::Image image = image::blank(20, 14, "test");
  for (size_t i = 0; i < image.rgb.size(); ++i)
    image.rgb[i] = static_cast<std::uint8_t>(shade + static_cast<int>(i % 50));
  return image::encode_png(image);
}

/// One member in ustar form; `type` '0' is a file, 'L' a GNU long name, 'x' PAX records.
std::string tar_member(const std::string& name, const std::string& bytes, char type = '0') {
  std::string head(512, '\0');
  head.replace(0, std::min<size_t>(name.size(), 100), name.substr(0, 100));
  std::snprintf(head.data() + 124, 12, "%011zo", bytes.size());
  head[156] = type;
  head.replace(257, 5, "ustar");
  std::memset(head.data() + 148, ' ', 8);
  unsigned sum = 0;
  for (const char c : head) sum += static_cast<unsigned char>(c);
  std::snprintf(head.data() + 148, 8, "%06o", sum);
  return head + bytes + std::string((512 - bytes.size() % 512) % 512, '\0');
}

const std::string tar_end(1024, '\0');

class Shards : public testing::Test {
 protected:
  std::string write(const std::string& name, const std::string& bytes) const {
    write_file_atomic(dir_ / name, bytes);
    return (dir_ / name).string();
  }
  test::ScratchDir dir_;
};

TEST(ExpandShards, RangesListsAndJoins) {
  EXPECT_EQ(expand_shards("a-{008..011}.tar"),
            (std::vector<std::string>{"a-008.tar", "a-009.tar", "a-010.tar", "a-011.tar"}));
  EXPECT_EQ(expand_shards("x.tar::y-{a,b}.tar"), (std::vector<std::string>{"x.tar", "y-a.tar", "y-b.tar"}));
  expect_contains(error_of([] { expand_shards("a-{3..1}.tar"); }), "a range such as");
  expect_contains(error_of([] { expand_shards("a-{3.tar"); }), "not closed");
}

TEST_F(Shards, CaptionsComeFromJsonAndText) {
  const std::string tar =
      write("a.tar", tar_member("d/1.png", png(1)) + tar_member("d/1.txt", "a dog\n") +
                         tar_member("d/1.json", R"({"captions": ["a dog", "a puppy"], "label": "pet"})") +
                         tar_member("d/2.PNG", png(2)) + tar_member("d/2.txt", "a cat") +
                         tar_member("d/3.txt", "no picture") + tar_member("d/4.png", png(3)) +
                         tar_member("d/5.png", png(4)) + tar_member("d/5.json", "{broken") + tar_end);
  const PairSet pairs = open_pairs({.data = tar});
  ASSERT_EQ(pairs.size(), 2u);
  EXPECT_EQ(pairs.pair(0).captions, (std::vector<std::string>{"a dog", "a puppy"}));
  EXPECT_EQ(pairs.pair(0).label, "pet");
  EXPECT_EQ(pairs.pair(1).key, "d/2");
  EXPECT_EQ(pairs.picture(1).width, 20);
  std::string notes;
  for (const std::string& note : pairs.notes()) notes += note + "; ";
  expect_contains(notes, "1 samples without a picture");
  expect_contains(notes, "2 samples without a caption");
  expect_contains(notes, "1 samples whose json");
}

TEST_F(Shards, AJsonThatIsNestedWithoutEndIsABadOne) {
  const std::string lists = std::string(300'000, '[') + std::string(300'000, ']');
  const std::string deep = R"({"captions": ["a trap"], "label": )" + lists + "}";
  const PairSet pairs = open_webdataset({write(
      "deep.tar", tar_member("1.png", png(1)) + tar_member("1.json", deep) + tar_member("1.txt", "a dog") + tar_end)});
  EXPECT_EQ(pairs.pair(0).captions, (std::vector<std::string>{"a dog"}));
  ASSERT_EQ(pairs.notes().size(), 1u);
  expect_contains(pairs.notes().front(), "1 samples whose json");
}

TEST_F(Shards, LabelsAreTextsAndNumbers) {
  const PairSet pairs = open_webdataset(
      {write("labels.tar", tar_member("1.png", png(1)) + tar_member("1.json", R"({"caption": "a", "label": 7})") +
                               tar_member("2.png", png(2)) + tar_member("2.json", R"({"caption": "b", "label": [7]})") +
                               tar_member("3.png", png(3)) +
                               tar_member("3.json", R"({"caption": "c", "label": null})") + tar_end)});
  ASSERT_EQ(pairs.size(), 3u);
  EXPECT_EQ(pairs.labels(), (std::vector<std::string>{"7"}));
  ASSERT_EQ(pairs.notes().size(), 1u);
  expect_contains(pairs.notes().front(), "1 labels that are neither text nor number");
}

TEST_F(Shards, LongNamesAndTruncation) {
  const std::string name = std::string(130, 'n') + "/7";
  const std::string pax = "path=" + name + ".png\n", record = std::to_string(pax.size() + 4) + " " + pax;
  const std::string whole = tar_member("././@LongLink", name + ".txt", 'L') + tar_member("short", "a bird") +
                            tar_member("PaxHeader", record, 'x') + tar_member("short", png(9));
  const PairSet pairs = open_webdataset({write("long.tar", whole + tar_end)});
  ASSERT_EQ(pairs.size(), 1u);
  EXPECT_EQ(pairs.pair(0).key, name);
  const std::string cut = whole + tar_member("8.png", png(1)) + tar_member("8.txt", "cut").substr(0, 514);
  const PairSet part = open_webdataset({write("cut.tar", cut)});
  EXPECT_EQ(part.size(), 1u);
  expect_contains(part.notes().front(), "truncated");
  expect_contains(error_of([&] { open_webdataset({write("bad.tar", std::string(700, 'x'))}); }),
                  "no tar header at byte 0");
}

TEST_F(Shards, TablesFoldersAndWhatIsWrongWithThem) {
  write("1.png", png(1));
  write("2.png", png(2));
  const std::string csv =
      write("t.csv", "filepath\ttitle\tlabel\n1.png\ta dog\tpet\n1.png\ta puppy\tpet\n2.png\ta car\tthing\n");
  const PairSet table = open_pairs({.data = csv});
  ASSERT_EQ(table.size(), 2u);
  EXPECT_EQ(table.pair(0).captions.size(), 2u);
  EXPECT_EQ(table.labels(), (std::vector<std::string>{"pet", "thing"}));
  EXPECT_EQ(table.picture(1).height, 14);
  const std::string commas = write("c.csv", "image,caption\n1.png,a dog\n");
  const std::string why = error_of([&] { open_pairs({.data = commas}); });
  for (const char* part : {"no column 'filepath'", "TAB", "'image,caption'", "--csv-img-key", "--csv-separator"})
    expect_contains(why, part);
  EXPECT_EQ(
      open_pairs({.data = commas, .csv_separator = ",", .csv_image_key = "image", .csv_caption_key = "caption"}).size(),
      1u);

  const std::string elsewhere = (dir_ / "1.png").string();
  make_dirs(dir_ / "tables");
  const std::string working =
      write("tables/w.csv", "filepath\ttitle\n" + std::filesystem::relative(elsewhere).string() + "\ta dog\n");
  EXPECT_EQ(open_pairs({.data = working, .csv_separator = "\\t"}).picture(0).height, 14);
  expect_contains(error_of([] { open_pairs({.data = "nowhere"}); }), "'nowhere': no such file or folder");

  write("captions.jsonl", R"({"file": "1.png", "captions": ["one", "uno"], "label": "number"})"
                          "\n");
  EXPECT_EQ(open_pairs({.data = dir_.path().string()}).pair(0).captions.size(), 2u);
  make_dirs(dir_ / "classes/big_cat");
  write("classes/big_cat/a.png", png(3));
  const PairSet classes = open_folder(dir_ / "classes");
  EXPECT_EQ(classes.pair(0).label, "big cat");
  expect_contains(error_of([] { open_pairs({.data = "x.tar", .type = "webdatasets"}); }), "did you mean 'webdataset'");
}

std::vector<std::vector<Visit>> visits() {
  std::vector<std::vector<Visit>> batches;
  for (std::int64_t b = 0; b < 7; ++b) {
    batches.emplace_back();
    for (std::int64_t i = 0; i < 5; ++i) batches.back().push_back({(3 * b + 4 * i) % 20, b % 2});
  }
  return batches;
}

std::vector<LoadedBatch> load(const PairSet& pairs, int workers,
                              const std::vector<std::vector<Visit>>& batches = visits()) {
  BadPictures bad(pairs.size(), 0.2);
  Loader loader(pairs, {.workers = workers, .prefetch = 2, .seed = 4, .augment = image::AugmentSettings{.side = 16}},
                batches, bad);
  std::vector<LoadedBatch> loaded;
  while (auto batch = loader.next()) loaded.push_back(std::move(*batch));
  return loaded;
}

void expect_equal(const std::vector<LoadedBatch>& a, const std::vector<LoadedBatch>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].samples, b[i].samples);
    EXPECT_EQ(a[i].captions, b[i].captions);
    EXPECT_EQ(a[i].pixels, b[i].pixels);
  }
}

TEST(Loader, TheNumberOfWorkersChangesNothing) {
  const PairSet pairs = synthetic_pairs(20);
  const auto one = load(pairs, 1);
  EXPECT_EQ(one.size(), 7u);
  expect_equal(one, load(pairs, 3));
}

TEST(Loader, AnotherEpochIsAnotherViewAndAnotherCaption) {
  const PairSet pairs = synthetic_pairs(20);
  const std::vector<Visit> first = batches_in_order(20, 20).front();
  std::vector<Visit> second = first;
  for (Visit& visit : second) visit.epoch = 1;
  const auto loaded = load(pairs, 1, {first, second});
  ASSERT_EQ(loaded.size(), 2u);
  ASSERT_EQ(loaded[0].samples, loaded[1].samples);
  EXPECT_NE(loaded[0].captions, loaded[1].captions);
  const size_t floats = loaded[0].pixels.size() / 20;
  for (size_t i = 0; i < 20; ++i) {
    const auto picture_of = [&](const LoadedBatch& batch) {
      return std::vector<float>(batch.pixels.begin() + static_cast<std::ptrdiff_t>(i * floats),
                                batch.pixels.begin() + static_cast<std::ptrdiff_t>((i + 1) * floats));
    };
    EXPECT_NE(picture_of(loaded[0]), picture_of(loaded[1])) << "sample " << i;
  }
}

TEST(Loader, MayBeLeftInTheMiddle) {
  const PairSet pairs = synthetic_pairs(20);
  BadPictures bad(pairs.size(), 0.01);
  Loader loader(pairs, {.workers = 2, .side = 16}, batches_in_order(20, 3), bad);
  EXPECT_EQ(loader.next()->samples.size(), 3u);
}

/// Of a new thread: RLIMIT_STACK, or what stands for no limit.
rlim_t stack_bytes() {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  std::size_t bytes = 0;
  pthread_attr_getstacksize(&attributes, &bytes);
  pthread_attr_destroy(&attributes);
  return bytes;
}

/// What a few threads need: their stacks, and memory to work in.
rlim_t room() { return 8 * stack_bytes() + (rlim_t{64} << 20); }

/// Whether 199 threads need more, and the process may be limited to it.
bool threads_can_be_few() {
  rlimit limit{};
  return 199 * stack_bytes() > room() && getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_max == RLIM_INFINITY;
}

/// In a process of its own: leaves room for the stacks of a few threads, and tells what becomes of `action` there.
template <class Action>
[[noreturn]] void with_few_threads(Action&& action) {
  rlim_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  const rlim_t bytes = pages * static_cast<rlim_t>(sysconf(_SC_PAGESIZE)) + room();
  const rlimit limit{bytes, bytes};
  setrlimit(RLIMIT_AS, &limit);
  try {
    action();
  } catch (const std::exception& error) {
    std::fputs(error.what(), stderr);
    std::_Exit(7);
  }
  std::_Exit(0);
}

TEST(WorkersDeathTest, ThreadsThatCannotBeStartedAreAnError) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "a limit of memory ends the sanitizer";
#endif
  if (!threads_can_be_few()) GTEST_SKIP() << "stacks are small here, or memory is limited already";
  const PairSet pairs = synthetic_pairs(20);
  const auto loaded = [&] {
    BadPictures bad(pairs.size(), 0);
    Loader(pairs, {.workers = 200, .side = 16}, batches_in_order(20, 3), bad).next();
  };
  const auto decoded = [&] {
    ProgressSink silent;
    decoded_in_memory(pairs, 64, 200, 0, silent);
  };
  const char* told = "of (200|199) worker threads could be started .*; lower --workers";
  EXPECT_EXIT(with_few_threads(loaded), testing::ExitedWithCode(7), told);
  EXPECT_EXIT(with_few_threads(decoded), testing::ExitedWithCode(7), told);
}

TEST(Workers, ANumberThatNobodyMeansIsRefused) {
  const PairSet pairs = synthetic_pairs(4);
  BadPictures bad(pairs.size(), 0);
  ProgressSink silent;
  for (const int workers : {0, -1, 100000}) {
    const std::string told = fmt::format("--workers {}: 1 to 256 threads were expected", workers);
    const LoaderSettings settings{.workers = workers, .side = 16};
    expect_contains(error_of([&] { Loader(pairs, settings, batches_in_order(4, 2), bad); }), told);
    expect_contains(error_of([&] { decoded_in_memory(pairs, 64, workers, 0, silent); }), told);
  }
}

/// Stops when it is told of a third picture.
class Stopping : public ProgressSink {
 public:
  void update(std::int64_t /*done*/, std::int64_t /*total*/, const std::string& /*detail*/) override {
    if (++told_ == 3) throw Interrupted{};
  }
  int told() const { return told_; }

 private:
  int told_ = 0;
};

TEST_F(Shards, DecodingIsStoppedByWhoItTellsOfIt) {
  const PairSet pairs = synthetic_pairs(60);
  for (const int workers : {1, 3}) {
    Stopping memory, folder;
    EXPECT_THROW(decoded_in_memory(pairs, 64, workers, 0, memory), Interrupted);
    EXPECT_THROW(decoded_in_folder(pairs, 64, dir_ / "cache", workers, folder), Interrupted);
    EXPECT_EQ(memory.told() + folder.told(), 6);
  }
  EXPECT_TRUE(std::filesystem::is_empty(dir_ / "cache"));
}

TEST_F(Shards, BadPicturesAreLeftOutCountedAndStopTheRunWhenMany) {
  std::string tar;
  for (int i = 0; i < 10; ++i) {
    const std::string name = std::to_string(i), whole = png(i);
    tar +=
        tar_member(name + ".png", i == 4 ? whole.substr(0, 40) : whole) + tar_member(name + ".txt", "number " + name);
  }
  const PairSet pairs = open_webdataset({write("some.tar", tar + tar_end)});
  BadPictures bad(pairs.size(), 0.01);
  Loader loader(pairs, {.workers = 2, .side = 8}, batches_in_order(10, 5), bad);
  EXPECT_EQ(loader.next()->position, (std::vector<std::int64_t>{0, 1, 2, 3}));
  EXPECT_EQ(loader.next()->samples.size(), 5u);
  EXPECT_EQ(bad.count(), 1u);
  expect_contains(bad.named().front(), "some.tar: 4: a damaged PNG");
  expect_contains(error_of([&] { bad.add(5, "again"); }), "2 or more of 10 pictures cannot be read");
}

TEST_F(Shards, TheCacheGivesTheSamePictures) {
  const PairSet pairs = synthetic_pairs(6);
  ProgressSink silent;
  const PairSet in_memory = pairs.with_pictures(decoded_in_memory(pairs, 64, 2, 0, silent));
  EXPECT_EQ(in_memory.picture(3, 64).rgb, pairs.picture(3, 64).rgb);
  const PairSet on_disk = pairs.with_pictures(decoded_in_folder(pairs, 64, dir_ / "cache", 2, silent));
  EXPECT_EQ(on_disk.picture(2, 64).rgb, pairs.picture(2, 64).rgb);
  EXPECT_EQ(on_disk.picture(2, 0).rgb, pairs.picture(2, 0).rgb);
  // A damaged file is made anew.
  std::filesystem::path file;
  for (const auto& entry : std::filesystem::directory_iterator(dir_ / "cache")) file = entry.path();
  const std::string whole = read_file(file);
  write_file_atomic(file, whole.substr(0, 1000));
  const PairSet again = pairs.with_pictures(decoded_in_folder(pairs, 64, dir_ / "cache", 1, silent));
  EXPECT_EQ(again.picture(2, 64).rgb, pairs.picture(2, 64).rgb);
  EXPECT_EQ(read_file(file), whole);
}

TEST_F(Shards, ACacheOfReducedPicturesChangesNoPixel) {
  std::string tar;
  for (int i = 0; i < 20; ++i) {
    image::Image large = image::blank(120, 90, "large");
    for (size_t k = 0; k < large.rgb.size(); ++k)
      large.rgb[k] = static_cast<std::uint8_t>(k / 360 + k * static_cast<size_t>(i) / 40);
    const std::string name = std::to_string(100 + i);
    tar += tar_member(name + ".jpg", image::encode_jpeg(large)) + tar_member(name + ".txt", name);
  }
  const PairSet pairs = open_webdataset({write("large.tar", tar + tar_end)});
  const int side = image::decoded_side(16, image::AugmentSettings{}.scale_low);
  ASSERT_EQ(pairs.picture(0, side).width, 60);
  ProgressSink silent;
  const auto without = load(pairs, 1);
  expect_equal(without, load(pairs.with_pictures(decoded_in_memory(pairs, side, 2, 0, silent)), 1));
  expect_equal(without, load(pairs.with_pictures(decoded_in_folder(pairs, side, dir_ / "cache", 2, silent)), 1));
}

TEST_F(Shards, OneProcessMakesTheCache) {
  const PairSet pairs = synthetic_pairs(3);
  ProgressSink silent;
  const auto cached = [&] { return decoded_in_folder(pairs, 64, dir_ / "cache", 1, silent); };
  {
    const FileWriter another(dir_ / fmt::format("cache/decoded-{:016x}-64.bin", pairs.fingerprint()));
    expect_contains(error_of([&] { cached(); }), "is being written by another process");
  }
  EXPECT_EQ(pairs.with_pictures(cached()).picture(2, 64).rgb, pairs.picture(2, 64).rgb);
}

TEST_F(Shards, TheFingerprintTellsThatPicturesWereMadeAgain) {
  const auto of_tar = [&](const std::string& picture) {
    return open_webdataset({write("set.tar", tar_member("1.png", picture) + tar_member("1.txt", "a dog") + tar_end)})
        .fingerprint();
  };
  const auto of_folder = [&](const std::string& picture) {
    write("in/dog/1.png", picture);
    return open_folder(dir_ / "in").fingerprint();
  };
  const std::string before = png(1), again = png(1) + "larger";
  EXPECT_EQ(of_tar(before), of_tar(before));
  EXPECT_NE(of_tar(before), of_tar(again));
  EXPECT_EQ(of_folder(before), of_folder(before));
  EXPECT_NE(of_folder(before), of_folder(again));
}

TEST_F(Shards, SetsWhoseShardsAreCalledTheSameAreJoined) {
  std::vector<std::string> tars;
  for (const char* set : {"a", "b", "c"})
    tars.push_back(
        write(std::string(set) + "/000.tar",
              tar_member("0000.png", png(1)) + tar_member("0000.txt", "from " + std::string(set)) + tar_end));
  const PairSet pairs = open_webdataset(tars);
  ASSERT_EQ(pairs.size(), 3u);
  EXPECT_EQ(pairs.pair(2).captions.front(), "from c");
  expect_contains(error_of([&] { open_webdataset({tars[0], tars[0], tars[0], tars[0]}); }), "two samples have the key");
}

TEST_F(Shards, HiddenFoldersAreNoClassesAndDeeperPicturesAreFound) {
  for (const char* file : {"cat/1.png", "cat/deep/2.png", "cat/.cache/3.png", "dog/4.png", ".ipynb/5.png"})
    write(std::string("in/") + file, png(3));
  const PairSet pairs = open_folder(dir_ / "in");
  EXPECT_EQ(pairs.labels(), (std::vector<std::string>{"cat", "dog"}));
  EXPECT_EQ(pairs.size(), 3u);
}

TEST_F(Shards, PicturesBesideClassFoldersAreLeftOutAndTold) {
  for (const char* file : {"in/cat/1.png", "in/2.png", "alone/3.png", "alone/.cache/4.png"}) write(file, png(3));
  make_dirs(dir_ / "alone/empty");
  EXPECT_FALSE(holds_pictures_alone(dir_ / "in"));
  const PairSet pairs = open_folder(dir_ / "in");
  EXPECT_EQ(pairs.size(), 1u);
  expect_contains(pairs.notes().at(0), "1 pictures that lie in no class's folder");
  EXPECT_TRUE(holds_pictures_alone(dir_ / "alone"));
  EXPECT_EQ(open_pictures(dir_ / "alone").pair(0).key, "3.png");
}

TEST_F(Shards, RowsOfACaptionsFileWithoutACaptionAreLeftOut) {
  write("in/a.png", png(1));
  write("in/captions.jsonl", R"({"file": "a.png", "captions": ["", " ", "red"]}
{"file": "b.png", "captions": []}
{"file": "c.png", "captions": [" "]}
)");
  const PairSet pairs = open_folder(dir_ / "in");
  ASSERT_EQ(pairs.size(), 1u);
  EXPECT_EQ(pairs.pair(0).captions, (std::vector<std::string>{"red"}));
  expect_contains(pairs.notes().at(0), "2 rows without a caption");
  write("in/captions.jsonl", R"({"file": "a.png", "captions": ["x"]}
{"file": "a.png", "captions": ["y"]}
)");
  const std::string twice = error_of([&] { open_folder(dir_ / "in"); });
  expect_contains(twice, "captions.jsonl:2");
  expect_contains(twice, "captions.jsonl:1");
}

TEST_F(Shards, PicturesThatNeedTooMuchMemoryAreNotKept) {
  const PairSet pairs = synthetic_pairs(6);
  ProgressSink silent;
  EXPECT_EQ(decoded_in_memory(pairs, 64, 2, 1000, silent), nullptr);
  EXPECT_NE(decoded_in_memory(pairs, 64, 2, 10'000'000, silent), nullptr);
}

TEST_F(Shards, ACacheOfOtherPicturesIsMadeAnew) {
  const auto set = [&](int shade) {
    std::string tar;
    for (int i = 0; i < 20; ++i) {
      const std::string name = std::to_string(100 + i);
      std::string picture = png(i > 0 && i < 19 ? shade : 1);
      picture.resize(4096);  // as large as the other set's, which the fingerprint cannot tell from it
      tar += tar_member(name + ".png", picture) + tar_member(name + ".txt", name);
    }
    return open_webdataset({write("set.tar", tar + tar_end)});
  };
  ProgressSink silent;
  const PairSet first = set(10), other = set(90);  // the same names, the same first and last picture
  ASSERT_EQ(first.fingerprint(), other.fingerprint());
  decoded_in_folder(first, 64, dir_ / "cache", 1, silent);
  EXPECT_EQ(other.with_pictures(decoded_in_folder(other, 64, dir_ / "cache", 1, silent)).picture(7, 64).rgb,
            other.picture(7, 64).rgb);
}

}  // namespace
}  // namespace counterpoint::image_text
