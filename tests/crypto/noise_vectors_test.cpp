#include <gtest/gtest.h>

#include <map>

#include "crypto/hex.h"
#include "crypto/noise/handshake_state.h"
#include "crypto/vectors.h"

namespace rozaneh::noise {
namespace {

struct Message {
  Buffer payload, bytes;
};

// One session of tests/crypto/vectors/noise_nk.
struct Vector {
  std::string protocol;
  std::map<std::string, Buffer> values;
  std::vector<Message> messages;

  [[nodiscard]] Pattern pattern() const {
    if (protocol == "Noise_NKpsk0_25519_ChaChaPoly_SHA256") return Pattern::nkpsk0;
    if (protocol == "Noise_NKpsk2_25519_ChaChaPoly_SHA256") return Pattern::nkpsk2;
    EXPECT_EQ(protocol, "Noise_NK_25519_ChaChaPoly_SHA256");
    return Pattern::nk;
  }

  [[nodiscard]] crypto::KeyPair pair(const std::string& name) const {
    const crypto::PrivateKey key(Bytes(values.at(name)).first<32>());
    return {key, public_key_of(key)};
  }

  [[nodiscard]] HandshakeState with_psk(HandshakeState state) const {
    if (!values.at("psk").empty()) state.set_psk(Key(Bytes(values.at("psk")).first<32>()));
    return state;
  }

  [[nodiscard]] HandshakeState initiator() const {
    return with_psk(HandshakeState::initiator(pattern(), values.at("prologue"), pair("server").public_key,
                                              pair("initiator")));
  }

  [[nodiscard]] HandshakeState responder() const {
    return with_psk(
        HandshakeState::responder(pattern(), values.at("prologue"), pair("server"), pair("responder")));
  }
};

Buffer value_of(const std::string& text) { return text == "-" ? Buffer() : from_hex(text); }

std::vector<Vector> vectors() {
  std::vector<Vector> all;
  const auto words = read_vectors("noise_nk");
  for (std::size_t i = 0; i + 1 < words.size(); i += 2) {
    if (words[i] == "protocol") {
      all.push_back({.protocol = words[i + 1], .values = {}, .messages = {}});
    } else if (words[i] == "message") {
      all.back().messages.push_back({value_of(words[i + 1]), value_of(words.at(i + 2))});
      ++i;
    } else {
      all.back().values[words[i]] = value_of(words[i + 1]);
    }
  }
  return all;
}

class NoiseVectors : public testing::TestWithParam<Vector> {};

INSTANTIATE_TEST_SUITE_P(Published, NoiseVectors, testing::ValuesIn(vectors()));

// The message that carries the payload, which the other side opens again.
Buffer sent(CipherState& from, CipherState& to, const Buffer& payload) {
  Buffer message = payload;
  message.resize(payload.size() + CipherState::kTag);
  EXPECT_TRUE(from.seal(message));
  Buffer opened = message;
  EXPECT_TRUE(to.open(opened));
  opened.resize(payload.size());
  EXPECT_EQ(opened, payload);
  return message;
}

TEST_P(NoiseVectors, AreWhatBothSidesSayAndUnderstand) {
  const Vector& vector = GetParam();
  const auto& messages = vector.messages;
  HandshakeState client = vector.initiator();
  HandshakeState server = vector.responder();
  EXPECT_EQ(client.write(messages[0].payload).value(), messages[0].bytes);
  EXPECT_EQ(server.read(messages[0].bytes).value(), messages[0].payload);
  EXPECT_EQ(server.write(messages[1].payload).value(), messages[1].bytes);
  EXPECT_EQ(client.read(messages[1].bytes).value(), messages[1].payload);
  Transport ours = client.split().value();
  Transport theirs = server.split().value();
  ASSERT_GE(messages.size(), 4U);
  for (std::size_t i = 2; i < messages.size(); ++i) {
    const bool from_client = i % 2 == 0;
    EXPECT_EQ(sent(from_client ? ours.send : theirs.send, from_client ? theirs.receive : ours.receive,
                   messages[i].payload),
              messages[i].bytes);
  }
}

TEST_P(NoiseVectors, EndInTheSameHandshakeHash) {
  HandshakeState client = GetParam().initiator();
  HandshakeState server = GetParam().responder();
  ASSERT_TRUE(server.read(client.write(GetParam().messages[0].payload).value()));
  ASSERT_TRUE(client.read(server.write(GetParam().messages[1].payload).value()));
  const Hash hash = client.split()->handshake_hash;
  EXPECT_EQ(hash, server.split()->handshake_hash);
  const Buffer& published = GetParam().values.at("hash");
  if (!published.empty()) {
    EXPECT_EQ(encode_hex(hash), encode_hex(published));
  }
}

TEST(NoiseVectorsFile, HasEveryPatternAndAHandshakeHash) {
  std::map<Pattern, int> patterns;
  int hashes = 0;
  for (const Vector& vector : vectors()) {
    ++patterns[vector.pattern()];
    if (!vector.values.at("hash").empty()) ++hashes;
  }
  EXPECT_EQ(patterns, (std::map<Pattern, int>{{Pattern::nk, 5}, {Pattern::nkpsk0, 4}, {Pattern::nkpsk2, 4}}));
  EXPECT_EQ(hashes, 1);
}

}  // namespace
}  // namespace rozaneh::noise
