// All that an authority says, as each kind of document: what is read can be shown and asked for.
#include "front/acme/documents.h"

#include <algorithm>

#include "fuzz/handshake.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace rozaneh;
  using namespace rozaneh::front::acme;
  const std::string_view text = text_of(Bytes(bytes, size));
  const auto printable = [](const std::string& shown) {
    return std::ranges::all_of(shown, [](char c) { return c >= ' ' && c <= '~'; });
  };
  fuzz::require(printable(parse_problem(text).text()));
  if (const auto directory = parse_directory(text)) {
    fuzz::require(is_followed(directory->new_order) && is_followed(directory->new_nonce));
    for (const auto& [name, what] : directory->profiles) fuzz::require(printable(name) && printable(what));
  }
  if (const auto order = parse_order(text)) {
    fuzz::require(std::ranges::all_of(order->names, is_name));
    fuzz::require(std::ranges::all_of(order->authorizations, is_followed) && is_followed(order->finalize));
  }
  if (const auto authorization = parse_authorization(text)) {
    fuzz::require(is_name(authorization->name));
    for (const ChallengeDocument& challenge : authorization->challenges)
      fuzz::require(printable(challenge.token));
  }
  if (const auto window = parse_renewal_info(text)) fuzz::require(window->start < window->end);
  const Time now(std::chrono::seconds(1'800'000'000));
  if (const auto pause = parse_retry_after(text, now)) fuzz::require(pause->count() >= 0);
  (void)parse_timestamp(text);
  return 0;
}
