// The files that ScrambleSuit reads at its start.
#include "base/log.h"
#include "fuzz/handshake.h"
#include "transport/scramblesuit/identity.h"
#include "transport/scramblesuit/ticket_store.h"

namespace {

class NoLog final : public rozaneh::Log {
 public:
  [[nodiscard]] bool enabled(Level /*level*/) const override { return false; }
  void write(Level /*level*/, std::string_view /*line*/) override {}
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace rozaneh;
  using namespace rozaneh::scramblesuit;
  const Bytes input(bytes, size);
  if (const auto identity = ServerIdentity::from_json(text_of(input)))
    fuzz::require(ServerIdentity::from_json(identity->to_json())->to_json() == identity->to_json());
  NoLog log;
  io::MemoryState state;
  (void)state.write("scramblesuit_tickets.json", input);
  TicketStore store(state, log, std::make_shared<std::mutex>());
  const Time now{std::chrono::seconds(1378767686)};
  store.put("192.0.2.2:443", {}, now);
  (void)store.take("192.0.2.1:443", now);
  fuzz::require(store.take("192.0.2.2:443", now).has_value());
  return 0;
}
