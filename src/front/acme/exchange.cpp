#include "front/acme/exchange.h"

#include <curl/curl.h>

#include <array>
#include <mutex>

#include "crypto/openssl.h"

namespace rozaneh::front::acme {
namespace {

using List = std::unique_ptr<curl_slist, crypto::OpensslFree<&curl_slist_free_all>>;

constexpr long kConnectLimit = 20;  // seconds

void prepare_curl() {
  static std::once_flag once;
  std::call_once(once, [] { crypto::must(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? 1 : 0); });
}

// Of one answer, while it comes.
struct Incoming {
  Answer answer;
  std::string retry_after;
  std::size_t largest = kLargestAnswer;
  bool too_large = false;
  std::stop_token stop;
};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.back() == '\r' || text.back() == '\n' || text.back() == ' '))
    text.remove_suffix(1);
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  return text;
}

bool same_name(std::string_view one, std::string_view lower_case) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::ranges::equal(one, lower_case, {}, lower);
}

std::size_t on_header(char* data, std::size_t one, std::size_t count, void* incoming) {
  auto& to = *static_cast<Incoming*>(incoming);
  const std::string_view line(data, one * count);
  if (line.starts_with("HTTP/")) {  // of an interim answer (100) there is nothing to keep
    to.answer = {};
    to.retry_after.clear();
  }
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return line.size();
  const std::string value(trimmed(line.substr(colon + 1)));
  const std::string_view name = line.substr(0, colon);
  if (same_name(name, "replay-nonce")) to.answer.nonce = value;
  if (same_name(name, "location")) to.answer.location = value;
  if (same_name(name, "retry-after")) to.retry_after = value;
  if (same_name(name, "link"))
    for (std::string& url : parse_alternates(value)) to.answer.alternates.push_back(std::move(url));
  return line.size();
}

std::size_t on_body(char* data, std::size_t one, std::size_t count, void* incoming) {
  auto& to = *static_cast<Incoming*>(incoming);
  to.too_large = to.answer.body.size() + one * count > to.largest;
  if (to.too_large) return 0;
  to.answer.body.append(data, one * count);
  return one * count;
}

int on_progress(void* incoming, curl_off_t /*all*/, curl_off_t /*now*/, curl_off_t /*up*/,
                curl_off_t /*sent*/) {
  return static_cast<Incoming*>(incoming)->stop.stop_requested() ? 1 : 0;
}

}  // namespace

struct HttpExchange::Curl {
  std::unique_ptr<CURL, crypto::OpensslFree<&curl_easy_cleanup>> handle;
};

HttpExchange::HttpExchange(Options options) : options_(std::move(options)) {
  prepare_curl();
  curl_ = std::make_unique<Curl>();
  curl_->handle.reset(crypto::must_have(curl_easy_init()));
}

HttpExchange::~HttpExchange() = default;

Result<Answer> HttpExchange::send(const Ask& ask, const std::stop_token& stop) {
  auto answer = fetch(ask, stop);
  if (answer) return std::move(*answer);
  Trouble& trouble = answer.error();
  switch (trouble.kind) {
    case Trouble::Kind::stopped:
      return fail(AcmeError::stopped);
    case Trouble::Kind::too_large:
      return fail(AcmeError::lying, std::move(trouble.reason));
    case Trouble::Kind::unreachable:
      break;
  }
  return fail(AcmeError::unreachable, std::move(trouble.reason));
}

std::expected<Answer, HttpExchange::Trouble> HttpExchange::fetch(const Ask& ask,
                                                                 const std::stop_token& stop) {
  using Kind = Trouble::Kind;
  Incoming incoming{.answer = {}, .retry_after = "", .largest = options_.largest, .stop = stop};
  std::array<char, CURL_ERROR_SIZE> reason{};
  CURL* curl = curl_->handle.get();
  curl_easy_reset(curl);  // keeps the connection
  List headers;
  const auto set = [curl](CURLoption option, auto value) { curl_easy_setopt(curl, option, value); };
  set(CURLOPT_URL, ask.url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(CURLOPT_USERAGENT, options_.user_agent.c_str());
  set(CURLOPT_CONNECTTIMEOUT, kConnectLimit);
  set(CURLOPT_TIMEOUT, static_cast<long>(options_.limit.count()));
  set(CURLOPT_ERRORBUFFER, reason.data());
  set(CURLOPT_HEADERFUNCTION, &on_header);
  set(CURLOPT_HEADERDATA, &incoming);
  set(CURLOPT_WRITEFUNCTION, &on_body);
  set(CURLOPT_WRITEDATA, &incoming);
  set(CURLOPT_NOPROGRESS, 0L);
  set(CURLOPT_XFERINFOFUNCTION, &on_progress);
  set(CURLOPT_XFERINFODATA, &incoming);
  if (!options_.authorities.empty()) set(CURLOPT_CAINFO, options_.authorities.c_str());
  if (ask.method == Ask::Method::head) set(CURLOPT_NOBODY, 1L);
  if (ask.method == Ask::Method::post) {
    headers.reset(curl_slist_append(nullptr, "Content-Type: application/jose+json"));
    set(CURLOPT_HTTPHEADER, headers.get());
    set(CURLOPT_POSTFIELDSIZE, static_cast<long>(ask.body.size()));
    set(CURLOPT_POSTFIELDS, ask.body.c_str());
  }
  const CURLcode code = curl_easy_perform(curl);
  if (stop.stop_requested()) return std::unexpected(Trouble{Kind::stopped, ""});
  if (incoming.too_large) return std::unexpected(Trouble{Kind::too_large, "it is too large"});
  if (code != CURLE_OK)
    return std::unexpected(
        Trouble{Kind::unreachable, reason[0] != '\0' ? reason.data() : curl_easy_strerror(code)});
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  incoming.answer.status = static_cast<int>(status);
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  incoming.answer.retry_after = parse_retry_after(incoming.retry_after, now);
  return std::move(incoming.answer);
}

}  // namespace rozaneh::front::acme
