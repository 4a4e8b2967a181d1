#include "lab/recognise/quic.h"

#include <gtest/gtest.h>

#include "crypto/vectors.h"
#include "lab/quic_packets.h"
#include "lab/recognise/ja.h"
#include "lab/recognise/quic_gfw.h"
#include "wire/tls/messages.h"

namespace rozaneh::lab {
namespace {

using Answer = QuicHelloReader::Answer;

struct Vectors {
  Buffer v1, v2, server_v1, server_v2, crypto;
};

Vectors vectors() {
  const auto values = read_vectors("quic_initial.txt");
  const auto at = [&](std::size_t i) { return decode_hex(values.at(i)).value(); };
  return {at(0), at(1), at(2), at(3), at(4)};
}

TEST(QuicKeys, MatchRfc9001AndRfc9369) {
  const Buffer id = *decode_hex("8394c8f03e515708");
  const auto first = client_initial_keys(kQuicV1, id);
  EXPECT_EQ(encode_hex(first.key.bytes()), "1f369613dd76d5467730efcbe3b1a22d");
  EXPECT_EQ(encode_hex(first.iv), "fa044b2f42a3fd3b46fb255c");
  EXPECT_EQ(encode_hex(first.header_protection.bytes()), "9f50449e04a0e810283a1e9933adedd2");
  const auto second = client_initial_keys(kQuicV2, id);
  EXPECT_EQ(encode_hex(second.key.bytes()), "8b1a0bc121284290a29e0971b5cd045d");
  EXPECT_EQ(encode_hex(second.iv), "91f73e2351d8fa91660e909f");
  EXPECT_EQ(encode_hex(second.header_protection.bytes()), "45b95e15235d6f45a6b19cbcb0294ba9");
}

TEST(QuicInitial, OpensThePacketsOfTheRfcs) {
  const auto all = vectors();
  for (const auto& packet : {all.v1, all.v2}) {
    const auto header = parse_quic_long_header(packet);
    ASSERT_TRUE(header);
    EXPECT_EQ(header->type, QuicPacketType::initial);
    EXPECT_EQ(encode_hex(header->destination_id), "8394c8f03e515708");
    EXPECT_EQ(header->packet_size, 1200U);
    const auto initial =
        open_initial(packet, *header, client_initial_keys(header->version, header->destination_id));
    ASSERT_TRUE(initial);
    EXPECT_EQ(initial->packet_number, 2U);
    EXPECT_EQ(initial->packet_number_size, 4U);
    EXPECT_EQ(initial->frames, concat(all.crypto, Buffer(917)));
    EXPECT_TRUE(is_quic_client_initial(packet));
  }
  // A server's is under other keys.
  EXPECT_FALSE(is_quic_client_initial(all.server_v1));
  EXPECT_FALSE(is_quic_client_initial(all.server_v2));
}

TEST(QuicInitial, OpensNothingThatWasChanged) {
  const auto packet = vectors().v1;
  for (std::size_t at = 0; at < packet.size(); at += at < 40 ? 1 : 97) {
    Buffer changed = packet;
    changed[at] ^= 1U;
    EXPECT_FALSE(is_quic_client_initial(changed)) << at;
  }
  for (std::size_t size = 0; size < packet.size(); size += 7)
    EXPECT_FALSE(is_quic_client_initial(Bytes(packet).first(size))) << size;
}

TEST(QuicHelloReader, ReadsTheHelloOfTheRfcs) {
  const auto all = vectors();
  for (const auto& [packet, version] : {std::pair(all.v1, kQuicV1), std::pair(all.v2, kQuicV2)}) {
    QuicHelloReader reader;
    EXPECT_EQ(reader.feed(packet), Answer::hello);
    EXPECT_EQ(reader.version(), version);
    EXPECT_EQ(reader.hello().server_name, "example.com");
    EXPECT_TRUE(reader.hello().has(tls::extension::kQuicTransportParameters));
    EXPECT_EQ(ja4(reader.hello(), HelloCarrier::quic).substr(0, 10), "q13d0211an");
  }
}

TEST(QuicHeader, KeepsToItsLimits) {
  const Buffer frames = crypto_frame(0, tls::rfc8448_client_hello());
  const auto opens = [&](const QuicPlan& plan) { return is_quic_client_initial(sealed(plan, frames)); };
  for (const std::size_t size : {0U, 1U, 19U, 20U, 21U}) {
    EXPECT_EQ(opens({.destination_id = Buffer(size, 1)}), size <= 20) << size;
    EXPECT_EQ(opens({.source_id = Buffer(size, 1)}), size <= 20) << size;
  }
  for (const std::size_t size : {1U, 2U, 3U, 4U}) EXPECT_TRUE(opens({.number = 7, .number_size = size}));
  EXPECT_TRUE(opens({.token = Buffer(100, 3)}));
  for (const std::uint32_t version : {0U, 2U, 0xff00001dU, 0x6b3343ceU, 0x6b3343d0U})
    EXPECT_FALSE(opens({.version = version})) << version;
  EXPECT_FALSE(opens({.version = kQuicV1, .version_of_keys = kQuicV2}));
  EXPECT_FALSE(opens({.version = kQuicV1, .type = 1}));  // 0-RTT
  EXPECT_FALSE(opens({.version = kQuicV2, .type = 0}));  // a Retry there
  // Sample and tag want 20 bytes after the header's length.
  EXPECT_TRUE(is_quic_client_initial(sealed({}, Buffer(3))));
  EXPECT_FALSE(is_quic_client_initial(sealed({.number_size = 1}, Buffer(2))));
}

TEST(QuicPacketNumber, IsTheOneNearestToWhatIsExpected) {
  // RFC 9000 appendix A.3: after 0xa82f30ea, 0x9b32 in two bytes is 0xa82f9b32.
  const Buffer frames = crypto_frame(0, tls::rfc8448_client_hello());
  const auto read = [&](std::uint64_t number, std::size_t size, std::uint64_t expected) -> std::uint64_t {
    const Buffer packet = sealed({.number = number, .number_size = size}, frames);
    const auto header = parse_quic_long_header(packet);
    const auto opened =
        open_initial(packet, *header, client_initial_keys(kQuicV1, header->destination_id), expected);
    return opened ? opened->packet_number : 0;
  };
  EXPECT_EQ(read(0xa82f9b32, 2, 0xa82f30eb), 0xa82f9b32U);
  EXPECT_EQ(read(300, 1, 256), 300U);
  EXPECT_EQ(read(300, 1, 173), 300U);  // 127 before it and
  EXPECT_EQ(read(300, 1, 172), 300U);  // 128 are within reach,
  EXPECT_EQ(read(300, 1, 171), 0U);    // 129 are not
  EXPECT_EQ(read(255, 1, 256), 255U);
}

// All frames of a hello, cut into pieces of a size.
std::vector<Buffer> pieces(Bytes hello, std::size_t size) {
  std::vector<Buffer> frames;
  for (std::size_t at = 0; at < hello.size(); at += size)
    frames.push_back(crypto_frame(at, hello.subspan(at, std::min(size, hello.size() - at))));
  return frames;
}

TEST(QuicHelloReader, PutsTheHelloTogetherInAnyOrderOfFramesAndPackets) {
  const Buffer hello = tls::rfc8448_client_hello();
  for (const std::size_t size : {1U, 2U, 7U, 50U, 195U, 196U}) {
    auto frames = pieces(hello, size);
    for (const bool reversed : {false, true}) {
      if (reversed) std::ranges::reverse(frames);
      Writer one;
      for (const auto& frame : frames) one.u8(1).zeros(2).bytes(frame);  // among PING and PADDING
      QuicHelloReader together;
      EXPECT_EQ(together.feed(sealed({}, one.view())), Answer::hello) << size;
      QuicHelloReader apart;
      Answer answer = Answer::more;
      for (std::size_t i = 0; i < frames.size(); ++i) {
        EXPECT_EQ(answer, Answer::more);
        answer = apart.feed(sealed({.number = i}, concat(frames[i], Buffer(8))));
      }
      EXPECT_EQ(answer, Answer::hello) << size;
      EXPECT_EQ(apart.hello(), together.hello());
      EXPECT_EQ(apart.hello().server_name, "server");
    }
  }
}

TEST(QuicHelloReader, ReadsPacketsThatShareADatagram) {
  const auto frames = pieces(tls::rfc8448_client_hello(), 100);
  const Buffer both = concat(sealed({.number = 0}, frames[0]), sealed({.type = 1}, Buffer(30)),
                             sealed({.number = 1}, frames[1]), Buffer(50));
  QuicHelloReader reader;
  EXPECT_EQ(reader.feed(both), Answer::hello);
}

TEST(QuicHelloReader, KeepsTheFirstConnectionIdsKeysAndTakesThoseAfterARetry) {
  const auto frames = pieces(tls::rfc8448_client_hello(), 100);
  const Buffer retried = sealed({.destination_id = Buffer(8, 0xee), .token = Buffer(20, 9), .number = 1},
                                concat(frames[0], frames[1]));
  QuicHelloReader reader;
  EXPECT_EQ(reader.feed(sealed({}, frames[0])), Answer::more);
  EXPECT_EQ(reader.feed(bytes_of("something else")), Answer::more);
  EXPECT_EQ(reader.feed(retried), Answer::hello);
}

TEST(QuicHelloReader, IsNotMisledByOtherDatagrams) {
  const Buffer server_hello = crypto_frame(0, tls::rfc8448_server_hello());
  const Buffer random = *decode_hex("4a" + std::string(200, '7'));
  for (const Buffer& first : {Buffer{}, random, vectors().server_v1, sealed({}, server_hello)}) {
    QuicHelloReader reader;
    EXPECT_EQ(reader.feed(first), Answer::not_quic);
    EXPECT_EQ(reader.feed(vectors().v1), Answer::not_quic);
  }
}

TEST(QuicHelloReader, TakesFramesThatMayStandThereAndNoOthers) {
  const Buffer crypto = crypto_frame(0, tls::rfc8448_client_hello());
  const std::pair<std::string, bool> kBefore[] = {
      {"00", true},
      {"01", true},
      {"0205000100"
       "0000",
       true},                      // ACK with one range
      {"02050002000000", false},   // with one range too few, which then eats the rest
      {"0305000000010203", true},  // with ECN counts
      {"1c0a0000", true},
      {"1c0a000401020304", true},
      {"07", false},
      {"08", false},
      {"1d0a0000", false},
      {"1e", false},
      {"4006", false},
  };
  for (const auto& [before, good] : kBefore) {
    QuicHelloReader reader;
    const auto answer = reader.feed(sealed({}, concat(*decode_hex(before), crypto)));
    EXPECT_EQ(answer == Answer::hello, good) << before;
  }
}

TEST(QuicHelloReader, KeepsToItsLimit) {
  for (const std::size_t size : {1000U, 1001U}) {
    const Buffer hello = tls::client_hello_of_size(size);
    QuicHelloReader reader(1000);
    const auto answer = reader.feed(sealed({}, crypto_frame(0, Bytes(hello).first(100))));
    EXPECT_EQ(answer, size == 1000 ? Answer::more : Answer::too_big);
    EXPECT_EQ(reader.feed(sealed({.number = 1}, crypto_frame(100, Bytes(hello).subspan(100)))),
              size == 1000 ? Answer::hello : Answer::too_big);
  }
}

TEST(QuicCryptoStream, JoinsWhatTouchesAndBoundsTheRest) {
  QuicCryptoStream stream(2000);
  EXPECT_TRUE(stream.add(4, bytes_of("ef")));
  EXPECT_TRUE(stream.add(8, bytes_of("ij")));
  EXPECT_TRUE(stream.beginning().empty());
  EXPECT_TRUE(stream.add(0, bytes_of("abcde")));
  EXPECT_EQ(text_of(stream.beginning()), "abcdef");
  EXPECT_TRUE(stream.add(5, bytes_of("fghi")));
  EXPECT_EQ(text_of(stream.beginning()), "abcdefghij");
  EXPECT_TRUE(stream.add(1998, bytes_of("yz")));
  EXPECT_FALSE(stream.add(1999, bytes_of("yz")));
  EXPECT_FALSE(stream.add(~std::uint64_t{0}, bytes_of("y")));
  QuicCryptoStream gaps(2000);
  for (std::size_t i = 0; i <= 256; ++i) EXPECT_TRUE(gaps.add(2 * i + 1, bytes_of("x"))) << i;
  EXPECT_TRUE(gaps.add(2, bytes_of("x")));
  EXPECT_TRUE(gaps.add(2 * 257 + 1, bytes_of("x")));
  EXPECT_FALSE(gaps.refused());
  EXPECT_FALSE(gaps.add(2 * 258 + 1, bytes_of("x")));
  EXPECT_TRUE(gaps.refused());
}

// The payloads of the artifact's table 3, made anew.
TEST(GfwQuic, ReadsWhatWasMeasured) {
  const Buffer hello =
      tls::message_of(tls::HandshakeType::client_hello,
                      tls::client_hello_body(tls::extension_of(0, tls::server_name_body("a.example"))));
  const auto name = [](Bytes datagram, const GfwQuicReading& reading = {}) -> std::string {
    const auto found = gfw_client_hello(datagram, reading);
    return found ? found->server_name.value_or("none") : "";
  };
  const Buffer crypto = crypto_frame(0, hello);
  EXPECT_EQ(name(sealed({}, crypto)), "a.example");  // 1
  EXPECT_EQ(name(sealed({.number_size = 2}, crypto)), "a.example");
  const Buffer packet = sealed({}, crypto);
  EXPECT_EQ(name(Bytes(packet).first(packet.size() - 1)), "");                            // 2
  EXPECT_EQ(name(sealed({.version = 2, .version_of_keys = kQuicV1}, crypto)), "");        // 3
  EXPECT_EQ(name(sealed({.destination_id = {}, .source_id = {}}, crypto)), "a.example");  // 4
  EXPECT_EQ(name(sealed({.destination_id = Buffer(255), .source_id = {}}, crypto)), "");  // 5
  EXPECT_EQ(name(sealed({.source_id = Buffer(255)}, crypto)), "");
  const Buffer no_length = concat(*decode_hex("06000000"), hello);
  EXPECT_EQ(name(sealed({}, no_length)), "a.example");  // 6
  EXPECT_EQ(name(sealed({}, no_length), {.zero_length_is_to_the_end = false}), "");
  const Buffer no_ciphers = concat(*decode_hex("0100003c0303"), Buffer(32),
                                   *decode_hex("00000001000013"
                                               "0000000f000d00000a"),
                                   bytes_of("google.com"));
  EXPECT_EQ(name(sealed({}, crypto_frame(0, no_ciphers))), "google.com");  // the hello of 4 and 6
  const Buffer in_alpn =
      tls::client_hello_body(tls::extension_of(16, *decode_hex("000a09612e6578616d706c65")));
  const Buffer other = crypto_frame(0, tls::message_of(tls::HandshakeType::client_hello, in_alpn));
  EXPECT_EQ(name(sealed({}, other)), "none");  // 7
  const Buffer among = concat(*decode_hex("01000000"), crypto, *decode_hex("0000"));
  EXPECT_EQ(name(sealed({}, among)), "");  // 8
  EXPECT_EQ(name(sealed({}, among), {.needs_crypto_first = false}), "a.example");
  EXPECT_EQ(name(sealed({}, concat(crypto, *decode_hex("000001")))), "a.example");
  EXPECT_EQ(name(sealed({.version = kQuicV2}, crypto)), "");  // 10
  EXPECT_EQ(name(sealed({.version = kQuicV2}, crypto), {.reads_version_2 = true}), "a.example");
}

TEST(GfwQuic, SeesAHelloWithEchByItsOuterName) {  // 9, and the artifact's exp15
  const Buffer extensions = concat(tls::extension_of(0xfe0d, *decode_hex("00000100012b0020")),
                                   tls::extension_of(0, tls::server_name_body("outer.example")));
  const Buffer hello = tls::message_of(tls::HandshakeType::client_hello, tls::client_hello_body(extensions));
  EXPECT_EQ(gfw_client_hello(sealed({}, crypto_frame(0, hello)))->server_name, "outer.example");
}

TEST(GfwQuic, DoesNotPutFramesOrPacketsTogether) {
  const auto frames = pieces(tls::rfc8448_client_hello(), 100);
  const Buffer datagram = sealed({}, concat(frames[0], frames[1]));
  EXPECT_FALSE(gfw_client_hello(datagram));
  EXPECT_TRUE(gfw_client_hello(datagram, {.needs_hello_in_one_frame = false}));
  EXPECT_FALSE(gfw_client_hello(sealed({}, frames[0]), {.needs_hello_in_one_frame = false}));
  EXPECT_FALSE(gfw_client_hello(sealed({}, crypto_frame(1, tls::rfc8448_client_hello()))));
}

TEST(GfwQuic, LooksOnlyWhereTheClientsPortIsGreater) {
  EXPECT_TRUE(gfw_reads_quic_between(444, 443));
  EXPECT_FALSE(gfw_reads_quic_between(443, 443));
  EXPECT_FALSE(gfw_reads_quic_between(442, 443));
}

}  // namespace
}  // namespace rozaneh::lab
