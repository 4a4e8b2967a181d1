#include "lab/recognise/certificate.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/writer.h"

namespace rozaneh::lab {
namespace {

// Both made with `openssl ca`, which takes any dates.
// Valid for two hours, as Tor's were in September 2011, with a name of that kind.
constexpr std::string_view kShort =
    "308201113081b9020101300a06082a8648ce3d0403023011310f300d06035504030c06497373756572301e170d3131303931"
    "333030303030305a170d3131303931333032303030305a301a3118301606035504030c0f7777772e646774357871322e6e65"
    "743059301306072a8648ce3d020106082a8648ce3d03010703420004962609e449c72f7cfcf49a4b9f2b4c4744460f4bdb48"
    "d4729874d6cb029c7143d5b485b4f7942d592b9c4db5c51aacd21abaa59f03928c8f2991bd0bb26cc4f4300a06082a8648ce"
    "3d040302034700304402201cfb73c4f115d4d72e7f1dbf30607cfd888f513ceec544733b72540088dcecde02207e2a75f4e0"
    "ca8027fc047d405bba45b2e721b9cfe0464f84c736703afb17c130";
// From the last second of 1999 to the first of 2050, which X.509 writes in another form; two common names,
// and as alternatives a DNS name, an address and a mailbox.
constexpr std::string_view kLong =
    "3082019030820136a003020102020102300a06082a8648ce3d0403023011310f300d06035504030c06497373756572302017"
    "0d3939313233313233353935395a180f32303530303130313030303030305a303c3110300e060355040a0c074578616d706c"
    "65310e300c06035504030c0566697273743118301606035504030c0f7777772e6578616d706c652e6f72673059301306072a"
    "8648ce3d020106082a8648ce3d03010703420004962609e449c72f7cfcf49a4b9f2b4c4744460f4bdb48d4729874d6cb029c"
    "7143d5b485b4f7942d592b9c4db5c51aacd21abaa59f03928c8f2991bd0bb26cc4f4a3523050302f0603551d110428302682"
    "0f7777772e6578616d706c652e6f72678704c0000207810d61406578616d706c652e6f7267301d0603551d0e041604141089"
    "d8e676ae8dcb894147ca89eaf6ec455fa85a300a06082a8648ce3d04030203480030450220407d57c0755201ff29455560d2"
    "f8c79001f92642d317dd2e0b8aa0675151aaf9022100bb9dc0707f8fa36c61fb513f5f8cb8c46958c525f20fdcb7152064a8"
    "8193ebf2";

Buffer der(std::string_view text) { return decode_hex(text).value(); }

TEST(Certificate, TellsForHowLongItIsValid) {
  const auto certificate = parse_certificate(der(kShort));
  ASSERT_TRUE(certificate);
  EXPECT_EQ(certificate->not_before, 1315872000);
  EXPECT_EQ(certificate->lifetime(), 2 * 3600);
  EXPECT_EQ(certificate->common_name, "www.dgt5xq2.net");
  EXPECT_TRUE(certificate->alternative.empty());
  EXPECT_EQ(certificate->size, 277U);
}

TEST(Certificate, TellsItsNames) {
  const auto certificate = parse_certificate(der(kLong));
  ASSERT_TRUE(certificate);
  EXPECT_EQ(certificate->not_before, 946684799);
  EXPECT_EQ(certificate->not_after, 2524608000);
  EXPECT_EQ(certificate->subject, "CN=www.example.org,CN=first,O=Example");
  EXPECT_EQ(certificate->common_name, "www.example.org");
  EXPECT_EQ(certificate->alternative, (std::vector<std::string>{"www.example.org", "192.0.2.7"}));
}

TEST(Certificate, IsNothingElse) {
  Buffer bytes = der(kShort);
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(parse_certificate(Bytes(bytes).first(size))) << size;
  bytes.push_back(0);
  EXPECT_FALSE(parse_certificate(bytes));
  EXPECT_FALSE(parse_certificate(Buffer(kMaxCertificate + 1)));
}

void put_vector24(Writer& writer, Bytes bytes) {
  writer.u8(static_cast<std::uint8_t>(bytes.size() >> 16U))
      .u16(static_cast<std::uint16_t>(bytes.size()))
      .bytes(bytes);
}

Buffer message(const std::vector<Buffer>& certificates) {
  Writer list;
  for (const auto& each : certificates) put_vector24(list, each);
  Writer body;
  put_vector24(body, list.view());
  return body.take();
}

TEST(CertificateMessage, IsAChainWithTheLeafFirst) {
  const auto chain = read_certificate_message(message({der(kShort), der(kLong)}));
  ASSERT_TRUE(chain);
  EXPECT_EQ(chain->count, 2U);
  EXPECT_EQ(chain->size, 277U + 404 + 6);
  EXPECT_EQ(chain->leaf->common_name, "www.dgt5xq2.net");
  const auto none = read_certificate_message(message({}));
  ASSERT_TRUE(none);
  EXPECT_EQ(none->count, 0U);
  EXPECT_FALSE(none->leaf);
  EXPECT_FALSE(read_certificate_message(message({{1, 2, 3}}))->leaf);
}

TEST(CertificateMessage, IsRefusedWhereverItIsCutAndWithBytesAfterIt) {
  Buffer body = message({der(kShort), der(kLong)});
  for (std::size_t size = 0; size < body.size(); ++size)
    EXPECT_FALSE(read_certificate_message(Bytes(body).first(size))) << size;
  body.push_back(0);
  EXPECT_FALSE(read_certificate_message(body));
  Buffer longer = message({der(kShort)});
  longer[5] ^= 1U;  // the certificate is longer than the list
  EXPECT_FALSE(read_certificate_message(longer));
}

}  // namespace
}  // namespace rozaneh::lab
