// Conversations of a client inside and a server outside, with a censor between them.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>

#include "base/writer.h"
#include "lab/censor/censor.h"
#include "lab/packet/edit.h"
#include "lab/packets.h"
#include "wire/tls/messages.h"

namespace rozaneh::lab {

using std::chrono::milliseconds;
using std::chrono::seconds;

// A censor with one rule, given as the rest of its table; more tables may follow.
inline CensorSpec rule(const std::string& text) {
  auto spec = parse_censor(
      "title = 'x'\ncontrol = { passes = 'a', blocked = 'b' }\n[[rule]]\nname = 'r'\n" + text, "test.toml");
  if (!spec) throw std::runtime_error(spec.error().message());
  return std::move(*spec);
}

inline Buffer framed(Bytes packet) {
  const std::uint16_t type = packet[0] >> 4U == 6 ? 0x86dd : 0x0800;
  return Writer().bytes(hex("020000000002020000000001")).u16(type).bytes(packet).take();
}

// The path; records what comes out of the censor.
class Path final : public Outlet {
 public:
  struct Frame {
    Side to;
    Buffer bytes;
    bool own;  // of the censor's, or held back by it
    [[nodiscard]] PacketView packet() const { return view(Bytes(bytes).subspan(14)); }
  };

  explicit Path(CensorSpec spec, Censor::Options options = {}) : censor(std::move(spec), options) {}

  void pass(Side to, Bytes frame) override { out.push_back({to, Buffer(frame.begin(), frame.end()), false}); }
  void send(Side to, Buffer frame) override { out.push_back({to, std::move(frame), true}); }

  // Whether the frame came out on the other side as it was; `out` holds what else did.
  bool give(Side from, Buffer frame) {
    const Buffer before = frame;
    out.clear();
    censor.take(from, frame, now, *this);
    return std::erase_if(out, [&](const Frame& each) {
             return !each.own && each.to == opposite(from) && each.bytes == before;
           }) == 1;
  }

  Censor censor;
  Moment now{};
  std::vector<Frame> out;  // of the last frame given
};

// A TCP connection. What sends answers whether it got through.
class Tcp {
 public:
  explicit Tcp(Path& path, std::uint16_t port = 40000, Endpoint server = {address("198.51.100.2"), 443},
               IpAddress client = address("192.0.2.2"))
      : client_{client, port}, server_(server), path_(path) {}
  // From the server's side.
  static Tcp from_outside(Path& path) {
    Tcp tcp(path, 40000, {address("192.0.2.2"), 443}, address("198.51.100.2"));
    tcp.inside_ = Side::server;
    return tcp;
  }

  bool syn() { return send(Direction::up, kSyn, {}); }
  bool syn_ack() { return send(Direction::down, kSyn | kAck, {}); }
  bool ack() { return send(Direction::up, kAck, {}); }
  Tcp& open() {
    syn(), syn_ack(), ack();
    return *this;
  }
  bool up(Bytes data) { return send(Direction::up, kAck | kPsh, data); }
  bool up(std::string_view text) { return up(bytes_of(text)); }
  bool down(Bytes data) { return send(Direction::down, kAck | kPsh, data); }
  bool down(std::string_view text) { return down(bytes_of(text)); }
  bool fin(Direction way) { return send(way, kFin | kAck, {}); }
  bool rst(Direction way) { return send(way, kRst, {}); }
  // Data that begin so far behind the next byte, which does not move.
  bool up_at(std::size_t ahead, Bytes data) {
    const std::uint32_t kept = std::exchange(next_up, next_up + static_cast<std::uint32_t>(ahead));
    const bool passed = up(data);
    next_up = kept;
    return passed;
  }

  std::uint32_t next_up = 0xfffffff0, next_down = 7000;  // the first is about to wrap around
  Buffer options;

  Buffer frame(Direction way, std::uint8_t flags, Bytes data) const {
    const bool up = way == Direction::up;
    const Endpoint& from = up ? client_ : server_;
    const Endpoint& to = up ? server_ : client_;
    const bool acks = (flags & kAck) != 0;
    return framed(build_tcp({.source = from.address, .destination = to.address},
                            {.source_port = from.port,
                             .destination_port = to.port,
                             .seq = up ? next_up : next_down,
                             .ack = acks ? (up ? next_down : next_up) : 0,
                             .flags = flags,
                             .window = 64240,
                             .options = options},
                            data));
  }

 private:
  bool send(Direction way, std::uint8_t flags, Bytes data) {
    const bool passed =
        path_.give(way == Direction::up ? inside_ : opposite(inside_), frame(way, flags, data));
    auto& next = way == Direction::up ? next_up : next_down;
    next += static_cast<std::uint32_t>(data.size()) + ((flags & (kSyn | kFin)) != 0 ? 1U : 0U);
    return passed;
  }

  Endpoint client_, server_;
  Side inside_ = Side::client;
  Path& path_;
};

// A datagram, and whether it got through.
inline bool udp_up(Path& path, Bytes data, std::uint16_t port = 53, std::uint16_t from = 50000) {
  return path.give(Side::client, framed(build_udp(kUpV4, from, port, data)));
}
inline bool udp_down(Path& path, Bytes data, std::uint16_t port = 53, std::uint16_t from = 50000) {
  return path.give(Side::server, framed(build_udp(kDownV4, port, from, data)));
}

// A ClientHello with a name, in one record.
inline Buffer hello_for(std::string_view name, Bytes more_extensions = {}) {
  const Buffer extensions = concat(tls::extension_of(0, tls::server_name_body(name)), more_extensions);
  return tls::records_of(
      tls::message_of(tls::HandshakeType::client_hello, tls::client_hello_body(extensions)));
}

inline Buffer dns_query(std::string_view label, std::uint16_t type = 1) {
  Writer query;
  query.u16(0x1234).u16(0x0100).u16(1).u16(0).u16(0).u16(0);
  query.u8(static_cast<std::uint8_t>(label.size())).text(label).u8(7).text("example").u8(0).u16(type).u16(1);
  return query.take();
}

}  // namespace rozaneh::lab
