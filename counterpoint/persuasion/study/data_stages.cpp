// Questions, trees, pairs.
#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"
#include "counterpoint/core/interrupt.h"
#include "counterpoint/core/random.h"
#include "counterpoint/persuasion/forest.h"
#include "counterpoint/persuasion/mining.h"
#include "counterpoint/persuasion/question_files.h"
#include "counterpoint/persuasion/question_format.h"
#include "counterpoint/persuasion/run_folder.h"
#include "counterpoint/persuasion/study/question_split.h"
#include "counterpoint/persuasion/study/study_checks.h"
#include "counterpoint/persuasion/study/study_work.h"

namespace counterpoint::persuasion {
namespace {

using data::Json;

constexpr std::int64_t most_failures_told = 3;

void write_questions(const std::filesystem::path& file, const std::vector<Question>& questions) {
  std::string lines;
  for (const Question& question : questions) lines += data::to_line(to_json(question)) + "\n";
  write_file_atomic(file, lines);
}

/// Of what they say, so that an edited file counts as another.
std::string fingerprint_of(const std::vector<Question>& questions) {
  std::uint64_t print = 0;
  for (const Question& question : questions) print = stream_seed(print, {data::to_line(to_json(question))});
  return fmt::format("{:016x}", print);
}

std::string with_choices(const Question& question) {
  std::string text = question.question + " Choose one of: ";
  for (size_t i = 0; i < question.choices.size(); ++i)
    text += (i == 0 ? "" : i + 1 == question.choices.size() ? " or " : ", ") + question.choices[i];
  return question.choices.empty() ? question.question : text + ".";
}

/// Its share of each split, so that an agent which knows more does so of the test questions, too.
std::vector<Question> known_of(std::span<const std::vector<Question>> parts, const StudyAgent& agent,
                               std::uint64_t seed) {
  std::vector<Question> known;
  for (const std::vector<Question>& part : parts)
    std::ranges::move(known_questions(part, agent.name, *agent.knows, seed), std::back_inserter(known));
  return known;
}

/// As many of each kind, spread over questions, `most` in all (0: no limit).
std::vector<const Pair*> balanced(const std::vector<const Pair*>& pairs, std::int64_t most) {
  std::array<std::vector<const Pair*>, 2> kinds;
  for (const Pair* pair : pairs) kinds[static_cast<size_t>(pair->kind)].push_back(pair);
  size_t each = std::min(kinds[0].size(), kinds[1].size());
  if (most > 0) each = std::min(each, static_cast<size_t>(most / 2));
  std::vector<const Pair*> out;
  for (std::vector<const Pair*>& kind : kinds) {
    spread_over_questions(kind, [](const Pair* pair) -> const std::string& { return pair->question_id; });
    out.insert(out.end(), kind.begin(), kind.begin() + static_cast<std::ptrdiff_t>(each));
  }
  return out;
}

}  // namespace

void StudyWork::split() {
  QuestionSet all = load_questions(config_.questions, {.format = config_.question_format});
  Json inputs{{"source", config_.questions},
              {"content", fingerprint_of(all.questions)},
              {"show_choices", config_.show_choices},
              {"train", config_.train},
              {"valid", config_.valid},
              {"test", config_.test},
              {"seed", config_.seed},
              {"trained", {config_.trained.name, config_.trained.knows.value_or(-1)}},
              {"partner", {config_.partner.name, config_.partner.knows.value_or(-1)}}};
  if (config_.trained.knows || config_.partner.knows)
    inputs["knows"] = "share of each split";  // not so in 0.1's beginnings
  prints_["questions"] = stages_.run("questions", inputs, [&](const std::filesystem::path& folder) {
    if (config_.show_choices)
      for (Question& question : all.questions) question.question = with_choices(question);
    const auto parts = split_questions(all.questions, {config_.train, config_.valid, config_.test}, config_.seed);
    for (const Split split : splits)
      write_questions(folder / fmt::format("{}.jsonl", name_of(split)), parts[static_cast<size_t>(split)]);
    for (const StudyAgent* agent : {&config_.trained, &config_.partner})
      if (agent->knows)
        write_questions(folder / fmt::format("taught-{}.jsonl", agent->name), known_of(parts, *agent, config_.seed));
  });
  std::vector<Question> drawn;
  for (const Split part : splits) {
    const std::vector<Question> own = questions(name_of(part));
    drawn.insert(drawn.end(), own.begin(), own.end());
  }
  check_study_questions(config_, drawn);
}

std::vector<Question> StudyWork::questions(const std::string& file) const {
  const std::filesystem::path path = stages_.folder("questions") / (file + ".jsonl");
  return std::filesystem::file_size(path) == 0 ? std::vector<Question>{} : load_questions(path.string()).questions;
}

void StudyWork::grow(Split split) {
  const std::string name = fmt::format("trees/{}", name_of(split));
  const generate::Sampling sample = sampling(config_.temperature);
  const Json inputs{
      {"questions", prints_.at("questions")},
      {"agents", {prints_.at("agents/" + config_.trained.name), prints_.at("agents/" + config_.partner.name)}},
      {"tree", tree_.hash()},
      {"sampling", {sample.temperature, sample.max_new_tokens, sample.min_new_tokens}},
      {"openings", config_.openings},
      {"answers", answers_json()},
      {"dtype", config_.dtype},
      {"seed", config_.seed}};
  prints_[name] =
      stages_.run(name, inputs, [&](const std::filesystem::path& folder) { run_tree_questions(split, folder); });
}

void StudyWork::run_tree_questions(Split split, const std::filesystem::path& folder) {
  const generate::Sampling sample = sampling(config_.temperature);
  RunFolder run(folder / "run", {{"tree_hash", tree_.hash()}, {"seed", config_.seed}}, Json::object());
  const std::vector<Question> all = questions(name_of(split)), missing = run.missing(all);
  if (missing.empty()) return;
  const Seat trained = seat(config_.trained, adapter_of(config_.trained)),
             partner = seat(config_.partner, adapter_of(config_.partner));
  const std::vector<Speaker> speakers{trained.speaker, partner.speaker};
  const ForestSettings settings{
      .grow = {.config = tree_,
               .sampling = sample,
               .seed = config_.seed,
               .openings = config_.openings,
               .tree_settings = {{"seed", config_.seed}, {"tree", tree_.name}, {"tree_hash", tree_.hash()}}},
      .done_before = std::ssize(all) - std::ssize(missing),
      .stop = hooks_.stop};
  std::int64_t failures = 0;
  const auto progress = hooks_.progress(fmt::format("{} trees", name_of(split)), "trees");
  const ForestResult result = grow_forest(
      missing, speakers, settings, [&](const Tree& grown) { run.append(grown); },
      [&](const Question& question, const std::string& why) {
        if (++failures <= most_failures_told) hooks_.note(fmt::format("question '{}' failed: {}", question.id, why));
      },
      *progress);
  if (result.interrupted) throw Interrupted{};
  if (failures == std::ssize(all))
    fail("trees/{}: each of the {} trees failed, the first with what is told above", name_of(split), failures);
  if (failures > 0)
    hooks_.note(fmt::format("{} of {} trees failed and are left out; --force trees/{} grows this split anew", failures,
                            missing.size(), name_of(split)));
}

void StudyWork::mine() {
  Json inputs{{"both_agents", config_.both_agents},
              {"most_pairs", config_.most_pairs},
              {"balanced_pairs", config_.balanced_pairs}};
  for (const Split split : splits) inputs[name_of(split)] = prints_.at(fmt::format("trees/{}", name_of(split)));
  prints_["pairs"] = stages_.run("pairs", inputs, [&](const std::filesystem::path& folder) {
    for (const Split split : splits) mine_split(split, folder / fmt::format("{}.jsonl", name_of(split)));
  });
  check_study_pairs(config_, stages_.folder("pairs"));
}

/// To train on, all pairs, or as many of each kind as the largest arm may have; each arm chooses among them. Held out,
/// as many of each kind.
void StudyWork::mine_split(Split split, const std::filesystem::path& file) {
  MiningSettings settings;
  settings.inputs = {stages_.folder(fmt::format("trees/{}", name_of(split))) / "run" / "trees.jsonl"};
  if (std::filesystem::file_size(settings.inputs.front()) == 0) return write_file_atomic(file, "");
  const auto progress = hooks_.progress("mining", "trees");
  Mined mined = mine_files(settings, *progress);
  if (!config_.both_agents)
    std::erase_if(mined.pairs, [&](const Pair& pair) { return pair.agent != config_.trained.name; });
  hooks_.note(fmt::format("{}: of {} trees {} agreed at once; {} of {} replies had no readable answer", name_of(split),
                          mined.counts.trees, mined.counts.agreed_at_once, mined.counts.unread, mined.counts.nodes));
  const Selection selection = select_pairs(mined.pairs, mined.questions, {.balance = false});
  if (split == Split::train) {
    const std::vector<const Pair*> all = selection.all();
    write_file_atomic(file, lines_of(config_.most_pairs > 0 ? balanced(all, 2 * config_.most_pairs) : all));
    hooks_.note(fmt::format("pairs to train on: {} resist, {} accept{}", selection.count(PairKind::resist).before,
                            selection.count(PairKind::accept).before,
                            config_.most_pairs > 0 ? fmt::format("; at most {} an arm", config_.most_pairs) : ""));
  } else {
    const std::vector<const Pair*> held_out = balanced(selection.all(), config_.balanced_pairs);
    write_file_atomic(file, lines_of(held_out));
    hooks_.note(fmt::format("held-out pairs ({}): {}", name_of(split), held_out.size()));
  }
}

}  // namespace counterpoint::persuasion
