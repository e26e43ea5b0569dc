// The captions of a data set, in its order, with what tells one set from another.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace counterpoint::protoclip {

/// Views into the data set, which must outlive it.
struct CaptionSet {
  std::vector<std::string> keys;           ///< of the samples
  std::vector<std::int64_t> first_row{0};  ///< by sample, its first caption's place in `captions`; one more at the end
  std::vector<std::string_view> captions;  ///< of all samples, one after another
  std::uint64_t fingerprint = 0;           ///< the data set's

  void add(std::string key, const std::vector<std::string>& of_sample) {
    keys.push_back(std::move(key));
    captions.insert(captions.end(), of_sample.begin(), of_sample.end());
    first_row.push_back(static_cast<std::int64_t>(captions.size()));
  }
};

/// Of anything with size(), pair(i) -> {key, captions}, and fingerprint(): an image_text::PairSet.
template <class Pairs>
CaptionSet captions_of(const Pairs& pairs) {
  CaptionSet set;
  for (std::size_t i = 0; i < pairs.size(); ++i) set.add(pairs.pair(i).key, pairs.pair(i).captions);
  set.fingerprint = pairs.fingerprint();
  return set;
}

}  // namespace counterpoint::protoclip
