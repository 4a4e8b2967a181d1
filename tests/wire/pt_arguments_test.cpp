#include "wire/pt_arguments.h"

#include <gtest/gtest.h>

namespace rozaneh {
namespace {

// The strings of Yawning/obfs4 common/socks5/args_test.go (goptlib's own), in the order of their values.
TEST(PtArguments, ReadsWhatTorSends) {
  const std::pair<const char*, Arguments> kCases[] = {
      {"", {}},
      {"key=", {{"key", ""}}},
      {"key==", {{"key", "="}}},
      {"key=value", {{"key", "value"}}},
      {"a=b=c", {{"a", "b=c"}}},
      {"key=a\nb", {{"key", "a\nb"}}},
      {"key=value\\;", {{"key", "value;"}}},
      {"key=\"value\"", {{"key", "\"value\""}}},
      {"key=\"\"value\"\"", {{"key", "\"\"value\"\""}}},
      {"\"key=value\"", {{"\"key", "value\""}}},
      {"key=value;key=value", {{"key", "value"}, {"key", "value"}}},
      {"key=value1;key=value2", {{"key", "value1"}, {"key", "value2"}}},
      {"key1=value1;key2=value2;key1=value3", {{"key1", "value1"}, {"key2", "value2"}, {"key1", "value3"}}},
      {"\\;=\\;;\\\\=\\;", {{";", ";"}, {"\\", ";"}}},
      {"a\\=b=c", {{"a=b", "c"}}},
      {"shared-secret=rahasia;secrets-file=/tmp/blob",
       {{"shared-secret", "rahasia"}, {"secrets-file", "/tmp/blob"}}},
      {"rocks=20;height=5.6", {{"rocks", "20"}, {"height", "5.6"}}},
  };
  for (const auto& [text, expected] : kCases) {
    const auto parsed = parse_pt_arguments(text);
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(*parsed, expected) << text;
    EXPECT_EQ(*parse_pt_arguments(serialize_pt_arguments(expected)), expected) << text;
    EXPECT_EQ(*parse_smethod_arguments(serialize_smethod_arguments(expected)), expected) << text;
  }
}

TEST(PtArguments, RefusesWhatObfs4proxyRefuses) {
  for (const auto* text : {"key", "key\\", "=value", "==value", "==key=value", "key=value\\",
                           "a=b;key=value\\", "a;b=c", ";", "key=value;", ";key=value", "key\\=value",
                           // and what it refuses besides: a backslash before an ordinary character
                           "k\\ey=value", "key=va\\lue"})
    EXPECT_FALSE(parse_pt_arguments(text)) << text;
}

TEST(PtArguments, ErrorsSayWhereButNotWhat) {
  EXPECT_EQ(parse_pt_arguments("a=b;;secret=c").error().message(),
            "pt: the transport's arguments are not NAME=VALUE;... (at character 5)");
  EXPECT_EQ(parse_pt_arguments("password=se\\cret").error().message(),
            "pt: the transport's arguments are not NAME=VALUE;... (value of password)");
}

TEST(PtArguments, SmethodEscapesItsOwnSeparator) {
  EXPECT_EQ(serialize_smethod_arguments({{"cert", "a+/b="}, {"x", "1,2;3"}}), "cert=a+/b\\=,x=1\\,2;3");
}

TEST(PtArguments, TransportOptionsAreGroupedByTransport) {
  const auto options = parse_transport_options("obfs4:iat-mode=1;trebuchet:secret=nou;obfs4:a\\:b=c\\;d:e");
  ASSERT_TRUE(options);
  ASSERT_EQ(options->size(), 2U);
  EXPECT_EQ(options->at(0), (TransportOptions{"obfs4", {{"iat-mode", "1"}, {"a:b", "c;d:e"}}}));
  EXPECT_EQ(options->at(1), (TransportOptions{"trebuchet", {{"secret", "nou"}}}));
  EXPECT_TRUE(parse_transport_options("")->empty());
}

TEST(PtArguments, TransportOptionsMustBeWhole) {
  for (const auto* text : {"obfs4", "obfs4:", "obfs4:key", ":key=value", "obfs4:=value", "obfs4:key=value;",
                           "key=value", ";", "obfs4:key=va\\lue", "obfs4:key;obfs3:key=value", "obfs4;a:b=c"})
    EXPECT_FALSE(parse_transport_options(text)) << text;
}

TEST(PtArguments, PackIntoUserNameAndPassword) {
  for (const std::size_t size : {1U, 252U, 253U, 254U, 507U, 508U}) {
    const Arguments arguments{{"k", std::string(size, 'v')}};
    const auto packed = pack_pt_arguments(arguments);
    ASSERT_TRUE(packed && *packed) << size;
    EXPECT_LE((*packed)->username.size(), 255U);
    EXPECT_TRUE((*packed)->password.size() >= 1 && (*packed)->password.size() <= 255) << size;
    EXPECT_EQ(*unpack_pt_arguments(**packed), arguments) << size;
  }
  EXPECT_TRUE(pack_pt_arguments({{"k", std::string(509, 'v')}}).error().is(PtError::arguments_too_long));
  EXPECT_EQ(*pack_pt_arguments({}), std::nullopt);
}

TEST(PtArguments, ANulThatIsLeftForThePasswordIsNotTakenForPadding) {
  const Arguments arguments{{"k", std::string(253, 'v') + '\0'}};
  const auto packed = pack_pt_arguments(arguments);
  ASSERT_TRUE(packed && *packed);
  EXPECT_EQ((*packed)->password, (std::string{'v', '\0'}));
  EXPECT_EQ(*unpack_pt_arguments(**packed), arguments);
}

TEST(PtArguments, ASinglePasswordByteIsOnlyPaddingIfItIsNul) {
  EXPECT_EQ(*unpack_pt_arguments({"k=v", std::string(1, '\0')}), (Arguments{{"k", "v"}}));
  EXPECT_EQ(*unpack_pt_arguments({"k=v", "w"}), (Arguments{{"k", "vw"}}));
}

}  // namespace
}  // namespace rozaneh
