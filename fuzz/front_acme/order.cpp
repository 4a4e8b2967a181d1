// A whole order against an authority that says anything at all: it comes to an end, and proves no other name.
//
// The input is its answers, apart by a line "---"; the first letter of each says what status it has.
#include "front/acme/order.h"

#include "fuzz/handshake.h"

namespace {

using namespace rozaneh;
using namespace rozaneh::front::acme;

constexpr std::string_view kBetween = "\n---\n";

Answer next_answer(std::string_view& input) {
  const auto end = std::min(input.find(kBetween), input.size());
  const std::string_view text = input.substr(0, end);
  input.remove_prefix(std::min(end + kBetween.size(), input.size()));
  Answer answer{
      .status = 200, .nonce = "n", .location = "https://ca.example/1", .retry_after = {}, .body = ""};
  if (text.empty()) return answer;
  switch (text.front()) {
    case 'r':
      answer.status = 400;
      break;
    case 'l':
      answer.status = 429;
      break;
    case 'b':
      answer.status = 503;
      break;
    case 'e':
      answer.status = 302;
      break;
    case 'n':
      answer.nonce.clear();
      break;
    case 'm':
      answer.location = text;
      break;
    default:
      break;
  }
  answer.alternates = parse_alternates(text);
  answer.body = text.substr(1);
  return answer;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const front::Key account = front::make_key(front::KeyKind::ec);
  std::string_view input = text_of(Bytes(bytes, size));
  auto order = Order::make({.directory = "https://ca.example/directory",
                            .names = {"example.org", "www.example.org"},
                            .challenge = ChallengeKind::http01,
                            .contact = "",
                            .profile = "",
                            .replaces = "a.b",
                            .chain = "a root"},
                           account, Buffer{1});
  auto step = order->begin();
  for (unsigned steps = 0; step && !std::holds_alternative<Done>(*step); ++steps) {
    fuzz::require(steps < 2000);
    if (const auto* ask = std::get_if<Ask>(&*step)) {
      fuzz::require(is_followed(ask->url));
      step = order->answered(next_answer(input));
    } else if (std::holds_alternative<Pause>(*step)) {
      step = order->paused();
    } else {
      for (const Proof& proof : std::get<Present>(*step).proofs)
        fuzz::require(proof.name == "example.org" || proof.name == "www.example.org");
      step = order->presented();
    }
  }
  return 0;
}
