#include "io/state.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "io/error.h"

namespace rozaneh::io {
namespace {

namespace fs = std::filesystem;

struct StateTest : testing::Test {
  fs::path directory = fs::temp_directory_path() / (std::string("rozaneh-state-") + std::to_string(getpid()));
  void TearDown() override { fs::remove_all(directory); }

  mode_t mode(const fs::path& path) {
    struct stat info{};
    EXPECT_EQ(stat(path.c_str(), &info), 0);
    return info.st_mode & 0777U;
  }
};

TEST_F(StateTest, RecordsComeBackAndAreNobodyElsesToRead) {
  auto state = DirectoryState::open(directory);
  ASSERT_TRUE(state);
  EXPECT_EQ(*(*state)->read("name"), std::nullopt);
  ASSERT_TRUE((*state)->write("name", bytes_of("one")));
  ASSERT_TRUE((*state)->append("name", bytes_of(" two")));
  EXPECT_EQ(text_of(**(*state)->read("name")), "one two");
  EXPECT_EQ(mode(directory), 0700U);
  EXPECT_EQ(mode(directory / "name"), 0600U);
}

TEST_F(StateTest, AWriteThatFailsLeavesTheOldRecordWhole) {
  // A full disk: /dev/full stands where the new file would be written.
  auto state = DirectoryState::open(directory);
  ASSERT_TRUE((*state)->write("name", bytes_of("old")));
  fs::create_symlink("/dev/full", directory / "name.new");
  const auto written = (*state)->write("name", bytes_of("new"));
  ASSERT_FALSE(written);
  EXPECT_TRUE(written.error().is(IoError::file));
  EXPECT_NE(written.error().message().find("No space left"), std::string::npos) << written.error().message();
  EXPECT_EQ(text_of(**(*state)->read("name")), "old");
}

TEST_F(StateTest, APlaceThatIsNoDirectoryIsSaid) {
  const auto state = DirectoryState::open("/dev/null/x");
  ASSERT_FALSE(state);
  EXPECT_TRUE(state.error().is(IoError::file));
}

TEST(MemoryState, KeepsRecordsForItself) {
  MemoryState state;
  ASSERT_TRUE(state.write("a", bytes_of("1")));
  ASSERT_TRUE(state.append("a", bytes_of("2")));
  EXPECT_EQ(text_of(**state.read("a")), "12");
  EXPECT_EQ(*state.read("b"), std::nullopt);
}

}  // namespace
}  // namespace rozaneh::io
