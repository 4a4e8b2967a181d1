#include <gtest/gtest.h>

#include "cli/pt.h"

namespace rozaneh::cli {
namespace {

using Words = std::vector<std::string>;

TEST(PtWords, TorrcLinesOfObfs4proxyStayAsTheyAre) {
  struct Row {
    Words given;
    Words ours;
  };
  const std::vector<Row> rows = {
      {{}, {"pt"}},
      {{"-enableLogging"}, {"pt"}},
      {{"--enableLogging=true", "--logLevel", "INFO"}, {"pt", "--log-level", "info"}},
      {{"-logLevel=DEBUG"}, {"pt", "--log-level", "debug"}},
      {{"-unsafeLogging"}, {"pt", "--unsafe-logging"}},
      {{"-unsafeLogging=true"}, {"pt", "--unsafe-logging"}},
      {{"-unsafeLogging=false"}, {"pt"}},
      {{"-obfs4-distBias=1"}, {"pt", "--obfs4-biased-shapes"}},
      {{"-obfs4-distBias=0"}, {"pt"}},
      {{"-nonesuch", "x"}, {"pt", "-nonesuch", "x"}},
      {{"-logLevel"}, {"pt", "--log-level"}},
      {{"-version"}, {"--version"}},
  };
  for (const Row& row : rows)
    for (const char* program : {"obfs4proxy", "/usr/bin/obfs4proxy", "/opt/tor/lyrebird"})
      EXPECT_EQ(translate_pt_words(program, row.given, false), row.ours) << testing::PrintToString(row.given);
}

TEST(PtWords, ThoseFlagsAreTakenByTheCommandToo) {
  EXPECT_EQ(translate_pt_words("rozaneh", {"pt", "-logLevel", "WARN", "--threads", "2"}, false),
            (Words{"pt", "--log-level", "warn", "--threads", "2"}));
}

TEST(PtWords, UnderTorTheCommandMayBeLeftOut) {
  EXPECT_EQ(translate_pt_words("rozaneh", {}, true), Words{"pt"});
  EXPECT_EQ(translate_pt_words("rozaneh", {"--log-level", "debug"}, true),
            (Words{"pt", "--log-level", "debug"}));
}

TEST(PtWords, OtherCommandsAreLeftAlone) {
  EXPECT_EQ(translate_pt_words("/usr/bin/rozaneh", {}, false), Words{});
  EXPECT_EQ(translate_pt_words("rozaneh", {"--version"}, false), Words{"--version"});
  EXPECT_EQ(translate_pt_words("rozaneh", {"client", "-logLevel"}, true), (Words{"client", "-logLevel"}));
}

}  // namespace
}  // namespace rozaneh::cli
