#include "pt/output.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>

namespace rozaneh::pt {
namespace {

// Tor's end of a transport's standard output.
class Pipe {
 public:
  Pipe() {
    EXPECT_EQ(pipe2(ends_.data(), O_CLOEXEC), 0);
    fcntl(ends_[0], F_SETFL, O_NONBLOCK);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close(ends_[0]);
    close(ends_[1]);
  }

  [[nodiscard]] int writing_end() const { return ends_[1]; }
  [[nodiscard]] std::string read() const {
    std::string all;
    std::array<char, 65536> part{};
    for (;;) {
      const ssize_t count = ::read(ends_[0], part.data(), part.size());
      if (count <= 0) return all;
      all.append(part.data(), static_cast<std::size_t>(count));
    }
  }

 private:
  std::array<int, 2> ends_{};
};

TEST(PtOutput, LinesArriveAtOnce) {
  const Pipe pipe;
  Output output(pipe.writing_end(), {});
  output.say("VERSION 1\n");
  EXPECT_EQ(pipe.read(), "VERSION 1\n");
  output.status("obfs4", {{"CONNECT", "Success"}});
  EXPECT_EQ(pipe.read(), "STATUS TRANSPORT=obfs4 CONNECT=Success\n");
}

TEST(PtOutput, LevelsBecomeTorsSeverities) {
  const Pipe pipe;
  Output output(pipe.writing_end(), {.level = Log::Level::debug});
  output.debug("one");
  output.info("two");
  output.warn("thr ee");
  output.error("four");
  EXPECT_EQ(pipe.read(),
            "LOG SEVERITY=debug MESSAGE=one\n"
            "LOG SEVERITY=notice MESSAGE=two\n"
            "LOG SEVERITY=warning MESSAGE=\"thr ee\"\n"
            "LOG SEVERITY=error MESSAGE=four\n");
}

TEST(PtOutput, WhatIsBelowTheLevelIsNotSaid) {
  const Pipe pipe;
  Output output(pipe.writing_end(), {.level = Log::Level::error});
  output.warn("one");
  EXPECT_EQ(pipe.read(), "");
}

TEST(PtOutput, AddressesAreLeftOutUnlessAskedFor) {
  const Pipe pipe;
  const Endpoint user = *Endpoint::parse("192.0.2.1:5");
  const Output safe(pipe.writing_end(), {});
  EXPECT_EQ(safe.elide(user), "[address]");
  const Output unsafe(pipe.writing_end(), {.addresses = true});
  EXPECT_EQ(unsafe.elide(user), "192.0.2.1:5");
}

TEST(PtOutput, ALogThatNobodyReadsIsLeftOutAndLinesStayWhole) {
  const Pipe pipe;
  Output output(pipe.writing_end(), {});
  const std::string text(500, 'x');
  for (int i = 0; i < 1000; ++i) output.warn("{}", text);
  const std::string first = pipe.read();
  EXPECT_LE(first.size(), 65536U);
  const std::string line = "LOG SEVERITY=warning MESSAGE=" + text + "\n";
  EXPECT_EQ(first.size() % line.size(), 0U);
  output.warn("again");
  EXPECT_EQ(pipe.read(), "LOG SEVERITY=warning MESSAGE=again\n");
}

}  // namespace
}  // namespace rozaneh::pt
