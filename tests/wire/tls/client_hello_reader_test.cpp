#include "wire/tls/client_hello_reader.h"

#include <gtest/gtest.h>

#include "wire/tls/messages.h"

namespace rozaneh::tls {
namespace {

using Answer = ClientHelloReader::Answer;

struct Ending {
  Answer answer = Answer::more;
  std::size_t looked_at = 0;

  bool operator==(const Ending&) const = default;
};

Ending read_in_pieces(Bytes stream, std::size_t size, std::size_t limit = kMaxClientHello) {
  ClientHelloReader reader(limit);
  Answer answer = Answer::more;
  for (std::size_t at = 0; at < stream.size(); at += size)
    answer = reader.feed(stream.subspan(at, std::min(size, stream.size() - at)));
  return {answer, reader.looked_at()};
}

// However it is cut; the ends are sizes that put every byte first or last in a read once.
void expect_ending(Bytes stream, Ending expected, std::size_t limit = kMaxClientHello) {
  for (std::size_t size = 1; size <= std::min<std::size_t>(stream.size(), 40); ++size)
    EXPECT_EQ(read_in_pieces(stream, size, limit), expected) << "reads of " << size;
  EXPECT_EQ(read_in_pieces(stream, stream.size(), limit), expected);
}

TEST(ClientHelloReader, FindsTheHelloHoweverItIsSpreadOverRecords) {
  const Buffer message = rfc8448_client_hello();
  for (std::size_t most = 1; most <= message.size(); ++most) {
    const Buffer stream = records_of(message, most);
    const Buffer more = concat(stream, *decode_hex("140303000101"));
    expect_ending(more, {Answer::hello, stream.size()});
  }
  ClientHelloReader reader;
  EXPECT_EQ(reader.feed(records_of(message)), Answer::hello);
  EXPECT_EQ(reader.hello().server_name, "server");
  EXPECT_EQ(reader.feed(bytes_of("whatever")), Answer::hello);
}

TEST(ClientHelloReader, WaitsForTheLastByte) {
  const Buffer stream = records_of(rfc8448_client_hello(), 50);
  for (std::size_t size = 0; size < stream.size(); ++size)
    EXPECT_EQ(read_in_pieces(Bytes(stream).first(size), std::max<std::size_t>(size, 1)).answer, Answer::more);
}

TEST(ClientHelloReader, TellsAtOnceWhatIsNotTls) {
  const std::tuple<const char*, std::size_t> kCases[] = {
      {"474554202f20485454502f312e31", 1},  // GET
      {"802e0103010015", 1},                // SSLv2
      {"1503010002022f", 1},                // an alert
      {"1602010005", 2},                    // another major version
      {"1603050005", 3},                    // a version of tomorrow
      {"160301000002", 5},                  // a record without payload
      {"160301400101", 5},                  // of 2^14 + 1 bytes
      {"16030100050200000100", 6},          // a ServerHello
      {"1603010004010000000000", 9},        // an empty one
      {"160301000201001703010001", 12},     // another record in the middle
  };
  for (const auto& [input, looked_at] : kCases) {
    SCOPED_TRACE(input);
    expect_ending(*decode_hex(input), {Answer::not_tls, looked_at});
  }
}

TEST(ClientHelloReader, TakesARecordOfTheGreatestSize) {
  const Buffer whole = concat(client_hello_of_size(1000), Buffer(kMaxPlaintext - 1000));
  EXPECT_EQ(read_in_pieces(records_of(whole), 1U << 20U).answer, Answer::hello);
}

TEST(ClientHelloReader, RefusesAHelloThatIsMalformed) {
  Buffer message = rfc8448_client_hello();
  message[kHandshakeHeader + 34] = 33;  // the length of the session id
  const Buffer stream = records_of(message);
  expect_ending(stream, {Answer::not_tls, stream.size()});
}

TEST(ClientHelloReader, KeepsToItsLimit) {
  for (const std::size_t limit : {std::size_t{300}, kMaxClientHello}) {
    const Buffer fits = records_of(client_hello_of_size(limit - kRecordHeader));
    EXPECT_EQ(fits.size(), limit);
    expect_ending(fits, {Answer::hello, limit}, limit);
    // The length alone says that it is too long.
    expect_ending(records_of(client_hello_of_size(limit - kRecordHeader + 1)), {Answer::too_big, 9}, limit);
    // Here it is the records' headers.
    const Buffer two = client_hello_of_size(limit - 2 * kRecordHeader);
    expect_ending(records_of(two, two.size() / 2), {Answer::hello, limit}, limit);
    const Buffer three = client_hello_of_size(limit - 2 * kRecordHeader + 1);
    expect_ending(records_of(three, three.size() / 2 + 1), {Answer::too_big, limit}, limit);
  }
}

}  // namespace
}  // namespace rozaneh::tls
