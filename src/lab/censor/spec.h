// A censor as data: what stands in one file of censors/.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/address.h"
#include "base/bytes.h"
#include "base/error.h"
#include "lab/packet/moment.h"

namespace rozaneh::lab {

// How far a fact can be trusted.
enum class Confidence {
  primary,    // read in a primary source
  secondary,  // read in a summary or a forum's report
  recalled,   // of the named paper, and to be checked
  measured,   // by experiment
};

struct Source {
  std::string text;
  std::string url;  // may be empty
};

// A range of addresses.
struct AddressRange {
  IpAddress first;
  std::uint8_t prefix = 0;

  [[nodiscard]] bool contains(const IpAddress& address) const;
  // "198.51.100.0/24", or one address.
  static std::optional<AddressRange> parse(std::string_view text);
};

// Which packets a rule looks at, by their headers alone.
struct Scope {
  std::optional<std::uint8_t> protocol;  // of IP
  std::vector<std::uint16_t> ports;      // the server's; empty: all
  std::vector<std::uint16_t> not_ports;
  std::vector<AddressRange> servers;  // empty: all
  bool opened_inside = false;         // only flows that a client inside has opened
  double destinations = 1;            // the part of all server addresses that is treated so, drawn by seed
};

// What bytes must look like.
struct Sight {
  std::string what = "anything";   // a name of sights.h
  bool stream = true;              // put together over packets; false: each packet by itself
  std::size_t tcp_header = 0;      // only in packets whose TCP header has this many bytes; 0: any
  unsigned within_packets = 0;     // only in the first so many packets with data of that direction; 0: any
  std::vector<std::string> names;  // exact, or ".example.org" with all below it; empty: any
  bool names_allow = false;        // turned round: seen unless the name is one of them
  std::vector<std::string> keywords;
  std::vector<std::uint16_t> ciphers;     // of a ClientHello: exactly these, in this order
  std::vector<std::uint16_t> extensions;  // all of these are there
  std::vector<std::string> ja3;
  std::vector<std::string> ja4;
  std::optional<std::int64_t> lifetime_below;  // of a certificate, in seconds
  std::string prime;                           // of a key exchange, in hexadecimal
};

// What must hold besides, from the moment on at which the sight was had.
struct Threshold {
  Moment age{};                     // of the flow
  std::uint64_t bytes_down = 0;     // of payload
  std::uint64_t packets_after = 0;  // that followed the sight
  unsigned simultaneous = 0;        // open flows of one client to one endpoint with this sight
};

enum class End { client, server };

// A packet of the censor's own.
struct InjectedPacket {
  End to = End::client;
  std::uint8_t flags = 0;
  unsigned count = 1;
  std::optional<std::uint16_t> id_least, id_most;  // of IPv4, drawn between
  bool dont_fragment = false;
  std::optional<std::uint8_t> ttl;
  Buffer payload;
};

struct Throttle {
  std::uint64_t bytes_per_second = 0;
  enum class Share { flow, client, all } share = Share::flow;
  std::uint64_t queue = 32 * 1024;  // bytes that may wait; what is over that is dropped
};

// Later traffic that is punished for this one.
struct Residual {
  enum class Tuple {
    flow,
    client_server_port,
    client_server,
    server_port,
    server
  } tuple = Tuple::client_server_port;
  Moment lasts{};
  bool restarts = false;   // every packet that it stops begins it anew
  double probability = 1;  // of each later connection
};

struct Action {
  bool drop_up = false, drop_down = false;
  bool lets_pass = false;    // the packet by which it was seen still gets through
  bool only_packet = false;  // drops that packet and nothing after it
  std::vector<InjectedPacket> inject;
  std::string dns_answer;  // an address, for a sight of a DNS query
  std::optional<Throttle> throttle;
  std::optional<Residual> residual;
};

struct CensorRule {
  std::string name;
  Scope scope;
  Sight sight;
  Threshold threshold;
  double probability = 1;  // of each connection
  Action action;
  std::string source;
  Confidence confidence = Confidence::recalled;
};

// A subject of the lab, by name, that must get through or must not.
struct Control {
  std::string passes;
  std::string blocked;
};

struct CensorSpec {
  std::string id;  // the file's name
  std::string title;
  std::string country;  // ISO 3166, two letters; "" for those of our own
  std::string from;     // "2012-02", for people and for sorting
  std::string until;
  bool bold = false;      // part of every test run
  std::string mechanism;  // some sentences
  std::vector<Source> sources;
  double most_scale = 1;  // times may be divided by up to this
  Control control;
  std::vector<CensorRule> rules;
  std::vector<std::string> with;  // other censors on the same path
};

enum class SpecError { text };
std::string_view layer_of(SpecError error);
std::string_view describe(SpecError error);

// Reads a file's text. Failures name the file, line and key, and what would be valid.
Result<CensorSpec> parse_censor(std::string_view text, std::string_view file);

}  // namespace rozaneh::lab
