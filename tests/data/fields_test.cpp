#include "counterpoint/data/fields.h"

#include "tests/support/support.h"

namespace counterpoint::data {
namespace {

using test::error_of;

const Json row = Json::parse(R"({"name": "A", "turns": 4, "half": 0.5, "on": true, "nothing": null,
                                 "roles": ["x", "y"], "mixed": ["x", 1], "inner": {"key": 1}})");

TEST(Fields, GiveWhatIsThere) {
  const Fields fields(row, "tree.json");
  EXPECT_EQ(fields.text("name"), "A");
  EXPECT_EQ(fields.whole("turns"), 4);
  EXPECT_TRUE(fields.flag("on"));
  EXPECT_EQ(fields.texts("roles"), (std::vector<std::string>{"x", "y"}));
  EXPECT_EQ(fields.list("mixed").size(), 2u);
  EXPECT_EQ(fields.object("inner")["key"], 1);
  EXPECT_TRUE(fields.has("name"));
  EXPECT_FALSE(fields.has("nothing"));
  EXPECT_FALSE(fields.has("absent"));
}

TEST(Fields, SayWhichKeyIsWrong) {
  const Fields fields(row, "tree.json");
  EXPECT_EQ(error_of([&] { fields.text("absent"); }), "tree.json: 'absent' is missing");
  EXPECT_EQ(error_of([&] { fields.text("turns"); }), "tree.json: 'turns' is 4, a text was expected");
  EXPECT_EQ(error_of([&] { fields.whole("half"); }), "tree.json: 'half' is 0.5, a whole number was expected");
  EXPECT_EQ(error_of([&] { fields.flag("name"); }), "tree.json: 'name' is a string, true or false was expected");
  EXPECT_EQ(error_of([&] { fields.list("inner"); }), "tree.json: 'inner' is an object, a list [..] was expected");
  EXPECT_EQ(error_of([&] { fields.object("nothing"); }), "tree.json: 'nothing' is null, an object {..} was expected");
  EXPECT_EQ(error_of([&] { fields.texts("mixed"); }), "tree.json: 'mixed' holds something else than texts");
}

TEST(Fields, WantAnObject) {
  EXPECT_EQ(error_of([] { Fields(Json::array(), "t:1"); }), "t:1: an object {..} was expected, this is an array");
  EXPECT_EQ(error_of([] { Fields(Json("x"), ""); }), "an object {..} was expected, this is a string");
}

TEST(Fields, AnUnknownKeyGetsTheNearestRightName) {
  const Json wrong{{"label", "A"}};
  EXPECT_EQ(error_of([&] {
              Fields(wrong, "t").only({"name", "turns"});
            }),
            "t: unknown key 'label' (known: name, turns)");
  const Json close{{"turn", 4}};
  EXPECT_EQ(error_of([&] {
              Fields(close, "t").only({"name", "turns"});
            }),
            "t: unknown key 'turn' (did you mean 'turns'?)");
  EXPECT_EQ(&Fields(close, "t").only({"turn"}).at("turn"), &close["turn"]);
  Fields(Json{{"turns", 1}, {"label", nullptr}}, "t").only({"turns"});  // null is nothing
}

TEST(Fields, PartsKnowWhereTheyStand) {
  EXPECT_EQ(Fields(row, "").where("roles"), "roles");
  EXPECT_EQ(Fields(row, "tree.json").where("roles"), "tree.json: roles");
  EXPECT_EQ(Fields(row, "tree.json: turns[2]").where("roles"), "tree.json: turns[2].roles");
}

}  // namespace
}  // namespace counterpoint::data
