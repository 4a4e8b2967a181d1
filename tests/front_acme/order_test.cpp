#include "front/acme/order.h"

#include <gtest/gtest.h>

#include "authority.h"
#include "front/acme/jws.h"
#include "issuer.h"

namespace rozaneh::front::acme {
namespace {

struct Outcome {
  Result<std::string> chain;
  std::vector<Proof> proofs;
  std::chrono::seconds paused{};
  std::optional<std::chrono::seconds> leave_alone;
  bool as_wanted = true;
};

class Orders : public testing::Test {
 protected:
  Orders() { options_.directory = std::string(kBase) + "/directory", options_.names = {"example.org"}; }

  Outcome run() {
    auto order = Order::make(options_, account_, bytes_);
    Outcome outcome{.chain = "", .proofs = {}, .leave_alone = {}};
    if (!order) {
      outcome.chain = std::unexpected(order.error());
      return outcome;
    }
    auto step = order->begin();
    while (step && !std::holds_alternative<Done>(*step)) {
      if (const auto* ask = std::get_if<Ask>(&*step)) {
        step = order->answered(authority_.answer(*ask));
      } else if (const auto* pause = std::get_if<Pause>(&*step)) {
        outcome.paused += pause->span;
        step = order->paused();
      } else {
        outcome.proofs = std::get<Present>(*step).proofs;
        step = order->presented();
      }
    }
    outcome.leave_alone = order->leave_alone();
    if (step) outcome.as_wanted = std::get<Done>(*step).as_wanted;
    outcome.chain = step ? Result<std::string>(std::get<Done>(*step).chain) : std::unexpected(step.error());
    return outcome;
  }

  AcmeError failed() {
    const Outcome outcome = run();
    if (outcome.chain) return AcmeError::stopped;
    for (const AcmeError each : {AcmeError::settings, AcmeError::unreachable, AcmeError::refused,
                                 AcmeError::limited, AcmeError::lying, AcmeError::slow})
      if (outcome.chain.error().is(each)) return each;
    return AcmeError::challenge;
  }

  Authority authority_;
  Order::Options options_;
  Key account_ = make_key(KeyKind::ec);
  Buffer bytes_{1, 2, 3};
};

TEST_F(Orders, ComeToTheirEnd) {
  const Outcome outcome = run();
  ASSERT_TRUE(outcome.chain) << outcome.chain.error().message();
  EXPECT_EQ(*outcome.chain, authority_.chain);
  EXPECT_EQ(authority_.asked,
            (std::vector<std::string>{"GET /directory", "HEAD /nonce", "POST /account", "POST /order",
                                      "POST /authz/0", "POST /challenge/0", "POST /authz/0", "POST /authz/0",
                                      "POST /finalize", "POST /order/1", "POST /order/1", "POST /cert"}));
}

// RFC 8555 sections 6.2, 6.4, 6.5 and 7.4.
TEST_F(Orders, SignWhatTheyAsk) {
  ASSERT_TRUE(run().chain);
  std::set<std::string> nonces;
  for (std::size_t i = 0; i < authority_.headers.size(); ++i) {
    const auto& header = authority_.headers[i];
    EXPECT_EQ(header["alg"], "ES256");
    EXPECT_TRUE(nonces.insert(header["nonce"]).second) << "a nonce was used twice";
    EXPECT_EQ(header.contains("jwk"), i == 0) << "the key itself is shown for the account only";
    if (i > 0) EXPECT_EQ(header["kid"], std::string(kBase) + "/account/7");
  }
  EXPECT_EQ(authority_.bodies[0]["termsOfServiceAgreed"], true);
  EXPECT_EQ(authority_.bodies[1]["identifiers"][0]["value"], "example.org");
  EXPECT_TRUE(authority_.bodies[2].is_null()) << "POST-as-GET has an empty payload";
  EXPECT_EQ(authority_.bodies[3], nlohmann::json::object());
  EXPECT_EQ(authority_.bodies[6]["csr"], "AQID");
}

// RFC 8555 sections 8.1 and 8.4.
TEST_F(Orders, ProveWithTheAccountsKey) {
  const Outcome outcome = run();
  ASSERT_EQ(outcome.proofs.size(), 1U);
  const Proof& proof = outcome.proofs.front();
  EXPECT_EQ(proof.name, "example.org");
  EXPECT_EQ(proof.key_authorization, proof.token + "." + thumbprint(public_jwk(account_)));
  const Proof known{.kind = ChallengeKind::dns01,
                    .name = "example.org",
                    .token = "",
                    .key_authorization =
                        "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA."
                        "9jg46WB3rR_AHD-EBXdN7cBkH1WOu0tA3M9fm21mqTI"};
  EXPECT_EQ(known.dns_value().size(), 43U);
}

TEST_F(Orders, ProveANameAndItsWildcardBoth) {
  options_.names = authority_.names = {"example.org", "*.example.org"};
  options_.challenge = ChallengeKind::dns01;
  authority_.challenge = "dns-01";
  const Outcome outcome = run();
  ASSERT_TRUE(outcome.chain) << outcome.chain.error().message();
  ASSERT_EQ(outcome.proofs.size(), 2U);
  EXPECT_EQ(outcome.proofs[1].name, "example.org");
}

TEST_F(Orders, AskForNothingThatIsProvenAlready) {
  authority_.slow = 0;
  authority_.instead["/authz/0"] = {
      {.status = 200, .nonce = "", .location = "", .retry_after = {}, .body = R"({
    "status": "valid", "identifier": {"type": "dns", "value": "example.org"}, "challenges": []})"}};
  const Outcome outcome = run();
  ASSERT_TRUE(outcome.chain) << outcome.chain.error().message();
  EXPECT_TRUE(outcome.proofs.empty());
}

TEST_F(Orders, SignAnewWhereANonceIsRefused) {
  for (const char* path :
       {"/account", "/order", "/authz/0", "/challenge/0", "/finalize", "/order/1", "/cert"})
    authority_.instead[path] = {Authority::problem(400, "badNonce")};
  EXPECT_TRUE(run().chain);
}

TEST_F(Orders, GiveUpWhereEveryNonceIsRefused) {
  authority_.instead["/account"].assign(100, Authority::problem(400, "badNonce"));
  EXPECT_EQ(failed(), AcmeError::lying);
  EXPECT_LT(authority_.asked.size(), 20U);
}

TEST_F(Orders, TellHowLongALimitLasts) {
  Answer limited = Authority::problem(429, "rateLimited");
  limited.retry_after = std::chrono::seconds(3600);
  authority_.instead["/order"] = {limited};
  const Outcome outcome = run();
  ASSERT_FALSE(outcome.chain);
  EXPECT_TRUE(outcome.chain.error().is(AcmeError::limited));
  EXPECT_EQ(outcome.leave_alone, std::chrono::seconds(3600));
  EXPECT_NE(outcome.chain.error().message().find("rateLimited: says the test"), std::string::npos);
}

TEST_F(Orders, TellWhatAnAuthorityRefuses) {
  for (const char* path :
       {"/account", "/order", "/authz/0", "/challenge/0", "/finalize", "/order/1", "/cert"}) {
    authority_ = Authority();
    authority_.instead[path] = {Authority::problem(403, "unauthorized")};
    EXPECT_EQ(failed(), AcmeError::refused) << path;
  }
}

TEST_F(Orders, TellABrokenServerFromARefusal) {
  Answer broken;
  broken.status = 503;
  broken.body = "<html>";
  for (const char* path : {"/directory", "/nonce", "/order"}) {
    authority_ = Authority();
    authority_.instead[path] = {broken};
    EXPECT_EQ(failed(), AcmeError::unreachable) << path;
  }
}

TEST_F(Orders, TellWhyANameIsNotProven) {
  authority_.slow = 0;
  authority_.instead["/authz/0"] = {
      authority_.answer({.method = Ask::Method::get, .url = std::string(kBase) + "/authz/0", .body = ""}),
      {.status = 200, .nonce = "", .location = "", .retry_after = {}, .body = R"({
        "status": "invalid", "identifier": {"type": "dns", "value": "example.org"},
        "challenges": [{"type": "http-01", "status": "invalid", "url": "https://ca.example/challenge/0",
          "token": "token-token-token-token-0",
          "error": {"type": "urn:ietf:params:acme:error:connection", "detail": "port 80 is closed"}}]})"}};
  const Outcome outcome = run();
  ASSERT_FALSE(outcome.chain);
  EXPECT_TRUE(outcome.chain.error().is(AcmeError::refused));
  EXPECT_NE(outcome.chain.error().message().find("example.org: connection: port 80 is closed"),
            std::string::npos)
      << outcome.chain.error().message();
}

TEST_F(Orders, DoNotBelieveWhatMakesNoSense) {
  const Answer empty{.status = 200, .nonce = "", .location = "", .retry_after = {}, .body = "{}"};
  const Answer huge{
      .status = 200, .nonce = "", .location = "", .retry_after = {}, .body = std::string(1 << 20, ' ')};
  const Answer elsewhere{
      .status = 302, .nonce = "", .location = "https://evil.example/", .retry_after = {}, .body = ""};
  for (const char* path : {"/directory", "/account", "/order", "/authz/0", "/finalize", "/order/1"})
    for (const Answer& lie : {empty, huge, elsewhere}) {
      authority_ = Authority();
      authority_.instead[path] = {lie};
      EXPECT_EQ(failed(), AcmeError::lying) << path;
    }
}

TEST_F(Orders, AreNotForOtherNames) {
  authority_.names = {"example.net"};
  EXPECT_EQ(failed(), AcmeError::lying);
}

TEST_F(Orders, DoNotWaitForEver) {
  authority_.slow = 1'000'000;
  EXPECT_EQ(failed(), AcmeError::slow);
}

TEST_F(Orders, WaitAsLongAsTheyAreToldWithinReason) {
  Answer processing{
      .status = 200, .nonce = "", .location = "", .retry_after = std::chrono::hours(24), .body = R"({
    "status": "processing", "identifiers": [{"type": "dns", "value": "example.org"}], "authorizations": [],
    "finalize": "https://ca.example/finalize"})"};
  authority_.instead["/order/1"] = {processing};
  const Outcome outcome = run();
  ASSERT_TRUE(outcome.chain);
  EXPECT_GE(outcome.paused, std::chrono::seconds(30));
  EXPECT_LE(outcome.paused, std::chrono::seconds(60));
}

TEST_F(Orders, NameAProfileThatIsOffered) {
  options_.profile = "shortlived";
  EXPECT_EQ(failed(), AcmeError::settings);
  authority_ = Authority();
  authority_.profiles = {{"shortlived", "six days"}};
  ASSERT_TRUE(run().chain);
  EXPECT_EQ(authority_.bodies[1]["profile"], "shortlived");
}

// RFC 9773 section 5.
TEST_F(Orders, NameWhatTheyReplaceWhereThatIsKnown) {
  options_.replaces = "aaa.bbb";
  ASSERT_TRUE(run().chain);
  EXPECT_FALSE(authority_.bodies[1].contains("replaces"));
  authority_ = Authority();
  authority_.renewal = true;
  authority_.instead["/order"] = {Authority::problem(409, "alreadyReplaced")};
  ASSERT_TRUE(run().chain);
  EXPECT_EQ(authority_.bodies[1]["replaces"], "aaa.bbb");
  EXPECT_FALSE(authority_.bodies[2].contains("replaces"));
}

// RFC 8555 section 7.3.4.
TEST_F(Orders, AreOfAnAccountThatTheAuthorityKnowsOtherwise) {
  authority_.external = true;
  EXPECT_EQ(failed(), AcmeError::settings) << "nothing to show";
  authority_ = Authority();
  authority_.external = true;
  options_.external_account = ExternalAccount{.key_id = "kid-1", .key = {1, 2, 3}};
  ASSERT_TRUE(run().chain);
  const std::string url = std::string(kBase) + "/account";
  EXPECT_EQ(authority_.bodies[0]["externalAccountBinding"],
            bind_account(account_, "kid-1", options_.external_account->key, url));
}

class Chains : public Orders {
 protected:
  Chains() {
    authority_.chain = issued_by("Root One");
    authority_.other_chains = {issued_by("Root Two"), issued_by("Root Three")};
  }

  std::string issued_by(const std::string& root) {
    Issuer issuer;
    issuer.name = root;
    issuer.since = kNow - std::chrono::hours(1);
    issuer.until = kNow + std::chrono::hours(1);
    return issuer.sign(certificate_request(account_, {"example.org"}));
  }
};

// RFC 8555 section 7.4.2.
TEST_F(Chains, AreTheAuthoritysOwnChoiceUnlessAskedFor) {
  EXPECT_EQ(run().chain, authority_.chain);
  EXPECT_EQ(authority_.asked.back(), "POST /cert");
}

TEST_F(Chains, AreTheOnesThatEndWhereTheyShould) {
  options_.chain = "Root One";
  EXPECT_EQ(run().chain, authority_.chain);
  options_.chain = "Root Three";
  const Outcome outcome = run();
  EXPECT_EQ(outcome.chain, authority_.other_chains[1]);
  EXPECT_TRUE(outcome.as_wanted);
  EXPECT_TRUE(authority_.bodies.back().is_null()) << "POST-as-GET has an empty payload";
}

TEST_F(Chains, AreTheAuthoritysOwnChoiceWhereNoneEndsThere) {
  options_.chain = "Root Four";
  for (const bool broken : {false, true}) {
    if (broken) authority_.instead["/chain/0"] = {Authority::problem(500, "serverInternal")};
    const Outcome outcome = run();
    EXPECT_EQ(outcome.chain, authority_.chain);
    EXPECT_FALSE(outcome.as_wanted);
  }
}

TEST_F(Chains, ThatNoCertificatesAreArePassedOver) {
  options_.chain = "Root Three";
  authority_.other_chains[0] = "nonsense";
  EXPECT_EQ(run().chain, authority_.other_chains[1]);
}

TEST_F(Orders, AreNotMadeForWhatNoAuthorityGives) {
  options_.names = {"*.example.org"};
  EXPECT_EQ(failed(), AcmeError::settings) << "a wildcard without dns-01";
  options_.names = {"example.org\",\"evil.org"};
  EXPECT_EQ(failed(), AcmeError::settings);
  options_.names = {};
  EXPECT_EQ(failed(), AcmeError::settings);
  options_.names = {"example.org"};
  options_.directory = "http://ca.example/directory";
  EXPECT_EQ(failed(), AcmeError::settings);
}

}  // namespace
}  // namespace rozaneh::front::acme
