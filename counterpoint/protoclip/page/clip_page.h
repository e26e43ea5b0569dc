// The page that shows a run or a study of ProtoCLIP (report.html): from plain figures to one file.
//
// Every part is optional; the page has a section for each part that is there. Captions and names may hold anything:
// nothing in them becomes markup or script. Pictures are data: addresses, made by the caller.
#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "counterpoint/protoclip/page/results.h"

namespace counterpoint::protoclip {

/// One metric of one training run. Curves of one metric share a chart; several seeds of an arm are drawn thin. Those of
/// "prototypes/.." are folded away.
struct ClipCurve {
  std::string arm;  ///< "" in the page of a single run
  std::int64_t seed = 0;
  std::string metric;                             ///< "loss", "mean_recall"
  std::vector<std::pair<double, double>> points;  ///< step, value; steps ascend
};

struct ShownPicture {
  std::string address;  ///< "data:image/jpeg;base64,..."; "" where the picture could not be read
  std::string caption;
};

/// A cluster and what lies nearest to its prototype.
struct PrototypeCard {
  std::int64_t number = 0, size = 0;
  std::vector<ShownPicture> pictures;  ///< nearest first
  std::vector<std::string> captions;   ///< nearest first
};

struct PrototypeGallery {
  std::string title;  ///< "Clusters of pictures"
  std::string note;
  std::vector<PrototypeCard> cards;
};

/// Pairs on the plane of the first two principal components of all their features together.
struct FeatureMap {
  std::string title;                                          ///< "Before training, clip"
  std::vector<std::pair<double, double>> pictures, captions;  ///< entry i of both is one pair
  std::vector<std::string> words;                             ///< the pair's caption
  double gap = 0;                                             ///< between the means of the unit features
};

/// A caption as query, the pictures that come first, and where its own picture came.
struct RetrievalExample {
  std::string caption;
  std::vector<ShownPicture> found;  ///< best first
  std::int64_t rank = 0;            ///< of its own picture, from 1
  std::int64_t own = -1;            ///< which of `found` is its own; -1: none
};

/// What an arm finds and what it misses.
struct RetrievalExamples {
  std::string arm;  ///< "" in the page of a single run
  std::vector<RetrievalExample> good, bad;
};

struct ClipPage {
  std::string title = "ProtoCLIP", subtitle;
  std::string base;  ///< the arm with which gains are told; "": the first
  std::vector<ResultRow> results;
  std::vector<ClipCurve> curves;
  std::vector<PrototypeGallery> galleries;
  std::vector<FeatureMap> maps;
  std::vector<RetrievalExamples> retrieval;  ///< shown side by side
  std::vector<std::pair<std::string, std::string>> settings;
  std::string footer;  ///< what made this page, and when
};

/// The whole HTML document (write it with write_file_atomic).
std::string clip_page(const ClipPage& page);

}  // namespace counterpoint::protoclip
