// An authority of the tests' own, in memory: honest, unless a test replaces one of its answers.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>

#include "base/encoding.h"
#include "front/acme/exchange.h"
#include "front/certificates/make.h"

namespace rozaneh::front::acme {

inline constexpr Time kNow{std::chrono::seconds(1'800'000'000)};
inline constexpr const char* kBase = "https://ca.example";

class Authority final : public Exchange {
 public:
  using Json = nlohmann::json;

  // What it says at a path; tests put others in its place.
  std::map<std::string, std::vector<Answer>> instead;
  std::vector<std::string> asked;     // "POST /order"
  std::vector<Json> headers, bodies;  // of the signed ones
  std::vector<std::string> names{"example.org"};
  Json profiles;
  bool renewal = false;
  bool external = false;                       // takes only accounts that it was told of
  std::vector<std::string> other_chains;       // beside `chain`
  std::pair<std::string, std::string> window;  // of renewal, as it is written
  unsigned slow = 1;                           // answers "pending" so often
  std::string challenge = "http-01";
  std::string chain = "-----BEGIN CERTIFICATE-----\n";
  // Makes the chain out of the request's DER; or it stays what it is.
  std::function<std::string(Bytes)> issue;

  Result<Answer> send(const Ask& ask, const std::stop_token& /*stop*/) override { return answer(ask); }

  Answer answer(const Ask& ask) {
    const std::string path = ask.url.substr(std::string_view(kBase).size());
    asked.push_back((ask.method == Ask::Method::post   ? "POST "
                     : ask.method == Ask::Method::head ? "HEAD "
                                                       : "GET ") +
                    path);
    if (ask.method == Ask::Method::post) note(ask.body);
    Answer made = ordinary(path);
    if (auto& others = instead[path]; !others.empty()) {
      made = others.front();
      others.erase(others.begin());
    }
    if (ask.method != Ask::Method::get && made.nonce.empty())
      made.nonce = "nonce" + std::to_string(++nonces_);
    return made;
  }

  static Answer problem(int status, const std::string& kind) {
    Answer made;
    made.status = status;
    made.body = Json{{"type", "urn:ietf:params:acme:error:" + kind}, {"detail", "says the test"}}.dump();
    return made;
  }

 private:
  void note(const std::string& body) {
    const Json signed_text = Json::parse(body);
    const auto part = [&](const char* name) {
      return std::string(text_of(*decode_base64url(signed_text[name].get<std::string>())));
    };
    headers.push_back(Json::parse(part("protected")));
    const std::string payload = part("payload");
    bodies.push_back(payload.empty() ? Json() : Json::parse(payload));
  }

  static std::string url(const std::string& path) { return kBase + path; }

  Answer say(int status, const Json& body, const std::string& location = "") {
    return {.status = status, .nonce = "", .location = location, .retry_after = {}, .body = body.dump()};
  }

  Json order(const char* status) const {
    Json made = {{"status", status}, {"finalize", url("/finalize")}};
    for (std::size_t i = 0; i < names.size(); ++i) {
      made["identifiers"].push_back({{"type", "dns"}, {"value", names[i]}});
      made["authorizations"].push_back(url("/authz/" + std::to_string(i)));
    }
    if (std::string_view(status) == "valid") made["certificate"] = url("/cert");
    return made;
  }

  Json authorization(std::size_t index) {
    const bool proven = looks_[index]++ > slow;
    const bool wildcard = names[index].starts_with("*.");
    return {{"status", proven ? "valid" : "pending"},
            {"identifier", {{"type", "dns"}, {"value", wildcard ? names[index].substr(2) : names[index]}}},
            {"wildcard", wildcard},
            {"challenges",
             {{{"type", challenge},
               {"status", "pending"},
               {"url", url("/challenge/" + std::to_string(index))},
               {"token", "token-token-token-token-" + std::to_string(index)}}}}};
  }

  Answer ordinary(const std::string& path) {
    if (path == "/directory") {
      Json made = {{"newNonce", url("/nonce")}, {"newAccount", url("/account")}, {"newOrder", url("/order")}};
      if (renewal) made["renewalInfo"] = url("/renewal");
      if (!profiles.is_null()) made["meta"]["profiles"] = profiles;
      if (external) made["meta"]["externalAccountRequired"] = true;
      return say(200, made);
    }
    if (path == "/account") return say(201, {{"status", "valid"}}, url("/account/7"));
    if (path == "/order") {
      looks_.clear();
      orders_ = 0;
      return say(201, order("pending"), url("/order/1"));
    }
    if (path == "/finalize") {
      if (issue) chain = issue(*decode_base64url(bodies.back()["csr"].get<std::string>()));
      return say(200, order("processing"));
    }
    if (path == "/order/1") return say(200, order(orders_++ < slow ? "processing" : "valid"));
    if (path.starts_with("/authz/")) return say(200, authorization(std::stoul(path.substr(7))));
    if (path.starts_with("/renewal/"))
      return say(200, {{"suggestedWindow", {{"start", window.first}, {"end", window.second}}}});
    if (path == "/cert") {
      Answer made{.status = 200, .nonce = "", .location = "", .retry_after = {}, .body = chain};
      for (std::size_t i = 0; i < other_chains.size(); ++i)
        made.alternates.push_back(url("/chain/" + std::to_string(i)));
      return made;
    }
    if (path.starts_with("/chain/"))
      return {.status = 200,
              .nonce = "",
              .location = "",
              .retry_after = {},
              .body = other_chains[std::stoul(path.substr(7))]};
    return say(200, Json::object());
  }

  unsigned nonces_ = 0, orders_ = 0;
  std::map<std::size_t, unsigned> looks_;
};

}  // namespace rozaneh::front::acme
