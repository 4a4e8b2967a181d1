#include "io/network_identity.h"

#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <map>

#include "base/encoding.h"

namespace rozaneh::io {
namespace {

// The bytes as a kernel's structure, if they are enough.
template <class T>
std::optional<T> leading(Bytes bytes) {
  if (bytes.size() < sizeof(T)) return std::nullopt;
  T value{};
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

constexpr std::size_t aligned(std::size_t length) { return (length + 3) & ~std::size_t{3}; }

Bytes behind(Bytes bytes, std::size_t length) {
  return bytes.subspan(std::min(aligned(length), bytes.size()));
}

using Attributes = std::map<unsigned, Bytes>;

Attributes attributes_of(Bytes bytes) {
  Attributes found;
  while (const auto head = leading<rtattr>(bytes)) {
    if (head->rta_len < sizeof(rtattr) || head->rta_len > bytes.size()) break;
    found[head->rta_type] = bytes.subspan(sizeof(rtattr), head->rta_len - sizeof(rtattr));
    bytes = behind(bytes, head->rta_len);
  }
  return found;
}

std::optional<Bytes> get(const Attributes& attributes, unsigned type) {
  const auto found = attributes.find(type);
  if (found == attributes.end()) return std::nullopt;
  return found->second;
}

std::optional<IpAddress> address(const std::optional<Bytes>& bytes) {
  if (!bytes) return std::nullopt;
  if (const auto v4 = leading<std::array<std::uint8_t, 4>>(*bytes); v4 && bytes->size() == v4->size())
    return IpAddress(*v4);
  if (const auto v6 = leading<std::array<std::uint8_t, 16>>(*bytes); v6 && bytes->size() == v6->size())
    return IpAddress(*v6);
  return std::nullopt;
}

struct Owned {
  std::uint32_t interface;
  IpAddress address;
};

struct Neighbour {
  std::uint32_t interface;
  IpAddress address;
  Buffer link_address;
};

struct Parts {
  std::vector<Gateway> gateways;
  std::vector<Neighbour> neighbours;
  std::vector<Owned> owned;
};

void take_route(Bytes body, Parts& parts) {
  const auto route = leading<rtmsg>(body);
  if (!route || route->rtm_dst_len != 0 || route->rtm_type != RTN_UNICAST) return;
  if (route->rtm_table != RT_TABLE_MAIN) return;
  const Attributes attributes = attributes_of(behind(body, sizeof(rtmsg)));
  const auto out = get(attributes, RTA_OIF);
  const auto interface = out ? leading<std::uint32_t>(*out) : std::nullopt;
  if (!interface) return;
  parts.gateways.push_back(
      {.interface = *interface, .address = address(get(attributes, RTA_GATEWAY)), .link_address = {}});
}

void take_neighbour(Bytes body, Parts& parts) {
  const auto neighbour = leading<ndmsg>(body);
  if (!neighbour) return;
  const Attributes attributes = attributes_of(behind(body, sizeof(ndmsg)));
  const auto who = address(get(attributes, NDA_DST));
  const auto link = get(attributes, NDA_LLADDR);
  const unsigned unusable = NUD_INCOMPLETE | NUD_FAILED | NUD_NOARP;
  if (!who || !link || (neighbour->ndm_state & unusable) != 0) return;
  parts.neighbours.push_back({.interface = static_cast<std::uint32_t>(neighbour->ndm_ifindex),
                              .address = *who,
                              .link_address = Buffer(link->begin(), link->end())});
}

void take_address(Bytes body, Parts& parts) {
  const auto message = leading<ifaddrmsg>(body);
  if (!message || message->ifa_scope != RT_SCOPE_UNIVERSE) return;
  // Privacy addresses come and go by themselves.
  if ((message->ifa_flags & IFA_F_TEMPORARY) != 0) return;
  const Attributes attributes = attributes_of(behind(body, sizeof(ifaddrmsg)));
  const auto local = get(attributes, IFA_LOCAL);
  const auto own = address(local ? local : get(attributes, IFA_ADDRESS));
  if (own) parts.owned.push_back({.interface = message->ifa_index, .address = *own});
}

void take_answer(Bytes bytes, Parts& parts) {
  while (const auto head = leading<nlmsghdr>(bytes)) {
    if (head->nlmsg_len < sizeof(nlmsghdr) || head->nlmsg_len > bytes.size()) break;
    const Bytes body = bytes.subspan(sizeof(nlmsghdr), head->nlmsg_len - sizeof(nlmsghdr));
    if (head->nlmsg_type == RTM_NEWROUTE) take_route(body, parts);
    if (head->nlmsg_type == RTM_NEWNEIGH) take_neighbour(body, parts);
    if (head->nlmsg_type == RTM_NEWADDR) take_address(body, parts);
    bytes = behind(bytes, head->nlmsg_len);
  }
}

}  // namespace

Network parse_network(const std::vector<Buffer>& answers) {
  Parts parts;
  for (const Buffer& answer : answers) take_answer(answer, parts);
  Network network;
  for (Gateway& gateway : parts.gateways) {
    for (const Neighbour& neighbour : parts.neighbours)
      if (neighbour.interface == gateway.interface && neighbour.address == gateway.address)
        gateway.link_address = neighbour.link_address;
    network.gateways.push_back(std::move(gateway));
  }
  std::ranges::sort(network.gateways);
  for (const Owned& owned : parts.owned)
    if (std::ranges::find(network.gateways, owned.interface, &Gateway::interface) != network.gateways.end())
      network.addresses.push_back(owned.address);
  std::ranges::sort(network.addresses);
  return network;
}

std::string Network::identity() const {
  std::string all;
  for (const Gateway& gateway : gateways) {
    const std::string at =
        gateway.address ? gateway.address->to_string() : "interface " + std::to_string(gateway.interface);
    all += at + " " + encode_hex(gateway.link_address) + "\n";
  }
  return all;
}

bool Network::same_as(const Network& other) const {
  const auto alike = [](const Gateway& one, const Gateway& two) {
    const bool known = !one.link_address.empty() && !two.link_address.empty();
    return one.interface == two.interface && one.address == two.address &&
           (!known || one.link_address == two.link_address);
  };
  return addresses == other.addresses && std::ranges::equal(gateways, other.gateways, alike);
}

}  // namespace rozaneh::io
