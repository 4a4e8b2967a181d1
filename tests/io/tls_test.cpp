// Our server against OpenSSL's client, in memory.
#include <openssl/err.h>

#include "io/error.h"
#include "io/made_certificate.h"
#include "io/memory_stream.h"
#include "io/peers.h"
#include "io/run.h"
#include "io/ticket_keys.h"

namespace rozaneh::io {
namespace {

using crypto::OpensslFree;
using ClientContext = std::unique_ptr<SSL_CTX, OpensslFree<&SSL_CTX_free>>;
using Session = std::unique_ptr<SSL_SESSION, OpensslFree<&SSL_SESSION_free>>;

const TlsIdentity& ec() {
  static const TlsIdentity made = made_certificate("ec.example");
  return made;
}
const TlsIdentity& rsa() {
  static const TlsIdentity made = made_certificate("rsa.example", KeyKind::rsa);
  return made;
}

ClientContext client_context() { return ClientContext(SSL_CTX_new(TLS_client_method())); }

// One connection: what both sides do with it, and what came of it.
struct Meeting {
  std::function<Task<>(TlsStream&)> at_server, at_client;
  std::string alpn;  // ALPN's wire form
  std::size_t read_limit = 1 << 20;
  Result<> server = fail(IoError::other), client = fail(IoError::other);
  std::string chosen, name, subject;
  bool resumed = false;
  long group = 0;  // that the keys were agreed in
  Session session;
};

Task<> serve(Loop& loop, const TlsServer& server, StreamPtr raw, Meeting& meeting) {
  auto stream = co_await server.accept(loop, std::move(raw));
  if (!stream) {
    meeting.server = std::unexpected(stream.error());
    co_return;
  }
  meeting.server = {};
  meeting.chosen = (*stream)->alpn();
  meeting.name = (*stream)->server_name();
  if (meeting.at_server) co_await meeting.at_server(**stream);
  (void)co_await (*stream)->finish();
  for (;;) {
    const auto rest = co_await (*stream)->read();
    if (!rest || rest->empty()) break;
  }
}

std::string subject_of(SSL* ssl) {
  std::array<char, 100> name{};
  X509_NAME_get_text_by_NID(X509_get_subject_name(SSL_get0_peer_certificate(ssl)), NID_commonName,
                            name.data(), name.size());
  return name.data();
}

Task<> visit(Loop& loop, SSL_CTX* context, StreamPtr raw, Meeting& meeting) {
  TlsStream::Ssl ssl(SSL_new(context));
  SSL_set_connect_state(ssl.get());
  SSL_set_tlsext_host_name(ssl.get(), "Some.Example");
  if (!meeting.alpn.empty())
    SSL_set_alpn_protos(ssl.get(), bytes_of(meeting.alpn).data(), static_cast<unsigned>(meeting.alpn.size()));
  if (meeting.session) SSL_set_session(ssl.get(), meeting.session.get());
  TlsStream stream(loop, std::move(raw), std::move(ssl));
  meeting.client = co_await stream.shake_hands();
  if (!meeting.client) co_return;
  meeting.resumed = SSL_session_reused(stream.ssl()) == 1;
  meeting.subject = subject_of(stream.ssl());
  meeting.group = SSL_get_negotiated_group(stream.ssl());
  if (meeting.at_client) co_await meeting.at_client(stream);
  for (;;) {  // tickets come before the end
    const auto rest = co_await stream.read();
    if (!rest || rest->empty()) break;
  }
  meeting.session.reset(SSL_get1_session(stream.ssl()));
  (void)co_await stream.finish();
}

void meet(const TlsServer& server, SSL_CTX* client, Meeting& meeting) {
  TestLoop test;
  MemoryStreamOptions options;
  options.read_limit = meeting.read_limit;
  auto [near, far] = memory_streams(test.loop, options);
  test.spawn(serve(test.loop, server, std::move(far), meeting));
  test.spawn(visit(test.loop, client, std::move(near), meeting));
  test.run();
}

TlsServer server_with(std::vector<TlsIdentity> identities = {ec()}, TlsServerOptions options = {}) {
  auto made = TlsServer::make(identities, std::move(options));
  EXPECT_TRUE(made) << made.error().message();
  return *std::move(made);
}

Task<Result<Buffer>> read_exactly(Stream& stream, std::size_t count) {
  Buffer all;
  while (all.size() < count) {
    const auto chunk = co_await stream.read();
    if (!chunk) co_return std::unexpected(chunk.error());
    if (chunk->empty()) break;
    append(all, chunk->bytes());
  }
  co_return all;
}

Task<> echo(TlsStream& stream, std::size_t count) {
  const auto got = co_await read_exactly(stream, count);
  EXPECT_TRUE(got);
  if (!got) co_return;
  const auto told = co_await stream.write(*got);
  EXPECT_TRUE(told);
}

Task<> ask(TlsStream& stream, std::size_t count) {
  const Buffer sent = numbered(count);
  const auto told = co_await stream.write(sent);
  EXPECT_TRUE(told);
  const auto got = co_await read_exactly(stream, count);
  EXPECT_TRUE(got && *got == sent);
}

struct Version {
  int number;
  const char* suite;  // of TLS 1.3
};

class TlsOf : public testing::TestWithParam<Version> {
 protected:
  ClientContext client() const {
    auto context = client_context();
    SSL_CTX_set_min_proto_version(context.get(), GetParam().number);
    SSL_CTX_set_max_proto_version(context.get(), GetParam().number);
    if (GetParam().suite != nullptr) SSL_CTX_set_ciphersuites(context.get(), GetParam().suite);
    return context;
  }
};

TEST_P(TlsOf, CarriesBytesBothWays) {
  const auto server = server_with();
  for (const std::size_t count : {1UL, 16384UL, 16385UL, 300'000UL}) {
    for (const std::size_t read_limit : {1000UL, 1UL << 20U}) {
      Meeting meeting;
      meeting.read_limit = read_limit;
      meeting.at_server = [count](TlsStream& stream) { return echo(stream, count); };
      meeting.at_client = [count](TlsStream& stream) { return ask(stream, count); };
      meet(server, client().get(), meeting);
      EXPECT_TRUE(meeting.server && meeting.client);
    }
  }
}

TEST_P(TlsOf, DoesNotMindSegmentsOfOneByte) {
  const auto server = server_with();
  Meeting meeting;
  meeting.read_limit = 1;
  meeting.at_server = [](TlsStream& stream) { return echo(stream, 3000); };
  meeting.at_client = [](TlsStream& stream) { return ask(stream, 3000); };
  meet(server, client().get(), meeting);
  EXPECT_TRUE(meeting.server && meeting.client);
}

TEST_P(TlsOf, ResumesByTicketsAlsoWithOtherCertificates) {
  auto server = server_with();
  const auto context = client();
  Meeting first;
  meet(server, context.get(), first);
  ASSERT_TRUE(first.client);
  EXPECT_FALSE(first.resumed);
  Meeting second;
  second.session = std::move(first.session);
  second.at_server = [](TlsStream& stream) { return echo(stream, 50'000); };
  second.at_client = [](TlsStream& stream) { return ask(stream, 50'000); };
  meet(server, context.get(), second);
  EXPECT_TRUE(second.resumed);
}

std::string ticket_of(const Session& session) {
  const unsigned char* data = nullptr;
  std::size_t size = 0;
  if (session) SSL_SESSION_get0_ticket(session.get(), &data, &size);
  return std::string(text_of({data, size}));
}

TEST(TlsServer, AgreesOnX25519FirstAsNginxDoes) {
  for (const char* groups : {"X25519", "X25519:P-256"}) {
    auto client = client_context();
    SSL_CTX_set1_groups_list(client.get(), groups);
    Meeting meeting;
    meet(server_with(), client.get(), meeting);
    EXPECT_TRUE(meeting.client);
    EXPECT_EQ(meeting.group, NID_X25519);
  }
}

TEST(TlsServer, BringsANewTicketWithEachResumptionAsNginxDoes) {
  const auto server = server_with();
  const auto client = client_context();
  Meeting first;
  meet(server, client.get(), first);
  const auto ticket = ticket_of(first.session);
  Meeting second;
  second.session = std::move(first.session);
  meet(server, client.get(), second);
  EXPECT_TRUE(second.resumed);
  EXPECT_NE(ticket, "");
  EXPECT_NE(ticket_of(second.session), ticket);
}

INSTANTIATE_TEST_SUITE_P(EachKind, TlsOf,
                         testing::Values(Version{TLS1_2_VERSION, nullptr},
                                         Version{TLS1_3_VERSION, "TLS_AES_128_GCM_SHA256"},
                                         Version{TLS1_3_VERSION, "TLS_AES_256_GCM_SHA384"},
                                         Version{TLS1_3_VERSION, "TLS_CHACHA20_POLY1305_SHA256"}));

Task<> echo_three(TlsStream& stream) {
  for (int i = 0; i < 3; ++i) co_await echo(stream, 20'000);
}

Task<> expect_failure(TlsStream& stream) {
  const auto got = co_await stream.read();
  EXPECT_FALSE(got);
}

Task<> ask_with_new_keys(TlsStream& stream) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(
        SSL_key_update(stream.ssl(), i % 2 == 0 ? SSL_KEY_UPDATE_REQUESTED : SSL_KEY_UPDATE_NOT_REQUESTED),
        1);
    co_await ask(stream, 20'000);
  }
}

TEST(TlsServer, ChangesKeysWhenTheClientDoes) {
  const auto server = server_with();
  Meeting meeting;
  meeting.at_server = [](TlsStream& stream) { return echo_three(stream); };
  meeting.at_client = [](TlsStream& stream) { return ask_with_new_keys(stream); };
  meet(server, client_context().get(), meeting);
  EXPECT_TRUE(meeting.server && meeting.client);
}

TEST(TlsServer, ShowsTheCertificateThatTheClientCanCheck) {
  const auto server = server_with({ec(), rsa()});
  const std::pair<const char*, const char*> cases[] = {{"ECDSA+SHA256", "ec.example"},
                                                       {"RSA-PSS+SHA256:RSA+SHA256", "rsa.example"},
                                                       {"RSA-PSS+SHA256:ECDSA+SHA256", "ec.example"}};
  for (const auto& [algorithms, expected] : cases) {
    auto client = client_context();
    SSL_CTX_set1_sigalgs_list(client.get(), algorithms);
    Meeting meeting;
    meet(server, client.get(), meeting);
    EXPECT_EQ(meeting.subject, expected) << algorithms;
  }
}

TEST(TlsServer, TakesNewCertificatesAndKeepsTheOldWhereTheyAreWrong) {
  auto server = server_with();
  EXPECT_FALSE(server.replace({{ec().chain, rsa().key}}));
  EXPECT_FALSE(server.replace({{"no certificate", ec().key}}));
  Meeting before;
  meet(server, client_context().get(), before);
  EXPECT_EQ(before.subject, "ec.example");
  EXPECT_TRUE(server.replace({rsa()}));
  Meeting after;
  meet(server, client_context().get(), after);
  EXPECT_EQ(after.subject, "rsa.example");
  EXPECT_EQ(after.name, "Some.Example");
}

TEST(TlsServer, AgreesOnTheApplicationProtocolAsNginxDoes) {
  TlsServerOptions options;
  options.alpn = {"h2", "http/1.1"};
  const auto server = server_with({ec()}, options);
  const std::pair<const char*, const char*> cases[] = {
      {"", ""}, {"\x08http/1.1\x02h2", "h2"}, {"\x08http/1.1", "http/1.1"}};
  for (const auto& [offered, chosen] : cases) {
    Meeting meeting;
    meeting.alpn = offered;
    meet(server, client_context().get(), meeting);
    EXPECT_TRUE(meeting.server);
    EXPECT_EQ(meeting.chosen, chosen);
  }
  Meeting other;
  other.alpn = "\x03xyz";
  meet(server, client_context().get(), other);
  EXPECT_FALSE(other.server);
  EXPECT_NE(other.server.error().message().find("no application protocol"), std::string::npos);
}

TEST(TlsServer, ShowsASpecialCertificateToWhoOffersTheSpecialProtocolAlone) {
  TlsServerOptions options;
  options.alpn = {"h2"};
  options.special_protocol = "acme-tls/1";
  options.special_identity = [](std::string_view name) {
    return name == "Some.Example" ? std::optional(rsa()) : std::nullopt;
  };
  const auto server = server_with({ec()}, options);
  Meeting special;
  special.alpn =
      "\x0a"
      "acme-tls/1";
  meet(server, client_context().get(), special);
  EXPECT_EQ(special.chosen, "acme-tls/1");
  EXPECT_EQ(special.subject, "rsa.example");
  Meeting both;
  both.alpn =
      "\x0a"
      "acme-tls/1\x02h2";
  meet(server, client_context().get(), both);
  EXPECT_EQ(both.chosen, "h2");
  EXPECT_EQ(both.subject, "ec.example");
}

// Changes one bit of what is written once `flip` is set.
class FlippingStream final : public Stream {
 public:
  FlippingStream(StreamPtr inner, const bool& flip) : inner_(std::move(inner)), flip_(flip) {}
  Task<Result<Chunk>> read() override { return inner_->read(); }
  Task<Result<>> write(Bytes bytes) override {
    Buffer changed(bytes.begin(), bytes.end());
    if (flip_) changed.back() ^= 1;
    co_return co_await inner_->write(changed);
  }
  Task<Result<>> finish() override { return inner_->finish(); }
  void abort() noexcept override { inner_->abort(); }

 private:
  StreamPtr inner_;
  const bool& flip_;
};

TEST(TlsServer, TellsAClientWhoseRecordIsForged) {
  const auto server = server_with();
  TestLoop test;
  auto [near, far] = memory_streams(test.loop, {});
  bool flip = false;
  Meeting meeting;
  Result<Chunk> read;
  const auto write_forged = [](TlsStream& stream, bool& on, Result<Chunk>& result) -> Task<> {
    on = true;
    (void)co_await stream.write(bytes_of("forged"));
    result = co_await stream.read();
  };
  meeting.at_server = [](TlsStream& stream) { return expect_failure(stream); };
  meeting.at_client = [&](TlsStream& stream) { return write_forged(stream, flip, read); };
  const auto client = client_context();
  test.spawn(serve(test.loop, server, std::move(far), meeting));
  test.spawn(
      visit(test.loop, client.get(), std::make_unique<FlippingStream>(std::move(near), flip), meeting));
  test.run();
  ASSERT_FALSE(read);
  EXPECT_NE(read.error().message().find("bad record mac"), std::string::npos) << read.error().message();
}

TEST(TicketKeys, AreTakenForOnePeriodAfterTheirOwn) {
  TicketKeys keys;
  const Clock::time_point begun;
  const auto first = keys.current(begun);
  const auto found = [&](std::chrono::minutes after) {
    return keys.find(first.name, begun + after).has_value();
  };
  EXPECT_TRUE(found(std::chrono::minutes(59)));
  EXPECT_EQ(keys.current(begun + std::chrono::minutes(59)).name, first.name);
  EXPECT_NE(keys.current(begun + std::chrono::minutes(61)).name, first.name);
  EXPECT_TRUE(found(std::chrono::minutes(90)));
  EXPECT_FALSE(found(std::chrono::minutes(122)));
}

TEST(TicketKeys, AreNotTakenAfterAPauseOfTwoPeriods) {
  TicketKeys keys;
  const Clock::time_point begun;
  const auto first = keys.current(begun);
  EXPECT_FALSE(keys.find(first.name, begun + std::chrono::hours(2)));
}

}  // namespace
}  // namespace rozaneh::io
