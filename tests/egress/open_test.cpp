#include "egress/open.h"

#include "egress/reply.h"
#include "io/error.h"
#include "io/listener.h"
#include "io/run.h"

namespace rozaneh::egress {
namespace {

const Origin kOrigin{.peer = {}, .transport = "test"};

io::Task<> open_into(Egress& egress, io::Loop& loop, Target target, Result<io::StreamPtr>& into) {
  into = co_await egress.open(loop, target, kOrigin);
}

Result<io::StreamPtr> open(OpenEgress::Options options, const Target& target) {
  io::TestLoop test;
  OpenEgress egress(std::move(options));
  Result<io::StreamPtr> stream;
  test.spawn(open_into(egress, test.loop, target, stream));
  test.run();
  if (stream) stream->reset();  // it must not outlive its loop
  return stream;
}

TEST(OpenEgress, RefusesWhatIsNotOfThePublicInternet) {
  for (const char* target :
       {"127.0.0.1:80", "[::1]:80", "10.0.0.1:80", "192.168.1.1:80", "169.254.169.254:80", "[fe80::1]:80",
        "[::ffff:127.0.0.1]:80", "0.0.0.0:80", "localhost:80"}) {
    const auto stream = open({}, *Target::parse(target));
    ASSERT_FALSE(stream) << target;
    EXPECT_TRUE(stream.error().is(EgressError::private_network))
        << target << ": " << stream.error().message();
    EXPECT_EQ(reply_for(stream.error()), SocksReply::not_allowed);
  }
}

TEST(OpenEgress, RefusesMailUnlessTold) {
  const auto refused = open({.allow_private = true}, *Target::parse("127.0.0.1:25"));
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().is(EgressError::port));
  const auto tried = open({.allow_private = true, .refused_ports = {}}, *Target::parse("127.0.0.1:25"));
  EXPECT_TRUE(tried || tried.error().is(io::IoError::refused));
}

TEST(OpenEgress, OpensPrivateDestinationsWhereAllowed) {
  io::TestLoop test;
  auto listener = io::Listener::open(test.loop, *Endpoint::parse("127.0.0.1:0"));
  ASSERT_TRUE(listener);
  OpenEgress egress({.allow_private = true});
  for (const Target& target :
       {Target(listener->endpoint()), Target("localhost", listener->endpoint().port)}) {
    Result<io::StreamPtr> stream;
    test.spawn(open_into(egress, test.loop, target, stream));
    test.run();
    test.loop.executor().context().restart();
    EXPECT_TRUE(stream) << target.to_string();
  }
}

TEST(Reply, SaysWhatHappened) {
  using io::IoError;
  EXPECT_EQ(reply_for(Error(IoError::refused)), SocksReply::connection_refused);
  EXPECT_EQ(reply_for(Error(IoError::timed_out)), SocksReply::timed_out);
  EXPECT_EQ(reply_for(Error(IoError::no_such_name)), SocksReply::host_unreachable);
  EXPECT_EQ(reply_for(Error(SocksReply::not_allowed)), SocksReply::not_allowed);
  EXPECT_EQ(reply_for(Error(IoError::file)), SocksReply::general_failure);
}

}  // namespace
}  // namespace rozaneh::egress
