#include "front/upstreams.h"

#include "io/error.h"

namespace rozaneh::front {
namespace {

constexpr std::size_t kMostAddresses = 8;

Failure kind_of(const Error& error) {
  if (error.is(io::IoError::refused) || error.is(io::IoError::reset)) return Failure::upstream_refused;
  return error.is(io::IoError::timed_out) ? Failure::upstream_silent : Failure::upstream_unreachable;
}

}  // namespace

io::Task<Result<std::vector<Endpoint>>> Upstreams::endpoints(io::Loop& loop, Target target) const {
  std::vector<Endpoint> found;
  if (const auto* address = std::get_if<IpAddress>(&target.host)) {
    found.push_back({*address, target.port});
    co_return found;
  }
  const std::string name = target.host_text();
  const auto addresses = co_await resolvers_.at(&loop)->resolve(name);
  if (!addresses) {
    const bool silent = addresses.error().is(io::IoError::timed_out);
    failures_.add(silent ? Failure::no_name_server : Failure::no_such_name, name);
    co_return std::unexpected(addresses.error());
  }
  for (const IpAddress& address : *addresses)
    if ((options_.allow_private || address.is_public()) && found.size() < kMostAddresses)
      found.push_back({address, target.port});
  if (found.empty()) {
    failures_.add(Failure::private_address, name);
    co_return fail(io::IoError::not_permitted, "the name leads into a private network");
  }
  co_return found;
}

io::Task<Result<io::StreamPtr>> Upstreams::open(io::Loop& loop, Target target) const {
  auto found = co_await endpoints(loop, target);
  if (!found) co_return std::unexpected(found.error());
  auto stream = co_await io::connect_first(loop, std::move(*found), options_.connect_limit);
  if (!stream) failures_.add(kind_of(stream.error()), target.to_string());
  co_return stream;
}

}  // namespace rozaneh::front
