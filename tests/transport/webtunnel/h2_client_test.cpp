// The client's HTTP/2 without a network: what it says first, and what it makes of a server's frames.
#include "transport/webtunnel/h2_client.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "transport/webtunnel/error.h"
#include "transport/webtunnel/h2_request.h"

namespace rozaneh::webtunnel {
namespace {

using site::H2Type;

// Of Debian's Chromium 156, caught on loopback: what it says first, and its second request, which opens a
// WebSocket. What its table holds by then came with the first request, for a page.
constexpr std::string_view kGreeting =
    "505249202a20485454502f322e300d0a0d0a534d0d0a0d0a"
    "000018040000000000000100010000000200000000000400600000000600040000"
    "00000408000000000000ef0001";
constexpr std::string_view kPageFields =
    "82418a8ec34931572f91d35d05878440874148b1275ad1ffa2fe749d37215aed83aa4fe7efbc1fcbdfcfd29fcde9ec3d26b69fe7"
    "efbc1fc85b73f9408b4148b1275ad1ad49e33505023f30408d4148b1275ad1ad5d034ca7b29f07224c696e7578224092b6b9ac1c"
    "8558d520a4b6c2ad617b5a54251f01317ad3d07f66a281b0dae053fafc087ed4ce6aadf2a7979c89c6bfb521aeba0bc8b1e63258"
    "6d975765c53facd8f7e8cff4a506ea5531149d4ffda98ca39282a117a7b0f49580b6e2e05c0b814dc394761986d975765c53ec49"
    "7ca589d34d1f43aeba0c41a4c7a98f33a69a3fdf9a68fa1d75d0620d263d4c79a68fbed00177fe8d48e62b1d3cd1f46a4731581f"
    "734bf46a473158f058ebfa352398ac0ebaa6faf963e7efb4005defa1d75d0620d263d4c20d35459162f924e3aa62fdf782367efb"
    "4005dd408a4148b4a549275906497f83a8f517408a4148b4a549275a93c85f86a87dcd30d25f408a4148b4a549275ad416cf023f"
    "31408a4148b4a549275a42a13f8690e4b692d49f50929bd9abfa5242cb40d25fa523b3e94f684c9f518b2d4b70ddf45abefb4005"
    "df4086aec31ec327d785b6007d286f";
constexpr std::string_view kSocketPriority = "8000000092";
constexpr std::string_view kSocketFields =
    "0207434f4e4e454354cb870493610525854ad58d33ac795641e92ad416a9933f0087b95d8749c87a3f87f058d072752a7f4085ae"
    "c1cd48ff86a8eb10649cbf5886a8eb10649cbfc840853d8698d57f909d29ad1718623b0d24c55cbe474d7417408f4148b782c683"
    "93a952b772d8831eaf023133c4c340914148b782c68393a952b17ca4b520c7a91f9eacb65254207315690b2d03497ed425062d49"
    "8a91f98bc1aa90fe228cc947";

std::vector<std::string> read_fields(site::HpackDecoder& decoder, Bytes block) {
  std::vector<std::string> fields;
  site::Field field;
  while (!block.empty()) {
    EXPECT_EQ(decoder.take(block, field), site::HpackDecoder::Step::field);
    fields.push_back(field.name + ": " + field.value);
  }
  return fields;
}

TEST(H2Request, IsChromiums) {
  EXPECT_EQ(encode_hex(h2_greeting()), kGreeting);
  const Buffer ours = h2_request("bridge.example", "/secret-path-of-some-length");
  EXPECT_EQ(ours[3], static_cast<std::uint8_t>(H2Type::headers));
  EXPECT_EQ(ours[4], 0x24);
  EXPECT_EQ(encode_hex(Bytes(ours).subspan(9, 5)), kSocketPriority);
  site::HpackDecoder theirs(kH2TableSize);
  (void)read_fields(theirs, *decode_hex(kPageFields));
  auto expected = read_fields(theirs, *decode_hex(kSocketFields));
  // The one that was caught had no window.
  for (std::string& field : expected)
    if (const auto at = field.find("HeadlessChrome"); at != std::string::npos) field.erase(at, 8);
  site::HpackDecoder fresh(kH2TableSize);
  EXPECT_EQ(read_fields(fresh, Bytes(ours).subspan(14)), expected);
  // Fields that neither's table has are the same to the byte: from :path to cache-control.
  const std::string ours_text = encode_hex(ours);
  EXPECT_NE(ours_text.find(kSocketFields.substr(22, 120)), std::string::npos);
}

Buffer frame(H2Type type, std::uint8_t flags, std::uint32_t stream, Bytes payload = {}) {
  Buffer out;
  site::put_h2_frame(out, type, flags, stream, payload);
  return out;
}

Buffer number(std::uint32_t value) { return Writer().u32(value).take(); }

Buffer setting(std::uint16_t id, std::uint32_t value) {
  return frame(H2Type::settings, 0, 0, Writer().u16(id).u32(value).view());
}

Buffer status(std::string_view code, std::uint8_t flags = site::kH2EndHeaders) {
  Buffer block{0x08};
  site::put_hpack_plain(block, code);
  return frame(H2Type::headers, flags, 1, block);
}

const Buffer kSettings = frame(H2Type::settings, 0, 0);
const Buffer kOpened = concat(kSettings, frame(H2Type::headers, site::kH2EndHeaders, 1, Buffer{0x88}));

struct Talk {
  Talk() {
    EXPECT_EQ(encode_hex(client.output()), kGreeting);
    EXPECT_FALSE(client.output().empty());
  }
  explicit Talk(Bytes bytes) : Talk() { client.feed(bytes); }

  std::string received() {
    Buffer room(1 << 20);
    return std::string(text_of(Bytes(room).first(client.take(room))));
  }
  std::string failure() const { return client.failure() ? client.failure()->message() : ""; }
  std::string said() { return encode_hex(client.output()); }

  H2Client client{"a.example", "/path"};
};

// DATA in `output`, checked for its shape; whether the last of them ends the stream.
struct Data {
  std::size_t size = 0;
  std::vector<std::size_t> frames;
  bool ended = false;
};

Data data_in(Bytes output) {
  Data data;
  while (!output.empty()) {
    const std::size_t size = std::size_t{output[0]} << 16U | std::size_t{output[1]} << 8U | output[2];
    EXPECT_EQ(output[3], static_cast<std::uint8_t>(H2Type::data));
    EXPECT_FALSE(data.ended);
    data.ended = output[4] == site::kH2EndStream;
    data.frames.push_back(size);
    data.size += size;
    output = output.subspan(site::kH2FrameHead + size);
  }
  return data;
}

TEST(H2Client, TakesAnswersHoweverTheyAreCut) {
  const Buffer padded = concat(Buffer{3}, bytes_of("three"), Buffer(3));
  Buffer prioritized{2, 0, 0, 0, 0, 16, 0x88};
  prioritized.resize(prioritized.size() + 2);
  const Buffer answers[] = {
      concat(kOpened, frame(H2Type::data, 0, 1, bytes_of("one ")),
             frame(H2Type::data, site::kH2EndStream, 1, bytes_of("two"))),
      concat(
          kSettings,
          frame(H2Type::headers, site::kH2EndHeaders | site::kH2Padded | site::kH2Priority, 1, prioritized),
          frame(H2Type::data, site::kH2Padded | site::kH2EndStream, 1, padded)),
      concat(kSettings, status("103"), frame(H2Type::headers, 0, 1, Buffer{0x00, 1}),
             frame(H2Type::continuation, 0, 1),
             frame(H2Type::continuation, site::kH2EndHeaders, 1, Buffer{'a', 0})),
      concat(
          setting(3, 100), frame(H2Type::settings, site::kH2Ack, 0), status("204"),
          frame(H2Type::ping, 0, 0, Buffer(8)), frame(static_cast<H2Type>(0x42), 7, 9, Buffer(20)),
          frame(H2Type::priority, 0, 1, Buffer(5)),
          frame(H2Type::goaway, 0, 0, Buffer{0, 0, 0, 1, 0, 0, 0, 0}),
          frame(H2Type::data, 0, 1, bytes_of("x")),
          frame(H2Type::headers, site::kH2EndHeaders | site::kH2EndStream, 1, Buffer{0x00, 1, 'a', 1, 'b'})),
  };
  const std::string_view contents[] = {"one two", "three", "", "x"};
  for (std::size_t i = 0; i < std::size(answers); ++i) {
    for (std::size_t step = 1; step <= answers[i].size(); ++step) {
      Talk talk;
      Bytes rest = answers[i];
      while (!rest.empty()) {
        const Bytes part = rest.first(std::min(step, rest.size()));
        talk.client.feed(part);
        rest = rest.subspan(part.size());
      }
      EXPECT_EQ(talk.failure(),
                i == 2 ? "webtunnel: the web server breaks HTTP/2 (an answer without a status)" : "");
      EXPECT_EQ(talk.client.opened(), i != 2);
      EXPECT_EQ(talk.received(), contents[i]) << i;
      EXPECT_EQ(talk.client.at_end(), i != 2);
    }
  }
}

TEST(H2Client, SendsAsChromiumDoesAndKeepsToTheWindows) {
  Talk talk(kOpened);
  EXPECT_EQ(talk.said(), "000000040100000000");
  talk.client.send(Buffer(200'000));
  const Data first = data_in(talk.client.output());
  EXPECT_EQ(first.frames, (std::vector<std::size_t>{16375, 16375, 16375, 16375}));
  EXPECT_EQ(data_in(talk.client.output()).frames, (std::vector<std::size_t>{35}));
  EXPECT_TRUE(talk.client.output().empty());
  talk.client.feed(frame(H2Type::window_update, 0, 0, number(1000)));
  EXPECT_TRUE(talk.client.output().empty());
  talk.client.feed(frame(H2Type::window_update, 0, 1, number(500)));
  EXPECT_EQ(data_in(talk.client.output()).size, 500U);
  // Windows of streams shrink by SETTINGS, below zero too.
  talk.client.feed(setting(4, 0));
  (void)talk.client.output();
  talk.client.feed(frame(H2Type::window_update, 0, 1, number(65535)));
  EXPECT_TRUE(talk.client.output().empty());
  talk.client.feed(setting(4, 300));
  (void)talk.client.output();
  EXPECT_EQ(data_in(talk.client.output()).size, 300U);
  talk.client.feed(setting(4, 1 << 20));
  (void)talk.client.output();
  EXPECT_EQ(data_in(talk.client.output()).size, 200U);  // what the connection's window had left
}

TEST(H2Client, SaysItsEndBehindTheLastByte) {
  Talk talk(kOpened);
  (void)talk.said();
  talk.client.send(bytes_of("last"));
  talk.client.finish();
  const Data data = data_in(talk.client.output());
  EXPECT_EQ(data.size, 4U);
  EXPECT_TRUE(data.ended);
  EXPECT_TRUE(talk.client.end_sent());
  EXPECT_TRUE(talk.client.output().empty());
  // The other direction goes on.
  talk.client.feed(frame(H2Type::data, site::kH2EndStream, 1, bytes_of("answer")));
  EXPECT_EQ(talk.received(), "answer");
  EXPECT_TRUE(talk.client.at_end());
  talk.client.leave();
  EXPECT_EQ(talk.said(), "");
  Talk empty(kOpened);
  (void)empty.said();
  empty.client.finish();
  EXPECT_EQ(empty.said(), "000000000100000001");
}

TEST(H2Client, OpensItsWindowsWhenHalfOfThemIsTaken) {
  Talk talk(kOpened);
  (void)talk.said();
  const Buffer block(16384);
  std::size_t fed = 0;
  for (; fed <= kH2StreamWindow / 2; fed += block.size()) talk.client.feed(frame(H2Type::data, 0, 1, block));
  EXPECT_EQ(talk.said(), "");  // nobody has taken any of it
  Buffer room(65536);
  std::size_t taken = 0;
  while (const std::size_t count = talk.client.take(room)) taken += count;
  EXPECT_EQ(taken, fed);
  EXPECT_EQ(talk.said(), "000004080000000001" + encode_hex(number(static_cast<std::uint32_t>(fed))));
}

TEST(H2Client, KeepsNoMoreThanItsWindow) {
  Talk talk(kOpened);
  const Buffer block(16384);
  for (std::size_t fed = 0; fed < kH2StreamWindow; fed += block.size())
    talk.client.feed(frame(H2Type::data, 0, 1, block));
  EXPECT_EQ(talk.failure(), "");
  talk.client.feed(frame(H2Type::data, 0, 1, Buffer(1)));
  EXPECT_EQ(talk.failure(), "webtunnel: the web server breaks HTTP/2 (more data than we let it send)");
}

TEST(H2Client, TakesPaddingForReceived) {
  Talk talk(kOpened);
  for (int i = 0; i < 100'000 && talk.failure().empty(); ++i) {
    talk.client.feed(frame(H2Type::data, site::kH2Padded, 1, Buffer(256, 255)));
    (void)talk.client.output();
  }
  EXPECT_EQ(talk.failure(), "");
}

TEST(H2Client, LeavesByAReset) {
  Talk talk(kOpened);
  (void)talk.said();
  talk.client.send(bytes_of("never sent"));
  talk.client.leave();
  EXPECT_EQ(talk.said(), "00000403000000000100000008");
  EXPECT_TRUE(talk.client.over());
  EXPECT_TRUE(talk.client.output().empty());
}

TEST(H2Client, LeavesWithoutAWordWhereItHasNotAsked) {
  H2Client client("a.example", "/path");
  (void)client.output();
  client.leave();
  EXPECT_TRUE(client.output().empty());
}

TEST(H2Client, ReadsWhatCameBeforeAReset) {
  Talk talk(concat(kOpened, frame(H2Type::data, 0, 1, bytes_of("so far")),
                   frame(H2Type::rst_stream, 0, 1, number(8))));
  EXPECT_EQ(talk.received(), "so far");
  EXPECT_EQ(talk.failure(), "webtunnel: the other end gave the tunnel up");
  talk.client.send(bytes_of("more"));
  EXPECT_EQ(talk.said(), "000000040100000000");
  EXPECT_EQ(talk.said(), "");
}

TEST(H2Client, FailsWhenTheConnectionEndsInTheMiddle) {
  Talk talk(kOpened);
  talk.client.end_of_input(Error(WebTunnelError::late));
  EXPECT_TRUE(talk.client.failure()->is(WebTunnelError::late));
  Talk done(concat(kOpened, frame(H2Type::data, site::kH2EndStream, 1)));
  done.client.finish();
  while (!done.client.output().empty()) {
  }
  done.client.end_of_input(Error(WebTunnelError::late));
  EXPECT_EQ(done.failure(), "");
}

TEST(H2Client, SaysWhyItIsNotLetIn) {
  const std::string refused = "webtunnel: the web server does not know this path: is the link right? ";
  const std::pair<Buffer, std::string> cases[] = {
      {status("404"), refused + "(status 404)"},
      {status("301"), refused + "(status 301)"},
      {status("400"), refused + "(status 400: as of a web server that carries no WebTunnel over HTTP/2)"},
      {status("502"), refused + "(status 502: the web server works, but not the bridge behind it)"},
      {frame(H2Type::rst_stream, 0, 1, number(7)), refused + "(reset with error 7)"},
      {frame(H2Type::goaway, 0, 0, Buffer{0, 0, 0, 0, 0, 0, 0, 13}),
       refused + "(HTTP/2 ended with error 13)"},
  };
  for (const auto& [answer, failure] : cases) EXPECT_EQ(Talk(concat(kSettings, answer)).failure(), failure);
}

TEST(H2Client, EndsWithAServerThatBreaksTheProtocol) {
  const auto headers = [](Buffer block, std::uint8_t flags = site::kH2EndHeaders) {
    return frame(H2Type::headers, flags, 1, block);
  };
  struct Case {
    Buffer bytes;
    std::string what;
  };
  const Case cases[] = {
      {concat(kSettings, frame(H2Type::data, 0, 1)), "data before the answer"},
      {concat(kOpened, frame(H2Type::data, 0, 3)), "data before the answer"},
      {concat(kOpened, frame(H2Type::data, 1, 1), frame(H2Type::data, 0, 1)), "data behind the end"},
      {concat(kOpened, frame(H2Type::data, 1, 1), status("200")), "fields behind the end"},
      {concat(kOpened, frame(H2Type::data, site::kH2Padded, 1, Buffer{1})), "too much padding"},
      {concat(kOpened, frame(H2Type::data, site::kH2Padded, 1)), "too much padding"},
      {concat(kOpened, status("200")), "a second answer"},
      {concat(kOpened, headers({0, 1, 'a', 0})), "a second answer"},
      {concat(kSettings, status("101")), "an answer without a status"},
      {concat(kSettings, headers({})), "an answer without a status"},
      {concat(kSettings, status("2000")), "fields that make no answer"},
      {concat(kSettings, status("abc")), "fields that make no answer"},
      {concat(kSettings, status("099")), "fields that make no answer"},
      {concat(kSettings, headers({0x88, 0x88})), "fields that make no answer"},
      {concat(kSettings, headers({0x82})), "fields that make no answer"},
      {concat(kSettings, headers({0xff})), "fields that cannot be read"},
      {concat(kSettings, headers({0x3f, 0xe2, 0xff, 0x03})), "fields that cannot be read"},
      {concat(kSettings, headers({0x88}, site::kH2EndHeaders | site::kH2Priority)), "no room for a priority"},
      {concat(kSettings, headers({9}, site::kH2EndHeaders | site::kH2Padded)), "too much padding"},
      {concat(kSettings, frame(H2Type::headers, 4, 3, Buffer{0x88})), "an answer to what nobody asked"},
      {concat(kSettings, headers({0x88}, 0), kSettings), "a field block that is not in one piece"},
      {concat(kSettings, headers({0x88}, 0), frame(H2Type::continuation, 4, 3)),
       "a field block that is not in one piece"},
      {concat(kSettings, frame(H2Type::continuation, 4, 1, Buffer{0x88})),
       "a field block that is not in one piece"},
      {concat(kSettings, status("100", 5)), "no answer in the end"},
      {concat(kSettings, frame(H2Type::push_promise, 4, 1, Buffer(4))), "a push, which we do not take"},
      {concat(kSettings, frame(H2Type::ping, 0, 0, Buffer(7))), "a ping of another size"},
      {concat(kSettings, frame(H2Type::ping, 0, 1, Buffer(8))), "a ping on a stream"},
      {concat(kSettings, frame(H2Type::rst_stream, 0, 1, Buffer(3))), "a reset of another size"},
      {concat(kSettings, frame(H2Type::rst_stream, 0, 3, Buffer(4))), "a reset of what is not there"},
      {concat(kSettings, frame(H2Type::goaway, 0, 0, Buffer(7))), "a farewell of another size"},
      {concat(kSettings, frame(H2Type::goaway, 0, 1, Buffer(8))), "a farewell on a stream"},
      {concat(kSettings, frame(H2Type::window_update, 0, 1, Buffer(4))), "a window that grows by nothing"},
      {concat(kSettings, frame(H2Type::window_update, 0, 1, Buffer(5))), "a window of another size"},
      {concat(kSettings, frame(H2Type::window_update, 0, 3, number(1))), "a window of what is not there"},
      {concat(kSettings, frame(H2Type::window_update, 0, 0, number(0x7fffffff))), "too large a window"},
      {setting(4, 0x80000000), "too large a window"},
      {concat(frame(H2Type::settings, 0, 0), frame(H2Type::window_update, 0, 1, number(0x7fff0000)),
              setting(4, 0x7fffffff)),
       "too large a window"},
      {setting(2, 1), "settings of a client"},
      {setting(5, 16383), "settings that cannot be"},
      {setting(5, 16777216), "settings that cannot be"},
      {frame(H2Type::settings, 0, 1), "settings on a stream"},
      {frame(H2Type::settings, 0, 0, Buffer(5)), "settings of another size"},
      {frame(H2Type::settings, 1, 0, Buffer(6)), "settings of another size"},
      {concat(kSettings, frame(H2Type::data, 0, 1, Buffer(16385))), "too large a frame"},
  };
  for (const Case& each : cases) {
    Talk talk(each.bytes);
    EXPECT_EQ(talk.failure(), "webtunnel: the web server breaks HTTP/2 (" + each.what + ")");
    // It is told by a GOAWAY of one of the RFC's errors.
    const std::string said = talk.said();
    ASSERT_GE(said.size(), 34U) << each.what;
    EXPECT_EQ(said.substr(said.size() - 34, 26), "00000807000000000000000000") << each.what;
    EXPECT_NE(said.substr(said.size() - 8), "00000000") << each.what;
    talk.client.feed(kOpened);
    EXPECT_FALSE(talk.client.opened() && each.bytes.size() < kOpened.size());
  }
}

TEST(H2Client, TellsAServerOfAnotherProtocol) {
  for (const std::string_view other : {"HTTP/1.1 400 Bad Request\r\n\r\n", "SSH-2.0-x\r\n"})
    EXPECT_EQ(Talk(bytes_of(other)).failure(),
              "webtunnel: the web server breaks HTTP/2 (its first word is none of HTTP/2)");
}

TEST(H2Client, BoundsWhatAServerMakesItKeepAndSay) {
  Talk blocks(concat(kSettings, frame(H2Type::headers, 0, 1, Buffer(16384, 0x88))));
  for (int i = 0; i < 4; ++i) blocks.client.feed(frame(H2Type::continuation, 0, 1, Buffer(16384, 0x88)));
  EXPECT_EQ(blocks.failure(), "webtunnel: the web server breaks HTTP/2 (too many fields)");
  Talk pieces(concat(kSettings, frame(H2Type::headers, 0, 1)));
  for (int i = 0; i < 64; ++i) pieces.client.feed(frame(H2Type::continuation, 0, 1));
  EXPECT_EQ(pieces.failure(), "webtunnel: the web server breaks HTTP/2 (too many fields)");
  // An entry of the table, named many times.
  Buffer bomb{0x88, 0x40, 1, 'a', 0x7f, 0xa1, 0x1e};
  bomb.resize(bomb.size() + 4000, 'b');
  bomb.resize(bomb.size() + 200, 0xbe);
  Talk bombed(concat(kSettings, frame(H2Type::headers, 4, 1, bomb)));
  EXPECT_EQ(bombed.failure(), "webtunnel: the web server breaks HTTP/2 (fields that make no answer)");
  Talk interim(kSettings);
  for (int i = 0; i < 33; ++i) interim.client.feed(status("103"));
  EXPECT_EQ(interim.failure(), "webtunnel: the web server breaks HTTP/2 (no answer in the end)");
  Talk pings(kOpened);
  for (int i = 0; i < 10'000; ++i) pings.client.feed(frame(H2Type::ping, 0, 0, Buffer(8)));
  EXPECT_EQ(pings.failure(),
            "webtunnel: the web server breaks HTTP/2 (it asks for answers and does not take them)");
  EXPECT_LT(pings.client.output().size(), 70'000U);
}

}  // namespace
}  // namespace rozaneh::webtunnel
