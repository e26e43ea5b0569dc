#include "counterpoint/generate/remote_address.h"

#include "tests/support/support.h"

namespace counterpoint::generate {
namespace {

using test::error_of;

TEST(RemoteAddress, IsToldFromFilesByItsScheme) {
  EXPECT_TRUE(is_remote_address("http://127.0.0.1:8000/v1#m"));
  EXPECT_TRUE(is_remote_address("HTTPS://api.example.org/v1"));
  EXPECT_FALSE(is_remote_address("models/http"));
  EXPECT_FALSE(is_remote_address("https:/one-slash#m"));
  EXPECT_FALSE(is_remote_address(""));
}

TEST(RemoteAddress, HasItsParts) {
  const RemoteAddress address = parse_remote_address("http://127.0.0.1:8000/v1#Qwen/Qwen2.5-7B#a");
  EXPECT_FALSE(address.tls);
  EXPECT_EQ(address.host, "127.0.0.1");
  EXPECT_EQ(address.port, 8000);
  EXPECT_EQ(address.path, "/v1");
  EXPECT_EQ(address.model, "Qwen/Qwen2.5-7B#a");
  EXPECT_EQ(address.chat_url(), "http://127.0.0.1:8000/v1/chat/completions");
}

TEST(RemoteAddress, FillsInTheSchemesPort) {
  EXPECT_EQ(parse_remote_address("http://host/v1#m").port, 80);
  const RemoteAddress secure = parse_remote_address("https://api.example.org/v1/#m");
  EXPECT_TRUE(secure.tls);
  EXPECT_EQ(secure.port, 443);
  EXPECT_EQ(secure.chat_url(), "https://api.example.org/v1/chat/completions");
}

TEST(RemoteAddress, TakesWhatPeopleCopy) {
  EXPECT_EQ(parse_remote_address("http://host/v1/chat/completions#m").path, "/v1");
  EXPECT_EQ(parse_remote_address("http://host:1#m").path, "");
  const RemoteAddress six = parse_remote_address("http://[::1]:8000/v1#m");
  EXPECT_EQ(six.host, "::1");
  EXPECT_EQ(six.port, 8000);
  EXPECT_EQ(six.chat_url(), "http://[::1]:8000/v1/chat/completions");
}

TEST(RemoteAddress, SaysWhichFormIsExpected) {
  const auto parse = [](const char* spec) { return error_of([&] { parse_remote_address(spec); }); };
  for (const char* no_model : {"http://host/v1", "http://host/v1#"}) {
    EXPECT_NE(parse(no_model).find("does not say which model"), std::string::npos) << parse(no_model);
    EXPECT_NE(parse(no_model).find("http://HOST:PORT/v1#MODEL"), std::string::npos) << parse(no_model);
  }
  EXPECT_NE(parse("ftp://host#m").find("not the address of a server"), std::string::npos);
  EXPECT_NE(parse("http:///v1#m").find("no host"), std::string::npos);
  EXPECT_NE(parse("http://[::1/v1#m").find("no ']'"), std::string::npos);
  EXPECT_NE(parse("http://host/v1?a=b#m").find("query"), std::string::npos);
  EXPECT_NE(parse("http://host/v1#m\r\nX: y").find("control character"), std::string::npos);
  for (const char* port : {"http://host:0/v1#m", "http://host:65536/v1#m", "http://host:80a/v1#m", "http://host:/v1#m"})
    EXPECT_NE(parse(port).find("no port"), std::string::npos) << port;
}

TEST(RemoteAddress, NeverRepeatsAPassword) {
  for (const char* spec : {"http://me:s3cret@host/v1#m", "http://me:s3cret@host/v1", "http://s3cret@host:x?#m"}) {
    const std::string message = error_of([&] { parse_remote_address(spec); });
    EXPECT_EQ(message.find("s3cret"), std::string::npos) << message;
    EXPECT_NE(message.find("OPENAI_API_KEY"), std::string::npos) << message;
  }
}

}  // namespace
}  // namespace counterpoint::generate
