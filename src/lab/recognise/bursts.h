// TLS inside of another protocol, by the bytes that go each way in turn (Xue et al., USENIX Security '24): a
// handshake keeps its pattern whatever encrypts it. Two detectors that are published as code.
//
// nDPI 4.11 (src/lib/protocols/tls.c; off by default there): sets of four bursts that begin with the
// client's, a Mahalanobis distance to three models of handshakes without resumption. All means, inverse
// covariances and bounds below are its.
//
// OpenGFW 0.4.1 (analyzer/tcp/trojan.go): four bursts from the client's ChangeCipherSpec on, and a decision
// tree that its authors trained on 20,000 connections of Trojan and 30,000 others: 1 % false positives and 10
// % false negatives by their own count. They advise against blocking by it.
#pragma once

#include <array>
#include <string_view>

#include "base/bytes.h"
#include "lab/direction.h"
#include "lab/recognise/looks.h"

namespace rozaneh::lab {

// Sizes of payloads up, down, up, down.
using BurstSizes = std::array<std::uint32_t, 4>;

struct HandshakeModel {
  std::string_view name;
  std::array<double, 4> mean;
  std::array<std::array<double, 4>, 4> inverse_covariance;
  double bound;               // nearer than this is a handshake
  std::uint32_t least_first;  // a smaller first burst is none
};

// Firefox with TLS 1.2; Firefox with TLS 1.3 and ECH's grease; Chrome with post-quantum keys.
extern const std::array<HandshakeModel, 3> kHandshakeModels;

double distance(const BurstSizes& bursts, const HandshakeModel& model);

// Whether four bursts, the first of so many packets (3 at most), are a handshake by any of the models.
bool is_inner_handshake(const BurstSizes& bursts, std::size_t first_packets);

// nDPI's walk over a flow. `no`: it gave up, for good, after 26 packets, or because the server spoke first.
// Give it every packet with data, in the order in which they went by.
class InnerHandshakeObserver {
 public:
  enum class Around {
    // Any protocol: counts from the first packet on, whole payloads.
    anything,
    // TLS: counts what follows the packets in which both sides changed their cipher (in nDPI each side counts
    // from its
    // own on; here the server's wait for the client's), and 24 bytes less a packet for records. A packet
    // smaller than
    // that ends it.
    tls,
  };

  explicit InnerHandshakeObserver(Around around = Around::anything) : around_(around) {}

  Looks add(Direction direction, Bytes payload);
  [[nodiscard]] Looks looks() const { return looks_; }

 private:
  // Two sets overlap: each burst of the client's begins one.
  struct Set {
    int stage = 0;  // 0: not begun; 1..4: the burst that grows
    BurstSizes bytes{};
    std::array<std::size_t, 4> packets{};
  };

  bool passes_gate(Direction direction, Bytes payload);
  bool grow(std::size_t which, Direction direction, std::uint32_t size);

  Around around_;
  Looks looks_ = Looks::more;
  bool up_changed_ = false;
  bool down_changed_ = false;
  unsigned packets_ = 0;
  std::array<Set, 2> sets_;
};

// The decision tree alone: 26 ranges of the four sizes.
bool is_trojan_sequence(const BurstSizes& bursts);

// OpenGFW's walk over a connection: the streams' pieces as they come, each direction in order. The first
// piece of the client's that begins with a ChangeCipherSpec (14 03 03 00 01 01) begins the count, itself
// included; the piece that begins a fifth burst ends it. `no` also when 512,000 bytes went up or down without
// that.
class TrojanObserver {
 public:
  Looks add(Direction direction, Bytes piece);
  [[nodiscard]] Looks looks() const { return looks_; }

 private:
  Looks looks_ = Looks::more;
  bool counting_ = false;
  Direction last_ = Direction::up;
  std::size_t burst_ = 0;
  BurstSizes bytes_{};
  std::array<std::size_t, 2> seen_{};
};

}  // namespace rozaneh::lab
