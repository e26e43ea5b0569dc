#include "counterpoint/core/error.h"

#include "tests/support/support.h"

namespace counterpoint {
namespace {

using test::error_of;

const std::vector<std::string> names = {"temperature", "top_k", "top_p"};

TEST(Error, CarriesItsFormattedMessage) {
  EXPECT_EQ(error_of([] { fail("{}:{}: no answers", "questions.jsonl", 3); }), "questions.jsonl:3: no answers");
}

TEST(Error, NearestNameIsWhatWasMeant) {
  EXPECT_EQ(nearest_name("temprature", names), "temperature");
  EXPECT_EQ(nearest_name("top-k", names), "top_k");
  EXPECT_EQ(nearest_name("seed", names), "");
  EXPECT_EQ(nearest_name("", names), "");
  EXPECT_EQ(nearest_name("seed", {}), "");
}

TEST(Error, SuggestionFallsBackToTheList) {
  EXPECT_EQ(suggestion("temprature", names), " (did you mean 'temperature'?)");
  EXPECT_EQ(suggestion("seed", names), " (known: temperature, top_k, top_p)");
  EXPECT_EQ(suggestion("seed", {}), "");
}

TEST(Assert, IsOurOwnFaultAndSaysWhere) {
  COUNTERPOINT_ASSERT(1 + 1 == 2);
  try {
    COUNTERPOINT_ASSERT(1 + 1 == 3);
    FAIL() << "did not throw";
  } catch (const Error&) {
    FAIL() << "a bug of ours looks like the user's fault";
  } catch (const std::logic_error& error) {
    const std::string message = error.what();
    EXPECT_NE(message.find("1 + 1 == 3 does not hold"), std::string::npos) << message;
    EXPECT_NE(message.find("error_test.cpp:"), std::string::npos) << message;
  }
}

}  // namespace
}  // namespace counterpoint
