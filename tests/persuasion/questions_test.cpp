#include <algorithm>
#include <fstream>

#include "counterpoint/persuasion/question_files.h"
#include "counterpoint/persuasion/question_format.h"
#include "tests/support/support.h"

namespace counterpoint::persuasion {
namespace {

using test::error_of;

class Questions : public testing::Test {
 protected:
  std::string file(const std::string& text, const std::string& name = "q.jsonl") {
    const auto path = scratch_ / name;
    std::ofstream(path) << text;
    return path.string();
  }
  std::string error(const std::string& text) {
    return error_of([&] { load_questions(file(text)); });
  }
  test::ScratchDir scratch_;
};

bool says(const std::string& message, const std::string& part) {
  if (message.find(part) != std::string::npos) return true;
  ADD_FAILURE() << "\"" << message << "\" does not say \"" << part << "\"";
  return false;
}

TEST_F(Questions, Ours) {
  const auto set =
      load_questions(file(R"({"id": "1", "question": "Capital of France?", "answers": ["Paris", "paree"], )"
                          R"("choices": ["Lyon", "Paris"], "category": "capitals", "note": 1})"));
  ASSERT_EQ(set.questions.size(), 1u);
  const Question& question = set.questions.front();
  EXPECT_EQ(question.id, "1");
  EXPECT_EQ(question.answers, (std::vector<std::string>{"Paris", "paree"}));
  EXPECT_EQ(question.choices, (std::vector<std::string>{"Lyon", "Paris"}));
  EXPECT_EQ(question.category, "capitals");
}

TEST_F(Questions, OursMayHaveOneAnswerANumberAsIdOrNone) {
  const auto set =
      load_questions(file("{\"id\": 7, \"question\": \"Q?\", \"answer\": \"x\"}\n"
                          "{\"question\": \"R?\", \"answers\": [\"y\", \"z\"]}\n"));
  ASSERT_EQ(set.questions.size(), 2u);
  EXPECT_EQ(set.questions[0].id, "7");
  EXPECT_EQ(set.questions[0].answers, std::vector<std::string>{"x"});
  EXPECT_EQ(set.questions[1].id, id_from_text("question", "R?"));
}

TEST_F(Questions, EachProblemHasItsMessage) {
  says(error(""), "the file holds no question");
  says(error("\n \n"), "the file holds no question");
  says(error(R"({"id": "1", "question": "Q?"})"), "q.jsonl:1: 'answers' is missing");
  says(error(R"({"id": "1", "question": "Q?", "answers": []})"), "q.jsonl:1: question '1' has no answers");
  says(error(R"({"id": "1", "question": "Q?", "answers": [" "]})"), "has an empty answer");
  says(error(R"({"id": "1", "question": " ", "answers": ["x"]})"), "has no text");
  says(error(R"({"id": "1", "question": "Q?", "answers": ["x"], "choices": ["y", "z"]})"),
       "none of its choices (y, z) is an accepted answer (x)");
  says(error(R"({"id": "1", "question": "Q?", "answers": ["x"], "choices": ["X", "the x", "z"]})"),
       "2 of its choices are accepted answers");
  says(error(R"({"id": "1", "question": "Q?", "answers": "x"})"), "'answers' is a string, a list [..] was expected");
  says(error("{\"id\": \"1\", \"question\": \"Q?\", \"answers\": [\"x\"]}\nnonsense\n"), "q.jsonl:2: not a JSON value");
  says(error("{\"id\": \"1\", \"question\": \"Q?\", \"answers\": [\"x\"]}\n"
             "{\"id\": \"1\", \"question\": \"R?\", \"answers\": [\"x\"]}\n"),
       "q.jsonl:2: the id '1' stands already");
  says(error(R"({"prompt": "Q?", "gold": 1})"), "this has the keys 'prompt', 'gold'");
  says(error_of([&] { load_questions((scratch_ / "none.jsonl").string()); }), "no question file");
  says(error_of([&] { load_questions(file("{}"), {.format = "trivia"}); }), "did you mean 'triviaqa'?");
}

TEST_F(Questions, BadRowsAreSkippedWhenAskedTo) {
  const std::string path = file(
      "{\"id\": \"1\", \"question\": \"Q?\", \"answers\": [\"x\"]}\n{\"id\": \"2\", \"question\": \"R?\"}\noops\n"
      "{\"id\": \"3\", \"question\": \"S?\", \"answers\": [\"y\"]}\n");
  const auto set = load_questions(path, {.format = "", .skip_bad = true});
  ASSERT_EQ(set.questions.size(), 2u);
  EXPECT_EQ(set.questions[1].id, "3");
  ASSERT_EQ(set.skipped.size(), 2u);
  says(set.skipped[0], "q.jsonl:2: 'answers' is missing");
  says(set.skipped[1], "q.jsonl:3: not a JSON value");
  says(error_of([&] { load_questions(file("{\"id\": \"1\"}\n"), {.format = "", .skip_bad = true}); }),
       "not one of its 1 rows");
}

TEST_F(Questions, TriviaQaInBothForms) {
  const auto set = load_questions(file(
      "{\"question_id\": \"t1\", \"question\": \"Q?\", \"answer\": \"Onion\", \"aliases\": [\"Onions\", \"Onion\"]}\n"
      "{\"question_id\": \"t2\", \"question\": \"R?\", \"answer\": {\"value\": \"Yes\", \"aliases\": [\"Yeah\"]}}\n"));
  EXPECT_EQ(set.questions[0].answers, (std::vector<std::string>{"Onion", "Onions"}));
  EXPECT_EQ(set.questions[1].answers, (std::vector<std::string>{"Yes", "Yeah"}));
}

TEST_F(Questions, CommonsenseChoicesStandInTheQuery) {
  const std::string row =
      R"({"query": "Question: Where?\nChoices:\nA. bank\nB. mall\nC. bank\nAnswer:", "choices": ["A","B","C"], "gold": GOLD})";
  const auto with = [&](const std::string& gold) {
    std::string text = row;
    return text.replace(text.find("GOLD"), 4, gold);
  };
  const auto set = load_questions(file(with("1")));
  EXPECT_EQ(set.questions[0].question, "Where?");
  EXPECT_EQ(set.questions[0].choices, (std::vector<std::string>{"bank", "mall"}));
  EXPECT_EQ(set.questions[0].answers, (std::vector<std::string>{"mall"}));
  EXPECT_EQ(set.repeated_choices, 1);
  says(error(with("3")), "'gold' is 3, 'choices' has 3");
}

TEST_F(Questions, FarmScoreOneIsTheTrueAnswer) {
  const auto set =
      load_questions(file(R"x({"question": "who?", "answer": "UCLA", "adv": {"target": "not UCLA", "mcq": )x"
                          R"x([{"text": "Duke", "score": 2}, {"text": "University (UCLA)", "score": 1}]}})x"
                          "\n"
                          R"x({"question": "is it?", "answer": false, "adv": {"target": "true"}})x"));
  EXPECT_EQ(set.questions[0].answers, (std::vector<std::string>{"University (UCLA)", "UCLA"}));
  EXPECT_EQ(set.questions[0].choices, (std::vector<std::string>{"Duke", "University (UCLA)"}));
  EXPECT_EQ(set.questions[1].answers, (std::vector<std::string>{"no"}));
  EXPECT_EQ(set.questions[1].choices, (std::vector<std::string>{"yes", "no"}));
}

TEST_F(Questions, AnIdWithoutOneInTheSourceHangsOnTheTextAlone) {
  const std::string a = R"({"question": "is it?", "answer": false, "adv": {}})";
  const std::string b = R"({"question": "who?", "answer": true, "adv": {}})";
  const auto first = load_questions(file(a + "\n" + b + "\n"));
  const auto second = load_questions(file(b + "\n" + a + "\n", "renamed.jsonl"));
  EXPECT_EQ(first.questions[0].id, second.questions[1].id);
  EXPECT_NE(first.questions[0].id, first.questions[1].id);
}

TEST_F(Questions, ALimitDrawsTheBeginningOfALargerOne) {
  std::vector<Question> questions;
  for (int i = 0; i < 50; ++i)
    questions.push_back({.id = std::to_string(i), .question = "Q?", .answers = {"x"}, .choices = {}, .category = ""});
  const auto ids = [](const std::vector<Question>& drawn) {
    std::vector<std::string> out;
    for (const Question& question : drawn) out.push_back(question.id);
    return out;
  };
  const auto ten = ids(draw_questions(questions, 10, 12)), all = ids(draw_questions(questions, 0, 12));
  EXPECT_EQ(ten, std::vector<std::string>(all.begin(), all.begin() + 10));
  EXPECT_NE(ten, ids(draw_questions(questions, 10, 13)));
  std::reverse(questions.begin(), questions.end());
  EXPECT_EQ(ten, ids(draw_questions(questions, 10, 12)));
}

struct RealFile {
  const char* path;
  size_t questions, with_choices;
  std::int64_t repeated;
};

class RealQuestions : public testing::TestWithParam<RealFile> {};

TEST_P(RealQuestions, AreReadWhole) {
  const auto data = test::data_dir();
  SKIP_WITHOUT(data, "the data folder");
  const auto set = load_questions((*data / GetParam().path).string());
  size_t with_choices = 0;
  for (const Question& question : set.questions) with_choices += !question.choices.empty();
  EXPECT_EQ(set.questions.size(), GetParam().questions);
  EXPECT_EQ(with_choices, GetParam().with_choices);
  EXPECT_EQ(set.repeated_choices, GetParam().repeated);
}

INSTANTIATE_TEST_SUITE_P(Files, RealQuestions,
                         testing::Values(RealFile{"qa/triviaqa.jsonl", 2730, 0, 0},
                                         RealFile{"qa/strategyqa_dev.json", 229, 229, 0},
                                         RealFile{"qa/commonsense_qa.jsonl", 1221, 1221, 12},
                                         RealFile{"farm/Boolq.jsonl", 491, 491, 0},
                                         RealFile{"farm/NQ1.head20.jsonl", 20, 20, 0}));

TEST(FactQuestions, OfACategory) {
  const auto set = load_questions("facts:capitals");
  ASSERT_GT(set.questions.size(), 10u);
  for (const Question& question : set.questions) EXPECT_EQ(problem_of(question), "");
  says(error_of([] { load_questions("facts:capitels"); }), "capitals");
}

}  // namespace
}  // namespace counterpoint::persuasion
