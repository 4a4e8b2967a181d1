// Probes that finish a handshake, against the other side of the same protocol.
#include "lab/probe/conversations.h"

#include <gtest/gtest.h>

#include "crypto/random.h"
#include "lab/probe/tls_conversations.h"
#include "transport/obfs2/handshake.h"
#include "transport/obfs3/codec.h"

namespace rozaneh::lab {
namespace {

// Gives the bytes in pieces of so many; answers what was sent meanwhile.
Buffer give(Conversation& to, Bytes bytes, std::size_t piece) {
  Buffer sent;
  for (; !bytes.empty(); bytes = bytes.subspan(std::min(piece, bytes.size())))
    append(sent, to.take(bytes.first(std::min(piece, bytes.size()))));
  return sent;
}

TEST(Obfs2Probe, IsConfirmedByTheServersMagicHoweverItComes) {
  for (const std::size_t piece : {1U, 7U, 100'000U}) {
    crypto::SeededRandom random(1), other(2);
    auto probe = obfs2_probe(random);
    obfs2::SeedHandshake server(transport::Side::responder, other);
    const Buffer opening = probe->begin();
    const auto step = server.step(opening);
    ASSERT_TRUE(step);
    EXPECT_FALSE(probe->is_confirmed());
    give(*probe, step->send, piece);
    EXPECT_TRUE(probe->is_confirmed());
    EXPECT_TRUE(probe->is_done());
  }
}

TEST(Obfs2Probe, IsNotConfirmedByRandomBytes) {
  crypto::SeededRandom random(1);
  auto probe = obfs2_probe(random);
  probe->begin();
  give(*probe, random.bytes(10'000), 1000);
  EXPECT_FALSE(probe->is_confirmed());
  EXPECT_TRUE(probe->is_done());
}

TEST(Obfs3Probe, IsConfirmedByTheMagicBeforeTheServersData) {
  crypto::SeededRandom random(1), other(2);
  auto probe = obfs3_probe(random);
  obfs3::DhHandshake server(transport::Side::responder, other);
  const auto greeting = server.step({});
  ASSERT_TRUE(greeting);
  const auto step = server.step(probe->begin());
  ASSERT_TRUE(step && step->done);
  give(*probe, concat(greeting->send, step->send), 50);
  EXPECT_FALSE(probe->is_confirmed()) << "any 192 bytes are a key";
  obfs3::PaddedCodec codec(server.send_key(), server.receive_key(), other);
  Buffer wire(20'000);
  wire.resize(codec.encode(bytes_of("HTTP/1.0 200 OK"), wire).produced);
  give(*probe, wire, 13);
  EXPECT_TRUE(probe->is_confirmed());
}

TEST(Obfs3Probe, IsNotConfirmedByRandomBytes) {
  crypto::SeededRandom random(1);
  auto probe = obfs3_probe(random);
  probe->begin();
  give(*probe, random.bytes(20'000), 1000);
  EXPECT_FALSE(probe->is_confirmed());
  EXPECT_TRUE(probe->is_done());
}

TEST(HttpProbe, IsConfirmedByAStatusLineAlone) {
  for (const auto& [answer, confirmed] : std::vector<std::pair<std::string, bool>>{
           {"HTTP/1.1 200 OK\r\n", true}, {"HTTP/1.1 400", true}, {"SSH-2.0-x\r\n", false}}) {
    auto probe = http_probe("a.example");
    probe->begin();
    give(*probe, bytes_of(answer), 1);
    EXPECT_TRUE(probe->is_done()) << answer;
    EXPECT_EQ(probe->is_confirmed(), confirmed) << answer;
  }
}

TEST(TlsProbes, GiveUpOnWhatIsNoTls) {
  for (auto& probe : {tls_probe("a.example"), tor_probe(), tls_in_tls_probe("a.example")}) {
    EXPECT_EQ(probe->begin()[0], 0x16);
    give(*probe, bytes_of("HTTP/1.1 400 Bad Request\r\n\r\n"), 100);
    EXPECT_TRUE(probe->is_done());
    EXPECT_FALSE(probe->is_confirmed());
  }
}

}  // namespace
}  // namespace rozaneh::lab
