// Who may have sessions: the file's text, the file, and credentials.
#include "tunnel/users.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "base/encoding.h"
#include "crypto/random.h"
#include "io/error.h"
#include "io/state.h"
#include "tunnel/users_file.h"

namespace rozaneh::tunnel {
namespace {

const std::string kHash(43, 'A');  // of 32 zeros
const std::string kOther = std::string(42, 'A') + "E";

struct Wrong {
  std::string text;
  std::string says;
};

TEST(Users, AreReadWithTheirLimits) {
  const auto users =
      Users::parse("# ours\n\n  shirin\t" + kHash + "\r\nbabak@home " + kOther + " sessions=2", "f");
  ASSERT_TRUE(users) << users.error().message();
  ASSERT_EQ(users->all().size(), 2U);
  EXPECT_EQ(users->all()[0], (User{.name = "shirin"}));
  EXPECT_EQ(users->all()[1].name, "babak@home");
  EXPECT_EQ(users->all()[1].sessions, 2U);
  EXPECT_EQ(users->find_name("shirin"), &users->all()[0]);
  EXPECT_EQ(users->find_name("nobody"), nullptr);
}

TEST(Users, OfAnEmptyFileAreNone) {
  const auto users = Users::parse("", "f");
  ASSERT_TRUE(users);
  EXPECT_EQ(users->find(Bytes()), nullptr);
}

TEST(Users, OnABadLineAreRefusedWithItsNumber) {
  const Wrong all[] = {
      {"shirin", "users:1: behind the name"},
      {"# one\nshirin short\n", "users:2: behind the name"},
      {"shi/rin " + kHash, "users:1: a name"},
      {std::string(65, 'a') + " " + kHash, "users:1: a name"},
      {"shirin " + kHash + " 3", "users:1: behind the hash"},
      {"shirin " + kHash + " sessions=0", "users:1: behind the hash"},
      {"shirin " + kHash + " sessions=3x", "users:1: behind the hash"},
      {"shirin " + kHash + " sessions=99999999999999999999", "users:1: behind the hash"},
      {"shirin " + kHash + " sessions=3 more", "users:1: something is behind"},
      {"shirin " + kHash + "\nshirin " + kOther, "users:2: this name"},
      {"shirin " + kHash + "\nbabak " + kHash, "users:2: this hash"},
  };
  for (const auto& [text, says] : all) {
    const auto users = Users::parse(text, "users");
    ASSERT_FALSE(users) << text;
    EXPECT_TRUE(users.error().is(UsersError::line));
    EXPECT_TRUE(users.error().message().contains(says)) << users.error().message();
  }
}

TEST(Users, AreNoMoreThanTheLimit) {
  crypto::SeededRandom random{1};
  std::string text;
  for (std::size_t i = 0; i <= kMostUsers; ++i) {
    User user{.name = std::to_string(i)};
    random.fill(user.hash);
    text += serialize_user(user);
  }
  EXPECT_FALSE(Users::parse(text, "f"));
  text.resize(text.rfind('\n', text.size() - 2) + 1);
  EXPECT_TRUE(Users::parse(text, "f"));
}

TEST(Users, AreFoundByTheirCredentialAlone) {
  crypto::SeededRandom random{1};
  const Credential hers = make_credential(random);
  const Credential his = make_credential(random);
  const std::string text =
      serialize_user({.name = "shirin", .hash = hash_credential(hers.bytes()), .sessions = 3}) +
      serialize_user({.name = "babak", .hash = hash_credential(his.bytes())});
  const auto users = Users::parse(text, "f");
  ASSERT_TRUE(users) << users.error().message();
  EXPECT_EQ(users->find(hers.bytes()), &users->all()[0]);
  EXPECT_EQ(users->find(his.bytes()), &users->all()[1]);
  EXPECT_EQ(users->find(make_credential(random).bytes()), nullptr);
  EXPECT_EQ(users->find(Bytes(hers.bytes()).first(23)), nullptr);
  EXPECT_EQ(users->find(Bytes()), nullptr);
}

TEST(Users, AreTakenOutWithoutTouchingAnythingElse) {
  const std::string text = "# shirin is ours\r\n\nshirin " + kHash + "\nshirin2 " + kOther + "\n# end";
  EXPECT_EQ(without_user(text, "shirin"), "# shirin is ours\r\n\nshirin2 " + kOther + "\n# end");
  EXPECT_EQ(without_user(text, "nobody"), text);
}

TEST(Credentials, ComeBackFromTheirText) {
  crypto::SeededRandom random{1};
  const Credential credential = make_credential(random);
  const std::string text = serialize_credential(credential);
  EXPECT_EQ(text.size(), 32U);
  const auto back = parse_credential(text);
  ASSERT_TRUE(back);
  EXPECT_EQ(encode_hex(back->bytes()), encode_hex(credential.bytes()));
  EXPECT_FALSE(parse_credential(text.substr(1)));
  EXPECT_FALSE(parse_credential(text + "A"));
  EXPECT_FALSE(parse_credential(""));
}

// The same by Python: hmac.new(bytes(24), b"rozaneh tunnel 1 user", "sha256").hexdigest()
TEST(Credentials, AreHashedAsThePageSays) {
  EXPECT_EQ(encode_hex(hash_credential(Credential().bytes())),
            "ad2088253d2579f8de321ee16011f8a158a6d01db7488326ed82bf2693cc89bc");
}

class UsersFile : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "rozaneh-users-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  static Result<> add(const std::filesystem::path& file, const std::string& name, std::uint8_t hash) {
    return change_users(file, [&](const Users&, std::string_view text) -> Result<std::string> {
      return std::string(text) + serialize_user({.name = name, .hash = {hash}});
    });
  }
  static mode_t mode_of(const std::filesystem::path& file) {
    struct stat about{};
    EXPECT_EQ(stat(file.c_str(), &about), 0);
    return about.st_mode & 0777U;
  }

  std::filesystem::path folder_;
};

TEST_F(UsersFile, IsMadeForItsOwnerAlone) {
  const auto file = folder_ / "users";
  ASSERT_TRUE(add(file, "shirin", 1));
  EXPECT_EQ(mode_of(file), 0600U);
  const auto users = read_users(file);
  ASSERT_TRUE(users);
  EXPECT_EQ(users->all().size(), 1U);
}

TEST_F(UsersFile, KeepsItsModeAndALinkToIt) {
  const auto file = folder_ / "users";
  const auto link = folder_ / "link";
  ASSERT_TRUE(add(file, "shirin", 1));
  ASSERT_EQ(chmod(file.c_str(), 0640), 0);
  std::filesystem::create_symlink("users", link);
  ASSERT_TRUE(add(link, "babak", 2));
  EXPECT_EQ(mode_of(file), 0640U);
  EXPECT_TRUE(std::filesystem::is_symlink(link));
  EXPECT_EQ(read_users(file)->all().size(), 2U);
}

TEST_F(UsersFile, ThatIsOpenToOthersIsRefused) {
  const auto file = folder_ / "users";
  ASSERT_TRUE(add(file, "shirin", 1));
  for (const mode_t mode : {0644U, 0660U, 0602U}) {
    ASSERT_EQ(chmod(file.c_str(), mode), 0);
    const auto users = read_users(file);
    ASSERT_FALSE(users);
    EXPECT_TRUE(users.error().is(UsersError::unsafe)) << users.error().message();
    EXPECT_FALSE(add(file, "babak", 2));
  }
}

TEST_F(UsersFile, ThatIsNotThereIsAFailureToReadIt) {
  const auto users = read_users(folder_ / "nothing");
  ASSERT_FALSE(users);
  EXPECT_TRUE(users.error().is(io::IoError::file));
}

TEST_F(UsersFile, StaysAsItWasWhereAChangeFails) {
  const auto file = folder_ / "users";
  ASSERT_TRUE(add(file, "shirin", 1));
  const auto refused = change_users(file, [](const Users&, std::string_view) -> Result<std::string> {
    return fail(UsersError::name, "no");
  });
  EXPECT_FALSE(refused);
  EXPECT_EQ(read_users(file)->all().size(), 1U);
}

TEST_F(UsersFile, LosesNothingWhereTwoChangeItAtOnce) {
  const auto file = folder_ / "users";
  const auto add_some = [&](std::uint8_t first) {
    for (std::uint8_t i = first; i < first + 20; ++i) EXPECT_TRUE(add(file, std::to_string(i), i));
  };
  std::thread one(add_some, std::uint8_t{1});
  std::thread other(add_some, std::uint8_t{101});
  one.join();
  other.join();
  EXPECT_EQ(read_users(file)->all().size(), 40U);
}

}  // namespace
}  // namespace rozaneh::tunnel
