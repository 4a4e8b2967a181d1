#include "front/certificates.h"

#include <gtest/gtest.h>

namespace rozaneh::front {
namespace {

TEST(Certificates, AreNoneAtFirst) { EXPECT_TRUE(Certificates().current()->all.empty()); }

TEST(Certificates, TellWhoListensOfEachChange) {
  Certificates certificates;
  std::vector<std::string> seen;
  certificates.when_changed(
      [&](const Certificates::Snapshot& now) { seen.push_back(now->all.front().chain); });
  certificates.replace({{.chain = "one", .key = "a"}});
  certificates.replace({{.chain = "two", .key = "b"}});
  EXPECT_EQ(seen, (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(certificates.current()->all.front().chain, "two");
}

TEST(Certificates, StayAsTheyWereForWhoHoldsThem) {
  Certificates certificates;
  certificates.replace({{.chain = "one", .key = "a"}});
  const auto held = certificates.current();
  certificates.replace({});
  EXPECT_EQ(held->all.front().chain, "one");
  EXPECT_EQ(held->all.front().key, "a");
}

TEST(ChallengeAnswers, AreGivenForWhatIsAskedNow) {
  ChallengeAnswers answers;
  EXPECT_FALSE(answers.http_answer("/.well-known/acme-challenge/abc"));
  answers.set_http("abc", "abc.thumb");
  EXPECT_EQ(answers.http_answer("/.well-known/acme-challenge/abc"), "abc.thumb");
  for (const char* other : {"/.well-known/acme-challenge/ABC", "/.well-known/acme-challenge/", "/", "", "abc",
                            "/.well-known/acme-challenge/abc/", "/x/.well-known/acme-challenge/abc"})
    EXPECT_FALSE(answers.http_answer(other)) << other;
  answers.remove_http("abc");
  EXPECT_FALSE(answers.http_answer("/.well-known/acme-challenge/abc"));
}

TEST(ChallengeAnswers, FindANameInAnyCase) {
  ChallengeAnswers answers;
  answers.set_alpn("Example.org", {.chain = "c", .key = "k"});
  EXPECT_EQ(answers.alpn_certificate("eXample.ORG")->chain, "c");
  EXPECT_FALSE(answers.alpn_certificate("www.example.org"));
  answers.remove_alpn("example.ORG");
  EXPECT_FALSE(answers.alpn_certificate("example.org"));
}

}  // namespace
}  // namespace rozaneh::front
