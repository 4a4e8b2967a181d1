#include "lab/path/netlink.h"

#include <linux/ethtool.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/bytes.h"
#include "io/error.h"

namespace rozaneh::lab {

// One message: a header, its fixed part, and attributes that may be nested.
class NetlinkRequest {
 public:
  template <class Fixed>
  NetlinkRequest(std::uint16_t type, std::uint16_t flags, const Fixed& fixed) {
    header().nlmsg_type = type;
    header().nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | NLM_F_ACK | flags);
    put(fixed);
  }

  nlmsghdr& header() { return *reinterpret_cast<nlmsghdr*>(bytes_.data()); }
  [[nodiscard]] Bytes bytes() const { return Bytes(bytes_).first(size_); }

  void attribute(std::uint16_t type, Bytes value) {
    begin(type);
    append(value);
    end();
  }
  void text(std::uint16_t type, std::string_view value) {
    begin(type);
    append(bytes_of(value));
    append(Bytes(kNul));
    end();
  }
  template <class Number>
  void number(std::uint16_t type, Number value) {
    begin(type);
    put(value);
    end();
  }

  void begin(std::uint16_t type) {
    open_.at(depth_++) = size_;
    put(rtattr{.rta_len = 0, .rta_type = type});
  }
  void end() {
    const std::size_t start = open_.at(--depth_);
    reinterpret_cast<rtattr*>(bytes_.data() + start)->rta_len = static_cast<std::uint16_t>(size_ - start);
    size_ = NLMSG_ALIGN(size_);
  }

  template <class Value>
  void put(const Value& value) {
    append({reinterpret_cast<const std::uint8_t*>(&value), sizeof value});
    if (depth_ == 0) size_ = NLMSG_ALIGN(size_);
  }

 private:
  void append(Bytes part) {
    copy(MutableBytes(bytes_).subspan(size_, part.size()), part);
    size_ += part.size();
  }

  static constexpr std::array<std::uint8_t, 1> kNul{};
  // None of our requests is nearly as long.
  alignas(nlmsghdr) std::array<std::uint8_t, 512> bytes_{};
  std::size_t size_ = NLMSG_HDRLEN;
  std::array<std::size_t, 4> open_{};  // where the attributes that are not ended begin
  std::size_t depth_ = 0;
};

namespace {

std::unexpected<Error> failure(std::string_view doing) {
  return std::unexpected(io::from_errno(errno, doing));
}

Result<unsigned> index_of(std::string_view name) {
  const unsigned index = if_nametoindex(std::string(name).c_str());
  if (index == 0) return failure(std::string("find interface ").append(name));
  return index;
}

Bytes bytes_of_address(const IpAddress& address, std::array<std::uint8_t, 4>& v4) {
  if (address.is_v6()) return address.v6();
  v4 = address.v4();
  return v4;
}

}  // namespace

Result<Netlink> Netlink::open() {
  io::Descriptor socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
  if (!socket.is_open()) return failure("open a netlink socket");
  return Netlink(std::move(socket));
}

Result<> Netlink::ask(NetlinkRequest& request, std::string_view doing) {
  request.header().nlmsg_len = static_cast<std::uint32_t>(request.bytes().size());
  request.header().nlmsg_seq = ++sequence_;
  const Bytes bytes = request.bytes();
  if (send(socket_.number(), bytes.data(), bytes.size(), 0) < 0) return failure(doing);
  alignas(nlmsghdr) std::array<std::uint8_t, 4096> answer{};
  const ssize_t count = recv(socket_.number(), answer.data(), answer.size(), 0);
  if (count < 0) return failure(doing);
  const auto* header = reinterpret_cast<const nlmsghdr*>(answer.data());
  if (static_cast<std::size_t>(count) < NLMSG_LENGTH(sizeof(nlmsgerr)) || header->nlmsg_type != NLMSG_ERROR)
    return fail(io::IoError::other, std::string(doing).append(": the kernel's answer is no acknowledgement"));
  nlmsgerr outcome{};
  std::memcpy(&outcome, answer.data() + NLMSG_HDRLEN, sizeof outcome);
  if (outcome.error != 0) return std::unexpected(io::from_errno(-outcome.error, doing));
  return {};
}

Result<> Netlink::add_veth(std::string_view name, std::string_view peer, int elsewhere) {
  NetlinkRequest request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, ifinfomsg{});
  request.text(IFLA_IFNAME, name);
  request.begin(IFLA_LINKINFO);
  request.text(IFLA_INFO_KIND, "veth");
  request.begin(IFLA_INFO_DATA);
  request.begin(VETH_INFO_PEER);
  request.put(ifinfomsg{});
  request.text(IFLA_IFNAME, peer);
  request.number(IFLA_NET_NS_FD, elsewhere);
  request.end();
  request.end();
  request.end();
  return ask(request, "make a pair of virtual interfaces");
}

Result<> Netlink::set_up(std::string_view name) {
  const auto index = index_of(name);
  if (!index) return std::unexpected(index.error());
  ifinfomsg fixed{};
  fixed.ifi_index = static_cast<int>(*index);
  fixed.ifi_flags = IFF_UP;
  fixed.ifi_change = IFF_UP;
  NetlinkRequest request(RTM_NEWLINK, 0, fixed);
  return ask(request, "set an interface up");
}

Result<> Netlink::add_address(std::string_view name, const IpAddress& address, std::uint8_t prefix) {
  const auto index = index_of(name);
  if (!index) return std::unexpected(index.error());
  ifaddrmsg fixed{};
  fixed.ifa_family = address.is_v6() ? AF_INET6 : AF_INET;
  fixed.ifa_prefixlen = prefix;
  fixed.ifa_flags = IFA_F_NODAD;
  fixed.ifa_index = *index;
  NetlinkRequest request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, fixed);
  std::array<std::uint8_t, 4> v4{};
  const Bytes bytes = bytes_of_address(address, v4);
  request.attribute(IFA_LOCAL, bytes);
  request.attribute(IFA_ADDRESS, bytes);
  return ask(request, "add an address");
}

Result<> Netlink::add_default_route(std::string_view name, bool v6) {
  const auto index = index_of(name);
  if (!index) return std::unexpected(index.error());
  rtmsg fixed{};
  fixed.rtm_family = v6 ? AF_INET6 : AF_INET;
  fixed.rtm_table = RT_TABLE_MAIN;
  fixed.rtm_protocol = RTPROT_STATIC;
  fixed.rtm_scope = RT_SCOPE_LINK;
  fixed.rtm_type = RTN_UNICAST;
  NetlinkRequest request(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, fixed);
  request.number(RTA_OIF, *index);
  return ask(request, "add a route");
}

Result<> switch_off_offloads(std::string_view name) {
  const io::Descriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket.is_open()) return failure("open a socket");
  for (const auto what : {ETHTOOL_STSO, ETHTOOL_SGSO, ETHTOOL_SGRO, ETHTOOL_STXCSUM, ETHTOOL_SRXCSUM}) {
    ethtool_value off{.cmd = static_cast<std::uint32_t>(what), .data = 0};
    ifreq request{};
    name.copy(request.ifr_name, IFNAMSIZ - 1);
    request.ifr_data = reinterpret_cast<char*>(&off);
    if (ioctl(socket.number(), SIOCETHTOOL, &request) != 0)
      return failure(std::string("switch off the offloads of ").append(name));
  }
  return {};
}

}  // namespace rozaneh::lab
