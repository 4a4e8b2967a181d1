// The load of the comparison with peers: a sink, a source and a plain relay, on loopback and nothing else.
//
//     load sink
//         prints its port; serves orders until its standard input ends
//     load relay PORT
//         prints its port; carries bytes to PORT, the raw relay to compare with
//     load bulk WHERE up|down BYTES
//         carries BYTES in one connection; prints the seconds
//     load connections WHERE COUNT PARALLEL
//         opens, carries a byte each way, closes; prints the seconds
//     load idle WHERE COUNT
//         opens, carries a byte each way, prints "ready", waits for its standard input to end
//
// WHERE is a port (a direct connection), SOCKSPORT:PORT (by a SOCKS5 proxy), or
// SOCKSPORT:BRIDGEPORT:ARGUMENTS, a managed transport's client. An order is a letter and a number of 8 bytes:
// u (that many bytes come), d (send that many), e (echo one). Threads that block are all it takes: what the
// load itself costs is not counted.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace {

using Block = std::vector<char>;
constexpr std::size_t kBlock = 64 * 1024;

[[noreturn]] void die(const char* what) {
  std::perror(what);
  std::exit(1);
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

class Socket {
 public:
  explicit Socket(int descriptor) : descriptor_(descriptor) {
    const int on = 1;
    setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  Socket(Socket&& other) noexcept : descriptor_(other.descriptor_) { other.descriptor_ = -1; }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() {
    if (descriptor_ >= 0) close(descriptor_);
  }

  [[nodiscard]] int descriptor() const { return descriptor_; }

  // Bytes read, 0 at the end of the connection, however it ended.
  std::size_t some(char* into, std::size_t room) const {
    const ssize_t count = recv(descriptor_, into, room, 0);
    return count > 0 ? static_cast<std::size_t>(count) : 0;
  }
  bool all(char* into, std::size_t size) const {
    while (size > 0) {
      const std::size_t count = some(into, size);
      if (count == 0) return false;
      into += count;
      size -= count;
    }
    return true;
  }
  bool send_all(const char* from, std::size_t size) const {
    while (size > 0) {
      const ssize_t count = send(descriptor_, from, size, MSG_NOSIGNAL);
      if (count <= 0) return false;
      from += count;
      size -= static_cast<std::size_t>(count);
    }
    return true;
  }
  bool send_block(const Block& block, std::uint64_t size) const {
    for (; size > 0; size -= std::min<std::uint64_t>(size, block.size()))
      if (!send_all(block.data(), std::min<std::uint64_t>(size, block.size()))) return false;
    return true;
  }
  bool swallow(Block& block, std::uint64_t size) const {
    while (size > 0) {
      const std::size_t count = some(block.data(), std::min<std::uint64_t>(size, block.size()));
      if (count == 0) return false;
      size -= count;
    }
    return true;
  }

 private:
  int descriptor_;
};

Socket connect_to(std::uint16_t port) {
  Socket socket(::socket(AF_INET, SOCK_STREAM, 0));
  const sockaddr_in address = loopback(port);
  if (connect(socket.descriptor(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    die("connect");
  return socket;
}

// --- the far end --------------------------------------------------------------------------------------

struct Order {
  char kind;
  std::array<char, 8> number;
};

void serve(const Socket& socket) {
  Order order{};
  if (!socket.all(&order.kind, sizeof order.kind) || !socket.all(order.number.data(), order.number.size()))
    return;
  std::uint64_t count = 0;
  std::memcpy(&count, order.number.data(), sizeof count);
  const bool bulk = order.kind != 'e';
  Block block(bulk ? kBlock : 1, 'x');
  if (order.kind == 'd') socket.send_block(block, count);
  if (order.kind != 'd' && socket.swallow(block, bulk ? count : 1)) socket.send_all(block.data(), 1);
  while (socket.some(block.data(), block.size()) > 0) {
  }
}

void carry(const Socket& from, const Socket& to) {
  Block block(kBlock);
  for (;;) {
    const std::size_t count = from.some(block.data(), block.size());
    if (count == 0 || !to.send_all(block.data(), count)) break;
  }
  shutdown(to.descriptor(), SHUT_WR);
}

void relay(const Socket& near, std::uint16_t target) {
  const Socket far = connect_to(target);
  std::thread back([&] { carry(far, near); });
  carry(near, far);
  back.join();
}

template <class Serve>
int listen_and(Serve serve_one) {
  const Socket listener(socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  if (bind(listener.descriptor(), reinterpret_cast<sockaddr*>(&address), size) != 0) die("bind");
  if (listen(listener.descriptor(), 1024) != 0) die("listen");
  getsockname(listener.descriptor(), reinterpret_cast<sockaddr*>(&address), &size);
  std::printf("%u\n", ntohs(address.sin_port));
  std::fflush(stdout);
  std::thread([&] {
    for (;;) {
      const int accepted = accept(listener.descriptor(), nullptr, nullptr);
      if (accepted < 0) die("accept");
      std::thread([accepted, serve_one] { serve_one(Socket(accepted)); }).detach();
    }
  }).detach();
  while (std::getchar() != EOF) {
  }
  std::_Exit(0);
}

// --- the near end -------------------------------------------------------------------------------------

struct Where {
  std::uint16_t port = 0;
  std::uint16_t bridge = 0;  // 0: connect directly
  std::string arguments;
};

Where parse_where(const std::string& text) {
  Where where;
  const auto first = text.find(':');
  where.port = static_cast<std::uint16_t>(std::stoul(text));
  if (first == std::string::npos) return where;
  const auto second = text.find(':', first + 1);
  where.bridge = static_cast<std::uint16_t>(std::stoul(text.substr(first + 1)));
  if (second != std::string::npos) where.arguments = text.substr(second + 1);
  return where;
}

// RFC 1928 with RFC 1929; a managed transport takes its arguments from the user's name, and a password of one
// NUL byte where they fit into it; a plain proxy gets neither.
void ask(const Socket& socket, const Where& where) {
  const bool plain = where.arguments.empty();
  std::string out{"\x05\x01", 2};
  out += plain ? '\0' : '\2';
  std::array<char, 10> in{};
  if (!socket.send_all(out.data(), out.size()) || !socket.all(in.data(), 2)) die("SOCKS greeting");
  out = std::string{"\x01"} + static_cast<char>(where.arguments.size()) + where.arguments +
        std::string("\x01\0", 2);
  if (!plain && (!socket.send_all(out.data(), out.size()) || !socket.all(in.data(), 2)))
    die("SOCKS arguments");
  const sockaddr_in bridge = loopback(where.bridge);
  out = std::string("\x05\x01\x00\x01", 4);
  out.append(reinterpret_cast<const char*>(&bridge.sin_addr), 4);
  out.append(reinterpret_cast<const char*>(&bridge.sin_port), 2);
  if (!socket.send_all(out.data(), out.size()) || !socket.all(in.data(), in.size()) || in[1] != 0)
    die("SOCKS request");
}

Socket open(const Where& where) {
  Socket socket = connect_to(where.port);
  if (where.bridge != 0) ask(socket, where);
  return socket;
}

void order(const Socket& socket, char kind, std::uint64_t count) {
  std::array<char, 9> bytes{kind};
  std::memcpy(bytes.data() + 1, &count, sizeof count);
  if (!socket.send_all(bytes.data(), bytes.size())) die("order");
}

void echo(const Socket& socket) {
  char byte = 'x';
  order(socket, 'e', 1);
  if (!socket.send_all(&byte, 1) || !socket.all(&byte, 1)) die("echo");
}

class Stopwatch {
 public:
  ~Stopwatch() {
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - begun_;
    std::printf("%.6f\n", passed.count());
  }

 private:
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

int bulk(const Where& where, char direction, std::uint64_t bytes) {
  const Socket socket = open(where);
  Block block(kBlock, 'x');
  const Stopwatch stopwatch;
  order(socket, direction, bytes);
  if (direction == 'd' && !socket.swallow(block, bytes)) die("download");
  if (direction == 'u' && !(socket.send_block(block, bytes) && socket.swallow(block, 1))) die("upload");
  return 0;
}

int connections(const Where& where, int count, int parallel) {
  std::atomic<int> left = count;
  std::vector<std::thread> threads;
  const Stopwatch stopwatch;
  for (int i = 0; i < parallel; ++i)
    threads.emplace_back([&] {
      while (left.fetch_sub(1) > 0) echo(open(where));
    });
  for (std::thread& thread : threads) thread.join();
  return 0;
}

int idle(const Where& where, int count) {
  std::vector<Socket> open_ones;
  for (int i = 0; i < count; ++i) {
    open_ones.push_back(open(where));
    echo(open_ones.back());
  }
  std::puts("ready");
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
  return 0;
}

}  // namespace

int main(int count, char** words) {
  const std::vector<std::string> word(words + 1, words + count);
  const std::string what = word.empty() ? "" : word[0];
  if (what == "sink") return listen_and([](const Socket& socket) { serve(socket); });
  if (what == "relay" && word.size() == 2) {
    const auto target = static_cast<std::uint16_t>(std::stoul(word[1]));
    return listen_and([target](const Socket& socket) { relay(socket, target); });
  }
  if (what == "bulk" && word.size() == 4) return bulk(parse_where(word[1]), word[2][0], std::stoull(word[3]));
  if (what == "connections" && word.size() == 4)
    return connections(parse_where(word[1]), std::stoi(word[2]), std::stoi(word[3]));
  if (what == "idle" && word.size() == 3) return idle(parse_where(word[1]), std::stoi(word[2]));
  std::fputs("usage: see the head of bench/compare/load.cpp\n", stderr);
  return 2;
}
