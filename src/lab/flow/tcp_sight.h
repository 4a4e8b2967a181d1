// What is seen of one TCP connection as its packets go by.
#pragma once

#include "lab/flow/report.h"
#include "lab/flow/stream_prefix.h"
#include "lab/recognise/bursts.h"
#include "lab/recognise/fully_encrypted.h"
#include "lab/recognise/tls.h"
#include "lab/recognise/whitelist.h"

namespace rozaneh::lab {

// Keeps the first 32 KiB of each direction at most, and what TLS needs besides (see TlsObserver).
class TcpSight {
 public:
  void add(Direction direction, const TcpHeader& header, Bytes payload);
  // Writes down what is known so far: protocol, name, version, fingerprints, hits.
  void tell(FlowReport& report) const;
  // Bytes that are kept, about: of the streams, and as much again for what is read out of them.
  [[nodiscard]] std::size_t held() const { return 2 * (up_.held() + down_.held()); }

 private:
  [[nodiscard]] StreamPrefix& stream(Direction direction) { return direction == Direction::up ? up_ : down_; }
  void judge_first_packets(Bytes payload);
  void grow(Direction direction);
  void take(const TlsEvent& event);
  [[nodiscard]] Protocol recognise() const;
  [[nodiscard]] bool recognise_openvpn() const;
  void tell_names(FlowReport& report) const;
  void tell_hits(FlowReport& report) const;

  StreamPrefix up_;
  StreamPrefix down_;
  std::size_t told_up_ = 0;  // of the streams, how much went on
  std::size_t told_down_ = 0;
  TlsObserver tls_;
  std::string server_name_;
  std::string ja3_;
  std::string ja4_;
  bool key_exchange_ = false;

  unsigned client_packets_ = 0;  // with data, counted to two
  Buffer first_;                 // the beginning of the first of them
  std::string exemption_;
  std::vector<Rule> first_hits_;
  Admitted admitted_ = Admitted::undecided;
  InnerHandshakeObserver plain_{InnerHandshakeObserver::Around::anything};
  InnerHandshakeObserver in_tls_{InnerHandshakeObserver::Around::tls};
  TrojanObserver trojan_;
};

}  // namespace rozaneh::lab
