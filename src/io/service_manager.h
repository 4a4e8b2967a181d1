// What a service tells whoever supervises it, by systemd's protocol (sd_notify(3)): datagrams to the Unix
// socket that $NOTIFY_SOCKET names.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "io/descriptor.h"
#include "io/inheritance.h"

namespace rozaneh::io {

class ServiceManager {
 public:
  // nullopt: nobody supervises us, or wants to know nothing.
  static std::optional<ServiceManager> from_environment();

  // Lines such as "READY=1", with descriptors for some of them.
  Result<> tell(std::string_view lines, std::span<const int> descriptors = {});

  // Leaves descriptors in the supervisor's store, from which the service gets them when it is started again
  // (FileDescriptorStoreMax=). Returns when the supervisor has taken what it takes: it does not say how many.
  Result<> store(const std::vector<Bequest>& bequests);
  // Takes all of that name out of the store.
  Result<> forget(std::string_view name);

 private:
  ServiceManager(Descriptor socket, std::string address)
      : socket_(std::move(socket)), address_(std::move(address)) {}
  Result<> wait_until_taken();

  Descriptor socket_;
  std::string address_;
};

}  // namespace rozaneh::io
