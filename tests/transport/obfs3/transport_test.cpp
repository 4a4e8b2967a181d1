#include "transport/obfs3/transport.h"

#include "transport/ends.h"

namespace rozaneh::obfs3 {
namespace {

TEST(Obfs3, CarriesBothDirectionsAndTheirEnds) {
  const auto obfs3 = make_transport();
  for (const auto size : std::initializer_list<std::size_t>{1, 1447, 1448, 65535, 65537, 1'000'000})
    transport::expect_both_directions(*obfs3, {}, {}, size);
  for (const auto size : std::initializer_list<std::size_t>{1, 3000})
    transport::expect_both_directions(*obfs3, {}, {.read_limit = 1}, size);
}

TEST(Obfs3, EndsInGoodOrderWhereNothingWasWritten) {
  const auto obfs3 = make_transport();
  transport::expect_both_directions(*obfs3, {}, {}, 0);
  transport::expect_both_directions(*obfs3, {}, {.read_limit = 1}, 0);
}

TEST(Obfs3, ProvesNoClient) {
  const auto obfs3 = make_transport();
  EXPECT_EQ(obfs3->name(), "obfs3");
  EXPECT_FALSE(obfs3->proves_client());
  EXPECT_TRUE(obfs3->warning().empty());
}

}  // namespace
}  // namespace rozaneh::obfs3
