#include "counterpoint/report/terminal.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>

#include "tests/support/support.h"

namespace counterpoint::report {
namespace {

/// Sets a variable of the environment until the end of the scope.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    value ? ::setenv(name, value, 1) : ::unsetenv(name);
  }
  ~Variable() { before_ ? ::setenv(name_, before_->c_str(), 1) : ::unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
  std::optional<std::string> before_;
};

TEST(Terminal, WidthOfText) {
  EXPECT_EQ(display_width("abc"), 3u);
  EXPECT_EQ(display_width("é"), 1u);
  EXPECT_EQ(display_width("e\u0301"), 1u);  // e and a combining accent
  EXPECT_EQ(display_width("東京"), 4u);
  EXPECT_EQ(display_width("\xFF"), 1u);  // damaged: shown as one replacement character
}

TEST(Terminal, CutAtTheEnd) {
  EXPECT_EQ(cut_to("abcdef", 6, {.utf8 = true}), "abcdef");
  EXPECT_EQ(cut_to("abcdef", 5, {.utf8 = true}), "abcd…");
  EXPECT_EQ(cut_to("abcdef", 5, {.utf8 = false}), "ab...");
  EXPECT_EQ(cut_to("東京都", 5, {.utf8 = true}), "東京…");
  EXPECT_EQ(cut_to("東京都", 4, {.utf8 = true}), "東…");
  EXPECT_EQ(cut_to("ab cdef", 4, {.utf8 = true}), "ab…");
}

TEST(Terminal, Thousands) {
  EXPECT_EQ(thousands(0), "0");
  EXPECT_EQ(thousands(999), "999");
  EXPECT_EQ(thousands(1000), "1,000");
  EXPECT_EQ(thousands(1234567), "1,234,567");
  EXPECT_EQ(thousands(-123456), "-123,456");
  EXPECT_EQ(thousands(-123), "-123");
}

TEST(Terminal, LocaleSaysWhetherUtf8) {
  const Variable all("LC_ALL", nullptr), type("LC_CTYPE", "C.utf8"), lang("LANG", "de_DE.ISO-8859-1");
  EXPECT_TRUE(terminal_of(-1).utf8);
  const Variable posix("LC_ALL", "POSIX");
  EXPECT_FALSE(terminal_of(-1).utf8);
}

TEST(Terminal, NoColourAndColumnsFromTheEnvironmentWhereThereIsNoTerminal) {
  const int file = ::open("/dev/null", O_WRONLY);
  {
    const Variable columns("COLUMNS", "72");
    EXPECT_EQ(terminal_of(file).width, 72u);
    EXPECT_TRUE(terminal_of(file).cuts);
  }
  const Variable columns("COLUMNS", "wide");
  EXPECT_EQ(terminal_of(file).width, Terminal{}.width);
  EXPECT_FALSE(terminal_of(file).cuts);
  EXPECT_FALSE(terminal_of(file).colour);
  ::close(file);
}

TEST(Terminal, NoColorSwitchesColourOff) {
  const int terminal = ::posix_openpt(O_RDWR | O_NOCTTY);
  if (terminal < 0 || ::isatty(terminal) != 1) GTEST_SKIP() << "no pseudo-terminal here";
  const Variable term("TERM", "xterm");
  {
    const Variable no_color("NO_COLOR", nullptr);
    EXPECT_TRUE(terminal_of(terminal).colour);
    const Variable dumb("TERM", "dumb");
    EXPECT_FALSE(terminal_of(terminal).colour);
  }
  const Variable no_color("NO_COLOR", "1");
  EXPECT_FALSE(terminal_of(terminal).colour);
  ::close(terminal);
}

}  // namespace
}  // namespace counterpoint::report
