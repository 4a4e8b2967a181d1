#include "tunnel/frame.h"

#include <gtest/gtest.h>

#include "base/encoding.h"

namespace rozaneh::tunnel {
namespace {

Buffer hex(std::string_view text) {
  std::string digits;
  for (const char c : text)
    if (c != ' ') digits += c;
  return *decode_hex(digits);
}

// Each frame of a record's plaintext in words, the last one "violation" where it is malformed.
std::string words(Bytes plaintext) {
  std::string out;
  struct Say {
    std::string operator()(const Padding&) { return "padding"; }
    std::string operator()(const Ping& f) { return "ping " + std::to_string(f.token); }
    std::string operator()(const Pong& f) { return "pong " + std::to_string(f.token); }
    std::string operator()(const Received& f) {
      return "received " + std::to_string(f.connection) + " " + std::to_string(f.count);
    }
    std::string operator()(const Ended& f) {
      return "ended " + std::to_string(f.connection) + " " + std::to_string(f.count);
    }
    std::string operator()(const Retire&) { return "retire"; }
    std::string operator()(const Open& f) {
      return "open " + std::to_string(f.stream) + " " + std::to_string(static_cast<int>(f.kind)) + " " +
             f.target.to_string();
    }
    std::string operator()(const Opened& f) { return "opened " + std::to_string(f.stream); }
    std::string operator()(const Reset& f) {
      return "reset " + std::to_string(f.stream) + " " +
             std::to_string(static_cast<std::uint64_t>(f.reason)) + " " + std::to_string(f.sent);
    }
    std::string operator()(const Window& f) {
      return "window " + std::to_string(f.stream) + " " + std::to_string(f.limit);
    }
    std::string operator()(const All& f) { return "all " + std::to_string(f.limit); }
    std::string operator()(const Datagram& f) {
      return "datagram " + std::to_string(f.stream) + " " + f.address.to_string() + " " + encode_hex(f.bytes);
    }
    std::string operator()(const Close& f) {
      return "close " + std::to_string(static_cast<std::uint64_t>(f.reason));
    }
    std::string operator()(const Data& f) {
      return (f.end ? "end " : "data ") + std::to_string(f.stream) + " " + std::to_string(f.offset) + " " +
             encode_hex(f.bytes);
    }
    std::string operator()(const Unknown& f) {
      return "unknown " + std::to_string(f.type) + " " + encode_hex(f.bytes);
    }
  };
  FrameReader in(plaintext);
  for (auto frame = in.next();; frame = in.next()) {
    if (!frame) return out + "violation";
    if (!*frame) return out;
    out += std::visit(Say{}, **frame) + "; ";
  }
}

template <class F>
std::string written(const F& frame) {
  Buffer room(2'000);
  FrameWriter out(room);
  EXPECT_TRUE(out.put(frame));
  return encode_hex(Bytes(room).first(out.size()));
}

TEST(TunnelFrame, IsReadAsTheSpecificationHasIt) {
  const std::pair<const char*, const char*> kCases[] = {
      {"", ""},
      {"00", "padding; "},
      {"00 ff ff", "padding; "},
      {"01 0000000000000102", "ping 258; "},
      {"02 ffffffffffffffff", "pong 18446744073709551615; "},
      {"03 01 4100", "received 1 256; "},
      {"04 3f 80010000", "ended 63 65536; "},
      {"05", "retire; "},
      {"06 07 01 01 c0000201 01bb", "open 7 1 192.0.2.1:443; "},
      {"06 00 02 04 20010db8000000000000000000000001 0035", "open 0 2 [2001:db8::1]:53; "},
      {"06 00 01 03 0b 6578616d706c652e636f6d 0016", "open 0 1 example.com:22; "},
      {"06 00 09 01 c0000201 01bb", "open 0 9 192.0.2.1:443; "},
      {"07 05", "opened 5; "},
      {"08 05 09 4400", "reset 5 9 1024; "},
      {"09 05 c000000100000000", "window 5 4294967296; "},
      {"0a 80100000", "all 1048576; "},
      {"0b 02 01 c0000201 0035 03 616263", "datagram 2 192.0.2.1:53 616263; "},
      {"0c 01", "close 1; "},
      {"10 04 05 02 6869", "data 4 5 6869; "},
      {"11 04 05 00", "end 4 5 ; "},
      {"40 02 abcd 05", "unknown 64 abcd; retire; "},
      {"10 4004 c000000000000005 4002 6869", "data 4 5 6869; "},  // not the shortest forms
      {"03 00 01 10 00 00 01 61 00 00", "received 0 1; data 0 0 61; padding; "},
  };
  for (const auto& [bytes, meaning] : kCases) EXPECT_EQ(words(hex(bytes)), meaning) << bytes;
}

TEST(TunnelFrame, ThatCannotBeIsAViolation) {
  const char* const kCases[] = {
      "0d",
      "0e",
      "0f",
      "12",
      "3f",                                       // types that there are not
      "06 00 01 09 c0000201 01bb",                // a type of address that there is not
      "06 00 01 03 00 0016",                      // an empty name
      "06 00 01 03 02 6120 0016",                 // a name with a blank
      "10 00 ffffffffffffffff 01 61",             // an offset that ends past what a varint holds
      "10 00 00 05 61",                           // more bytes promised than there are
      "40 ffffffffffffffff",                      // the same of a frame that we do not know
      "0b 02 01 c0000201 0035 45ad" /* 1453 */};  // too long a datagram, and cut off
  for (const auto* bytes : kCases) EXPECT_EQ(words(hex(bytes)), "violation") << bytes;
  Buffer datagram = hex("0b 02 01 c0000201 0035 45ad");
  datagram.resize(datagram.size() + 1'453);
  EXPECT_EQ(words(datagram), "violation");
  EXPECT_EQ(words(hex("05 0d")), "retire; violation");
}

TEST(TunnelFrame, CutOffAnywhereIsAViolation) {
  for (const auto* bytes : {"01 0000000000000102", "03 01 4100", "06 07 01 01 c0000201 01bb", "08 05 09 4400",
                            "0b 02 01 c0000201 0035 03 616263", "10 4004 4005 02 6869", "40 02 abcd"}) {
    const Buffer whole = hex(bytes);
    for (std::size_t size = 1; size < whole.size(); ++size) {
      EXPECT_EQ(words(Bytes(whole).first(size)), "violation") << bytes << " cut to " << size;
    }
  }
}

TEST(TunnelFrame, IsWrittenAsTheSpecificationHasIt) {
  const Target address(*Target::parse("192.0.2.1:443"));
  EXPECT_EQ(written(Ping{258}), "010000000000000102");
  EXPECT_EQ(written(Pong{1}), "020000000000000001");
  EXPECT_EQ(written(Received{1, 256}), "03014100");
  EXPECT_EQ(written(Ended{63, 65'536}), "043f80010000");
  EXPECT_EQ(written(Retire{}), "05");
  EXPECT_EQ(written(Open{7, StreamKind::tcp, address}), "06070101c000020101bb");
  EXPECT_EQ(written(Open{0, StreamKind::udp, *Target::parse("a.b:1")}), "0600020303612e620001");
  EXPECT_EQ(written(Opened{5}), "0705");
  EXPECT_EQ(written(Reset{5, ResetReason::too_many_streams, 1'024}), "0805094400");
  EXPECT_EQ(written(Window{5, std::uint64_t{1} << 32U}), "0905c000000100000000");
  EXPECT_EQ(written(All{1'048'576}), "0a80100000");
  EXPECT_EQ(written(Datagram{2, address, bytes_of("abc")}), "0b0201c000020101bb03616263");
  EXPECT_EQ(written(Close{CloseReason::violation}), "0c01");
  EXPECT_EQ(written(Data{4, 5, bytes_of("hi"), false}), "100405026869");
  EXPECT_EQ(written(Data{4, 5, {}, true}), "11040500");
}

TEST(TunnelFrame, NumbersTakeTheirShortestForm) {
  const std::pair<std::uint64_t, const char*> kCases[] = {{63, "073f"},
                                                          {64, "074040"},
                                                          {16'383, "077fff"},
                                                          {16'384, "0780004000"},
                                                          {1'073'741'823, "07bfffffff"},
                                                          {1'073'741'824, "07c000000040000000"},
                                                          {kMaxVarint, "07ffffffffffffffff"}};
  for (const auto& [number, bytes] : kCases) EXPECT_EQ(written(Opened{number}), bytes);
}

TEST(TunnelFrame, ThatDoesNotFitIsNotWritten) {
  Buffer room(12, 0xee);
  FrameWriter out(MutableBytes(room).first(4));
  EXPECT_FALSE(out.put(Ping{1}));
  EXPECT_FALSE(out.put(Data{0, 0, bytes_of("a"), false}));
  EXPECT_TRUE(out.put(Retire{}));
  EXPECT_FALSE(out.put(Received{1, 256}));
  EXPECT_TRUE(out.put(Received{1, 2}));
  EXPECT_FALSE(out.put(Retire{}));
  EXPECT_EQ(encode_hex(room), "05030102eeeeeeeeeeeeeeee");
}

TEST(TunnelFrame, RoomForDataIsAllThatFits) {
  Buffer room(17'000);
  for (std::size_t size = 0; size <= room.size(); size += size < 200 || size > 16'300 ? 1 : 97) {
    const FrameWriter empty(MutableBytes(room).first(size));
    const auto fits = empty.data_room(70, 5);
    if (size < 5) {
      EXPECT_FALSE(fits);
      continue;
    }
    ASSERT_TRUE(fits);
    FrameWriter exact(MutableBytes(room).first(size));
    EXPECT_TRUE(exact.put(Data{70, 5, Buffer(*fits), false})) << size;
    FrameWriter more(MutableBytes(room).first(size));
    EXPECT_FALSE(more.put(Data{70, 5, Buffer(*fits + 1), false})) << size;
  }
}

TEST(TunnelFrame, PaddingFillsUpToASize) {
  Buffer room(10, 0xee);
  FrameWriter out(room);
  out.put(Retire{});
  out.pad(4);
  out.pad(2);
  EXPECT_EQ(out.size(), 4U);
  EXPECT_EQ(words(Bytes(room).first(4)), "retire; padding; ");
}

}  // namespace
}  // namespace rozaneh::tunnel
