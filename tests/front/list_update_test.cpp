#include "front/list_update.h"

#include <gtest/gtest.h>

namespace rozaneh::front {
namespace {

constexpr std::string_view kList = "version = 7\nissued = 2026-11-21\nnames = [\"chat.signal.org\"]\n";

struct Publisher {
  crypto::SigningSeed seed;
  UpdateTrust trust{.key = crypto::signing_public(seed), .suffixes = {"signal.org"}};

  std::string sign(std::string_view list) const {
    const auto file = sign_list(list, seed);
    EXPECT_TRUE(file) << file.error().message();
    return file.value_or("");
  }
};

TEST(ListUpdate, IsTakenWhereItIsSignedAndNewer) {
  const Publisher publisher;
  const auto list = open_update(publisher.sign(kList), publisher.trust, 6);
  ASSERT_TRUE(list) << list.error().message();
  EXPECT_EQ(list->version(), 7U);
  EXPECT_TRUE(list->find("chat.signal.org"));
}

TEST(ListUpdate, IsRefusedUnlessNewer) {
  const Publisher publisher;
  for (const std::uint64_t known : {7U, 8U})
    EXPECT_FALSE(open_update(publisher.sign(kList), publisher.trust, known));
}

TEST(ListUpdate, IsRefusedFromAnybodyElse) {
  const Publisher publisher;
  Publisher other;
  other.seed.bytes()[0] = 1;
  EXPECT_FALSE(open_update(other.sign(kList), publisher.trust, 0));
}

TEST(ListUpdate, IsRefusedCutShortAtAnyByteOrWithOneChanged) {
  const Publisher publisher;
  const std::string file = publisher.sign(kList);
  for (std::size_t i = 0; i < file.size(); ++i) {
    EXPECT_FALSE(open_update(std::string_view(file).substr(0, i), publisher.trust, 0)) << i;
    std::string changed = file;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(open_update(changed, publisher.trust, 0)) << i;
  }
}

TEST(ListUpdate, NamesNothingOutsideOfTheSuffixes) {
  const Publisher publisher;
  for (const char* name :
       {"evil.example", "notsignal.org", "*.example.org", "*.notsignal.org", "signal.org.example"}) {
    const std::string list =
        "version = 7\nissued = 2026-11-21\nnames = [\"chat.signal.org\", \"" + std::string(name) + "\"]\n";
    EXPECT_FALSE(open_update(publisher.sign(list), publisher.trust, 0)) << name;
  }
  EXPECT_TRUE(open_update(publisher.sign("version = 7\nissued = 2026-11-21\nnames = [\"*.signal.org\"]\n"),
                          publisher.trust, 0));
}

TEST(ListUpdate, DecidesNothingThatIsTheOperators) {
  const Publisher publisher;
  const std::string list(kList);
  EXPECT_FALSE(open_update(publisher.sign(list + "replace = true\n"), publisher.trust, 0));
  EXPECT_FALSE(open_update(publisher.sign(list + "[upstream]\n\"chat.signal.org\" = \"127.0.0.1:22\"\n"),
                           publisher.trust, 0));
  EXPECT_FALSE(
      open_update(publisher.sign("version = 7\nissued = 2026-11-21\nnames = []\n"), publisher.trust, 0));
}

TEST(ListUpdate, IsNotSignedWithoutAVersion) {
  const Publisher publisher;
  EXPECT_FALSE(sign_list("names = [\"chat.signal.org\"]", publisher.seed));
  EXPECT_FALSE(sign_list("version = 1\nnames = [\"chat.signal.org\"]", publisher.seed));
}

}  // namespace
}  // namespace rozaneh::front
