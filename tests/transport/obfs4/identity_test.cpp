#include "transport/obfs4/identity.h"

#include "transport/catalog.h"
#include "transport/ends.h"
#include "transport/obfs4/stream.h"

namespace rozaneh::obfs4 {
namespace {

TEST(Identity, CertsAndStateComeBackTheSame) {
  crypto::SeededRandom random(5);
  const ServerIdentity identity = ServerIdentity::generate(random);
  EXPECT_EQ(identity.id.cert().size(), 70U);
  const auto id = BridgeId::from_cert(identity.id.cert());
  ASSERT_TRUE(id);
  EXPECT_EQ(id->key, identity.id.key);
  EXPECT_EQ(id->node, identity.id.node);
  const auto again = ServerIdentity::from_json(identity.to_json());
  ASSERT_TRUE(again) << again.error().message();
  EXPECT_EQ(again->to_json(), identity.to_json());
}

TEST(Identity, TakesTheOlderArgumentsToo) {
  crypto::SeededRandom random(5);
  const ServerIdentity identity = ServerIdentity::generate(random);
  const Arguments old = {{"node-id", encode_hex(identity.id.node)},
                         {"public-key", encode_hex(identity.id.key.bytes)}};
  const auto id = BridgeId::from_arguments(old);
  ASSERT_TRUE(id);
  EXPECT_EQ(id->key, identity.id.key);
}

TEST(Identity, SaysWhatIsWrongWithAState) {
  const std::string node(40, '0');
  const std::string key(64, '1');
  const std::string seed(48, '2');
  auto json = [&](const std::string& n, const std::string& k, const std::string& s, const std::string& mode) {
    return R"({"node-id":")" + n + R"(","private-key":")" + k + R"(","drbg-seed":")" + s +
           R"(","iat-mode":)" + mode + "}";
  };
  EXPECT_TRUE(ServerIdentity::from_json(json(node, key, seed, "2")));
  for (const auto& [text, word] : {std::pair{std::string("{"), "JSON"},
                                   {std::string("[]"), "JSON"},
                                   {json(node + "0", key, seed, "0"), "node-id"},
                                   {json(node, "x" + key.substr(1), seed, "0"), "private-key"},
                                   {json(node, key, "", "0"), "drbg-seed"},
                                   {json(node, key, seed, "3"), "iat-mode"},
                                   {json(node, key, seed, "\"0\""), "iat-mode"}}) {
    const auto identity = ServerIdentity::from_json(text);
    ASSERT_FALSE(identity) << text;
    EXPECT_NE(identity.error().message().find(word), std::string::npos) << identity.error().message();
  }
}

const transport::Catalog kCatalog = transport::catalog();
const transport::Transport& kObfs4 = *transport::find(kCatalog, "obfs4");

TEST(Arguments, WhatIsMissingOrMalformedIsSaid) {
  transport::Ends ends(kObfs4);
  const std::string cert(70, 'A');
  for (const auto& [arguments, word] :
       {std::pair{Arguments{}, "cert"},
        {Arguments{{"cert", cert}}, "iat-mode"},
        {Arguments{{"cert", cert.substr(1)}, {"iat-mode", "0"}}, "cert"},
        {Arguments{{"cert", cert}, {"iat-mode", "3"}}, "iat-mode"},
        {Arguments{{"cert", cert}, {"iat-mode", "0"}, {"cover", "loud"}}, "cover"}}) {
    const auto connector = ends.connector(arguments);
    ASSERT_FALSE(connector) << word;
    EXPECT_NE(connector.error().message().find(word), std::string::npos) << connector.error().message();
  }
  const auto acceptor = ends.acceptor({{"node-id", std::string(40, '0')}});
  ASSERT_FALSE(acceptor);
}

TEST(State, AnOperatorCanChangeProgramsWithoutANewBridgeLine) {
  // As obfs4proxy 0.0.14 writes it.
  const std::string state =
      R"({"node-id":"0123456789abcdef0123456789abcdef01234567","private-key":"601e5c3b8a7c2f4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b340",)"
      R"("public-key":"","drbg-seed":"00112233445566778899aabbccddeeff0011223344556677","iat-mode":1})";
  transport::Ends ends(kObfs4);
  ASSERT_TRUE(ends.server_state.write("obfs4_state.json", bytes_of(state)));
  const auto first = ends.acceptor({});
  ASSERT_TRUE(first) << first.error().message();
  EXPECT_EQ((*first)->client_arguments().get("iat-mode"), "1");
  const auto second = ends.acceptor({});
  ASSERT_TRUE(second);
  EXPECT_EQ((*first)->client_arguments(), (*second)->client_arguments());
  const auto line = ends.server_state.read("obfs4_bridgeline.txt");
  ASSERT_TRUE(line && *line);
  EXPECT_NE(
      text_of(**line).find("cert=" + std::string(*(*first)->client_arguments().get("cert")) + " iat-mode=1"),
      std::string_view::npos);
}

class Obfs4Ends : public testing::TestWithParam<std::tuple<const char*, std::size_t>> {};

TEST_P(Obfs4Ends, CarryBothDirections) {
  const auto [mode, read_limit] = GetParam();
  const Arguments server = {{"iat-mode", mode}};
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, std::size_t{1427}, std::size_t{1428}, std::size_t{20'000}}) {
    if (read_limit == 1 && size > 2000) continue;
    transport::expect_both_directions(kObfs4, server, {.read_limit = read_limit}, size);
  }
}

INSTANTIATE_TEST_SUITE_P(AllModes, Obfs4Ends,
                         testing::Combine(testing::Values("0", "1", "2"),
                                          testing::Values(1U, 1448U, 65536U)));

// Gives out what was written, for a test that writes on the wire itself.
io::Task<> read_into(io::Stream& stream, Result<io::Chunk>& into) { into = co_await stream.read(); }
io::Task<> write_wire(io::Stream& stream, Bytes bytes) { co_await stream.write(bytes); }

TEST(Obfs4Ends, AForgedFrameEndsAReadAtOnce) {
  // Nothing follows it, and the wire stays open: the reader must not wait for more.
  io::TestLoop test;
  crypto::SeededRandom random(3);
  const Buffer key = random.bytes(kFrameKeySize);
  const auto shape = std::make_shared<const Shape>(Seed{}, WeightedTable::Weights::uniform);
  auto make_codec = [&] {
    return std::make_unique<FrameCodec>(FrameKey(key), FrameKey(key), shape, IatMode::paranoid, random,
                                        nullptr);
  };
  for (const bool plaintext_before : {false, true}) {
    auto [wire, inner] = io::memory_streams(test.loop);
    const auto reader = make_stream(test.loop, std::move(inner), make_codec(), {});
    auto sender = make_codec();
    Buffer frames(io::BufferPool::kBlock);
    const Buffer plain = transport::numbered(plaintext_before ? 2 * kLargestPayload : kLargestPayload);
    frames.resize(sender->encode(plain, frames).produced);
    frames.back() ^= 1U;
    Result<io::Chunk> first;
    Result<io::Chunk> second;
    test.spawn(write_wire(*wire, frames));
    test.spawn(read_into(*reader, first));
    test.run();
    test.loop.executor().context().restart();
    EXPECT_EQ(first.has_value(), plaintext_before);
    if (!plaintext_before) continue;
    test.spawn(read_into(*reader, second));
    test.run();
    test.loop.executor().context().restart();
    EXPECT_FALSE(second);
  }
}

TEST(Obfs4Ends, CarryMegabytes) { transport::expect_both_directions(kObfs4, {}, {}, 5'000'000); }

}  // namespace
}  // namespace rozaneh::obfs4
