// evaluate, embed, search and classify, as a user runs them.
#include <gtest/gtest.h>

#include "counterpoint/commands/protoclip/commands.h"
#include "counterpoint/commands/protoclip/index_file.h"
#include "counterpoint/core/files.h"
#include "counterpoint/data/image/image.h"
#include "counterpoint/data/jsonl.h"
#include "counterpoint/protoclip/evaluate/encode.h"
#include "counterpoint/protoclip/evaluate/model_folder.h"
#include "counterpoint/protoclip/tensor_file.h"
#include "tests/commands/run_command.h"
#include "tests/protoclip/evaluate/small_model.h"
#include "tests/support/support.h"

namespace counterpoint::commands::protoclip {
namespace {

using test::expect_contains;
namespace method = counterpoint::protoclip;

/// A picture of one colour with some noise.
std::string picture(size_t colour, size_t number) {
  image::Image image = image::blank(24, 20, "test");
  for (size_t i = 0; i < image.rgb.size(); ++i)
    image.rgb[i] = static_cast<std::uint8_t>((i % 3 == colour ? 180 : 30) + (i * 7 + number * 13) % 40);
  return image::encode_png(image);
}

class OnColours : public testing::Test {
 protected:
  OnColours() {
    test::write_small_model(dir_ / "model");
    for (const char* set : {"train", "test"})
      for (size_t colour = 0; colour < 3; ++colour)
        for (size_t i = 0; i < 6; ++i) {
          const auto folder = dir_ / set / names_[colour];
          make_dirs(folder);
          write_file_atomic(folder / fmt::format("{}.png", i), picture(colour, i));
        }
  }

  std::string at(const std::string& name) const { return (dir_ / name).string(); }
  test::CommandResult run(std::vector<std::string> arguments) const {
    return test::run_command(std::move(arguments), {declare_evaluate, declare_embed, declare_classify, declare_search});
  }
  test::CommandResult embed(std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments{"embed", "--model", at("model"), "--data", at("test"), "--output", at("index")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(arguments);
  }

  const char* names_[3] = {"red", "green", "blue"};
  test::ScratchDir dir_;
};

TEST_F(OnColours, EvaluateAllTellsEveryFigureAndWritesThem) {
  const auto result = run({"evaluate", "all", "--model", at("model"), "--val-data", at("test"), "--train-data",
                           at("train"), "--output", at("figures.json")});
  ASSERT_EQ(result.exit_code, 0) << result.error;
  for (const char* metric : {"zeroshot", "probe", "knn_5", "mean_recall", "ami", "ari", "self_cosine_text"})
    expect_contains(result.out, metric);
  const data::Json json = data::read_json(dir_ / "figures.json");
  EXPECT_EQ(json["settings"]["templates"][0], "a photo of a {}.");
  for (const data::Json& figure : json["figures"])
    if (figure["metric"] == "probe") {
      EXPECT_EQ(figure["value"], 1.0);
      EXPECT_EQ(figure["n"], 18);
      EXPECT_LT(figure["low"], 1.0);
    }
}

TEST_F(OnColours, EvaluateWritesOverItsOwnResultsOnly) {
  const auto evaluate = [&](const char* what, const std::string& output) {
    return run({"evaluate", what, "--model", at("model"), "--val-data", at("test"), "--output", output});
  };
  ASSERT_EQ(evaluate("gap", at("gap.json")).exit_code, 0);
  EXPECT_EQ(evaluate("gap", at("gap.json")).exit_code, 0);
  expect_contains(evaluate("cluster", at("gap.json")).error, "no result of 'protoclip evaluate cluster'");
  const std::string config = at("model/open_clip_config.json"), before = read_file(config);
  expect_contains(evaluate("gap", config).error, "choose another --output");
  EXPECT_EQ(read_file(config), before);
  write_file_atomic(dir_ / "test.tsv", "filepath\ttitle\ntest/red/0.png\tred\n");
  expect_contains(
      run({"evaluate", "gap", "--model", at("model"), "--val-data", at("test.tsv"), "--output", at("test.tsv")}).error,
      "is the file of --val-data");
}

TEST_F(OnColours, EqualCaptionsAreToldWhereTheyAreLookedFor) {
  const auto note = [&](const std::string& data) {
    return run({"evaluate", "retrieval", "--model", at("model"), "--val-data", data}).error;
  };
  expect_contains(note(at("test")), "3 of the 18 captions are different");
  std::string table = "filepath\ttitle\n";
  for (int i = 0; i < 6; ++i) table += fmt::format("test/red/{}.png\tthe red number {}\n", i, i);
  write_file_atomic(dir_ / "different.tsv", table);
  EXPECT_EQ(note(at("different.tsv")).find("are different"), std::string::npos);
}

TEST_F(OnColours, EvaluateAllLeavesOutWhatTheDataCannotServe) {
  const auto result = run({"evaluate", "all", "--model", at("model"), "--val-data", at("test")});
  ASSERT_EQ(result.exit_code, 0) << result.error;
  expect_contains(result.error, "left out: probe");
  EXPECT_EQ(result.out.find("probe"), std::string::npos);
  expect_contains(result.out, "zeroshot");
}

TEST_F(OnColours, ProbeWithKeywordsAndWithoutTrainingData) {
  write_file_atomic(dir_ / "words.txt", "red\ngreen\nblue: blue navy\n");
  const auto result = run({"evaluate", "probe", "--model", at("model"), "--val-data", at("test"), "--train-data",
                           at("train"), "--keywords", at("words.txt")});
  ASSERT_EQ(result.exit_code, 0) << result.error;
  expect_contains(result.out, "mean average precision, 3 keywords");
  const auto missing = run({"evaluate", "probe", "--model", at("model"), "--val-data", at("test")});
  EXPECT_EQ(missing.exit_code, 2);
  expect_contains(missing.error, "--train-data");
}

TEST_F(OnColours, EmbeddedPicturesAreFound) {
  const auto embedded = embed();
  ASSERT_EQ(embedded.exit_code, 0) << embedded.error;
  expect_contains(embedded.out, "18 pictures and 18 captions, 24 numbers each");
  const auto result = run({"search", "--index", at("index"), "a red thing", "--top", "4", "--html", at("found.html")});
  ASSERT_EQ(result.exit_code, 0) << result.error;
  EXPECT_EQ(std::count(result.out.begin(), result.out.end(), '\n'), 2 + 4 + 2);
  expect_contains(run({"search", "--index", at("index"), " "}).error, "the query is empty");
  const std::string page = read_file(dir_ / "found.html");
  expect_contains(page, "<h1>a red thing</h1>");
  expect_contains(page, "src=\"data:image/jpeg;base64,");
  // The order is that of the cosines.
  const Index index = read_index(dir_ / "index");
  auto opened = method::open_model(dir_ / "model");
  const auto query = method::encode_captions(opened.model, opened.tokenizer, {"a red thing"});
  const auto best = torch::cosine_similarity(index.images, query, 1).argmax().item<std::int64_t>();
  expect_contains(result.out, "1  ");
  expect_contains(page, "1. " + index.keys[static_cast<size_t>(best)] + " ·");
}

TEST_F(OnColours, IndexHoldsWhatWasAskedFor) {
  ASSERT_EQ(embed({"--modality", "captions"}).exit_code, 0);
  const Index captions = read_index(dir_ / "index");
  EXPECT_FALSE(captions.images.defined());
  EXPECT_EQ(captions.texts.size(0), 18);
  expect_contains(run({"search", "--index", at("index"), "red"}).error, "captions only");
  ASSERT_EQ(embed({"--modality", "pictures", "--thumbnails", "0"}).exit_code, 0);
  const Index pictures = read_index(dir_ / "index");
  EXPECT_FALSE(pictures.texts.defined());
  EXPECT_TRUE(pictures.thumbnails.empty());
  EXPECT_EQ(pictures.first_captions().size(), 18U);
}

TEST_F(OnColours, PicturesWithoutCaptionsAreFound) {
  for (const char* place : {"photos/a.png", "photos/b.png"}) write_file_atomic(dir_ / place, picture(0, 1));
  const auto embedded = run({"embed", "--model", at("model"), "--data", at("photos"), "--output", at("index")});
  ASSERT_EQ(embedded.exit_code, 0) << embedded.error;
  expect_contains(embedded.out, ": 2 pictures, 24 numbers each");
  EXPECT_EQ(read_index(dir_ / "index").keys, (std::vector<std::string>{"a.png", "b.png"}));
  const auto result = run({"search", "--index", at("index"), "a red thing", "--html", at("found.html")});
  ASSERT_EQ(result.exit_code, 0) << result.error;
  expect_contains(result.out, "b.png");
  EXPECT_EQ(read_file(dir_ / "found.html").find("<p class=\"about\"></p>"), std::string::npos);
  expect_contains(
      run({"embed", "--model", at("model"), "--data", at("photos"), "--output", at("index"), "--modality", "captions"})
          .error,
      "photos: holds no captions");
}

TEST_F(OnColours, APictureBesideClassFoldersTakesNoCaptionsFromThem) {
  write_file_atomic(dir_ / "test/beside.png", picture(0, 1));
  const auto embedded = embed();
  ASSERT_EQ(embedded.exit_code, 0) << embedded.error;
  expect_contains(embedded.out, "18 pictures and 18 captions");
  expect_contains(embedded.error, "1 pictures that lie in no class's folder");
}

TEST_F(OnColours, TextsAreEmbeddedLineByLine) {
  write_file_atomic(dir_ / "texts.txt", "a red thing\n\n  blue \n");
  const auto embedded = run({"embed", "--model", at("model"), "--data", at("texts.txt"), "--output", at("index")});
  ASSERT_EQ(embedded.exit_code, 0) << embedded.error;
  expect_contains(embedded.out, ": 2 captions, 24 numbers each");
  const Index index = read_index(dir_ / "index");
  EXPECT_EQ(index.captions, (std::vector<std::string>{"a red thing", "blue"}));
  EXPECT_EQ(index.keys, (std::vector<std::string>{"1", "3"}));
  auto opened = method::open_model(dir_ / "model");
  EXPECT_TRUE(torch::equal(index.texts, method::encode_captions(opened.model, opened.tokenizer, index.captions)));
}

TEST_F(OnColours, EmbedAndSearchWriteOverTheirOwnFilesOnly) {
  ASSERT_EQ(embed().exit_code, 0);
  const auto other = at("model/open_clip_model.safetensors");
  const std::string weights = read_file(other);
  const auto refused = run({"embed", "--model", at("model"), "--data", at("test"), "--output", other});
  EXPECT_EQ(refused.exit_code, 1);
  expect_contains(refused.error, "no index of 'protoclip embed'");
  EXPECT_EQ(read_file(other), weights);
  write_file_atomic(dir_ / "mine.html", "<!DOCTYPE html><p>mine</p>");
  const auto search = [&](const char* page) {
    return run({"search", "--index", at("index"), "red", "--html", at(page)});
  };
  expect_contains(search("mine.html").error, "no page of 'protoclip search'; choose another --html");
  EXPECT_EQ(search("found.html").exit_code, 0);
  EXPECT_EQ(search("found.html").exit_code, 0);
}

TEST_F(OnColours, WhereNoIndexCanBeWrittenNothingIsEmbedded) {
  make_dirs(dir_ / "index/embeddings.safetensors");
  const auto result = run({"embed", "--model", at("nowhere"), "--data", at("test"), "--output", at("index")});
  EXPECT_EQ(result.exit_code, 1);
  expect_contains(result.error, "it is a folder");
}

TEST_F(OnColours, AnotherModelsQueryIsRefused) {
  ASSERT_EQ(embed().exit_code, 0);
  test::write_small_model(dir_ / "other", 5);
  const auto result = run({"search", "--index", at("index"), "red", "--model", at("other")});
  EXPECT_EQ(result.exit_code, 1);
  expect_contains(result.error, "other weights");
}

TEST_F(OnColours, DamagedAndForeignIndexesAreRefused) {
  ASSERT_EQ(embed().exit_code, 0);
  const auto file = dir_ / "index/embeddings.safetensors";
  auto tensors = method::read_tensors(file);
  for (auto& [name, tensor] : tensors)
    if (name == "owner") tensor = tensor + 17;
  method::write_tensors(dir_ / "bad.safetensors", tensors);
  expect_contains(test::error_of([&] { read_index(dir_ / "bad.safetensors"); }), "do not fit together");
  for (auto& [name, tensor] : tensors)
    if (name == "owner") tensor = torch::empty({0}, torch::kInt64);
  method::write_tensors(dir_ / "ownerless.safetensors", tensors);
  expect_contains(test::error_of([&] { read_index(dir_ / "ownerless.safetensors"); }), "do not fit together");
  method::write_tensors(dir_ / "foreign.safetensors", {{"weight", torch::ones({2})}});
  expect_contains(test::error_of([&] { read_index(dir_ / "foreign.safetensors"); }), "a tensor 'keys'");
  Index hostile = read_index(file);
  hostile.thumbnails[3] = "http://outside.invalid/x.png";
  write_index(dir_ / "hostile.safetensors", hostile);
  EXPECT_EQ(read_index(dir_ / "hostile.safetensors").thumbnails[3], "");
}

TEST_F(OnColours, AVocabularyIsNamedByAPatternOrItsFolder) {
  make_dirs(dir_ / "words");
  std::filesystem::copy(dir_ / "model/vocabulary.txt", dir_ / "words/vocabulary.txt");
  std::filesystem::rename(dir_ / "model/vocabulary.txt", dir_ / "words-1.2.txt");
  const auto classify = [&](const std::string& vocabulary) {
    return run({"classify", at("test/red/0.png"), "--model", at("model"), "--labels", "red,blue", "--vocabulary",
                at(vocabulary)});
  };
  for (const char* vocabulary : {"words-*.txt", "words"}) EXPECT_EQ(classify(vocabulary).exit_code, 0) << vocabulary;
  expect_contains(classify("wards-*.txt").error, "no vocabulary '");
}

TEST_F(OnColours, WhatIsNeededIsAskedFor) {
  for (const auto& [command, option] : {std::pair{"embed", "--data"}, std::pair{"evaluate", "--val-data"}}) {
    std::vector<std::string> line{command, "--model", at("model"), "--output", at("out")};
    if (command == std::string("evaluate")) line.insert(line.begin() + 1, "gap");
    const auto result = run(line);
    EXPECT_EQ(result.exit_code, 2);
    expect_contains(result.error, std::string(option) + " is required");
  }
  const auto unknown = run({"embed", "--data", at("test"), "--qqqqqq", "3"});
  EXPECT_EQ(unknown.exit_code, 2);
  expect_contains(unknown.error, "unknown option --qqqqqq\nSee 'pbt embed --help'.");
}

TEST_F(OnColours, ClassifyGivesSharesOfAllLabels) {
  const auto result = run({"classify", at("test/red/0.png"), "--model", at("model"), "--labels", "red, green,blue"});
  ASSERT_EQ(result.exit_code, 0) << result.error;
  for (const char* name : names_) expect_contains(result.out, name);
  expect_contains(result.out, "%");
  write_file_atomic(dir_ / "labels.txt", "red\nblue\n");
  EXPECT_EQ(run({"classify", at("test/red/0.png"), "--model", at("model"), "--labels", at("labels.txt")}).exit_code, 0);
  expect_contains(run({"classify", at("test/red/0.png"), "--model", at("model"), "--labels", "red"}).error,
                  "two or more were expected");
  expect_contains(run({"classify", at("labels.txt"), "--model", at("model"), "--labels", "a,b"}).error, "labels.txt");
}

}  // namespace
}  // namespace counterpoint::commands::protoclip
