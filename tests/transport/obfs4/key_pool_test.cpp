#include "transport/obfs4/key_pool.h"

#include <gtest/gtest.h>

#include <memory>
#include <set>

#include "base/encoding.h"
#include "io/run.h"

namespace rozaneh::obfs4 {
namespace {

void expect_usable(const crypto::ObfuscatedKeyPair& pair, Random& random) {
  EXPECT_EQ(crypto::public_key_of(pair.representative), pair.public_key);
  const auto identity = crypto::make_key_pair(random);
  const auto ours = crypto::x25519(pair.private_key, identity.public_key);
  const auto theirs = crypto::x25519(identity.private_key, pair.public_key);
  ASSERT_TRUE(ours && theirs);
  EXPECT_EQ(encode_hex(ours->bytes()), encode_hex(theirs->bytes()));
}

// Takes 100 pairs and lets the loop make others after every `burst` of them.
io::Task<> take_a_hundred(io::Loop& loop, int burst, std::set<std::string>& seen) {
  KeyPool pool;
  for (int i = 0; i < 100; ++i) {
    const auto pair = pool.take(loop);
    expect_usable(pair, loop.random());
    seen.insert(encode_hex(pair.private_key.bytes()));
    if (i % burst == burst - 1) co_await loop.sleep(std::chrono::milliseconds(0));
  }
}

TEST(KeyPool, HandsOutNoPairTwice) {
  for (const int burst : {1, 3, 10, 100}) {
    io::TestLoop test;
    std::set<std::string> seen;
    test.spawn(take_a_hundred(test.loop, burst, seen));
    test.run();
    EXPECT_EQ(seen.size(), 100U) << burst;
  }
}

// What is to be made when the loop has time is still asked for when nobody wants it any more.
TEST(KeyPool, MayEndBeforeTheLoopHadTimeForIt) {
  for (int i = 0; i < 50; ++i) {
    io::TestLoop test;
    auto pool = std::make_unique<KeyPool>();
    (void)pool->take(test.loop);
    pool.reset();
    test.run();
  }
}

}  // namespace
}  // namespace rozaneh::obfs4
