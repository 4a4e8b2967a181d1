#include "transport/plain/transport.h"

#include "transport/ends.h"

namespace rozaneh::plain {
namespace {

TEST(Plain, CarriesBothDirectionsAndTheirEnds) {
  const auto plain = make_transport();
  for (const auto size : std::initializer_list<std::size_t>{0, 1, 65537, 1'000'000})
    transport::expect_both_directions(*plain, {}, {}, size);
  transport::expect_both_directions(*plain, {}, {.read_limit = 1}, 3000);
}

TEST(Plain, ProvesNoClientAndSaysThatItHidesNothing) {
  const auto plain = make_transport();
  EXPECT_EQ(plain->name(), "plain");
  EXPECT_FALSE(plain->proves_client());
  EXPECT_NE(plain->warning().find("hides nothing"), std::string_view::npos);
}

}  // namespace
}  // namespace rozaneh::plain
