#include "cli/hand_over.h"

#include "cli/settings.h"

namespace rozaneh::cli {
namespace {

// The names that descriptors have on their way: short, since those of all must fit one variable.
constexpr std::string_view kListener = "listen";
constexpr std::string_view kState = "state";
constexpr std::string_view kOutlet = "out";

constexpr std::size_t kMostBytes = std::size_t{1} << 30U;
constexpr std::size_t kMostSockets = 30'000;
constexpr std::chrono::seconds kStartLimit{10};

}  // namespace

// What goes over: the file, and everything by its name.
struct HandOver::Estate {
  io::MemoryFile file;
  std::vector<io::Bequest> bequests;
  tunnel::Handed handed;
};

HandOver::HandOver(Console& console, bool stores)
    : console_(console), stores_(stores), inherited_any_(!inherited_.empty()) {
  if (stores_ && !manager_)
    console_.warn("--hand-over: no service manager has started this program; at the end it drains");
}

void HandOver::give_listeners(io::Server& server) {
  std::vector<io::Descriptor> listeners;
  for (io::Inherited& each : inherited_)
    if (each.descriptor.is_open() && io::is_listening(each.descriptor.number()))
      listeners.push_back(std::move(each.descriptor));
  server.inherit(std::move(listeners));
}

void HandOver::give_sessions(SessionServer* sessions, Running& running) {
  running.server().close_inherited();
  io::Descriptor file;
  tunnel::Server::Sockets sockets;
  for (io::Inherited& each : inherited_) {
    if (!each.descriptor.is_open()) continue;
    if (each.name == kState) file = std::move(each.descriptor);
    if (each.name == kOutlet)
      sockets.emplace(io::socket_name(each.descriptor.number()), std::move(each.descriptor));
  }
  if (!file.is_open()) return;
  const auto refuse = [this](const Error& why) {
    console_.warn("the sessions that were handed over are lost: {}", why.message());
  };
  if (sessions == nullptr) return refuse(Error(SettingsError::value, "this bridge offers none"));
  const auto mapped = io::MappedFile::open(std::move(file));
  if (!mapped) return refuse(mapped.error());
  const auto resumed = sessions->server().resume(mapped->bytes(), running.loops(), sockets);
  if (!resumed) return refuse(resumed.error());
  console_.event("resumed",
                 fmt::format("Going on with {} sessions, {} streams and {} UDP flows; {} sessions are lost.",
                             resumed->sessions, resumed->streams, resumed->flows, resumed->lost),
                 {{"sessions", resumed->sessions},
                  {"streams", resumed->streams},
                  {"flows", resumed->flows},
                  {"lost", resumed->lost}});
}

void HandOver::ready() {
  bool in_place = false;
  for (const io::Inherited& each : inherited_) {
    if (each.name != io::kReadyName || !each.descriptor.is_open()) continue;
    io::tell_predecessor(each.descriptor);
    in_place = true;
  }
  inherited_.clear();
  // In place our predecessor speaks for us: until the manager knows us, it does not listen.
  if (!manager_ || in_place) return;
  // What the store keeps open would never end for its other side.
  if (inherited_any_)
    for (const std::string_view name : {kListener, kState, kOutlet}) (void)manager_->forget(name);
  (void)manager_->tell("READY=1");
}

Result<HandOver::Estate> HandOver::gather(SessionServer* sessions, Running& running) {
  auto file = io::MemoryFile::make("rozaneh sessions");
  if (!file) return std::unexpected(file.error());
  Estate estate{.file = std::move(*file), .bequests = {}, .handed = {}};
  if (sessions != nullptr) {
    auto handed = sessions->server().hand_over([&estate](Bytes bytes) { return estate.file.append(bytes); },
                                               kMostBytes, kMostSockets);
    if (!handed) return std::unexpected(handed.error());
    estate.handed = std::move(*handed);
    const auto sealed = estate.file.seal();
    if (!sealed) return std::unexpected(sealed.error());
    estate.bequests.push_back({kState, estate.file.descriptor()});
  }
  for (const int descriptor : running.server().descriptors())
    estate.bequests.push_back({kListener, descriptor});
  for (const int descriptor : estate.handed.sockets) estate.bequests.push_back({kOutlet, descriptor});
  return estate;
}

void HandOver::say(std::string_view where, const Estate& estate) {
  console_.event(
      "handed_over",
      fmt::format("Handed over to {}: {} sessions, {} streams and {} UDP flows; {} sessions are left out.",
                  where, estate.handed.sessions, estate.handed.streams, estate.handed.flows,
                  estate.handed.left_out),
      {{"to", where},
       {"sessions", estate.handed.sessions},
       {"streams", estate.handed.streams},
       {"flows", estate.handed.flows},
       {"left_out", estate.handed.left_out}});
}

bool HandOver::to_successor(SessionServer* sessions, Running& running) {
  bool over = false;
  running.loops().while_paused([&] {
    auto estate = gather(sessions, running);
    if (!estate) return console_.error("this program goes on: {}", estate.error().message());
    if (!invocation_)
      return console_.error("this program goes on: the system does not say how it was started");
    const auto process = io::start_successor(*invocation_, std::move(estate->bequests), kStartLimit);
    if (!process)
      return console_.error("the new program did not start, this one goes on: {}", process.error().message());
    if (manager_) (void)manager_->tell(fmt::format("MAINPID={}", *process));
    say(fmt::format("process {}", *process), *estate);
    over = true;
    running.loops().stop();
  });
  return over;
}

bool HandOver::to_store(SessionServer* sessions, Running& running) {
  if (!stores_ || !manager_) return false;
  bool over = false;
  running.loops().while_paused([&] {
    const auto estate = gather(sessions, running);
    const auto stored =
        estate ? manager_->store(estate->bequests) : Result<>(std::unexpected(estate.error()));
    if (!stored) return console_.error("the sessions cannot be handed over: {}", stored.error().message());
    say("the service manager", *estate);
    over = true;
    running.loops().stop();
  });
  return over;
}

}  // namespace rozaneh::cli
