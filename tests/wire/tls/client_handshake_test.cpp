#include "wire/tls/client_handshake.h"

#include <ctime>

#include "wire/tls/fake_server.h"

namespace rozaneh::tls {
namespace {

const MadeCertificate& certificate() {
  static const MadeCertificate made("server.example");
  return made;
}

// One handshake: how it ended, and what both had then.
struct Meeting {
  explicit Meeting(FakeServer::Options options, std::vector<std::string> alpn = {"http/1.1"},
                   std::size_t piece = 1 << 16, const std::string& host = "server.example")
      : trust(*crypto::CertificateTrust::make(certificate().pem)),
        client({.host = host, .alpn = std::move(alpn), .trust = &trust, .now = std::time(nullptr)}, random),
        server(certificate(), std::move(options)) {
    Buffer waiting;  // from the server, not handed on yet
    Buffer received;
    for (;;) {
      auto step = client.step(received);
      EXPECT_TRUE(step);
      if (!step) break;
      received.erase(received.begin(), received.begin() + static_cast<std::ptrdiff_t>(step->consumed));
      append(waiting, server.take(step->send));
      if (step->failure) failure = *step->failure;
      if (step->failure || step->done) break;
      if (waiting.empty()) break;
      const std::size_t count = std::min(piece, waiting.size());
      append(received, Bytes(waiting).first(count));
      waiting.erase(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(count));
    }
  }

  // Both can read each other.
  [[nodiscard]] bool agrees() {
    if (failure || !server.finished_is_right) return false;
    const auto reads = [](RecordKeys from, RecordKeys to) {
      Buffer record(4 + kRecordOverhead);
      from.seal(ContentType::application_data, bytes_of("text"), 0, record);
      const auto opened = to.open(record);
      return opened && text_of(opened->content) == "text";
    };
    const auto keys = [&](const auto& secret, RecordKeys::Use use) {
      return RecordKeys(suite, secret->bytes(), use);
    };
    return reads(client.outgoing(), keys(server.client_traffic, RecordKeys::Use::open)) &&
           reads(keys(server.server_traffic, RecordKeys::Use::seal), client.incoming());
  }

  crypto::Tls13Suite suite = crypto::Tls13Suite::aes128_gcm_sha256;
  crypto::SeededRandom random{1};
  crypto::CertificateTrust trust;
  ClientHandshake client;
  FakeServer server;
  std::optional<Error> failure;
};

TEST(ClientHandshake, AgreesInEachGroupAndEachSuite) {
  for (const auto group : {group::kX25519Mlkem768, group::kX25519}) {
    for (const auto suite : {crypto::Tls13Suite::aes128_gcm_sha256, crypto::Tls13Suite::aes256_gcm_sha384,
                             crypto::Tls13Suite::chacha20_poly1305_sha256}) {
      Meeting meeting({.group = group, .suite = suite});
      meeting.suite = suite;
      EXPECT_TRUE(meeting.agrees()) << group;
      EXPECT_EQ(meeting.client.group(), group);
    }
  }
}

TEST(ClientHandshake, DoesNotMindHowTheBytesCome) {
  for (const std::size_t piece : {1UL, 7UL, 100UL, 1400UL}) {
    Meeting meeting({}, {"http/1.1"}, piece);
    EXPECT_TRUE(meeting.agrees()) << piece;
  }
}

TEST(ClientHandshake, GivesTheKeyThatTheServerAsksForAndItsCookieBack) {
  for (const Buffer& cookie : {Buffer(), Buffer{1, 2, 3}}) {
    Meeting meeting({.retries = true, .cookie = cookie});
    ASSERT_TRUE(meeting.agrees());
    const auto& [first, second] = std::tie(meeting.server.hellos[0], meeting.server.hellos[1]);
    EXPECT_EQ(second.key_share_groups, std::vector<std::uint16_t>{group::kP256});
    EXPECT_EQ(second.has(extension::kCookie), !cookie.empty());
    EXPECT_EQ(second.random, first.random);
    auto expected = first.extensions;
    auto got = second.extensions;
    std::erase_if(expected, [](const auto& each) { return each.type == extension::kKeyShare; });
    std::erase_if(got, [](const auto& each) {
      return each.type == extension::kKeyShare || each.type == extension::kCookie;
    });
    EXPECT_EQ(got, expected);
    // hello, change_cipher_spec, hello, Finished
    ASSERT_EQ(meeting.server.seen.size(), 4U);
    EXPECT_EQ(meeting.server.seen[1], (Buffer{20, 3, 3, 0, 1, 1}));
  }
}

TEST(ClientHandshake, SendsOneRecordBehindItsChangeCipherSpec) {
  const Meeting meeting({});
  ASSERT_EQ(meeting.server.seen.size(), 3U);
  EXPECT_EQ(meeting.server.seen[1], (Buffer{20, 3, 3, 0, 1, 1}));
  EXPECT_EQ(meeting.server.flight.size(), 36U);
}

TEST(ClientHandshake, TakesACompressedCertificate) {
  Meeting meeting({.compresses = true});
  EXPECT_TRUE(meeting.agrees());
}

TEST(ClientHandshake, AnswersARequestForACertificateWithNone) {
  Meeting meeting({.requests = true});
  EXPECT_TRUE(meeting.agrees());
  EXPECT_EQ(Buffer(meeting.server.flight.begin(), meeting.server.flight.begin() + 10),
            (Buffer{11, 0, 0, 6, 2, 'o', 'k', 0, 0, 0}));
}

const Extension kH2{.type = extension::kAlpn, .body = {0, 3, 2, 'h', '2'}};

TEST(ClientHandshake, AnswersTheSettingsOfAProtocolWithItsOwn) {
  Meeting meeting({.extensions = {kH2, {.type = extension::kApplicationSettings, .body = {1, 2}}}},
                  {"h2", "http/1.1"});
  EXPECT_TRUE(meeting.agrees());
  EXPECT_EQ(meeting.client.alpn(), "h2");
  EXPECT_EQ(Buffer(meeting.server.flight.begin(), meeting.server.flight.begin() + 10),
            (Buffer{8, 0, 0, 6, 0, 4, 0x44, 0xcd, 0, 0}));
}

TEST(ClientHandshake, TakesNoExtensionThatItDidNotAskFor) {
  for (const auto& wrong : std::vector<std::vector<Extension>>{
           {kH2},
           {{.type = 99, .body = {}}},
           {{.type = extension::kKeyShare, .body = {}}},
           {{.type = extension::kAlpn, .body = {0, 0}}},
           {{.type = extension::kServerName, .body = {}}, {.type = extension::kServerName, .body = {}}}}) {
    const Meeting meeting({.extensions = wrong});
    ASSERT_TRUE(meeting.failure);
    EXPECT_TRUE(meeting.failure->is(TlsError::protocol));
    EXPECT_EQ(meeting.server.flight_type, ContentType::alert);
  }
}

TEST(ClientHandshake, BelievesNoMessageInWhichAnythingWasChanged) {
  for (const auto type : {HandshakeType::certificate_verify, HandshakeType::finished,
                          HandshakeType::certificate, HandshakeType::encrypted_extensions}) {
    FakeServer::Options options;
    options.extensions = {{.type = extension::kServerName, .body = {}},
                          {.type = extension::kSupportedGroups, .body = {0, 2, 0, 29}}};
    options.spoil = [type](HandshakeType now, Buffer& message) {
      if (now == type) message.back() ^= 1;
    };
    const Meeting meeting(std::move(options));
    ASSERT_TRUE(meeting.failure) << static_cast<int>(type);
    EXPECT_TRUE(meeting.failure->is(TlsError::protocol)) << meeting.failure->message();
    EXPECT_FALSE(meeting.server.finished_is_right);
  }
}

TEST(ClientHandshake, TakesNoServerHelloThatDoesNotAnswerIts) {
  constexpr std::size_t kSessionId = 4 + 2 + 32 + 1;
  for (const std::size_t place : {std::size_t{4}, kSessionId, kSessionId + 32, kSessionId + 34}) {
    FakeServer::Options options;
    options.spoil = [place](HandshakeType now, Buffer& message) {
      if (now == HandshakeType::server_hello) message[place] ^= 0x40;
    };
    const Meeting meeting(std::move(options));
    ASSERT_TRUE(meeting.failure) << place;
    EXPECT_FALSE(meeting.server.finished_is_right);
  }
}

TEST(ClientHandshake, DoesNotSpeakTls12) {
  const Meeting meeting({.version = kTls12});
  ASSERT_TRUE(meeting.failure);
  EXPECT_TRUE(meeting.failure->is(TlsError::old_version));
}

TEST(ClientHandshake, LeavesNoMessageOut) {
  for (const auto type :
       {HandshakeType::certificate_verify, HandshakeType::certificate, HandshakeType::encrypted_extensions}) {
    FakeServer::Options options;
    options.spoil = [type](HandshakeType now, Buffer& message) {
      if (now == type) message = {static_cast<std::uint8_t>(HandshakeType::hello_request), 0, 0, 0};
    };
    const Meeting meeting(std::move(options));
    ASSERT_TRUE(meeting.failure);
    EXPECT_TRUE(meeting.failure->is(TlsError::protocol));
  }
}

TEST(ClientHandshake, BelievesNoCertificateForAnotherName) {
  const Meeting meeting({}, {"http/1.1"}, 1 << 16, "other.example");
  ASSERT_TRUE(meeting.failure);
  EXPECT_TRUE(meeting.failure->is(TlsError::certificate));
  EXPECT_EQ(meeting.server.flight, (Buffer{2, 46}));
}

Result<Step> answered(Bytes answer) {
  crypto::SeededRandom random(1);
  ClientHandshake client({.host = "server.example", .alpn = {"http/1.1"}}, random);
  (void)client.step({});
  return client.step(answer);
}

TEST(ClientHandshake, SaysWithWhichAlertTheServerRefused) {
  const auto step = answered(Buffer{21, 3, 3, 0, 2, 2, 40});
  ASSERT_TRUE(step && step->failure);
  EXPECT_TRUE(step->failure->is(TlsError::refused));
  EXPECT_TRUE(step->send.empty());
}

TEST(ClientHandshake, EndsAtWhatIsNoTls) {
  for (const Buffer& wrong :
       {concat(bytes_of("HTTP/1.1 400 Bad Request")), Buffer{22, 3, 3, 0, 0}, Buffer{23, 3, 3, 0, 1, 0},
        Buffer{20, 3, 3, 0, 1, 2}, Buffer{22, 3, 3, 0, 4, 20, 0, 0, 0}}) {
    const auto step = answered(wrong);
    ASSERT_TRUE(step && step->failure);
    EXPECT_EQ(step->send[0], 21);
  }
}

TEST(ClientHandshake, DoesNotWaitForEver) {
  Buffer changes;
  for (int i = 0; i < 100'000; ++i) append(changes, Buffer{20, 3, 3, 0, 1, 1});
  const auto step = answered(changes);
  ASSERT_TRUE(step && step->failure);
}

}  // namespace
}  // namespace rozaneh::tls
