// Puts fragmented packets together again, as a middlebox that looks into them must.
#pragma once

#include <list>
#include <vector>

#include "lab/packet/moment.h"
#include "lab/packet/view.h"

namespace rozaneh::lab {

// Bounded in packets, bytes and time; what is over the bound pushes the oldest incomplete packet out. The
// same fragment again is passed over. One that overlaps another of its packet, or contradicts its end, throws
// the whole packet away until its time is over: refused for both versions, as RFC 5722 does for IPv6 (RFC
// 815's hosts do not agree about IPv4).
class FragmentTable {
 public:
  struct Limits {
    std::size_t packets = 256;               // incomplete at once
    std::size_t fragments = 64;              // of one packet
    std::size_t bytes = 1024 * 1024;         // of all
    Moment time = std::chrono::seconds(30);  // Linux's net.ipv4.ipfrag_time
  };

  FragmentTable();
  explicit FragmentTable(Limits limits) : limits_(limits) {}

  // Takes in one fragment. Answers the whole packet, with its IP header made right and no fragment header,
  // when this was the last that was missing. `now` does not go backwards.
  std::optional<Buffer> add(const PacketView& fragment, Moment now);

  [[nodiscard]] std::size_t packets() const { return pending_.size(); }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  struct Key {
    IpAddress source;
    IpAddress destination;
    std::uint32_t id;
    std::uint8_t protocol;
    bool operator==(const Key&) const = default;
  };
  struct Part {
    std::size_t begin;
    Buffer bytes;
    [[nodiscard]] std::size_t end() const { return begin + bytes.size(); }
  };
  struct Pending {
    Key key;
    Moment since;
    std::vector<Part> parts;  // by place, without overlap
    Buffer header;            // of the fragment at 0
    std::optional<std::size_t> end;
    std::size_t bytes = 0;
    bool refused = false;
  };

  Pending& find_or_make(const Key& key, Moment now);
  void drop_old(Moment now);
  void refuse(Pending& pending);
  bool place(Pending& pending, const PacketView& fragment);
  std::optional<Buffer> finish(const Key& key, const Pending& pending);
  void erase(const Key& key);

  Limits limits_;
  std::list<Pending> pending_;  // oldest first
  std::size_t bytes_ = 0;
};

}  // namespace rozaneh::lab
