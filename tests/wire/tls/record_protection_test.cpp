#include "wire/tls/record_protection.h"

#include <gtest/gtest.h>

#include "base/encoding.h"

namespace rozaneh::tls {
namespace {

using crypto::Tls13Suite;
using Use = RecordKeys::Use;

// RFC 8448 section 3.
TEST(ExpandLabel, GivesTheKeysOfTheStandardsTrace) {
  const auto secret = *decode_hex("a11af9f05531f856ad47116b45a950328204b4f44bfb6b3a4b4f1f3fcb631643");
  Buffer key(16);
  Buffer iv(12);
  expand_label(Tls13Suite::aes128_gcm_sha256, secret, "key", key);
  expand_label(Tls13Suite::aes128_gcm_sha256, secret, "iv", iv);
  EXPECT_EQ(encode_hex(key), "9f02283b6c9c07efc26bb9f2ac92e356");
  EXPECT_EQ(encode_hex(iv), "cf782b88dd83549aadf1e984");
}

class ProtectedRecords : public testing::TestWithParam<std::uint16_t> {
 protected:
  Tls13Suite suite() const { return *crypto::tls13_suite(GetParam()); }
  Buffer secret() const { return Buffer(crypto::secret_size(suite()), 7); }
  Buffer seal(RecordKeys& keys, Bytes content, std::size_t padding = 0,
              ContentType type = ContentType::application_data) {
    Buffer record(content.size() + padding + kRecordOverhead);
    EXPECT_EQ(keys.seal(type, content, padding, record), record.size());
    return record;
  }
};

TEST_P(ProtectedRecords, AreOpenedInTheirOrder) {
  RecordKeys out(suite(), secret(), Use::seal, 2);
  RecordKeys in(suite(), secret(), Use::open, 2);
  for (const std::size_t size : {0UL, 1UL, 1000UL, kMaxPlaintext}) {
    const Buffer content(size, static_cast<std::uint8_t>(size));
    auto record = seal(out, content);
    EXPECT_EQ(parse_record_header(record)->length, record.size() - kRecordHeader);
    const auto opened = in.open(record);
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->type, ContentType::application_data);
    EXPECT_TRUE(std::ranges::equal(opened->content, content));
    in.rest();
    out.rest();
  }
}

TEST_P(ProtectedRecords, CarryPaddingThatNobodySees) {
  RecordKeys out(suite(), secret(), Use::seal);
  RecordKeys in(suite(), secret(), Use::open);
  auto record = seal(out, bytes_of("hello"), 100, ContentType::alert);
  EXPECT_EQ(record.size(), 105 + kRecordOverhead);
  const auto opened = in.open(record);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->type, ContentType::alert);
  EXPECT_EQ(text_of(opened->content), "hello");
}

TEST_P(ProtectedRecords, GoOnUnderNewKeys) {
  RecordKeys out(suite(), secret(), Use::seal, 5);
  RecordKeys in(suite(), secret(), Use::open, 5);
  auto before = seal(out, bytes_of("a"));
  EXPECT_TRUE(in.open(before));
  out.update();
  in.update();
  auto after = seal(out, bytes_of("b"));
  EXPECT_TRUE(in.open(after));
}

TEST_P(ProtectedRecords, AreRefusedWithOneBitWrong) {
  for (std::size_t at = kRecordHeader; at < 29; ++at) {
    RecordKeys out(suite(), secret(), Use::seal);
    RecordKeys in(suite(), secret(), Use::open);
    auto record = seal(out, bytes_of("content"));
    record[at] ^= 0x10;
    const auto opened = in.open(record);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error(), Alert::bad_record_mac);
  }
}

TEST_P(ProtectedRecords, AreRefusedOutOfTurn) {
  RecordKeys out(suite(), secret(), Use::seal);
  RecordKeys in(suite(), secret(), Use::open);
  (void)seal(out, bytes_of("lost"));
  auto second = seal(out, bytes_of("second"));
  EXPECT_FALSE(in.open(second));
}

INSTANTIATE_TEST_SUITE_P(OfEachSuite, ProtectedRecords, testing::Values(0x1301, 0x1302, 0x1303));

TEST(ProtectedRecord, ThatIsWrongGetsTheAlertThatOpensslGives) {
  const Buffer secret(32, 1);
  const auto refused = [&](Buffer record) {
    RecordKeys in(Tls13Suite::aes128_gcm_sha256, secret, Use::open);
    const auto opened = in.open(record);
    EXPECT_FALSE(opened);
    return opened.error();
  };
  EXPECT_EQ(refused({22, 3, 3, 0, 1, 0}), Alert::unexpected_message);
  EXPECT_EQ(refused({23, 3, 1, 0, 1, 0}), Alert::decode_error);
  EXPECT_EQ(refused({23, 3, 3, 0, 1, 0}), Alert::bad_record_mac);
  // Nothing but padding: there is no type.
  RecordKeys out(Tls13Suite::aes128_gcm_sha256, secret, Use::seal);
  Buffer zeros(20 + kRecordOverhead);
  (void)out.seal(ContentType{}, {}, 20, zeros);
  EXPECT_EQ(refused(zeros), Alert::unexpected_message);
}

}  // namespace
}  // namespace rozaneh::tls
