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
  std::vector<AddressRange> clients;  // empty: all
  std::vector<AddressRange> not_clients;
  bool opened_inside = false;  // only flows that a client inside has opened
  double destinations = 1;     // the part of all server addresses that is treated so, drawn by seed
  double sources = 1;          // the same of the clients' addresses
  Moment unresolved{};         // only to addresses that no DNS answer has told the client for so long; 0: any
  std::string on_list;         // only those that a rule has put on this list; empty: any
  std::string not_on_list;     // only those that are not
};

// What bytes must look like.
struct Sight {
  std::string what = "anything";   // a name of sights.h
  bool stream = true;              // put together over packets; false: each packet by itself
  std::size_t tcp_header = 0;      // only in packets whose TCP header has this many bytes; 0: any
  unsigned within_packets = 0;     // only in the first so many packets with data of that direction; 0: any
  std::vector<std::string> names;  // exact, or ".example.org" with all below it; empty: any
  bool names_allow = false;        // turned round: seen unless the name is one of them
  bool case_sensitive = false;     // names are compared letter by letter
  std::vector<std::string> keywords;
  std::vector<std::uint16_t>
      ciphers;  // of a ClientHello: exactly these, in this order; the ServerHello's: one of these
  std::vector<std::uint16_t> groups;      // of a ClientHello, likewise
  std::vector<std::uint16_t> signatures;  // signature algorithms of a ClientHello, likewise
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
  std::uint64_t packets_after = 0;  // that follow the sight and still pass
  unsigned simultaneous = 0;        // open flows of one client to one endpoint with this sight
  unsigned connections = 0;         // to one endpoint with this sight, of all clients, this one included
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

// Of the directions of a flow.
enum class Way { both, up, down };

struct Delay {
  Moment time{};
  Moment jitter{};  // at most so much more; the packets of one direction stay in order
  Way way = Way::both;
};

struct Loss {
  double probability = 0;  // of each packet
  Way way = Way::both;
};

// A packet on its way through becomes another one, with right checksums.
struct Rewrite {
  Way way = Way::both;
  std::uint8_t flags = 0;  // only TCP packets that have all of these
  std::optional<std::uint16_t> window;
  Buffer find, with;         // of one length: wherever it stands in the packet's payload
  std::uint8_t becomes = 0;  // a TCP packet with these flags instead, without its data; 0: as it is
};

// A list that rules put others on and that their scopes ask for, such as a grey list.
struct Listing {
  std::string on;
  Residual::Tuple tuple = Residual::Tuple::server;
  Moment lasts{};
};

struct Action {
  bool drop_up = false, drop_down = false;
  bool lets_pass = false;    // the packet by which it was seen still gets through
  bool only_packet = false;  // drops that packet and nothing after it
  std::vector<InjectedPacket> inject;
  std::string dns_answer;  // an address, for a sight of a DNS query
  std::optional<Throttle> throttle;
  std::optional<Residual> residual;
  std::optional<Delay> delay;
  std::optional<Loss> lose;
  std::vector<Rewrite> rewrite;
  std::optional<Listing> lists;
  // Leads the connections in scope to a man in the middle of TLS, for whom the sight's names are meant.
  bool intercepts = false;
  std::string probes;  // the kind of probes to try the server with first: all else is done once they succeed

  // Whether it changes what becomes of packets that get through.
  [[nodiscard]] bool hampers() const { return throttle || delay || lose || !rewrite.empty(); }
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
