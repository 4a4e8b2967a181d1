#include "transport/obfs4/ntor.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "transport/ends.h"

namespace rozaneh::obfs4 {
namespace {

using transport::array_from_hex;

crypto::PrivateKey private_key(std::string_view hex) { return crypto::PrivateKey(array_from_hex<32>(hex)); }

// Published with an independent implementation, jmwample/ptrs, crates/obfs4/src/handshake/integration.rs.
struct Vector {
  crypto::PrivateKey b = private_key("a83fdd04eb9ed77a2b38d86092a09a1cecfb93a7bdec0da35e542775b2e7af6e");
  crypto::PrivateKey x = private_key("308ff4f3a0ebe8c1a93bcd40d67e3eec6b856aa5c07ef6d5a3d3cedf13dcf150");
  crypto::PrivateKey y = private_key("881f9ad60e0833a627f0c47f5aafbdcb0b5471800eaeaa1e678291b947e4295c");
  BridgeId bridge{.node = array_from_hex<20>("000102030405060708090a0b0c0d0e0f10111213"),
                  .key = crypto::public_key_of(b)};
  crypto::PublicKey X = crypto::public_key_of(x);
  crypto::PublicKey Y = crypto::public_key_of(y);
};

TEST(Ntor, FollowsThePublishedVector) {
  const Vector v;
  const auto client = ntor_client(v.x, v.X, v.Y, v.bridge);
  ASSERT_TRUE(client);
  EXPECT_EQ(encode_hex(client->key_seed.bytes()),
            "05b858d18df21a01566c74d39a5b091b4415f103c05851e77e79b274132dc5b5");
  EXPECT_EQ(encode_hex(client->auth), "dc71f8ded2e56f829f1b944c1e94357fa8b7987f10211a017e2d1f2455092917");
}

TEST(Ntor, BothSidesAgree) {
  const Vector v;
  const auto client = ntor_client(v.x, v.X, v.Y, v.bridge);
  const auto server = ntor_server(v.y, v.Y, v.b, v.X, v.bridge);
  ASSERT_TRUE(client && server);
  EXPECT_EQ(encode_hex(client->key_seed.bytes()), encode_hex(server->key_seed.bytes()));
  EXPECT_EQ(client->auth, server->auth);
}

TEST(Ntor, AnotherNodeIdGivesAnotherProof) {
  Vector v;
  const auto right = ntor_server(v.y, v.Y, v.b, v.X, v.bridge);
  v.bridge.node[19] ^= 1U;
  const auto wrong = ntor_client(v.x, v.X, v.Y, v.bridge);
  ASSERT_TRUE(right && wrong);
  EXPECT_NE(right->auth, wrong->auth);
}

TEST(Ntor, PointsOfLowOrderAreRefused) {
  const Vector v;
  crypto::PublicKey zero;
  crypto::PublicKey one;
  one.bytes[0] = 1;
  for (const auto& low : {zero, one}) {
    EXPECT_FALSE(ntor_client(v.x, v.X, low, v.bridge));
    EXPECT_FALSE(ntor_server(v.y, v.Y, v.b, low, v.bridge));
  }
}

}  // namespace
}  // namespace rozaneh::obfs4
