#include "tunnel/hello.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "wire/varint.h"

namespace rozaneh::tunnel {
namespace {

const Buffer kFrames = {1, 2, 3};
const Buffer kCredential = {'m', 'e'};

ClientHello full_join() {
  ClientHello hello{.time = 0x01020304, .join = Join{.connection = 300}, .frames = kFrames};
  hello.join->session.fill(0x5e);
  hello.join->proof.fill(0x9f);
  hello.parameters.stream_window = 1 << 20;
  hello.credential = kCredential;
  return hello;
}

TEST(ClientHello, OfANewSessionIsAsThePageSays) {
  EXPECT_EQ(encode_hex(serialize(ClientHello{.time = 0x01020304, .frames = kFrames})), "010102030400010203");
}

TEST(ClientHello, OfAJoinIsAsThePageSays) {
  EXPECT_EQ(encode_hex(serialize(full_join())),
            "0201020304"
            "5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e"
            "412c"
            "9f9f9f9f9f9f9f9f9f9f9f9f9f9f9f9f"
            "0a"
            "010480100000"
            "06026d65"
            "010203");
}

TEST(ClientHello, ComesBackAsItWas) {
  const Buffer bytes = serialize(full_join());
  const auto hello = parse_client_hello(bytes);
  ASSERT_TRUE(hello);
  EXPECT_EQ(hello->time, 0x01020304U);
  EXPECT_EQ(hello->join->connection, 300U);
  EXPECT_EQ(hello->join->session, full_join().join->session);
  EXPECT_EQ(hello->join->proof, full_join().join->proof);
  EXPECT_EQ(hello->parameters.stream_window, 1U << 20U);
  EXPECT_EQ(hello->parameters.session_window, Parameters{}.session_window);
  EXPECT_EQ(text_of(hello->credential), "me");
  EXPECT_EQ(encode_hex(hello->frames), "010203");
}

TEST(ClientHello, CutOffAnywhereIsMalformed) {
  const Buffer bytes = serialize(full_join());
  const std::size_t without_frames = bytes.size() - kFrames.size();
  for (std::size_t size = 0; size < without_frames; ++size) {
    const auto hello = parse_client_hello(Bytes(bytes).first(size));
    ASSERT_FALSE(hello) << size;
    EXPECT_TRUE(hello.error().is(TunnelError::malformed));
  }
}

TEST(ClientHello, WithAnUnknownKindIsMalformed) {
  for (const int kind : {0, 3, 255}) {
    Buffer bytes = serialize(ClientHello{});
    bytes[0] = static_cast<std::uint8_t>(kind);
    EXPECT_FALSE(parse_client_hello(bytes)) << kind;
  }
}

Result<ClientHello> with_parameters(const Buffer& parameters) {
  static Buffer bytes;
  Writer writer;
  writer.u8(1).u32(0);
  put_varint(writer, parameters.size());
  bytes = writer.bytes(parameters).take();
  return parse_client_hello(bytes);
}

TEST(Parameters, ThatAreNotKnownArePassedOver) {
  const auto hello = with_parameters({0x3f, 2, 0xaa, 0xbb, 3, 1, 7});
  ASSERT_TRUE(hello);
  EXPECT_EQ(hello->parameters.streams, 7U);
}

TEST(Parameters, WithAValueThatIsNoneAreMalformed) {
  EXPECT_FALSE(with_parameters({3, 0}));        // no number
  EXPECT_FALSE(with_parameters({3, 2, 7, 7}));  // more than one
  EXPECT_FALSE(with_parameters({3, 1, 0x40}));  // half of one
  EXPECT_FALSE(with_parameters({6, 0}));        // a credential of no bytes
  EXPECT_FALSE(with_parameters({3, 9, 7}));     // past the end
  EXPECT_FALSE(with_parameters({3}));
}

TEST(ServerHello, ComesBackAsItWas) {
  ServerHello hello{.early = true, .session = SessionId{7}, .frames = kFrames};
  hello.parameters.life = std::chrono::seconds(60);
  const Buffer bytes = serialize(hello);
  const auto back = parse_server_hello(bytes, false);
  ASSERT_TRUE(back);
  EXPECT_TRUE(back->early);
  EXPECT_EQ(back->session, hello.session);
  EXPECT_FALSE(back->proof);
  EXPECT_EQ(back->parameters.life, std::chrono::seconds(60));
  EXPECT_EQ(encode_hex(back->frames), "010203");
}

TEST(ServerHello, OfAJoinHasAProof) {
  const Buffer bytes = serialize(ServerHello{.proof = Proof{9}});
  const auto back = parse_server_hello(bytes, true);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->proof, Proof{9});
  EXPECT_FALSE(back->session);
}

TEST(ServerHello, OfARefusalHasNeither) {
  for (const Status status : {Status::no_session, Status::full, Status::credential, Status::draining}) {
    const Buffer bytes = serialize(ServerHello{.status = status});
    EXPECT_EQ(bytes.size(), 3U);
    const auto back = parse_server_hello(bytes, true);
    ASSERT_TRUE(back);
    EXPECT_EQ(back->status, status);
    EXPECT_FALSE(back->proof);
  }
}

TEST(ServerHello, CutOffOrUnknownIsMalformed) {
  const Buffer bytes = serialize(ServerHello{.session = SessionId{7}});
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(parse_server_hello(Bytes(bytes).first(size), false)) << size;
  EXPECT_FALSE(parse_server_hello(Buffer{5, 0, 0}, false));
  EXPECT_FALSE(parse_server_hello(Buffer{1, 2, 0}, false));
}

}  // namespace
}  // namespace rozaneh::tunnel
