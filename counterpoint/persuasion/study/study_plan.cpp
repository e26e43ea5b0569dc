// --dry-run: what a study would do and cost, after everything it needs was looked at.
#include "counterpoint/core/error.h"
#include "counterpoint/core/strings.h"
#include "counterpoint/persuasion/question_files.h"
#include "counterpoint/persuasion/study/question_split.h"
#include "counterpoint/persuasion/study/study.h"
#include "counterpoint/persuasion/study/study_checks.h"
#include "counterpoint/persuasion/tree_config.h"
#include "counterpoint/weights/adapter.h"
#include "counterpoint/weights/model_files.h"

namespace counterpoint::persuasion {
namespace {

/// Tokens of a prompt in a tree of this form, roughly: head, question and what was said.
constexpr std::int64_t usual_prompt_tokens = 250;

std::int64_t parameters_of(const weights::ModelConfig& config) {
  std::int64_t count = 0;
  for (const auto& [name, shape] : weights::expected_tensors(config)) {
    std::int64_t elements = 1;
    for (const std::int64_t extent : shape) elements *= extent;
    count += elements;
  }
  return count;
}

std::string gib(double bytes) { return fmt::format("{:.1f} GiB", bytes / (1024.0 * 1024 * 1024)); }

struct Plan {
  std::string text;
  std::vector<std::string> problems;

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

void plan_agent(const StudyConfig& config, const StudyAgent& agent, Plan& plan) {
  plan.look(agent.name, [&] {
    const weights::ModelFiles model = weights::open_model(resolved_model(agent.model));
    if (!agent.adapter.empty()) weights::read_adapter(agent.adapter, model.config);
    const auto parameters = static_cast<double>(parameters_of(model.config));
    const double bytes = config.dtype == "float32" ? 4 : config.dtype == "int8" ? 1 : 2;
    const double cache = 512.0 * config.batch *
                         static_cast<double>(model.config.layers * model.config.kv_heads * model.config.head_dim) * 2 *
                         4;
    plan.line("{:10} {}: {:.2f} G parameters, weights {} as {}, KV cache up to {}", agent.name, agent.model,
              parameters / 1e9, gib(parameters * bytes), config.dtype, gib(cache));
  });
}

void plan_steps(const std::string& name, const StudyTraining& training, Plan& plan) {
  plan.line(
      "{:10}   {}: {} rows a step, {}, learning rate {}", "", name, training.batch,
      training.max_steps > 0 ? fmt::format("{} steps", training.max_steps) : fmt::format("{} epochs", training.epochs),
      training.learning_rate);
}

void plan_teaching(const StudyConfig& config, Plan& plan) {
  for (const StudyAgent* agent : {&config.trained, &config.partner}) {
    if (!agent->knows) continue;
    plan.line("{:10} {}: the answers of {:.0f} % of all questions", "teach", agent->name, 100 * *agent->knows);
    plan_steps("SFT", config.teach, plan);
  }
}

void plan_training(const StudyConfig& config, Plan& plan) {
  std::int64_t runs = 0;
  for (const std::string& arm : config.arms) runs += arm == "base" ? 0 : std::ssize(config.seeds);
  plan.line("{:10} {} runs ({} seeds): SFT, then DPO (beta {}, {}), LoRA r {} alpha {}", "arms", runs,
            config.seeds.size(), config.beta, config.loss, config.lora_r, config.lora_alpha);
  plan_steps("SFT", config.sft, plan);
  plan_steps("DPO", config.dpo, plan);
}

void plan_trees(const StudyConfig& config, Plan& plan) {
  plan.look("trees", [&] {
    const TreeConfig tree = config.tree.empty() ? default_tree_config() : load_tree_config(config.tree);
    const std::int64_t trees = config.train + config.valid + config.test, nodes = trees * tree.most_nodes();
    plan.line("{:10} {} trees of at most {} replies ('{}')", "trees", trees, tree.most_nodes(), tree.name);
    plan.line("{:10} at most {} new tokens, and {} prompt tokens of which most are shared", "",
              nodes * config.max_new_tokens, nodes * usual_prompt_tokens);
  });
}

void plan_evaluations(const StudyConfig& config, Plan& plan) {
  std::int64_t runs = 0;
  for (const std::string& arm : config.arms) runs += arm == "base" ? 1 : std::ssize(config.seeds);
  const std::int64_t asked = config.evaluation_questions > 0 ? config.evaluation_questions : config.test;
  // Replies an item: balanced 2; misinformation 3 appeals x 4 turns x 2 speakers; flip-flop 5; debate 2 + 2 orders x 2.
  const std::map<std::string, std::int64_t> replies{
      {"balanced", 2}, {"misinformation", 24}, {"flipflop", 5}, {"debate", 6}, {"acceptance", 22}};
  for (const std::string& evaluation : config.evaluations)
    plan.line("{:10} {}: {} models, at most {} new tokens", "evaluate", evaluation, runs,
              runs * asked * replies.at(evaluation) * config.max_new_tokens);
}

}  // namespace

StudyPlan study_plan(const StudyConfig& config) {
  Plan plan;
  plan.line("{:10} {}", "study", config.output_dir.string());
  plan_agent(config, config.trained, plan);
  plan_agent(config, config.partner, plan);
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
