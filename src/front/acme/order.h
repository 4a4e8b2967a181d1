// The way to one certificate (RFC 8555 section 7): what to ask next, as a pure machine.
//
//     directory -> nonce -> account -> order -> each authorization -> (proofs put in place) -> each challenge
//       -> each authorization until valid -> finalize -> order until valid -> certificate
//
// Give it each answer and do what it says next. The account is asked for again each time (the same key gets
// the same account), so nothing but the account's key has to be kept between two orders, and one that was
// interrupted is simply begun anew: authorities hand out what is still valid of it.
#pragma once

#include <map>
#include <set>
#include <variant>

#include "base/bytes.h"
#include "front/acme/documents.h"
#include "front/certificates/key.h"

namespace rozaneh::front::acme {

enum class ChallengeKind { http01, tls_alpn01, dns01 };

// "http-01", "tls-alpn-01", "dns-01"
std::string_view name_of(ChallengeKind kind);
std::optional<ChallengeKind> parse_challenge_kind(std::string_view text);

// A request to send as it stands.
struct Ask {
  enum class Method { get, head, post };  // a post is of type application/jose+json
  Method method = Method::get;
  std::string url;
  std::string body;
};

struct Answer {
  int status = 0;
  std::string nonce;     // Replay-Nonce
  std::string location;  // Location
  std::optional<std::chrono::seconds> retry_after;
  std::string body;                       // at most kLargestAnswer
  std::vector<std::string> alternates{};  // Link with rel="alternate": other chains
};

// What an authority looks for at one name.
struct Proof {
  ChallengeKind kind = ChallengeKind::http01;
  std::string name;  // without "*."
  std::string token;
  std::string key_authorization;  // RFC 8555 section 8.1: the token, a dot and the key's thumbprint
  // Section 8.4: the TXT record's value at "_acme-challenge." and the name.
  [[nodiscard]] std::string dns_value() const;
};

struct Present {
  std::vector<Proof> proofs;
};
struct Pause {
  std::chrono::seconds span{};
};
struct Done {
  std::string chain;  // PEM, as it came: not checked
  bool as_wanted =
      true;  // false: none of the chains ends where Options::chain says; it is the authority's choice
};
using Step = std::variant<Ask, Present, Pause, Done>;

// What an authority has given an operator of whom it knows otherwise (RFC 8555 section 7.3.4).
struct ExternalAccount {
  std::string key_id;
  Buffer key;  // for HMAC-SHA256; a secret
};

class Order {
 public:
  struct Options {
    std::string directory;
    std::vector<std::string> names;
    ChallengeKind challenge = ChallengeKind::http01;
    std::string contact;   // an e-mail address, or empty
    std::string profile;   // or empty
    std::string replaces;  // RFC 9773 section 5, where the directory has renewalInfo; or empty
    std::string chain{};  // who shall have issued the last certificate of the chain, by common name; or empty
    std::optional<ExternalAccount> external_account{};
  };

  // `account` is on P-256 and outlives the order; `request` is the PKCS #10 in DER. Both are the caller's to
  // keep until the certificate is stored.
  static Result<Order> make(Options options, const Key& account, Buffer request);

  // Each is called when the step before has been done: once `begin`, then by the kind of the step.
  Result<Step> begin();
  Result<Step> answered(const Answer& answer);
  Result<Step> presented();
  Result<Step> paused();

  // How long the authority wants to be left alone, after a failure with AcmeError::limited.
  [[nodiscard]] std::optional<std::chrono::seconds> leave_alone() const { return leave_alone_; }

 private:
  enum class At { directory, account, order, authorization, challenge, proven, finalize, issued, chain };

  Order(Options options, const Key& account, Buffer request);

  Step post(At at, const std::string& url, std::string payload);
  Step sign();
  Step poll(At at, const std::string& url, std::optional<std::chrono::seconds> wanted);
  Result<Step> take_nonce(const Answer& answer);
  Result<Step> refused(const Answer& answer);
  Result<Step> on_directory(const Answer& answer);
  Result<Step> on_account(const Answer& answer);
  Result<Step> on_new_order(const Answer& answer);
  Result<Step> on_authorization(const Answer& answer);
  Result<Step> on_proven(const Answer& answer);
  Result<Step> on_order(const Answer& answer);
  Result<Step> on_chain(const Answer& answer);
  Result<Step> next_chain();
  Result<Step> next_authorization();
  Result<Step> next_challenge();
  Result<Step> next_proven();
  Result<Step> ask_order();
  Result<> check_names(const OrderDocument& order);
  Result<> choose(const std::string& url, const Authorization& authorization);

  Options options_;
  const Key& account_;
  Buffer request_;
  std::string thumbprint_;
  std::string account_url_;
  std::string nonce_;
  Directory directory_;

  At at_ = At::directory;
  bool wants_nonce_ = false;
  unsigned bad_nonces_ = 0;
  unsigned polls_ = 0;
  std::string url_, payload_;  // of the request that is under way
  std::string order_url_;
  OrderDocument order_;
  std::set<std::string> proven_names_;
  std::size_t index_ = 0;  // of the authorization or challenge in turn
  std::vector<Proof> proofs_;
  std::vector<std::string> challenge_urls_, waiting_;  // beside the proofs: their challenges, authorizations
  std::string first_chain_;                            // the authority's own choice
  std::vector<std::string> alternates_;
  std::optional<std::chrono::seconds> leave_alone_;
};

// Whether such an order can be made of any authority: names, wildcards with dns-01 only, an https directory.
Result<> check(const Order::Options& options);

}  // namespace rozaneh::front::acme
