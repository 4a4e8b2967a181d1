// What a ScrambleSuit server and its clients may be sent before they know each other. Password and keys are
// those of the test vectors, which are the seeds.
#include "base/encoding.h"
#include "fuzz/handshake.h"
#include "tests/transport/scramblesuit/vectors.h"
#include "transport/scramblesuit/handshake.h"

namespace {

using namespace rozaneh;
using namespace rozaneh::scramblesuit;

template <std::size_t kSize>
Secret<kSize> secret_of(std::string_view hexadecimal) {
  const Buffer bytes = *decode_hex(hexadecimal);
  return Secret<kSize>(Bytes(bytes).first<kSize>());
}

crypto::UniformDh key_of(std::string_view private_key) {
  return crypto::UniformDh(secret_of<192>(private_key));
}

// Opens the tickets of the vectors, and has seen nothing before.
class Host final : public ServerHandshake::Host {
 public:
  std::optional<MasterKey> open(std::span<const std::uint8_t, kTicketSize> ticket) override {
    return key_.open(ticket, Time(std::chrono::seconds(382991 * 3600 + 86)));
  }
  crypto::UniformDh new_key() override { return key_of(vectors::kServerPrivate); }
  bool hello_replayed(Bytes /*mac*/) override { return false; }
  bool ticket_replayed(Bytes /*ticket*/) override { return false; }
  Buffer welcome(const SessionKeys& /*keys*/) override { return Buffer(40); }

 private:
  TicketKey key_{.cipher = secret_of<16>(vectors::kTicketCipherKey),
                 .mac = secret_of<32>(vectors::kTicketMacKey)};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const Password password = secret_of<kPasswordSize>(vectors::kPassword);
  static const crypto::UniformDh client_key = key_of(vectors::kClientPrivate);
  const Bytes input(bytes, size);
  Host host;
  fuzz::fuzz_handshake([&] { return ServerHandshake(password, 382991, Buffer(5), host); }, input,
                       kLargestHello);
  fuzz::fuzz_handshake([&] { return ClientKeyHandshake(password, client_key, 382991, Buffer(5)); }, input,
                       kLargestHello);
  return 0;
}
