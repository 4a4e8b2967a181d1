#include "io/network_identity.h"

#include <gtest/gtest.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

namespace rozaneh::io {
namespace {

template <class T>
Buffer bytes_of_struct(const T& value) {
  Buffer bytes(sizeof value);
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

Buffer attribute(unsigned short type, const Buffer& value) {
  const rtattr head{.rta_len = static_cast<unsigned short>(sizeof(rtattr) + value.size()), .rta_type = type};
  Buffer all = concat(bytes_of_struct(head), value);
  all.resize((all.size() + 3) & ~std::size_t{3});
  return all;
}

// A message as the kernel writes it.
template <class T>
Buffer message(std::uint16_t type, const T& body, const std::vector<Buffer>& attributes) {
  Buffer all = bytes_of_struct(body);
  for (const Buffer& each : attributes) append(all, each);
  nlmsghdr head{};
  head.nlmsg_len = static_cast<std::uint32_t>(sizeof head + all.size());
  head.nlmsg_type = type;
  return concat(bytes_of_struct(head), all);
}

Buffer number(std::uint32_t value) { return bytes_of_struct(value); }

Buffer default_route(std::uint32_t interface, const Buffer& gateway, unsigned char table = RT_TABLE_MAIN) {
  rtmsg body{};
  body.rtm_family = AF_INET;
  body.rtm_table = table;
  body.rtm_type = RTN_UNICAST;
  return message(RTM_NEWROUTE, body,
                 {attribute(RTA_OIF, number(interface)), attribute(RTA_GATEWAY, gateway)});
}

Buffer neighbour(int interface, const Buffer& address, const Buffer& link,
                 std::uint16_t state = NUD_REACHABLE) {
  ndmsg body{};
  body.ndm_family = AF_INET;
  body.ndm_ifindex = interface;
  body.ndm_state = state;
  return message(RTM_NEWNEIGH, body, {attribute(NDA_DST, address), attribute(NDA_LLADDR, link)});
}

Buffer own_address(std::uint32_t interface, const Buffer& address) {
  ifaddrmsg body{};
  body.ifa_family = AF_INET;
  body.ifa_index = interface;
  return message(RTM_NEWADDR, body, {attribute(IFA_LOCAL, address)});
}

const Buffer kGateway{192, 168, 1, 1};
const Buffer kLink{2, 0, 0, 0, 0, 1};
const Buffer kOtherLink{2, 0, 0, 0, 0, 2};
const Buffer kOwn{192, 168, 1, 20};

Network home(const Buffer& link = kLink) {
  return parse_network({default_route(2, kGateway), neighbour(2, kGateway, link), own_address(2, kOwn)});
}

TEST(NetworkIdentity, IsTheGatewayAndItsLinkAddress) {
  const Network network = home();
  ASSERT_EQ(network.gateways.size(), 1U);
  EXPECT_EQ(network.gateways[0].address, IpAddress::parse("192.168.1.1"));
  EXPECT_EQ(network.gateways[0].link_address, kLink);
  ASSERT_EQ(network.addresses.size(), 1U);
  EXPECT_EQ(network.addresses[0], IpAddress::parse("192.168.1.20"));
}

TEST(NetworkIdentity, TellsNetworksOfTheSameAddressesApart) {
  EXPECT_NE(home().identity(), home(kOtherLink).identity());
  EXPECT_FALSE(home().same_as(home(kOtherLink)));
}

TEST(NetworkIdentity, IsTheSameWithAnotherAddressOfThisMachineButConnectionsAreDead) {
  const Network other = parse_network(
      {default_route(2, kGateway), neighbour(2, kGateway, kLink), own_address(2, Buffer{192, 168, 1, 77})});
  EXPECT_EQ(home().identity(), other.identity());
  EXPECT_FALSE(home().same_as(other));
}

TEST(NetworkIdentity, IsNoChangeWhenALinkAddressBecomesKnown) {
  const Network unknown = parse_network(
      {default_route(2, kGateway), neighbour(2, kGateway, kLink, NUD_FAILED), own_address(2, kOwn)});
  EXPECT_NE(home().identity(), unknown.identity());
  EXPECT_TRUE(home().same_as(unknown));
}

TEST(NetworkIdentity, PassesOverOtherTablesNeighboursAndAddresses) {
  const Network network = parse_network({default_route(7, kGateway, 100), default_route(2, kGateway),
                                         neighbour(3, kGateway, kOtherLink), neighbour(2, kGateway, kLink),
                                         own_address(2, kOwn), own_address(3, Buffer{10, 0, 0, 1})});
  EXPECT_EQ(network, home());
}

TEST(NetworkIdentity, LeavesOutWhatIsCutOff) {
  const Buffer whole =
      concat(default_route(2, kGateway), neighbour(2, kGateway, kLink), own_address(2, kOwn));
  EXPECT_EQ(parse_network({whole}), home());
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const Buffer cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
    EXPECT_NE(parse_network({cut}), home()) << length;
  }
}

}  // namespace
}  // namespace rozaneh::io
