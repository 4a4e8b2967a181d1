// What a session's `via` says: the transport that carries it, and what of the arguments is that transport's.
#pragma once

#include "io/state.h"
#include "transport/catalog.h"

namespace rozaneh::pt {

inline constexpr std::string_view kSessionTransport = "rozaneh";
inline constexpr std::string_view kVia = "via";
inline constexpr std::string_view kTunnel = "tunnel";
inline constexpr std::string_view kUser = "user";    // of a client
inline constexpr std::string_view kUsers = "users";  // of a bridge: its file of them

struct SessionCarrier {
  const transport::Transport* transport = nullptr;
  Arguments arguments;  // without those above
};

// Fails with SetupError::arguments where `via` is missing or names no transport that can carry.
Result<SessionCarrier> session_carrier(const transport::Catalog& carriers, const Arguments& arguments);

// The records of a carrying transport: under names of their own, and without the file of the bridge line that
// it would have by itself, which nobody could use.
class CarrierState final : public io::State {
 public:
  // `all` outlives it.
  explicit CarrierState(io::State& all) : all_(all) {}

  Result<std::optional<Buffer>> read(const std::string& name) override { return all_.read(own(name)); }
  Result<> write(const std::string& name, Bytes content) override;
  Result<> append(const std::string& name, Bytes more) override { return all_.append(own(name), more); }

 private:
  static std::string own(const std::string& name);

  io::State& all_;
};

}  // namespace rozaneh::pt
