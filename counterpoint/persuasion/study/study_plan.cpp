// --dry-run: what a study would do and cost, after everything it needs was looked at.
#include <unistd.h>

#include <optional>

#include "counterpoint/core/error.h"
#include "counterpoint/core/strings.h"
#include "counterpoint/persuasion/question_files.h"
#include "counterpoint/persuasion/study/question_split.h"
#include "counterpoint/persuasion/study/study.h"
#include "counterpoint/persuasion/study/study_checks.h"
#include "counterpoint/persuasion/tree_config.h"
#include "counterpoint/weights/model_files.h"

namespace counterpoint::persuasion {
namespace {

/// Tokens of a prompt in a tree of this form, roughly: head, question and what was said.
constexpr std::int64_t usual_prompt_tokens = 250;
/// Of a question with head and answer.
constexpr std::int64_t usual_question_tokens = 110;

std::int64_t parameters_of(const weights::ModelConfig& config) {
  std::int64_t count = 0;
  for (const auto& [name, shape] : weights::expected_tensors(config)) {
    std::int64_t elements = 1;
    for (const std::int64_t extent : shape) elements *= extent;
    count += elements;
  }
  return count;
}

/// Of all physical memory; 0: not known.
double machine_memory() {
  const long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGE_SIZE);
  return pages > 0 && size > 0 ? static_cast<double>(pages) * static_cast<double>(size) : 0;
}

std::string gib(double bytes) { return fmt::format("{:.1f} GiB", bytes / (1024.0 * 1024 * 1024)); }

struct Plan {
  std::string text;
  std::vector<std::string> problems;
  double generating = 0, training = 0;  ///< bytes

  template <class... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    text += fmt::format(format, std::forward<Args>(args)...) + "\n";
  }

  /// Notes what is wrong instead of ending at the first problem.
  template <class Check>
  void look(const std::string& what, const Check& check) {
    try {
      check();
    } catch (const Error& error) {
      problems.push_back(fmt::format("{}: {}", what, error.what()));
    }
  }
};

double bytes_of(const std::string& dtype) { return dtype == "float32" ? 4 : dtype == "int8" ? 1 : 2; }

double weights_of(const weights::ModelConfig& model, const std::string& dtype) {
  return static_cast<double>(parameters_of(model)) * bytes_of(dtype);
}

double cache_of(const weights::ModelConfig& model, const StudyConfig& config) {
  return 512.0 * config.batch * static_cast<double>(model.layers * model.kv_heads * model.head_dim) * 2 * 4;
}

/// Both agents speak in the same dialogues, so both are in memory at once. Where the best epoch is chosen by what the
/// model says, it speaks while it trains.
void plan_agent(const StudyConfig& config, const StudyAgent& agent, Plan& plan) {
  plan.look(agent.name, [&] {
    const weights::ModelFiles model = open_agent(config, agent);
    const double weights = weights_of(model.config, config.dtype);
    plan.line("{:10} {}: {:.2f} G parameters, weights {} as {}, KV cache up to {}", agent.name, agent.model,
              static_cast<double>(parameters_of(model.config)) / 1e9, gib(weights), config.dtype,
              gib(cache_of(model.config, config)));
    plan.generating += weights;
    if (&agent == &config.trained || agent.knows)
      plan.training = std::max(
          plan.training, weights_of(model.config, config.training_dtype) + (config.best_metric.empty() ? 0 : weights));
  });
}

/// Each agent has a reader of its own.
void plan_answer_model(const StudyConfig& config, Plan& plan) {
  if (config.answer_model.empty()) return;
  plan.look("answers", [&] {
    const weights::ModelFiles model = open_answer_model(config);
    const double weights = weights_of(model.config, config.dtype);
    plan.line("{:10} {}: weights {} as {}, once for each agent", "answers", config.answer_model, gib(weights),
              config.dtype);
    plan.generating += 2 * weights;
  });
}

void plan_memory(const StudyConfig& config, Plan& plan) {
  const double here = machine_memory(), most = std::max(plan.generating, plan.training);
  plan.line("{:10} weights of {} while agents speak, {} while one trains; caches, adapter and activations besides{}",
            "memory", gib(plan.generating), gib(plan.training),
            config.device == "cpu" && here > 0 ? fmt::format("; this machine has {}", gib(here)) : "");
  if (config.device == "cpu" && here > 0 && most > here)
    plan.problems.push_back(fmt::format("memory: weights of {}, and this machine has {}", gib(most), gib(here)));
}

/// `rows`: of one epoch; nullopt where the trees decide it.
void plan_steps(const std::string& name, const StudyTraining& training, std::optional<double> rows,
                std::int64_t tokens_of_row, Plan& plan) {
  const double all = training.max_steps > 0 ? static_cast<double>(training.max_steps * training.batch)
                                            : rows.value_or(0) * training.epochs;
  plan.line(
      "{:10}   {}: {} rows a step, {}, learning rate {}{}", "", name, training.batch,
      training.max_steps > 0 ? fmt::format("{} steps", training.max_steps) : fmt::format("{} epochs", training.epochs),
      training.learning_rate,
      all > 0 ? fmt::format("; about {:.0f} tokens a run", all * static_cast<double>(tokens_of_row))
              : fmt::format("; about {} tokens a row, of as many rows as the trees give", tokens_of_row));
}

void plan_teaching(const StudyConfig& config, Plan& plan) {
  const std::int64_t all = config.train + config.valid + config.test;
  for (const StudyAgent* agent : {&config.trained, &config.partner}) {
    if (!agent->knows) continue;
    plan.line("{:10} {}: the answers of {:.0f} % of all questions", "teach", agent->name, 100 * *agent->knows);
    const double rows = static_cast<double>(all) * (config.teach_guess ? 1 : *agent->knows);
    plan_steps("SFT", config.teach, rows, usual_question_tokens, plan);
  }
}

void plan_training(const StudyConfig& config, Plan& plan) {
  std::int64_t runs = 0;
  for (const std::string& arm : config.arms) runs += arm == "base" ? 0 : std::ssize(config.seeds);
  plan.line("{:10} {} runs ({} seeds): SFT, then DPO (beta {}, {}), LoRA r {} alpha {}", "arms", runs,
            config.seeds.size(), config.beta, config.loss, config.lora_r, config.lora_alpha);
  std::optional<double> pairs;
  if (config.most_pairs > 0) pairs = static_cast<double>(config.most_pairs);
  plan_steps("SFT", config.sft, pairs, usual_prompt_tokens + config.max_new_tokens, plan);
  plan_steps("DPO", config.dpo, pairs, usual_prompt_tokens + 2 * config.max_new_tokens, plan);
  if (!config.best_metric.empty())
    plan.line("{:10}   after each epoch of DPO one reply to every validation pair, at most {} new tokens each", "",
              config.max_new_tokens);
}

void plan_trees(const StudyConfig& config, Plan& plan) {
  plan.look("trees", [&] {
    const TreeConfig tree = checked_tree(config);
    const std::int64_t trees = config.train + config.valid + config.test, nodes = trees * tree.most_nodes();
    plan.line("{:10} {} trees of at most {} replies ('{}')", "trees", trees, tree.most_nodes(), tree.name);
    plan.line("{:10} at most {} new tokens, and {} prompt tokens of which most are shared", "",
              nodes * config.max_new_tokens, nodes * usual_prompt_tokens);
  });
}

/// Replies to an item, at most.
std::int64_t replies_of(const std::string& evaluation, const StudyConfig& config) {
  if (evaluation == "balanced") return 2;     // to the pair, and to its own second choice
  if (evaluation == "flipflop") return 5;     // the answer, then a reply and a final answer, doubted and not
  if (evaluation == "debate") return 6;       // alone, then two turns in either order
  if (evaluation == "acceptance") return 23;  // 20 samples, own answer, the other's, the reply to it
  // The answer, then 3 appeals of 4 turns: with Farm's texts a reply and a belief each; with an agent a reply each, and
  // what it says from the second turn on.
  return config.farm.empty() ? 22 : 25;
}

/// Items of an evaluation, at most; nullopt where the trees or Farm's file decide it.
std::optional<std::int64_t> items_of(const std::string& evaluation, const StudyConfig& config) {
  if (evaluation == "balanced") return config.balanced_pairs > 0 ? std::optional(config.balanced_pairs) : std::nullopt;
  if (evaluation == "misinformation" && !config.farm.empty()) return std::nullopt;
  const std::int64_t held_out = config.split == "valid" ? config.valid : config.test;
  return config.evaluation_questions > 0 ? std::min(config.evaluation_questions, held_out) : held_out;
}

void plan_evaluations(const StudyConfig& config, Plan& plan) {
  std::int64_t runs = 0;
  for (const std::string& arm : config.arms) runs += arm == "base" ? 1 : std::ssize(config.seeds);
  for (const std::string& evaluation : config.evaluations) {
    const auto items = items_of(evaluation, config);
    plan.line("{:10} {}: {} models, at most {} new tokens{}", "evaluate", evaluation, runs,
              runs * items.value_or(1) * replies_of(evaluation, config) * config.max_new_tokens,
              items                      ? ""
              : evaluation == "balanced" ? " for each held-out pair"
                                         : " for each row of Farm's file");
  }
}

}  // namespace

StudyPlan study_plan(const StudyConfig& config) {
  Plan plan;
  plan.line("{:10} {}", "study", config.output_dir.string());
  plan_agent(config, config.trained, plan);
  plan_agent(config, config.partner, plan);
  plan_answer_model(config, plan);
  plan_memory(config, plan);
  plan.look("questions", [&] {
    const QuestionSet all = load_questions(config.questions, {.format = config.question_format});
    const auto parts = split_questions(all.questions, {config.train, config.valid, config.test}, config.seed);
    plan.line("{:10} {} of {}: {} to train, {} valid, {} test", "questions", config.train + config.valid + config.test,
              all.questions.size(), config.train, config.valid, config.test);
    std::vector<Question> drawn;
    for (const std::vector<Question>& part : parts) drawn.insert(drawn.end(), part.begin(), part.end());
    check_study_questions(config, drawn);
  });
  plan_teaching(config, plan);
  plan_trees(config, plan);
  plan_training(config, plan);
  plan_evaluations(config, plan);
  for (const std::string& problem : plan.problems) plan.text += fmt::format("missing    {}\n", problem);
  return {.text = std::move(plan.text), .complete = plan.problems.empty()};
}

}  // namespace counterpoint::persuasion
