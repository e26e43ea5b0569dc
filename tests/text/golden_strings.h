// The strings that every tokenizer is checked on and the reference's ids for them
// (golden/text/make_tokenizer_golden.py).
#pragma once
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "counterpoint/core/files.h"
#include "counterpoint/text/tokenizer.h"
#include "tests/support/support.h"

namespace counterpoint::test {

/// The strings of a file in which a line SEPARATOR ends each.
inline std::vector<std::string> separated_strings(const std::filesystem::path& file, const std::string& separator) {
  const std::string all = read_file(file);
  std::vector<std::string> strings;
  size_t begin = 0;
  for (size_t end; (end = all.find(separator, begin)) != std::string::npos; begin = end + separator.size())
    strings.push_back(all.substr(begin, end - begin));
  return strings;
}

/// A page of many scripts, spaces, controls, code and special tokens spelled out.
inline std::vector<std::string> page_strings() {
  std::vector<std::string> strings;
  for (const std::string& line : separated_strings(golden("text/page.jsonl"), "\n"))
    strings.push_back(nlohmann::json::parse(line).get<std::string>());
  return strings;
}

/// The 46 hard strings and the page.
inline std::vector<std::string> golden_strings(const std::filesystem::path& data) {
  auto strings = separated_strings(data / "tokenizers" / "golden" / "gpt-2.inp", "\n__ggml_vocab_test__\n");
  for (std::string& line : page_strings()) strings.push_back(std::move(line));
  return strings;
}

/// Compares ids, ids with special tokens spelled out, and decoding of every string with golden/text/NAME.json.
inline void expect_reference(const text::Tokenizer& tokenizer, const std::string& name,
                             const std::vector<std::string>& strings) {
  const auto reference = nlohmann::json::parse(read_file(golden("text/" + name + ".json")));
  ASSERT_EQ(reference["ids"].size(), strings.size());
  const auto other = [&](const char* what, const std::string& index, nlohmann::json usual) {
    return reference[what].value(index, std::move(usual));
  };
  for (size_t i = 0; i < strings.size(); ++i) {
    SCOPED_TRACE(name + " string " + std::to_string(i) + ": " + nlohmann::json(strings[i]).dump());
    const std::string index = std::to_string(i);
    const auto ids = reference["ids"][i].get<std::vector<text::TokenId>>();
    EXPECT_EQ(tokenizer.encode(strings[i]), ids);
    EXPECT_EQ(tokenizer.encode(strings[i], {.parse_special = false}),
              other("spelled_out", index, ids).get<std::vector<text::TokenId>>());
    const auto decoded = other("decoded", index, strings[i]);
    EXPECT_EQ(tokenizer.decode(ids), decoded.get<std::string>());
    EXPECT_EQ(tokenizer.decode(ids, true), other("decoded_skip", index, decoded).get<std::string>());
  }
}

}  // namespace counterpoint::test
