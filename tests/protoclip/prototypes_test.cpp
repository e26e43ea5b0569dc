#include "counterpoint/protoclip/prototypes.h"

#include <gtest/gtest.h>

#include <cmath>

#include "counterpoint/protoclip/losses.h"
#include "tests/protoclip/clusters.h"
#include "tests/support/support.h"

namespace counterpoint::protoclip {
namespace {

PrototypeSettings settings_of(std::int64_t k) {
  PrototypeSettings settings;
  settings.k = k;
  return settings;
}

struct Modalities {
  torch::Tensor image, text, members;
};

/// Both modalities see the same clusters; `offset` moves the text away by a constant, before lengths become 1.
Modalities modalities(double offset, std::uint64_t seed = 2) {
  const auto image = test::make_clusters(12, 20, 24, 0.06, seed);
  torch::Tensor text = image.rows + 0.06 * torch::randn_like(image.rows);
  text = text + offset * unit_rows(torch::randn({1, 24}));
  return {unit_rows(image.rows), unit_rows(text), image.members};
}

TEST(PrototypesTest, EachStudentIsScoredInItsOwnSpaceAndTaughtByTheOther) {
  const Modalities data = modalities(0);
  const Prototypes made = build_prototypes(data.image, data.text, data.members.unsqueeze(1), settings_of(12));
  EXPECT_TRUE(torch::equal(made.image->labels, made.text_clusters->labels));
  EXPECT_TRUE(torch::equal(made.text->labels, made.image_clusters->labels));
  EXPECT_TRUE(torch::equal(made.image->teachers, made.text_clusters->centroids));
  EXPECT_TRUE(torch::equal(made.teacher_image->labels, made.teacher_text->labels));
  EXPECT_EQ(made.teacher_image->students.sizes(), made.image->students.sizes());
  EXPECT_EQ(made.teacher_image->temperature, -1);
  const torch::Tensor own = data.image.masked_select((made.image->labels == 3).unsqueeze(1)).view({-1, 24});
  EXPECT_TRUE(torch::allclose(made.image->students[3], own.mean(0), 1e-5, 1e-6));
}

TEST(PrototypesTest, WithoutBackTranslationTheOppositeCentroidsAreTheStudents) {
  const Modalities data = modalities(0);
  PrototypeSettings settings = settings_of(12);
  settings.back_translation = false;
  const Prototypes made = build_prototypes(data.image, data.text, {}, settings);
  EXPECT_TRUE(torch::equal(made.image->students, made.text_clusters->centroids));
  test::expect_contains(test::error_of([&] { (void)build_prototypes(data.image, data.text, data.image, settings); }),
                        "needs back translation");
}

TEST(PrototypesTest, TheTeachersClustersAloneAreThoseThatItHasBesideTheOthers) {
  const Modalities data = modalities(0);
  PrototypeSettings settings = settings_of(12);
  const Prototypes both = build_prototypes(data.image, data.text, data.text, settings);
  settings.modalities = false;
  const Prototypes alone = build_prototypes(data.image, data.text, data.text, settings);
  EXPECT_FALSE(alone.image_clusters || alone.text_clusters || alone.image || alone.text);
  EXPECT_TRUE(torch::equal(alone.teacher_image->labels, both.teacher_image->labels));
  EXPECT_TRUE(torch::equal(alone.teacher_text->students, both.teacher_text->students));
  EXPECT_EQ(watch_metrics(watch_prototypes(alone)).size(), 9U);
  const Prototypes again = restore_prototypes(prototype_tensors(alone));
  EXPECT_FALSE(again.image_clusters.has_value());
  EXPECT_TRUE(torch::equal(again.teacher_clusters->sizes, alone.teacher_clusters->sizes));
  // Clusters that the last episode did not have start anew.
  settings.modalities = true;
  EXPECT_TRUE(build_prototypes(data.image, data.text, data.text, settings, &alone).image_clusters.has_value());
}

TEST(PrototypesTest, NormalisedCentroidsHaveLengthOne) {
  const Modalities data = modalities(0);
  PrototypeSettings settings = settings_of(12);
  settings.normalise = true;
  const Prototypes made = build_prototypes(data.image, data.text, {}, settings);
  for (const torch::Tensor& centroids : {made.image->students, made.image->teachers, made.text->students})
    EXPECT_TRUE(torch::allclose(centroids.norm(2, 1), torch::ones({12})));
}

TEST(PrototypesTest, EmptyClustersAreMaskedAndASamplesOwnNeverIs) {
  // 4 different rows for 6 clusters: two of them can't be filled.
  const torch::Tensor rows = torch::eye(4).repeat({5, 1});
  const Prototypes made = build_prototypes(rows, rows, {}, settings_of(6));
  EXPECT_EQ(made.image->present.sum().item<std::int64_t>(), 4);
  EXPECT_TRUE(made.image->present.index_select(0, made.image->labels).all().item<bool>());
  const torch::Tensor targets = target_rows(*made.image, made.image->labels);
  EXPECT_EQ(targets.masked_select(made.image->present.logical_not()).sum().item<float>(), 0);
  EXPECT_TRUE(torch::allclose(targets.sum(1), torch::ones({20})));
  torch::Tensor h = rows.clone().requires_grad_();
  const torch::Tensor loss = side_loss(h, *made.image, made.image->labels, torch::tensor(3.0F));
  loss.backward();
  EXPECT_TRUE(torch::isfinite(loss).item<bool>() && torch::isfinite(h.grad()).all().item<bool>());
  // A zero row that is not masked has logit 0 and takes part: the loss would be another.
  PrototypeSide unmasked = *made.image;
  unmasked.present = torch::ones_like(unmasked.present);
  EXPECT_GT(side_loss(h, unmasked, made.image->labels, torch::tensor(1.0F)).item<double>(),
            side_loss(h, *made.image, made.image->labels, torch::tensor(1.0F)).item<double>() + 0.1);
}

// Claim 4 of the paper. With an offset u, a text (b + u) scored against image centroids c_k gets b.c_k + u.c_k: the
// second part prefers the same prototypes for every text. Against centroids of its own space it keeps its own as the
// best.
double top1(const torch::Tensor& h, const PrototypeSide& side) {
  return (h.mm(side.students.t()).argmax(1) == side.labels).to(torch::kFloat64).mean().item<double>();
}

struct GapScores {
  double accuracy;  // texts whose best prototype is the one that their image's cluster names
  double loss;      // at the best of the scales that training could learn
};

GapScores text_scores(double offset, bool back_translation) {
  const Modalities data = modalities(offset);
  PrototypeSettings settings = settings_of(12);
  settings.back_translation = back_translation;
  settings.redos = 10;
  const Prototypes made = build_prototypes(data.image, data.text, {}, settings);
  GapScores scores{top1(data.text, *made.text), 1e9};
  for (const double scale : {1.0, 5.0, 1 / 0.07, 40.0, 100.0}) {
    const torch::Tensor log_scale = torch::tensor(std::log(scale), torch::kFloat32);
    scores.loss = std::min(scores.loss, side_loss(data.text, *made.text, made.text->labels, log_scale).item<double>());
  }
  return scores;
}

TEST(ModalityGapTest, BackTranslationKeepsPrototypesUsefulWhereOppositeCentroidsDegrade) {
  for (const bool back_translation : {true, false}) EXPECT_GT(text_scores(0, back_translation).accuracy, 0.95);
  const GapScores pbt = text_scores(4, true), opposite = text_scores(4, false);
  EXPECT_GT(pbt.accuracy, 0.9);
  EXPECT_LT(opposite.accuracy, 0.7);
  EXPECT_LT(pbt.loss, 0.5);
  EXPECT_GT(opposite.loss, pbt.loss + 0.3);
}

TEST(PrototypeWatchTest, TellsSpreadClustersFromAConeOfRows) {
  const Modalities spread = modalities(0);
  const PrototypeWatch good = watch_prototypes(build_prototypes(spread.image, spread.text, {}, settings_of(12)));
  EXPECT_GT(good.image->own_weight, 0.9);
  EXPECT_EQ(good.image->median, 20);
  EXPECT_EQ(good.image->empty, 0);
  // Rows that all point nearly one way: centroids are nearly equal, and the target says nothing.
  const auto cone = [](const torch::Tensor& h) { return unit_rows(h * 0.05 + torch::ones({1, 24}) / std::sqrt(24.0)); };
  const Prototypes flat = build_prototypes(cone(spread.image), cone(spread.text), {}, settings_of(12));
  const PrototypeWatch bad = watch_prototypes(flat);
  EXPECT_LT(bad.image->own_weight, 0.3);
  EXPECT_GT(bad.image->target_entropy, good.image->target_entropy + 1);
  EXPECT_GT(bad.image->centroid_norm, 0.99);
  EXPECT_FALSE(bad.teacher.has_value());
  const auto metrics = watch_metrics(good);
  EXPECT_EQ(metrics.size(), 18U);
  EXPECT_EQ(metrics[7].name, "prototypes/image/own_weight");
}

TEST(PrototypeWatchTest, CountsAsWritten) {
  const torch::Tensor rows = torch::eye(4).repeat({5, 1});
  PrototypeSettings settings = settings_of(6);
  settings.target_temperature = -1;
  const ClusterWatch watch = watch_prototypes(build_prototypes(rows, rows, {}, settings)).text.value();
  EXPECT_EQ(watch.smallest, 5);
  EXPECT_EQ(watch.largest, 5);
  EXPECT_EQ(watch.empty, 2);
  EXPECT_NEAR(watch.inertia, 0, 1e-6);
  EXPECT_NEAR(watch.own_weight, 1, 1e-9);
  EXPECT_NEAR(watch.target_entropy, 0, 1e-9);
}

TEST(PrototypesTest, AreRestoredFromTheirTensors) {
  const Modalities data = modalities(0);
  const Prototypes made = build_prototypes(data.image, data.text, data.text, settings_of(12));
  const Prototypes again = restore_prototypes(prototype_tensors(made));
  const auto first = prototype_tensors(made), second = prototype_tensors(again);
  ASSERT_EQ(first.size(), second.size());
  for (size_t i = 0; i < first.size(); ++i) {
    EXPECT_EQ(first[i].first, second[i].first);
    EXPECT_TRUE(torch::equal(first[i].second, second[i].second)) << first[i].first;
  }
  EXPECT_EQ(again.image->temperature, 0.01);
  NamedTensors part = first;
  std::erase_if(part, [](const auto& entry) { return entry.first == "text/labels"; });
  test::expect_contains(test::error_of([&] { (void)restore_prototypes(part); }), "text/labels' is missing");
}

}  // namespace
}  // namespace counterpoint::protoclip
