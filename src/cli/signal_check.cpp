#include "cli/signal_check.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <chrono>
#include <sstream>

#include "cli/exit_code.h"
#include "cli/give_up.h"
#include "front/names.h"
#include "io/deadline.h"
#include "io/dial.h"
#include "io/error.h"
#include "io/tls_client.h"
#include "io/tls_stream.h"
#include "wire/tls/client_hello.h"

namespace rozaneh::cli {
namespace {

constexpr std::uint16_t kHttps = 443;
constexpr int kFewDays = 7;
constexpr int kOldList = 180;  // days; Signal's names have changed about three times a year
// What a client offers that can check nothing but RSA (rsa_pss_rsae_sha256, rsa_pkcs1_sha256).
constexpr const char* kRsaAlone = "RSA-PSS+SHA256:RSA+SHA256";

// What stands in the outer certificate.
struct Outer {
  std::string key;     // "EC", "RSA"
  std::string issuer;  // its common name
  int length = 0;      // certificates that were sent
  int days_old = 0;
  int days_left = 0;
};

// From one time to another; null is now.
int days_between(const ASN1_TIME* from, const ASN1_TIME* to) {
  int days = 0;
  int seconds = 0;
  if (ASN1_TIME_diff(&days, &seconds, from, to) != 1) return 0;
  return seconds < 0 ? days - 1 : days;
}

std::string issuer_of(const X509* certificate) {
  std::array<char, 128> name{};
  const int size = X509_NAME_get_text_by_NID(X509_get_issuer_name(certificate), NID_commonName, name.data(),
                                             static_cast<int>(name.size()));
  std::string text(name.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  std::erase_if(text, [](char letter) { return letter < ' ' || letter > '~'; });
  return text;
}

Outer facts_of(SSL* ssl) {
  const X509* certificate = SSL_get0_peer_certificate(ssl);
  Outer outer;
  outer.days_old = days_between(X509_get0_notBefore(certificate), nullptr);
  outer.days_left = days_between(nullptr, X509_get0_notAfter(certificate));
  outer.issuer = issuer_of(certificate);
  if (const STACK_OF(X509)* sent = SSL_get_peer_cert_chain(ssl)) outer.length = sk_X509_num(sent);
  const EVP_PKEY* key = X509_get0_pubkey(certificate);
  outer.key = EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA ? "RSA" : "EC";
  return outer;
}

// How many days ago "2026-11-21" was; nullopt where there is no such date.
std::optional<long> days_since(const std::string& date) {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  char dash = 0;
  std::istringstream(date) >> year >> dash >> month >> dash >> day;
  const std::chrono::year_month_day then{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  if (!then.ok()) return std::nullopt;
  const auto today = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
  return (today - std::chrono::sys_days(then)).count();
}

using Context = std::unique_ptr<SSL_CTX, crypto::OpensslFree<&SSL_CTX_free>>;
using Bio = std::unique_ptr<BIO, crypto::OpensslFree<&BIO_free>>;
using Certificate = std::unique_ptr<X509, crypto::OpensslFree<&X509_free>>;

Result<> trust(SSL_CTX* context, const std::string& authorities) {
  const Bio text(
      crypto::must_have(BIO_new_mem_buf(authorities.data(), static_cast<int>(authorities.size()))));
  std::size_t count = 0;
  for (;; ++count) {
    const Certificate one(PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr));
    if (!one) break;
    crypto::must(X509_STORE_add_cert(SSL_CTX_get_cert_store(context), one.get()));
  }
  if (count == 0) return std::unexpected(io::tls_failure("the authorities"));
  return {};
}

// The outer TLS as Signal's apps have it: TLS 1.2 or newer, no ALPN, the certificate checked.
Result<Context> outer_context(const std::string& authorities) {
  Context context(crypto::must_have(SSL_CTX_new(TLS_client_method())));
  crypto::must(static_cast<int>(SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION)));
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  if (authorities.empty()) {
    if (SSL_CTX_set_default_verify_paths(context.get()) == 1) return context;
    return std::unexpected(io::tls_failure("the system's authorities"));
  }
  if (const auto trusted = trust(context.get(), authorities); !trusted)
    return std::unexpected(trusted.error());
  return context;
}

class Check {
 public:
  Check(SignalCheckSettings settings, Console& console)
      : settings_(std::move(settings)), console_(console), loop_(console) {}

  Result<> prepare() {
    std::string text = settings_.host;
    if (const auto hash = text.rfind('#'); hash != std::string::npos)
      text.erase(0, hash + 1);  // a whole link
    const auto target =
        text.find(':') == std::string::npos ? Target::from_host(text, kHttps) : Target::parse(text);
    if (!target) return fail(SettingsError::value, fmt::format("'{}' is no host name", settings_.host));
    host_ = tls::normal_server_name(target->host_text());
    at_ = *target;
    if (!settings_.connect.empty()) {
      const auto other = Target::parse(settings_.connect);
      if (!other) return fail(SettingsError::value, "--connect takes ADDRESS:PORT");
      at_ = *other;
    }
    if (auto listed = load_names(); !listed) return listed;
    return make_clients();
  }

  // Whether all is well.
  bool run() {
    loop_.spawn(check_all());
    loop_.run();
    tell();
    return reached_ && missing_.empty();
  }

 private:
  Result<> load_names() {
    if (settings_.names.empty()) {
      names_ = front::NameList::built_in();
      return {};
    }
    const auto text = io::read_file(settings_.names, front::NameList::kLargest);
    if (!text) return std::unexpected(text.error());
    auto list = front::NameList::parse(text_of(*text), settings_.names);
    if (!list) return std::unexpected(list.error());
    names_ = std::move(*list);
    return {};
  }

  Result<> make_clients() {
    std::string authorities;
    if (!settings_.ca.empty()) {
      const auto pem = io::read_file(settings_.ca);
      if (!pem) return std::unexpected(pem.error());
      authorities = text_of(*pem);
    }
    auto outside = outer_context(authorities);
    if (!outside) return std::unexpected(outside.error());
    outside_ = std::move(*outside);
    io::TlsClient::Options any;  // Signal's own authority is pinned in its apps
    any.verify = false;
    any.alpn = {"h2", "http/1.1"};
    any.hello = io::TlsClient::Hello::openssl;
    auto inside = io::TlsClient::make(any);
    if (!inside) return std::unexpected(inside.error());
    inside_.emplace(std::move(*inside));
    return {};
  }

  io::Task<> check_all() {
    auto first = co_await open_outer();
    if (!first) {
      console_.event("outer", fmt::format("{}: {}", host_, first.error().message()),
                     {{"host", host_}, {"reached", false}, {"error", first.error().message()}});
      co_return;
    }
    reached_ = true;
    const Outer outer = facts_of((*first)->ssl());
    say_outer(outer);
    first = fail(io::IoError::aborted);
    if (outer.key != "RSA") co_await look_for_rsa();
    for (const auto& [name, entry] : names_.entries()) {
      if (name.starts_with('*')) continue;
      const auto answered = co_await check_name(name);
      say_name(name, entry.retired, answered);
    }
  }

  void say_outer(const Outer& outer) {
    console_.event(
        "outer",
        fmt::format(
            "{} is reached; its {} certificate (by {}, a chain of {}) is {} days old and good for {} more.",
            host_, outer.key, outer.issuer, outer.length, outer.days_old, outer.days_left),
        {{"host", host_},
         {"reached", true},
         {"key", outer.key},
         {"issuer", outer.issuer},
         {"chain", outer.length},
         {"days_old", outer.days_old},
         {"days_left", outer.days_left}});
    if (outer.days_left < kFewDays) console_.warn("the certificate should have been renewed by now");
  }

  // The second chain, for apps that cannot check P-384 (libsignal before 0.86.11, January 2026).
  io::Task<> look_for_rsa() {
    const auto second = co_await open_outer(kRsaAlone);
    const Outer outer = second ? facts_of((*second)->ssl()) : Outer();
    const std::string sentence =
        second ? fmt::format("  its RSA chain, for older apps, is good for {} more days", outer.days_left)
               : "  it has no RSA chain: apps of before January 2026 may refuse it";
    console_.event("rsa", sentence, {{"answered", second.has_value()}, {"days_left", outer.days_left}});
    if (second && outer.days_left < kFewDays)
      console_.warn("the RSA certificate should have been renewed by now");
  }

  void say_name(const std::string& name, bool retired, const Result<>& answered) {
    const std::string_view what = answered ? "answers" : retired ? "is gone (retired)" : "does not answer";
    console_.event("name", fmt::format("  {} {}", name, what),
                   {{"name", name},
                    {"retired", retired},
                    {"answered", answered.has_value()},
                    {"error", answered ? "" : answered.error().message()}});
    if (!answered && !retired) missing_.push_back(name);
  }

  // `signatures` are the only ones that are offered, where there are any.
  io::Task<Result<std::unique_ptr<io::TlsStream>>> open_outer(const char* signatures = nullptr) {
    io::TcpDialer::Options options;
    options.time_limit = std::chrono::seconds(settings_.limit);
    io::TcpDialer dialer(loop_, options);
    auto raw = co_await dialer.dial(at_);
    if (!raw) co_return std::unexpected(raw.error());
    const io::Deadline limit(loop_, options.time_limit, **raw);
    io::TlsStream::Ssl ssl(crypto::must_have(SSL_new(outside_.get())));
    SSL_set_connect_state(ssl.get());
    crypto::must(static_cast<int>(SSL_set_tlsext_host_name(ssl.get(), host_.c_str())));
    crypto::must(SSL_set1_host(ssl.get(), host_.c_str()));
    if (signatures != nullptr) crypto::must(static_cast<int>(SSL_set1_sigalgs_list(ssl.get(), signatures)));
    auto outer = std::make_unique<io::TlsStream>(loop_, std::move(*raw), std::move(ssl));
    const auto done = co_await outer->shake_hands();
    if (!done) co_return std::unexpected(done.error());
    co_return outer;
  }

  // By the hello of a TLS client inside, as the app would.
  io::Task<Result<>> check_name(std::string name) {
    auto outer = co_await open_outer();
    if (!outer) co_return std::unexpected(outer.error());
    const io::Deadline limit(loop_, std::chrono::seconds(settings_.limit), **outer);
    const auto inner = co_await inside_->connect(loop_, std::move(*outer), name);
    if (!inner) co_return std::unexpected(inner.error());
    co_return Result<>();
  }

  void tell() {
    const std::size_t count = missing_.size();
    const auto age = days_since(names_.issued());
    std::string sentence = "It works.";
    if (age)
      sentence = fmt::format("It works. This program's list of names is that of {}, {} days old.",
                             names_.issued(), *age);
    if (count > 0)
      sentence = fmt::format("{} of the names do not answer: is the server's list outdated?", count);
    if (!reached_) sentence = "It does not work: nobody gets through.";
    nlohmann::json facts = {
        {"works", reached_ && count == 0}, {"missing", missing_}, {"list", names_.issued()}};
    if (age) facts["list_days_old"] = *age;
    console_.event("checked", sentence, facts);
    if (age && *age > kOldList)
      console_.warn("that is long ago: look for a newer version, or check with --names");
  }

  SignalCheckSettings settings_;
  Console& console_;
  std::string host_;
  Target at_;
  front::NameList names_;
  Context outside_;
  std::optional<io::TlsClient> inside_;
  bool reached_ = false;
  std::vector<std::string> missing_;
  io::Loop loop_;
};

}  // namespace

void declare(CLI::App& app, SignalCheckSettings& settings) {
  app.add_option("host", settings.host, "The host in the link, or the whole link")->required();
  app.add_option("--connect", settings.connect, "Connect here, and not where the host's name leads")
      ->type_name("ADDRESS:PORT");
  app.add_option("--ca", settings.ca, "Trust these authorities in place of the system's")
      ->type_name("FILE.pem");
  app.add_option("--names", settings.names, "Check these names in place of Signal's")->type_name("FILE.toml");
  app.add_option("--limit", settings.limit, "Seconds for each step")
      ->check(CLI::Range(1, 600))
      ->capture_default_str();
  app.add_flag("--json", settings.json, "One JSON object a line, for programs");
}

int run_signal_check(const SignalCheckSettings& settings) {
  Console console;
  console.configure({.level = Log::Level::info, .json = settings.json, .addresses = false});
  Check check(settings, console);
  const auto ready = check.prepare();
  if (!ready) return give_up(console, ready.error());
  return check.run() ? kOk : kNoWay;
}

}  // namespace rozaneh::cli
