#include "front/acme/documents.h"

#include <gtest/gtest.h>

namespace rozaneh::front::acme {
namespace {

using std::chrono::seconds;

// RFC 8555 section 7.1.1, with profiles (draft-aaron-acme-profiles) and RFC 9773.
constexpr const char* kDirectory = R"({
  "newNonce": "https://example.com/acme/new-nonce", "newAccount": "https://example.com/acme/new-account",
  "newOrder": "https://example.com/acme/new-order", "newAuthz": "https://example.com/acme/new-authz",
  "revokeCert": "https://example.com/acme/revoke-cert", "keyChange": "https://example.com/acme/key-change",
  "renewalInfo": "https://example.com/acme/renewal-info",
  "meta": {"termsOfService": "https://example.com/acme/terms/2017-5-30", "caaIdentities": ["example.com"],
           "externalAccountRequired": false, "profiles": {"classic": "the usual", "shortlived": "six days"}}})";

// RFC 8555 section 7.1.3.
constexpr const char* kOrder = R"({
  "status": "valid", "expires": "2016-01-20T14:09:07.99Z",
  "identifiers": [{"type": "dns", "value": "www.example.org"}, {"type": "dns", "value": "example.org"}],
  "notBefore": "2016-01-01T00:00:00Z", "notAfter": "2016-01-08T00:00:00Z",
  "authorizations": ["https://example.com/acme/authz/PAniVnsZcis", "https://example.com/acme/authz/r4HqLzrSrpI"],
  "finalize": "https://example.com/acme/order/TOlocE8rfgo/finalize",
  "certificate": "https://example.com/acme/cert/mAt3xBGaobw"})";

// RFC 8555 section 7.1.4.
constexpr const char* kAuthorization = R"({
  "status": "pending", "expires": "2015-03-01T14:09:07.99Z",
  "identifier": {"type": "dns", "value": "www.example.org"},
  "challenges": [
    {"url": "https://example.com/acme/chall/prV_B7yEyA4", "type": "http-01", "status": "pending",
     "token": "DGyRejmCefe7v4NfDGDKfA"},
    {"url": "https://example.com/acme/chall/later", "type": "dns-77", "status": "pending"}],
  "wildcard": false})";

TEST(Directory, IsReadFromTheExampleOfRfc8555) {
  const auto directory = parse_directory(kDirectory);
  ASSERT_TRUE(directory) << directory.error().message();
  EXPECT_EQ(directory->new_order, "https://example.com/acme/new-order");
  EXPECT_EQ(directory->renewal_info, "https://example.com/acme/renewal-info");
  EXPECT_TRUE(directory->profiles.contains("shortlived"));
  EXPECT_FALSE(directory->needs_external_account);
}

TEST(Order, IsReadFromTheExampleOfRfc8555) {
  const auto order = parse_order(kOrder);
  ASSERT_TRUE(order) << order.error().message();
  EXPECT_EQ(order->status, Status::valid);
  EXPECT_EQ(order->names, (std::vector<std::string>{"www.example.org", "example.org"}));
  EXPECT_EQ(order->authorizations.size(), 2U);
  EXPECT_EQ(order->certificate, "https://example.com/acme/cert/mAt3xBGaobw");
}

TEST(Authorization, IsReadFromTheExampleOfRfc8555) {
  const auto authorization = parse_authorization(kAuthorization);
  ASSERT_TRUE(authorization) << authorization.error().message();
  EXPECT_EQ(authorization->name, "www.example.org");
  ASSERT_EQ(authorization->challenges.size(), 2U) << "one of a kind that we do not know is passed over later";
  EXPECT_EQ(authorization->challenges[0].token, "DGyRejmCefe7v4NfDGDKfA");
}

// Each is the example with one thing replaced by what no honest authority sends.
TEST(Documents, ThatLieAreRefused) {
  const std::tuple<const char*, const char*, const char*> lies[] = {
      {kOrder, "\"valid\"", "\"done\""},
      {kOrder, "\"valid\"", "7"},
      {kOrder, "\"example.org\"", "\"Example.org/..\""},
      {kOrder, "\"example.org\"", "\"localhost\""},
      {kOrder, "\"type\": \"dns\", \"value\": \"example.org\"", "\"type\": \"ip\", \"value\": \"192.0.2.1\""},
      {kOrder, "https://example.com/acme/order/", "file:///etc/passwd/"},
      {kOrder, "https://example.com/acme/order/", "http://example.com/"},
      {kOrder, "https://example.com/acme/order/", "https://user@example.com/"},
      {kOrder, "\"https://example.com/acme/authz/PAniVnsZcis\"", "{}"},
      {kOrder, "https://example.com/acme/cert/", "ftp://example.com/"},
      {kOrder, "\"authorizations\"", "\"other\""},
      {kAuthorization, "DGyRejmCefe7v4NfDGDKfA", "../../../../etc/passwd/"},
      {kAuthorization, "DGyRejmCefe7v4NfDGDKfA", "short"},
      {kAuthorization, "\"identifier\"", "\"other\""},
      {kDirectory, "\"newNonce\"", "\"other\""},
      {kDirectory, "https://example.com/acme/new-order", "https://example.com/acme new-order"},
  };
  for (const auto& [text, from, to] : lies) {
    std::string changed(text);
    const auto place = changed.find(from);
    ASSERT_NE(place, std::string::npos) << from;
    changed.replace(place, std::string_view(from).size(), to);
    const bool good = text == kOrder           ? parse_order(changed).has_value()
                      : text == kAuthorization ? parse_authorization(changed).has_value()
                                               : parse_directory(changed).has_value();
    EXPECT_FALSE(good) << to;
  }
}

TEST(Documents, ThatAreNoneAreRefused) {
  std::string deep(100'000, '[');
  for (const std::string& text : {std::string(), std::string("null"), std::string("[]"), std::string("{"),
                                  deep, std::string("{\"status\":\"valid\"}"), std::string("\xff\xfe")}) {
    EXPECT_TRUE(parse_directory(text).error().is(AcmeError::lying));
    EXPECT_TRUE(parse_order(text).error().is(AcmeError::lying));
    EXPECT_TRUE(parse_authorization(text).error().is(AcmeError::lying));
    EXPECT_TRUE(parse_renewal_info(text).error().is(AcmeError::lying));
  }
}

TEST(Problem, IsShownWithoutWhatWouldChangeATerminal) {
  const Problem problem = parse_problem(
      "{\"type\":\"urn:ietf:params:acme:error:rateLimited\",\"detail\":\"too many \\u001b[31m\\n\xc3\xa4\"}");
  EXPECT_TRUE(problem.is("rateLimited"));
  EXPECT_FALSE(problem.is("badNonce"));
  EXPECT_EQ(problem.text(), "rateLimited: too many ?[31m???");
  EXPECT_EQ(parse_problem("<html>502 Bad Gateway</html>").text(), "");
  EXPECT_LE(parse_problem("{\"detail\":\"" + std::string(5000, 'x') + "\"}").text().size(), 400U);
}

// RFC 9773 section 4.2.
TEST(RenewalInfo, IsReadFromTheExampleOfRfc9773) {
  const auto window = parse_renewal_info(
      R"({"suggestedWindow": {"start": "2025-01-02T04:00:00Z", "end": "2025-01-03T04:00:00Z"},
          "explanationURL": "https://acme.example.com/docs/ari"})");
  ASSERT_TRUE(window);
  EXPECT_EQ(window->start, Time(seconds(1735790400)));
  EXPECT_EQ(window->end - window->start, std::chrono::hours(24));
  EXPECT_FALSE(parse_renewal_info(
      R"({"suggestedWindow": {"start": "2025-01-03T04:00:00Z", "end": "2025-01-02T04:00:00Z"}})"));
}

TEST(Timestamp, IsReadInEveryFormOfRfc3339) {
  EXPECT_EQ(parse_timestamp("1985-04-12T23:20:50.52Z"), Time(seconds(482196050)));
  EXPECT_EQ(parse_timestamp("1996-12-19T16:39:57-08:00"), Time(seconds(851042397)));
  EXPECT_EQ(parse_timestamp("1990-12-31T23:59:60Z"), Time(seconds(662688000)));
  for (const char* bad :
       {"", "2025-01-02", "2025-13-02T04:00:00Z", "2025-02-30T04:00:00Z", "2025-01-02T24:00:00Z",
        "2025-01-02T04:00:00", "2025-01-02T04:00:00.Z", "2025-01-02T04:00:00Zx", "+025-01-02T04:00:00Z"})
    EXPECT_FALSE(parse_timestamp(bad)) << bad;
}

// RFC 9110 section 10.2.3.
TEST(RetryAfter, IsSecondsOrADate) {
  const Time now(seconds(946684799));  // one second before 2000
  EXPECT_EQ(parse_retry_after("120", now), seconds(120));
  EXPECT_EQ(parse_retry_after("Fri, 31 Dec 1999 23:59:59 GMT", now), seconds(0));
  EXPECT_EQ(parse_retry_after("Sat, 01 Jan 2000 01:00:00 GMT", now), seconds(3601));
  EXPECT_EQ(parse_retry_after("Thu, 01 Jan 1998 00:00:00 GMT", now), seconds(0));
  for (const char* bad : {"", "soon", "-", "12x", "99999999999999999999", "Fri, 31 Dez 1999 23:59:59 GMT"})
    EXPECT_FALSE(parse_retry_after(bad, now)) << bad;
}

TEST(Link, IsReadForOtherChains) {
  using Urls = std::vector<std::string>;
  EXPECT_EQ(parse_alternates(R"(<https://ca.example/cert/1/1>;rel="alternate")"),
            Urls({"https://ca.example/cert/1/1"}));
  EXPECT_EQ(
      parse_alternates(
          R"(<https://a/1>; rel="index", <https://a/2>; title="x"; rel="alternate", <https://a/3>; rel=alternate)"),
      Urls({"https://a/2", "https://a/3"}));
  for (const char* none :
       {"", "<", "<https://a/1", "<https://a/1>", R"(<https://a/1>;rel="up")", R"(rel="alternate")"})
    EXPECT_EQ(parse_alternates(none), Urls()) << none;
}

TEST(Name, HasTwoLabelsAndNoSurprises) {
  for (const char* good : {"example.org", "a.b-c.example", "*.example.org", "xn--bcher-kva.example"})
    EXPECT_TRUE(is_name(good)) << good;
  for (const char* bad : {"", "localhost", "Example.org", ".example.org", "example.org.", "*.org.*", "*",
                          "*.com", "a..b", "-a.org", "a b.org", "a/b.org", "a,DNS:b.org"})
    EXPECT_FALSE(is_name(bad)) << bad;
  EXPECT_FALSE(is_name(std::string(64, 'a') + ".org"));
}

}  // namespace
}  // namespace rozaneh::front::acme
