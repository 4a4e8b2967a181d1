#include "io/resolver.h"

#include <ares.h>
#include <netdb.h>
#include <netinet/in.h>

#include <algorithm>
#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include "io/error.h"

namespace rozaneh::io {
namespace {

constexpr std::chrono::seconds kLeastTime{30};  // between two questions for a name that has addresses
constexpr std::chrono::seconds kMostTime{3600};
constexpr std::chrono::seconds kAfterFailure{5};
constexpr std::chrono::hours kStale{24};
constexpr std::size_t kMostNames = 4096;
constexpr int kTryMilliseconds = 1500;  // for one server; doubled at each further try
constexpr int kTries = 3;

void start_ares() {
  static const bool started = ares_library_init(ARES_LIB_INIT_ALL) == ARES_SUCCESS;
  (void)started;
}

std::optional<IpAddress> address_of(const sockaddr* address) {
  if (address->sa_family == AF_INET) {
    std::array<std::uint8_t, 4> bytes{};
    std::memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in*>(address)->sin_addr, bytes.size());
    return IpAddress(bytes);
  }
  if (address->sa_family != AF_INET6) return std::nullopt;
  std::array<std::uint8_t, 16> bytes{};
  std::memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr, bytes.size());
  return IpAddress(bytes);
}

std::vector<IpAddress> in_turn(const std::vector<IpAddress>& found) {
  std::vector<IpAddress> v6;
  std::vector<IpAddress> v4;
  for (const IpAddress& address : found) (address.is_v6() ? v6 : v4).push_back(address);
  std::vector<IpAddress> mixed;
  for (std::size_t i = 0; i < std::max(v6.size(), v4.size()); ++i) {
    if (i < v6.size()) mixed.push_back(v6[i]);
    if (i < v4.size()) mixed.push_back(v4[i]);
  }
  return mixed;
}

}  // namespace

// A socket of c-ares's, looked after as long as it says.
struct Resolver::Watch {
  Watch(const Executor& executor, int number) : descriptor(executor, number) {}
  asio::posix::basic_stream_descriptor<Executor> descriptor;
  bool reads = false, writes = false;           // what c-ares wants
  bool is_reading = false, is_writing = false;  // what we wait for
};

struct Resolver::Entry {
  explicit Entry(Loop& loop) : answered(loop) {}
  Event answered;
  bool under_way = false;
  std::vector<IpAddress> addresses;
  Error error{IoError::no_such_name};
  Clock::time_point good_until, usable_until;
};

struct Resolver::Question {
  std::shared_ptr<Entry> entry;

  static void answered(void* self, int status, int /*timeouts*/, ares_addrinfo* found) {
    const std::unique_ptr<Question> question(static_cast<Question*>(self));
    question->entry->under_way = false;
    if (status == ARES_SUCCESS) question->take(*found);
    if (status != ARES_SUCCESS) question->take_failure(status);
    if (found != nullptr) ares_freeaddrinfo(found);
    question->entry->answered.notify();
  }

  void take(const ares_addrinfo& found) const {
    std::vector<IpAddress> addresses;
    auto time = kMostTime;
    for (const ares_addrinfo_node* node = found.nodes; node != nullptr; node = node->ai_next) {
      if (const auto address = address_of(node->ai_addr)) addresses.push_back(*address);
      time = std::min(time, std::chrono::seconds(node->ai_ttl));
    }
    if (addresses.empty()) return take_failure(ARES_ENODATA);
    const auto now = Clock::now();
    entry->addresses = in_turn(addresses);
    entry->good_until = now + std::max(time, kLeastTime);
    entry->usable_until = entry->good_until + kStale;
  }

  void take_failure(int status) const {
    const auto now = Clock::now();
    const bool nobody_answers = status == ARES_ETIMEOUT || status == ARES_ECONNREFUSED ||
                                status == ARES_ESERVFAIL || status == ARES_EDESTRUCTION;
    entry->error = {nobody_answers ? IoError::timed_out : IoError::no_such_name,
                    std::string(nobody_answers ? "no name server: " : "").append(ares_strerror(status))};
    entry->good_until = now + kAfterFailure;
    // Who says that the name is gone is believed; who says nothing is not.
    if (!nobody_answers || now > entry->usable_until) entry->addresses.clear();
  }
};

Resolver::Resolver(Loop& loop) : loop_(loop), timer_(loop.executor()) {}

Result<std::unique_ptr<Resolver>> Resolver::make(Loop& loop, const Options& options) {
  start_ares();
  std::unique_ptr<Resolver> resolver(new Resolver(loop));
  ares_options with{};
  with.timeout = kTryMilliseconds;
  with.tries = kTries;
  with.sock_state_cb = [](void* self, int descriptor, int readable, int writable) {
    static_cast<Resolver*>(self)->watch(descriptor, readable != 0, writable != 0);
  };
  with.sock_state_cb_data = resolver.get();
  const int mask = ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB;
  if (const int status = ares_init_options(&resolver->channel_, &with, mask); status != ARES_SUCCESS)
    return fail(IoError::other, std::string("the resolver: ").append(ares_strerror(status)));
  if (!options.servers.empty() &&
      ares_set_servers_ports_csv(resolver->channel_, options.servers.c_str()) != ARES_SUCCESS)
    return fail(IoError::other, "the resolver: these are no name servers");
  return resolver;
}

Resolver::~Resolver() {
  if (channel_ != nullptr) ares_destroy(channel_);
}

Task<Result<std::vector<IpAddress>>> Resolver::resolve(std::string name) {
  if (const auto literal = IpAddress::parse(name)) co_return std::vector<IpAddress>{*literal};
  auto& place = entries_[name];
  if (!place) place = std::make_shared<Entry>(loop_);
  const std::shared_ptr<Entry> entry = place;
  if (!entry->under_way && Clock::now() >= entry->good_until) ask(name, entry);
  // What is old is good enough while the answer is under way.
  while (entry->under_way && entry->addresses.empty()) co_await entry->answered.wait();
  if (entry->addresses.empty()) {
    const Error error = entry->error;
    if (entries_.size() > kMostNames) entries_.erase(name);
    co_return std::unexpected(error);
  }
  co_return entry->addresses;
}

void Resolver::ask(const std::string& name, const std::shared_ptr<Entry>& entry) {
  entry->under_way = true;
  ++questions_;
  ares_addrinfo_hints hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_flags = ARES_AI_NOSORT;
  auto question = std::make_unique<Question>(Question{entry});
  // c-ares owns it until it answers, which may be at once.
  ares_getaddrinfo(channel_, name.c_str(), nullptr, &hints, &Question::answered, question.release());
  arm_timer();
}

// c-ares tells what it wants to wait for; it closes the descriptor itself, right after it wants nothing more.
void Resolver::watch(int descriptor, bool readable, bool writable) {
  auto& watch = watches_[descriptor];
  if (!readable && !writable) {
    if (watch) {
      watch->reads = watch->writes = false;
      (void)watch->descriptor.release();
    }
    watches_.erase(descriptor);
    return;
  }
  if (!watch) watch = std::make_shared<Watch>(loop_.executor(), descriptor);
  watch->reads = readable;
  watch->writes = writable;
  const std::shared_ptr<Watch> kept = watch;
  if (readable && !kept->is_reading) wait(kept, true);
  if (writable && !kept->is_writing) wait(kept, false);
}

void Resolver::wait(const std::shared_ptr<Watch>& watch, bool to_read) {
  using Descriptor = asio::posix::basic_stream_descriptor<Executor>;
  (to_read ? watch->is_reading : watch->is_writing) = true;
  watch->descriptor.async_wait(
      to_read ? Descriptor::wait_read : Descriptor::wait_write,
      [this, watch, to_read](const boost::system::error_code& error) {
        (to_read ? watch->is_reading : watch->is_writing) = false;
        // Let go of meanwhile, or the resolver itself is gone.
        if (error || !(to_read ? watch->reads : watch->writes)) return;
        const int number = watch->descriptor.native_handle();
        ares_process_fd(channel_, to_read ? number : ARES_SOCKET_BAD, to_read ? ARES_SOCKET_BAD : number);
        const bool more = to_read ? watch->reads && !watch->is_reading : watch->writes && !watch->is_writing;
        if (more) wait(watch, to_read);
        arm_timer();
      });
}

void Resolver::arm_timer() {
  timeval limit{};
  if (ares_timeout(channel_, nullptr, &limit) == nullptr) {
    timer_.cancel();
    return;
  }
  timer_.expires_after(std::chrono::seconds(limit.tv_sec) + std::chrono::microseconds(limit.tv_usec) +
                       std::chrono::milliseconds(1));
  timer_.async_wait([this](const boost::system::error_code& cancelled) {
    if (cancelled) return;
    ares_process_fd(channel_, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    arm_timer();
  });
}

}  // namespace rozaneh::io
