// HTTP/2 without a network: what the session makes of frames, and the bytes that it answers with.
#include <gtest/gtest.h>

#include "base/encoding.h"
#include "site/h2_head.h"
#include "site/h2_session.h"
#include "site/huffman.h"

namespace rozaneh::site {
namespace {

constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
// :method GET, :path /, :scheme https, :authority a.
const Buffer kGet{0x82, 0x84, 0x87, 0x41, 0x01, 'a'};

Buffer hello() {
  Buffer out(kPreface.begin(), kPreface.end());
  put_h2_frame(out, H2Type::settings, 0, 0, {});
  return out;
}

Buffer request(std::uint32_t stream, Bytes fields = kGet, std::uint8_t flags = 5) {
  Buffer out;
  put_h2_frame(out, H2Type::headers, flags, stream, fields);
  return out;
}

// The types of the frames in `output`, and of GOAWAY its error.
std::string shape(Bytes output) {
  std::string result;
  while (output.size() >= kH2FrameHead) {
    const std::size_t size = std::size_t{output[0]} << 16U | std::size_t{output[1]} << 8U | output[2];
    constexpr std::string_view kNames = "DHPRSUIGWC";
    result += kNames[output[3]];
    if (output[3] == 7) result += std::to_string(output[kH2FrameHead + 7]);
    output = output.subspan(std::min(output.size(), kH2FrameHead + size));
  }
  return result;
}

TEST(H2Session, BeginsAsNginxDoes) {
  H2Session session({});
  EXPECT_EQ(encode_hex(session.output()),
            "000012040000000000000300000080000400010000000500ffffff"
            "0000040800000000007fff0000");
}

TEST(H2Session, HandsRequestsOutHoweverTheyAreCut) {
  const Buffer all = concat(hello(), request(1));
  for (const std::size_t step : {std::size_t{1}, std::size_t{10}, all.size()}) {
    H2Session session({});
    for (std::size_t at = 0; at < all.size(); at += step)
      session.feed(Bytes(all).subspan(at, std::min(step, all.size() - at)));
    const auto ready = session.next();
    ASSERT_TRUE(ready);
    EXPECT_EQ(ready->stream, 1U);
    EXPECT_EQ(ready->refusal, 0U);
    const Request* asked = session.request(1);
    ASSERT_NE(asked, nullptr);
    EXPECT_EQ(asked->method, "GET");
    EXPECT_EQ(asked->path, "/");
    EXPECT_EQ(asked->host, "a");
    (void)session.output();
    session.answer(1, Buffer{0x88}, nullptr);
    EXPECT_EQ(shape(session.output()), "H");
    EXPECT_TRUE(session.idle());
  }
}

TEST(H2Session, EndsWithNginxsErrors) {
  const auto frame = [](H2Type type, std::uint8_t flags, std::uint32_t stream, Bytes payload) {
    Buffer out;
    put_h2_frame(out, type, flags, stream, payload);
    return out;
  };
  const Buffer zeros(8);
  const struct {
    Buffer input;
    std::string_view ends;
  } cases[] = {
      {frame(H2Type::ping, 0, 0, Bytes(zeros).first(3)), "SG6"},
      {frame(H2Type::ping, 0, 1, zeros), "SG1"},
      {frame(H2Type::window_update, 0, 0, Bytes(zeros).first(4)), "SG1"},
      {frame(H2Type::settings, 0, 0, Bytes(zeros).first(5)), "SG6"},
      {frame(H2Type::settings, 0, 3, {}), "SG1"},
      {frame(H2Type::continuation, 4, 1, kGet), "SG1"},
      {frame(H2Type::push_promise, 4, 1, kGet), "SG1"},
      {frame(H2Type::data, 0, 0, zeros), "SG1"},
      {frame(H2Type::headers, 5, 1, {}), "SG6"},
      {request(2), "SG1"},
      {request(1, Buffer{0x80}), "SG9"},
      {request(1, Buffer{0x82, 0x84, 0x00, 0x7f}), "SG6"},
      {request(1, Buffer{0x00, 0x7f, 0xff, 0x7f}), "SG11"},
      {concat(request(1, kGet, 1), frame(H2Type::ping, 0, 0, zeros)), "SG1"},
  };
  for (const auto& probe : cases) {
    H2Session session({});
    (void)session.output();
    session.feed(concat(hello(), probe.input));
    EXPECT_TRUE(session.ended());
    EXPECT_EQ(shape(session.output()), probe.ends) << encode_hex(probe.input);
  }
}

TEST(H2Session, RefusesMoreStreamsThanItAnnounced) {
  H2Session session({});
  (void)session.output();
  Buffer input = hello();
  for (std::uint32_t i = 0; i < 130; ++i) append(input, request(2 * i + 1));
  session.feed(input);
  unsigned ready = 0;
  while (session.next()) {
    ++ready;
    session.go_on();
  }
  EXPECT_EQ(ready, 128U);
  EXPECT_EQ(shape(session.output()), "SRR");
}

TEST(H2Session, EndsAFloodOfFramesThatAskForNothing) {
  H2Session session({});
  Buffer pings;
  for (int i = 0; i < 1000; ++i) put_h2_frame(pings, H2Type::priority, 0, 3, Buffer{0, 0, 0, 0, 1});
  session.feed(hello());
  session.feed(pings);
  EXPECT_TRUE(session.ended());
  H2Session other({});
  (void)other.output();
  other.feed(hello());
  Buffer unknown;
  put_h2_frame(unknown, static_cast<H2Type>(0x42), 0, 0, Buffer(60000));
  for (int i = 0; i < 200 && !other.ended(); ++i) other.feed(unknown);
  EXPECT_TRUE(other.ended());
  EXPECT_EQ(shape(other.output()), "SG0");
}

TEST(H2Session, KeepsToTheClientsWindows) {
  H2Session session({});
  (void)session.output();
  session.feed(concat(hello(), request(1)));
  ASSERT_TRUE(session.next());
  Answer answer;
  answer.parts.push_back({std::string(100'000, 'x'), 0, 0});
  session.answer(1, Buffer{0x88}, std::make_unique<Body>(answer));
  const Buffer first = session.output();
  EXPECT_EQ(first.size(), 9 + kH2FrameHead + 1 + 65535 + 8 * kH2FrameHead);
  EXPECT_TRUE(session.output().empty());
  Buffer more;
  put_h2_frame(more, H2Type::window_update, 0, 0, Buffer{0, 1, 0, 0});
  put_h2_frame(more, H2Type::window_update, 0, 1, Buffer{0, 1, 0, 0});
  session.feed(more);
  EXPECT_EQ(shape(session.output()), "DDDDD");
  EXPECT_TRUE(session.idle());
}

void put_literal(Buffer& fields, std::string_view name, std::string_view value) {
  fields.push_back(0);
  put_hpack_plain(fields, name);
  put_hpack_plain(fields, value);
}

// :method CONNECT, :scheme https, :authority a, and the rest in its order.
Buffer extended_connect(std::vector<std::pair<std::string_view, std::string_view>> rest) {
  Buffer fields{0x42, 7, 'C', 'O', 'N', 'N', 'E', 'C', 'T', 0x87, 0x41, 1, 'a'};
  for (const auto& [name, value] : rest) put_literal(fields, name, value);
  return fields;
}

H2Session::Options with_tunnel_at(std::string path) {
  H2Session::Options options;
  options.may_extend = [path](const Request& so_far) { return so_far.target == path; };
  return options;
}

TEST(H2Session, SaysNothingOfTunnels) {
  H2Session with(with_tunnel_at("/"));
  H2Session without({});
  EXPECT_EQ(with.output(), without.output());
}

TEST(H2Session, RefusesExtendedConnectAsNginxDoesUnlessItsPathCameFirst) {
  const Buffer cases[] = {
      extended_connect({{":path", "/other"}, {":protocol", "w"}}),
      extended_connect({{":protocol", "w"}, {":path", "/secret"}}),
      extended_connect({{":path", "/secret"}, {":protocol", "w"}, {":protocol", "w"}}),
  };
  for (const Buffer& fields : cases) {
    H2Session session(with_tunnel_at("/secret"));
    // At the field itself, before the block is complete.
    session.feed(concat(hello(), request(1, fields, 0)));
    const auto ready = session.next();
    ASSERT_TRUE(ready);
    EXPECT_EQ(ready->refusal, 400U);
  }
}

TEST(H2Session, GivesThePaddingOfATunnelBack) {
  H2Session session(with_tunnel_at("/"));
  session.feed(concat(hello(), request(1, extended_connect({{":path", "/"}, {":protocol", "w"}}), 4)));
  ASSERT_TRUE(session.next());
  session.open_tunnel(1, Buffer{0x88});
  session.go_on();
  Buffer data;
  put_h2_frame(data, H2Type::data, kH2Padded, 1, Buffer(256, 255));
  for (int i = 0; i < 1000; ++i) {
    session.feed(data);
    const auto taken = session.take_inbound(1);
    ASSERT_TRUE(taken) << i;
    EXPECT_TRUE(taken->empty());
    (void)session.output();
  }
}

TEST(H2Session, ATunnelCarriesBytesBothWays) {
  H2Session session(with_tunnel_at("/"));
  (void)session.output();
  session.feed(concat(hello(), request(1, extended_connect({{":path", "/"}, {":protocol", "w"}}), 4)));
  const auto ready = session.next();
  ASSERT_TRUE(ready);
  EXPECT_EQ(ready->refusal, 0U);
  EXPECT_EQ(session.request(1)->protocol, "w");
  session.open_tunnel(1, Buffer{0x88});
  EXPECT_TRUE(session.send(1, bytes_of("out")));
  EXPECT_EQ(shape(session.output()), "SHD");
  session.go_on();
  Buffer data;
  put_h2_frame(data, H2Type::data, kH2EndStream, 1, bytes_of("in"));
  session.feed(data);
  EXPECT_EQ(text_of(*session.take_inbound(1)), "in");
  EXPECT_TRUE(session.tunnel_ended(1));
  session.finish(1);
  session.leave(1);
  EXPECT_EQ(shape(session.output()), "D");
  EXPECT_TRUE(session.idle());
}

TEST(H2Session, WhatCameOfATunnelThatEndedOutlivesTheConnection) {
  for (const bool ours_ended : {true, false}) {
    H2Session session(with_tunnel_at("/"));
    session.feed(concat(hello(), request(1, extended_connect({{":path", "/"}, {":protocol", "w"}}), 4)));
    ASSERT_TRUE(session.next());
    session.open_tunnel(1, Buffer{0x88});
    session.go_on();
    if (ours_ended) session.finish(1);
    Buffer data;
    put_h2_frame(data, H2Type::data, kH2EndStream, 1, bytes_of("last"));
    session.feed(data);
    session.close();
    const auto taken = session.take_inbound(1);
    EXPECT_EQ(taken.has_value(), ours_ended);
    if (taken) {
      EXPECT_EQ(text_of(*taken), "last");
    }
    EXPECT_TRUE(session.tunnel_ended(1));
    session.leave(1);
  }
}

TEST(H2Head, IsNginxsToTheByte) {
  Answer answer;
  answer.status = 200;
  answer.type = "text/html";
  answer.length = 615;
  const Buffer block = h2_field_block(Request(), answer, {0, true, true, {}}, true);
  EXPECT_TRUE(encode_hex(block).starts_with("20887689aa6355e580ae212e1f"));  // as captured from nginx 1.22.1
}

TEST(Huffman, TextsComeBackAndBadCodesDoNot) {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  EXPECT_EQ(huffman_decode(huffman_encode(all)), all);
  // RFC 7541 appendix C.4.1.
  EXPECT_EQ(encode_hex(huffman_encode("www.example.com")), "f1e3c2e5f23a6ba0ab90f4ff");
  EXPECT_EQ(huffman_decode(Buffer{}), "");
  for (const Buffer& bad : {Buffer{0x00}, Buffer{0xff}, Buffer{0xff, 0xff, 0xff, 0xff}})
    EXPECT_FALSE(huffman_decode(bad)) << encode_hex(bad);
}

TEST(Hpack, DecodesTheExamplesOfTheRfc) {
  // Appendix C.4: three requests on one connection.
  HpackDecoder decoder;
  const std::string_view blocks[] = {"828684418cf1e3c2e5f23a6ba0ab90f4ff", "828684be5886a8eb10649cbf",
                                     "828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf"};
  std::vector<Field> fields;
  for (const std::string_view hex : blocks) {
    const Buffer block = *decode_hex(hex);
    Bytes rest = block;
    Field field;
    while (!rest.empty()) {
      ASSERT_EQ(decoder.take(rest, field), HpackDecoder::Step::field);
      fields.push_back(field);
    }
  }
  EXPECT_EQ(fields[3].value, "www.example.com");
  EXPECT_EQ(fields[8].name, "cache-control");
  EXPECT_EQ(fields[8].value, "no-cache");
  EXPECT_EQ(fields[12].value, "www.example.com");
  EXPECT_EQ(fields[13].name, "custom-key");
  EXPECT_EQ(fields[13].value, "custom-value");
}

}  // namespace
}  // namespace rozaneh::site
