#include "counterpoint/nn/torch/packed_rows.h"

#include "counterpoint/core/error.h"
#include "counterpoint/core/random.h"

namespace counterpoint::nn {
namespace {

/// Collects one row after the other.
struct Packer {
  std::vector<std::int64_t> tokens, positions, predictors, targets, seeds;

  void add(std::int64_t token, std::int64_t position) {
    tokens.push_back(token);
    positions.push_back(position);
  }

  void add_branch(const TrainBranch& branch, std::int64_t prefix_end) {
    const std::int64_t first = std::ssize(tokens), prefix = positions[static_cast<size_t>(prefix_end - 1)] + 1;
    for (std::int64_t j = 0; j < std::ssize(branch.tokens); ++j) {
      const auto index = static_cast<size_t>(j);
      if (j + 1 < std::ssize(branch.tokens)) add(branch.tokens[index], prefix + j);
      if (!branch.trained[index]) continue;
      predictors.push_back(j == 0 ? prefix_end - 1 : first + j - 1);
      targets.push_back(branch.tokens[index]);
    }
  }

  void seed_row(std::uint64_t seed) {
    RandomStream random(seed);
    while (seeds.size() < tokens.size()) seeds.push_back(static_cast<std::int64_t>(random()));
  }
};

/// The prefix and one branch behind all of it: what any text is.
bool causal(const TrainRow& row) {
  return row.branches.size() == 1 && row.prefix_of(row.branches.front()) == std::ssize(row.prefix);
}

at::Tensor mask_of(const TrainRow& row, std::int64_t prefix, std::int64_t length) {
  at::Tensor mask = at::zeros({length - prefix, length}, at::kBool);
  std::int64_t at = 0;
  for (const TrainBranch& branch : row.branches) {
    const std::int64_t fed = std::max<std::int64_t>(0, std::ssize(branch.tokens) - 1);
    if (fed == 0) continue;
    at::Tensor sees = mask.narrow(0, at, fed);
    sees.narrow(1, 0, row.prefix_of(branch)).fill_(true);
    sees.narrow(1, prefix + at, fed).copy_(at::ones({fed, fed}, at::kBool).tril());
    at += fed;
  }
  return mask;
}

/// [T, T]: each row sees itself alone.
at::Tensor block_mask(const std::vector<PackedRow>& places) {
  const std::int64_t total = places.back().first + places.back().length;
  at::Tensor mask = at::zeros({total, total}, at::kBool);
  for (const PackedRow& place : places) {
    at::Tensor own = mask.narrow(0, place.first, place.length).narrow(1, place.first, place.length);
    own.copy_(at::ones({place.length, place.length}, at::kBool).tril());
    const std::int64_t branches = place.length - place.prefix;
    if (place.branch_mask.defined() && branches > 0) own.narrow(0, place.prefix, branches).copy_(place.branch_mask);
  }
  return mask;
}

}  // namespace

PackedRows pack_rows(std::span<const TrainRow> rows, std::uint64_t dropout_seed, at::Device device) {
  Packer packer;
  PackedRows packed;
  for (const TrainRow& row : rows) {
    COUNTERPOINT_ASSERT(!row.prefix.empty());
    PackedRow place{
        .first = std::ssize(packer.tokens), .prefix = std::ssize(row.prefix), .positions = {}, .branch_mask = {}};
    for (std::int64_t p = 0; p < place.prefix; ++p) packer.add(row.prefix[static_cast<size_t>(p)], p);
    for (const TrainBranch& branch : row.branches) packer.add_branch(branch, place.first + row.prefix_of(branch));
    packer.seed_row(row.key ^ dropout_seed);
    place.length = std::ssize(packer.tokens) - place.first;
    if (!causal(row)) place.branch_mask = mask_of(row, place.prefix, place.length);
    packed.rows.push_back(place);
  }
  const auto tensor = [&](const std::vector<std::int64_t>& values) { return at::tensor(values, at::kLong).to(device); };
  packed.tokens = tensor(packer.tokens);
  packed.positions = tensor(packer.positions);
  for (PackedRow& row : packed.rows) row.positions = packed.positions.narrow(0, row.first, row.length);
  if (device.is_cuda()) packed.mask = block_mask(packed.rows).to(device);
  packed.predictors = tensor(packer.predictors);
  packed.targets = tensor(packer.targets);
  packed.dropout_seeds = tensor(packer.seeds);
  return packed;
}

std::vector<RowValues> by_row(const std::vector<Lane>& lanes, const std::vector<at::Tensor>& values) {
  size_t count = 0;
  for (const Lane& lane : lanes) count += lane.rows.size();
  std::vector<RowValues> out(count);
  for (size_t i = 0; i < lanes.size(); ++i) {
    const at::Tensor wide = values[i].detach().to(at::kCPU, at::kDouble).contiguous();
    const double* next = wide.const_data_ptr<double>();
    for (size_t k = 0; k < lanes[i].rows.size(); ++k)
      for (const TrainBranch& branch : lanes[i].rows[k].branches) {
        const auto trained = std::count(branch.trained.begin(), branch.trained.end(), char{1});
        out[lanes[i].places[k]].emplace_back(next, next + trained);
        next += trained;
      }
  }
  return out;
}

at::Tensor flat_values(const Lane& lane, const std::vector<RowValues>& values) {
  std::vector<float> flat;
  for (const size_t place : lane.places)
    for (const std::vector<double>& branch : values.at(place))
      for (const double value : branch) flat.push_back(static_cast<float>(value));
  return at::tensor(flat, at::kFloat);
}

}  // namespace counterpoint::nn
