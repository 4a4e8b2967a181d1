#include "pt/session_carrier.h"

#include <gtest/gtest.h>

#include "pt/session_transport.h"

namespace rozaneh::pt {
namespace {

struct SessionCarrierTest : testing::Test {
  SessionCarrierTest() { carriers.push_back(session_transport(carriers, sessions)); }
  tunnel::Clients sessions;
  transport::Catalog carriers = transport::catalog();
};

TEST_F(SessionCarrierTest, GetsTheArgumentsThatAreNotTheSessions) {
  const auto carrier =
      session_carrier(carriers, {{"iat-mode", "1"}, {"via", "obfs4"}, {"tunnel", "key"}, {"cert", "c"}});
  ASSERT_TRUE(carrier) << carrier.error().message();
  EXPECT_EQ(carrier->transport->name(), "obfs4");
  EXPECT_EQ(carrier->arguments, (Arguments{{"iat-mode", "1"}, {"cert", "c"}}));
}

TEST_F(SessionCarrierTest, IsATransportAndNoSession) {
  for (const Arguments& arguments :
       {Arguments{}, Arguments{{"via", ""}}, Arguments{{"via", "nothing"}}, Arguments{{"via", "rozaneh"}}}) {
    const auto carrier = session_carrier(carriers, arguments);
    ASSERT_FALSE(carrier);
    EXPECT_TRUE(carrier.error().is(transport::SetupError::arguments));
  }
}

TEST(CarrierState, KeepsRecordsApartAndWritesNoLineThatNobodyCouldUse) {
  io::MemoryState all;
  CarrierState own(all);
  EXPECT_TRUE(all.write("obfs4_state.json", bytes_of("theirs")));
  EXPECT_TRUE(own.write("obfs4_state.json", bytes_of("ours")));
  EXPECT_TRUE(own.append("obfs4_state.json", bytes_of("!")));
  EXPECT_TRUE(own.write("obfs4_bridgeline.txt", bytes_of("Bridge obfs4")));
  EXPECT_EQ(text_of(**all.read("obfs4_state.json")), "theirs");
  EXPECT_EQ(text_of(**own.read("obfs4_state.json")), "ours!");
  EXPECT_FALSE(*all.read("obfs4_bridgeline.txt"));
  EXPECT_FALSE(*all.read("rozaneh_obfs4_bridgeline.txt"));
}

}  // namespace
}  // namespace rozaneh::pt
