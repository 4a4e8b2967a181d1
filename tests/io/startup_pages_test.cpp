#include "io/startup_pages.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace rozaneh::io {
namespace {

// The resident pages that are mapped from files: the third number of statm (proc(5)).
long resident_file_pages() {
  std::ifstream statm("/proc/self/statm");
  long size = 0;
  long resident = 0;
  long shared = 0;
  statm >> size >> resident >> shared;
  return shared;
}

// The rest of the test, and of this program, then runs on pages that come back.
TEST(StartupPages, AreNoLongerResidentAfterwards) {
  const auto before = resident_file_pages();
  release_startup_pages();
  const auto after = resident_file_pages();
  EXPECT_LT(after, before - before / 4);
}

}  // namespace
}  // namespace rozaneh::io
