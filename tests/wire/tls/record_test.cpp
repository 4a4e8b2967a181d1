#include "wire/tls/record.h"

#include <gtest/gtest.h>

#include "wire/tls/messages.h"

namespace rozaneh::tls {
namespace {

TEST(RecordHeader, IsReadUpToItsLimits) {
  const std::pair<const char*, bool> kCases[] = {
      {"1303030001", false}, {"1403030001", true},  {"1803030001", true},
      {"1903030001", false},                                                // type 20..24
      {"1602030001", false}, {"1604030001", false},                         // major 3
      {"1603000001", true},  {"1603040001", true},  {"1603050001", false},  // minor 0..4
      {"1703034800", true},  {"1703034801", false},                         // 2^14 + 2048
      {"16030100", false},                                                  // four bytes
  };
  for (const auto& [header, good] : kCases)
    EXPECT_EQ(parse_record_header(*decode_hex(header)).has_value(), good) << header;
  const RecordHeader expected{.type = ContentType::handshake, .version = kTls10, .length = 0x0123};
  EXPECT_EQ(parse_record_header(*decode_hex("1603010123ff")), expected);
}

// Type and payload of every record, fed in pieces of a size.
std::string read_in_pieces(Bytes stream, std::size_t size, std::size_t* taken = nullptr) {
  RecordReader reader;
  std::string seen;
  std::string payload;
  std::size_t count = 0;
  for (std::size_t at = 0; at < stream.size(); at += size) {
    Bytes part = stream.subspan(at, std::min(size, stream.size() - at));
    const std::size_t before = part.size();
    while (const auto piece = reader.next(part)) {
      payload += encode_hex(piece->payload);
      if (!piece->last) continue;
      seen += std::to_string(static_cast<int>(piece->header.type)) + ":" + payload + " ";
      payload.clear();
    }
    count += before - part.size();
    if (reader.broken()) seen += "broken";
    if (reader.broken()) break;
  }
  if (taken != nullptr) *taken = count;
  return seen;
}

TEST(RecordReader, FindsTheSameRecordsHoweverTheBytesAreCut) {
  const Buffer stream = *decode_hex(
      "160301000401020304"
      "1403030000"
      "1703030002aabb"
      "15030300020228");
  for (std::size_t size = 1; size <= stream.size(); ++size)
    EXPECT_EQ(read_in_pieces(stream, size), "22:01020304 20: 23:aabb 21:0228 ") << size;
}

TEST(RecordReader, StopsAtTheFirstByteThatBeginsNoRecord) {
  const Buffer stream = *decode_hex(
      "1603010001ff"
      "1602010001ff");
  for (std::size_t size = 1; size <= stream.size(); ++size) {
    std::size_t taken = 0;
    EXPECT_EQ(read_in_pieces(stream, size, &taken), "22:ff broken") << size;
    EXPECT_EQ(taken, 8U) << size;
  }
}

TEST(HandshakeReader, PutsMessagesTogetherAndPassesOverTheBigOnes) {
  const Buffer stream = concat(message_of(HandshakeType::finished, Buffer(5, 0xaa)),
                               message_of(HandshakeType::certificate, Buffer(9, 0xbb)),
                               message_of(HandshakeType::server_hello_done, {}),
                               message_of(HandshakeType::certificate, Buffer(8, 0xcc)));
  for (std::size_t size = 1; size <= stream.size(); ++size) {
    HandshakeReader reader(8);
    std::string seen;
    for (std::size_t at = 0; at < stream.size(); at += size) {
      Bytes part = Bytes(stream).subspan(at, std::min(size, stream.size() - at));
      while (const auto message = reader.next(part))
        seen += std::to_string(static_cast<int>(message->type)) + ":" + std::to_string(message->size) + ":" +
                encode_hex(message->body) + (message->kept ? " " : "! ");
    }
    EXPECT_EQ(seen, "20:9:aaaaaaaaaa 11:13:! 14:4: 11:12:cccccccccccccccc ") << size;
    EXPECT_FALSE(reader.within());
  }
}

}  // namespace
}  // namespace rozaneh::tls
