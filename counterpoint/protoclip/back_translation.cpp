#include "counterpoint/protoclip/back_translation.h"

#include "counterpoint/protoclip/grouped_mean.h"

namespace counterpoint::protoclip {

BackTranslated back_translate(const torch::Tensor& h, const torch::Tensor& labels, std::int64_t k, bool normalise) {
  GroupedMean groups = grouped_mean(h, labels, k);
  BackTranslated result{groups.means, groups.counts > 0};
  if (normalise) result.centroids = torch::nn::functional::normalize(result.centroids);
  return result;
}

}  // namespace counterpoint::protoclip
