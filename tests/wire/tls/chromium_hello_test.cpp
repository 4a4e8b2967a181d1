// What can be said of our hello without a Chromium beside it; tests/e2e/hello_test.py compares the two.
#include "wire/tls/chromium_hello.h"

#include <gtest/gtest.h>

#include <set>

#include "crypto/random.h"
#include "wire/tls/client_hello.h"

namespace rozaneh::tls {
namespace {

ClientHello hello(std::uint64_t seed, const std::string& host = "www.example.org",
                  const std::vector<std::string>& alpn = {"http/1.1"}) {
  crypto::SeededRandom random(seed);
  const KeyShares shares(random);
  const Buffer message = ChromiumHello(host, alpn, random).message(shares.offered());
  const auto parsed = parse_client_hello(Bytes(message).subspan(4));
  EXPECT_TRUE(parsed);
  return parsed.value_or(ClientHello{});
}

std::vector<std::uint16_t> types(const ClientHello& hello) {
  std::vector<std::uint16_t> all;
  all.reserve(hello.extensions.size());
  for (const auto& each : hello.extensions) all.push_back(each.type);
  return all;
}

TEST(ChromiumHello, PutsItsExtensionsInAnotherOrderEachTimeBetweenTwoThatMeanNothing) {
  std::set<std::vector<std::uint16_t>> orders;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto order = types(hello(seed));
    EXPECT_TRUE(is_grease(order.front()) && is_grease(order.back()));
    EXPECT_NE(order.front(), order.back());
    EXPECT_EQ(std::ranges::count_if(order, is_grease), 2);
    orders.insert(std::vector(order.begin() + 1, order.end() - 1));
  }
  EXPECT_EQ(orders.size(), 20U);
}

TEST(ChromiumHello, HasAHiddenHelloOfEachSizeThatBoringsslHas) {
  std::set<std::size_t> sizes;
  for (std::uint64_t seed = 0; seed < 40; ++seed)
    sizes.insert(find_extension(hello(seed).extensions, extension::kEch)->body.size());
  EXPECT_EQ(sizes, (std::set<std::size_t>{186, 218, 250, 282}));
}

TEST(ChromiumHello, GivesTheKeyThatMeansNothingTheSameNumberAsTheGroup) {
  const auto made = hello(3);
  EXPECT_EQ(made.key_share_groups[0], made.supported_groups[0]);
  EXPECT_TRUE(is_grease(made.supported_groups[0]));
}

TEST(ChromiumHello, NamesNoAddress) {
  EXPECT_EQ(hello(1).server_name, "www.example.org");
  EXPECT_FALSE(hello(1, "192.0.2.1").has(extension::kServerName));
  EXPECT_FALSE(hello(1, "2001:db8::1").has(extension::kServerName));
}

TEST(ChromiumHello, OffersSettingsWithHttp2Alone) {
  EXPECT_FALSE(hello(1).has(extension::kApplicationSettings));
  EXPECT_TRUE(hello(1, "a.example", {"h2", "http/1.1"}).has(extension::kApplicationSettings));
}

}  // namespace
}  // namespace rozaneh::tls
