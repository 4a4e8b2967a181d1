// Relays between real sockets, with and without the kernel moving the bytes: nothing but the way is
// different. Where the kernel has no TLS of its own, that part shows that the plain path is taken;
// script/check/ktls runs these tests on one that has.
#include <netinet/in.h>
#include <openssl/err.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>

#include "io/dial.h"
#include "io/error.h"
#include "io/listener.h"
#include "io/made_certificate.h"
#include "io/relay.h"
#include "peers.h"
#include "run.h"

namespace rozaneh::io {
namespace {

constexpr std::size_t kMuch = 12'000'000;  // more than sockets hold

const Buffer& much() {
  static const Buffer bytes = [] {
    Buffer made(kMuch);
    for (std::size_t i = 0; i < made.size(); ++i) made[i] = static_cast<std::uint8_t>(i * 31 + i / 251);
    return made;
  }();
  return bytes;
}

// Connections that the kernel protects what is sent on, since the system's start; nothing where it has none.
std::optional<unsigned long> sealed_by_kernel() {
  std::ifstream stat("/proc/net/tls_stat");
  std::string name;
  unsigned long count = 0;
  while (stat >> name >> count)
    if (name == "TlsTxSw") return count;
  return std::nullopt;
}

std::ptrdiff_t descriptors() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
}

// A connection, both ends of which are ours.
Task<> connect(TestLoop& test, StreamPtr& far, StreamPtr& near) {
  auto listener = Listener::open(test.loop, *Endpoint::parse("127.0.0.1:0"));
  TcpDialer dialer(test.loop);
  auto dialed = co_await dialer.connect(listener->endpoint());
  auto accepted = co_await listener->accept();
  EXPECT_TRUE(dialed && accepted);
  far = std::move(*dialed);
  near = std::move(accepted->stream);
}

Task<> receive_some(Stream& stream, std::size_t count, Buffer& into) {
  while (into.size() < count) {
    const auto chunk = co_await stream.read();
    EXPECT_TRUE(chunk) << chunk.error().message();
    if (!chunk || chunk->empty()) co_return;
    append(into, chunk->bytes());
  }
}

// What is written until the other side is gone.
Task<> pour(Stream& stream) {
  for (;;) {
    const auto written = co_await stream.write(much());
    if (!written) co_return;
  }
}

// client — one [relay] other — server
class ZeroCopy : public testing::TestWithParam<bool> {
 protected:
  ZeroCopy() { (void)std::signal(SIGPIPE, SIG_IGN); }

  Task<> relay_both() {
    options.splices = GetParam();
    outcome = co_await relay(test.loop, *one, *other, counters, options);
    one.reset();
    other.reset();
  }

  // The parts of a test, once all is connected.
  void run(std::function<void()> parts) {
    test.spawn(begin(std::move(parts)));
    test.run();
    EXPECT_EQ(test.loop.pool().lent(), 0U);
    EXPECT_EQ(test.loop.pipes().lent(), 0U);
  }

  TestLoop test;
  StreamPtr client, one, other, server;
  Counters counters;
  RelayOptions options;
  Result<> outcome = fail(IoError::other);

 private:
  Task<> begin(std::function<void()> parts) {
    co_await connect(test, client, one);
    co_await connect(test, server, other);
    parts();
    co_await relay_both();
  }
};

TEST_P(ZeroCopy, CarriesBothDirectionsToTheirEnds) {
  Buffer up, down;
  run([&] {
    test.spawn(send_and_finish(*client, much()));
    test.spawn(send_and_finish(*server, much()));
    test.spawn(receive_all(*client, down));
    test.spawn(receive_all(*server, up));
  });
  EXPECT_TRUE(outcome) << outcome.error().message();
  EXPECT_TRUE(up == much());
  EXPECT_TRUE(down == much());
  EXPECT_EQ(counters.up, kMuch);
  EXPECT_EQ(counters.down, kMuch);
  EXPECT_EQ(test.loop.pipes().kept() > 0, GetParam());
}

Task<> answer_after_end(Stream& stream) {
  Buffer ignored;
  co_await receive_all(stream, ignored);
  co_await send_and_finish(stream, much());
}

TEST_P(ZeroCopy, AHalfCloseLetsTheOtherDirectionGoOn) {
  Buffer down;
  const Buffer question(5);
  run([&] {
    test.spawn(send_and_finish(*client, question));
    test.spawn(answer_after_end(*server));
    test.spawn(receive_all(*client, down));
  });
  EXPECT_TRUE(outcome);
  EXPECT_TRUE(down == much());
}

Task<> reset_after(Stream& stream, std::size_t count) {
  Buffer got;
  co_await receive_some(stream, count, got);
  stream.abort();  // unread bytes make a reset of it
}

TEST_P(ZeroCopy, AResetEndsBothAtOnce) {
  run([&] {
    test.spawn(pour(*client));
    test.spawn(reset_after(*server, 1'000'000));
  });
  ASSERT_FALSE(outcome);
  EXPECT_TRUE(outcome.error().is(IoError::reset)) << outcome.error().message();
}

TEST_P(ZeroCopy, AReaderThatStopsMeetsTheIdleLimit) {
  options.idle_limit = std::chrono::seconds(1);
  run([&] { test.spawn(pour(*client)); });
  ASSERT_FALSE(outcome);
  EXPECT_TRUE(outcome.error().is(IoError::timed_out)) << outcome.error().message();
}

TEST_P(ZeroCopy, DescriptorsAreGivenBack) {
  const auto before = descriptors();
  {
    TestLoop inner;
    Piped load = inner.loop.pipes().borrow();
    EXPECT_TRUE(load);
    EXPECT_GT(descriptors(), before);
  }
  EXPECT_EQ(descriptors(), before);
}

TEST_P(ZeroCopy, WithoutDescriptorsForPipesItIsCarriedAllTheSame) {
  Buffer up;
  rlimit old{};
  getrlimit(RLIMIT_NOFILE, &old);
  const Buffer nothing;
  run([&] {
    const int next = dup(0);
    close(next);
    rlimit tight = old;
    tight.rlim_cur = static_cast<rlim_t>(next) + 1;
    setrlimit(RLIMIT_NOFILE, &tight);
    test.spawn(send_and_finish(*client, much()));
    test.spawn(send_and_finish(*server, nothing));
    test.spawn(receive_all(*server, up));
  });
  setrlimit(RLIMIT_NOFILE, &old);
  EXPECT_TRUE(outcome);
  EXPECT_TRUE(up == much());
  EXPECT_EQ(test.loop.pipes().kept(), 0U);
}

// The sizes of the records that a client gets, by their headers.
void note_record(int writes, int /*version*/, int type, const void* bytes, std::size_t size, SSL* /*ssl*/,
                 void* sizes) {
  if (writes != 0 || type != SSL3_RT_HEADER || size != 5) return;
  const auto* header = static_cast<const std::uint8_t*>(bytes);
  static_cast<std::vector<std::size_t>*>(sizes)->push_back(header[3] * 256U + header[4]);
}

// The client speaks TLS with the relay's side, by OpenSSL.
class ZeroCopyTls : public testing::TestWithParam<std::tuple<bool, const char*>> {
 protected:
  ZeroCopyTls() { (void)std::signal(SIGPIPE, SIG_IGN); }

  Task<> accept_tls(StreamPtr near) {
    auto accepted = co_await tls.accept(test.loop, std::move(near));
    EXPECT_TRUE(accepted);
    if (accepted) one = std::move(*accepted);
  }

  Task<> begin(std::function<void()> parts) {
    StreamPtr near;
    StreamPtr far;
    co_await connect(test, far, near);
    co_await connect(test, server, other);
    raw = far.get();
    TlsStream::Ssl ssl(SSL_new(context.get()));
    SSL_set_connect_state(ssl.get());
    client = std::make_unique<TlsStream>(test.loop, std::move(far), std::move(ssl));
    test.spawn(accept_tls(std::move(near)));
    const auto done = co_await client->shake_hands();
    EXPECT_TRUE(done);
    while (!one) co_await test.loop.sleep(std::chrono::milliseconds(1));
    parts();
    const RelayOptions options{.idle_limit = {}, .splices = std::get<0>(GetParam())};
    outcome = co_await relay(test.loop, *one, *other, counters, options);
    one.reset();
    other.reset();
  }

  void run(std::function<void()> parts) {
    SSL_CTX_set_min_proto_version(context.get(), TLS1_3_VERSION);
    SSL_CTX_set_ciphersuites(context.get(), std::get<1>(GetParam()));
    const auto before = sealed_by_kernel();
    test.spawn(begin(std::move(parts)));
    test.run();
    EXPECT_EQ(test.loop.pipes().lent(), 0U);
    const auto after = sealed_by_kernel();
    EXPECT_EQ(after.value_or(0) > before.value_or(0), after && std::get<0>(GetParam()));
  }

  TestLoop test;
  std::unique_ptr<SSL_CTX, crypto::OpensslFree<&SSL_CTX_free>> context{SSL_CTX_new(TLS_client_method())};
  TlsServer tls = [] {
    const TlsIdentity identity = made_certificate("a.example");
    return std::move(*TlsServer::make(identity.chain, identity.key));
  }();
  std::unique_ptr<TlsStream> client;
  Stream* raw = nullptr;  // what the client's TLS goes over
  StreamPtr one, other, server;
  Counters counters;
  Result<> outcome = fail(IoError::other);
};

TEST_P(ZeroCopyTls, CarriesBothDirectionsToTheirEnds) {
  Buffer up, down;
  std::vector<std::size_t> records;
  run([&] {
    SSL_set_msg_callback(client->ssl(), &note_record);
    SSL_set_msg_callback_arg(client->ssl(), &records);
    test.spawn(send_and_finish(*client, much()));
    test.spawn(send_and_finish(*server, much()));
    test.spawn(receive_all(*client, down));
    test.spawn(receive_all(*server, up));
  });
  EXPECT_TRUE(outcome) << outcome.error().message();
  EXPECT_TRUE(up == much());
  EXPECT_TRUE(down == much());
  EXPECT_EQ(counters.up, kMuch);
  EXPECT_EQ(counters.down, kMuch);
  EXPECT_NE(SSL_get_shutdown(client->ssl()) & SSL_RECEIVED_SHUTDOWN, 0)
      << "the end came without close_notify";
  // Most are as long as they may be, whoever cuts them.
  const std::size_t full = tls::kMaxPlaintext + 1 + tls::kRecordTag;
  const auto full_records = std::ranges::count(records, full);
  EXPECT_LE(std::ranges::max(records), full);
  EXPECT_GT(full_records * 2, std::ssize(records));
  RecordProperty("full", static_cast<int>(full_records));
  RecordProperty("records", static_cast<int>(records.size()));
}

// The client changes its keys in the midst of it, and asks for others of ours.
Task<> change_keys(TlsStream& client, Stream& server, Buffer& down) {
  for (const int kind : {SSL_KEY_UPDATE_NOT_REQUESTED, SSL_KEY_UPDATE_REQUESTED}) {
    co_await receive_some(client, down.size() + 4'000'000, down);
    EXPECT_EQ(SSL_key_update(client.ssl(), kind), 1);
    const Buffer question(100, 0x51);
    const auto written = co_await client.write(question);
    EXPECT_TRUE(written);
    Buffer got;
    co_await receive_some(server, question.size(), got);
    EXPECT_EQ(got, question);
  }
  co_await receive_all(client, down);
  co_await client.finish();
}

TEST_P(ZeroCopyTls, TheClientMayChangeItsKeys) {
  Buffer down;
  run([&] {
    test.spawn(send_and_finish(*server, much()));
    test.spawn(change_keys(*client, *server, down));
  });
  EXPECT_TRUE(outcome) << outcome.error().message();
  EXPECT_TRUE(down == much());
}

// Whose socket is full until the very end, when the close_notify is to fit in as well.
Task<> receive_slowly(Loop& loop, Stream& stream, Buffer& into) {
  for (;;) {
    const auto chunk = co_await stream.read();
    EXPECT_TRUE(chunk) << chunk.error().message();
    if (!chunk || chunk->empty()) break;
    append(into, chunk->bytes());
    co_await loop.sleep(std::chrono::milliseconds(1));
  }
  co_await stream.finish();
}

TEST_P(ZeroCopyTls, AReaderThatIsSlowGetsItAll) {
  Buffer down;
  run([&] {
    test.spawn(send_and_finish(*server, much()));
    test.spawn(receive_slowly(test.loop, *client, down));
  });
  EXPECT_TRUE(outcome) << outcome.error().message();
  EXPECT_TRUE(down == much());
  EXPECT_NE(SSL_get_shutdown(client->ssl()) & SSL_RECEIVED_SHUTDOWN, 0);
}

// A client that ends its side after much has come still gets all the rest.
Task<> finish_midway(TlsStream& client, Buffer& down) {
  co_await receive_some(client, 4'000'000, down);
  co_await client.finish();
  co_await receive_all(client, down);
}

TEST_P(ZeroCopyTls, AHalfCloseLetsTheOtherDirectionGoOn) {
  Buffer down;
  run([&] {
    test.spawn(send_and_finish(*server, much()));
    test.spawn(finish_midway(*client, down));
  });
  EXPECT_TRUE(outcome) << outcome.error().message();
  EXPECT_TRUE(down == much());
}

Task<> send_much(Stream& stream) {
  const auto written = co_await stream.write(much());
  EXPECT_TRUE(written);
}

Task<> forge(TlsStream& client, Stream& raw, std::string& told) {
  Buffer down;
  co_await receive_some(client, kMuch, down);
  Buffer record = {23, 3, 3, 0, 30};
  record.resize(35, 0x66);
  const auto written = co_await raw.write(record);
  EXPECT_TRUE(written);
  const auto answer = co_await client.read();
  EXPECT_FALSE(answer);
  if (!answer) told = answer.error().message();
}

TEST_P(ZeroCopyTls, AForgedRecordIsAnsweredByItsAlert) {
  std::string told;
  run([&] {
    test.spawn(send_much(*server));
    test.spawn(forge(*client, *raw, told));
  });
  EXPECT_FALSE(outcome);
  EXPECT_NE(told.find("bad record mac"), std::string::npos) << told;
}

INSTANTIATE_TEST_SUITE_P(Switch, ZeroCopy, testing::Bool(),
                         [](const auto& tested) { return tested.param ? "On" : "Off"; });
INSTANTIATE_TEST_SUITE_P(Switch, ZeroCopyTls,
                         testing::Combine(testing::Bool(),
                                          testing::Values("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384",
                                                          "TLS_CHACHA20_POLY1305_SHA256")),
                         [](const auto& tested) {
                           std::string name = std::get<0>(tested.param) ? "On_" : "Off_";
                           return name + std::get<1>(tested.param);
                         });

}  // namespace
}  // namespace rozaneh::io
