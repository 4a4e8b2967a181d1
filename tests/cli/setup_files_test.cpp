#include "cli/setup_files.h"

#include <gtest/gtest.h>

namespace rozaneh::cli {
namespace {

constexpr std::string_view kFile = "# about\n\n# name = \"example\"\n# names are for people\nport = 1\n";

TEST(SetupFiles, PutAValueIntoThePlaceOfItsExample) {
  EXPECT_EQ(with_setting(kFile, "name", "mine"),
            "# about\n\nname = \"mine\"\n# names are for people\nport = 1\n");
}

TEST(SetupFiles, PutAValueIntoThePlaceOfAnother) {
  EXPECT_EQ(with_setting(kFile, "port", "2"),
            "# about\n\n# name = \"example\"\n# names are for people\nport = \"2\"\n");
}

TEST(SetupFiles, PutAValueAtTheEndWhereItHasNoPlace) {
  EXPECT_EQ(with_setting("a = 1\n", "b", "2"), "a = 1\n\nb = \"2\"\n");
  EXPECT_EQ(with_setting("a = 1", "b", "2"), "a = 1\n\nb = \"2\"\n");
}

TEST(SetupFiles, QuoteWhatTheyAreGiven) {
  EXPECT_EQ(with_setting("", "a", "\"\n# b = 1"), "\na = \"\\\"\\n# b = 1\"\n");
}

TEST(SetupFiles, AreThoseOfThePackage) {
  EXPECT_NE(settings_template("bridge").find("\negress = \"open\"\n"), std::string_view::npos);
  EXPECT_NE(settings_template("signal").find("\n# domain = "), std::string_view::npos);
  EXPECT_TRUE(settings_template("nothing").empty());
}

}  // namespace
}  // namespace rozaneh::cli
