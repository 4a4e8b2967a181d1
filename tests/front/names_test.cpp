#include "front/names.h"

#include <gtest/gtest.h>

namespace rozaneh::front {
namespace {

NameList parsed(std::string_view text) {
  auto list = NameList::parse(text, "test.toml");
  EXPECT_TRUE(list) << list.error().message();
  return list ? *std::move(list) : NameList();
}

std::string to(const NameList& list, const std::string& name) {
  const auto target = list.find(name);
  return target ? target->to_string() : "";
}

TEST(NameList, LeadsEachNameToItself) {
  const auto list = parsed(R"(names = ["Chat.Signal.org."])");
  EXPECT_EQ(to(list, "chat.signal.org"), "chat.signal.org:443");
  for (const char* name : {"signal.org", "x.chat.signal.org", "hat.signal.org", "", ".", "*", "*.signal.org"})
    EXPECT_EQ(to(list, name), "") << name;
}

TEST(NameList, TakesWildcardsForAllBelowThem) {
  const auto list = parsed(R"(names = ["*.example.org"])");
  EXPECT_EQ(to(list, "a.example.org"), "a.example.org:443");
  EXPECT_EQ(to(list, "a.b.example.org"), "a.b.example.org:443");
  for (const char* name :
       {"example.org", "badexample.org", ".example.org", "a..example.org", "a/b.example.org"})
    EXPECT_EQ(to(list, name), "") << name;
}

TEST(NameList, LeadsElsewhereWhereToldTo) {
  const auto list = parsed("names = [\"a.example\"]\n[upstream]\n\"a.example\" = \"192.0.2.1:8443\"");
  EXPECT_EQ(to(list, "a.example"), "192.0.2.1:8443");
  EXPECT_TRUE(list.has_upstreams());
}

TEST(NameList, SaysWhereAFileIsWrong) {
  const std::pair<const char*, const char*> cases[] = {
      {"names = 5", "test.toml:1"},
      {"\nnames = [\"nodots\"]", "test.toml:2"},
      {"names = [\"a b.example\"]", "no host name"},
      {"names = [\"a..example\"]", "no host name"},
      {"names = [\"a.*.example\"]", "no host name"},
      {"name = []", "unknown key"},
      {"version = -1", "version"},
      {"issued = \"yesterday\"", "issued"},
      {"[upstream]\n\"a.example\" = \"192.0.2.1:1\"", "not in the list"},
      {"names = [\"a.example\"]\n[upstream]\n\"a.example\" = \"nowhere\"", "ADDRESS:PORT"},
      {"names = [", "test.toml"},
  };
  for (const auto& [text, words] : cases) {
    const auto list = NameList::parse(text, "test.toml");
    ASSERT_FALSE(list) << text;
    EXPECT_NE(list.error().message().find(words), std::string::npos) << list.error().message();
  }
}

TEST(NameList, OfSignalHasTheNamesOfItsAppsAndKeepsRetiredOnesApart) {
  const NameList& list = NameList::built_in();
  for (const char* name :
       {"chat", "grpc.chat", "storage", "cdn", "cdn2", "cdn3", "cdsi", "contentproxy", "uptime", "api.backup",
        "api.directory", "sfu.voip", "svr2", "svrb", "updates", "updates2", "ud-chat"})
    EXPECT_TRUE(list.find(std::string(name) + ".signal.org")) << name;
  EXPECT_TRUE(list.find("textsecure-service.whispersystems.org"));
  EXPECT_TRUE(list.entries().at("ud-chat.signal.org").retired);
  EXPECT_FALSE(list.entries().at("chat.signal.org").retired);
  EXPECT_GT(list.version(), 20260000U);
}

TEST(NameList, CanBeExtended) {
  auto list = parsed("version = 5\nissued = 2026-01-01\nnames = [\"a.example\", \"b.example\"]");
  list.extend(parsed("names = [\"c.example\"]\nretired = [\"b.example\"]"));
  EXPECT_EQ(list.entries().size(), 3U);
  EXPECT_TRUE(list.entries().at("b.example").retired);
  EXPECT_EQ(list.version(), 5U);
  EXPECT_EQ(list.issued(), "2026-01-01");
}

TEST(Suffixes, AreWholeLabels) {
  const std::vector<std::string> suffixes = {"signal.org"};
  EXPECT_TRUE(is_within("signal.org", suffixes));
  EXPECT_TRUE(is_within("chat.signal.org", suffixes));
  EXPECT_FALSE(is_within("notsignal.org", suffixes));
  EXPECT_FALSE(is_within("org", suffixes));
  EXPECT_FALSE(is_within("chat.signal.org.evil.example", suffixes));
}

}  // namespace
}  // namespace rozaneh::front
