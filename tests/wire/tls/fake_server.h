// A server of TLS 1.3 in fifty lines of protocol, that says what a test wants: also what no honest one says.
#pragma once

#include <brotli/encode.h>
#include <gtest/gtest.h>
#include <openssl/x509v3.h>

#include <functional>

#include "base/writer.h"
#include "crypto/openssl.h"
#include "crypto/random.h"
#include "wire/tls/client_handshake.h"
#include "wire/tls/client_hello.h"

namespace rozaneh::tls {

// A key of P-256 with a certificate that nobody but itself has signed.
struct MadeCertificate {
  std::unique_ptr<EVP_PKEY, crypto::OpensslFree<&EVP_PKEY_free>> key{EVP_EC_gen("P-256")};
  Buffer der;
  std::string pem;

  explicit MadeCertificate(const std::string& name) {
    const std::unique_ptr<X509, crypto::OpensslFree<&X509_free>> made(X509_new());
    X509_set_version(made.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), -3600);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), 3600);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_UTF8, bytes_of(name).data(),
                               -1, -1, 0);
    X509_set_issuer_name(made.get(), X509_get_subject_name(made.get()));
    X509_set_pubkey(made.get(), key.get());
    X509_sign(made.get(), key.get(), EVP_sha256());
    unsigned char* encoded = nullptr;
    const int size = i2d_X509(made.get(), &encoded);
    der.assign(encoded, encoded + size);
    OPENSSL_free(encoded);
    pem = "-----BEGIN CERTIFICATE-----\n";
    Buffer text(der.size() * 2);
    const int letters = EVP_EncodeBlock(text.data(), der.data(), size);
    pem += std::string(text_of(Bytes(text).first(static_cast<std::size_t>(letters)))) +
           "\n-----END CERTIFICATE-----\n";
  }

  [[nodiscard]] Buffer sign(Bytes text) const {
    const std::unique_ptr<EVP_MD_CTX, crypto::OpensslFree<&EVP_MD_CTX_free>> state(EVP_MD_CTX_new());
    Buffer signature(100);
    std::size_t size = signature.size();
    EVP_DigestSignInit(state.get(), nullptr, EVP_sha256(), nullptr, key.get());
    EVP_DigestSign(state.get(), signature.data(), &size, text.data(), text.size());
    signature.resize(size);
    return signature;
  }
};

class FakeServer {
 public:
  struct Options {
    std::uint16_t group = group::kX25519Mlkem768;
    crypto::Tls13Suite suite = crypto::Tls13Suite::aes128_gcm_sha256;
    std::uint16_t version = kTls13;
    bool retries = false;  // asks for a key of P-256 first
    Buffer cookie{};
    bool compresses = false;
    bool requests = false;  // a certificate of the client
    std::vector<Extension> extensions{};
    // Changes a message as it goes out, though not as it is hashed.
    std::function<void(HandshakeType, Buffer&)> spoil = [](HandshakeType, Buffer&) {};
  };

  FakeServer(const MadeCertificate& certificate, Options options)
      : certificate_(certificate), options_(std::move(options)), transcript_(options_.suite) {}

  // The answer to what came from the client.
  Buffer take(Bytes from_client) {
    append(received_, from_client);
    Buffer answer;
    while (received_.size() >= 5) {
      const std::size_t size = 5 + (std::size_t{received_[3]} << 8U | received_[4]);
      if (received_.size() < size) break;
      Buffer record(received_.begin(), received_.begin() + static_cast<std::ptrdiff_t>(size));
      received_.erase(received_.begin(), received_.begin() + static_cast<std::ptrdiff_t>(size));
      seen.push_back(record);
      if (record[0] == 22) append(answer, take_hello(Bytes(record).subspan(5)));
      if (record[0] == 23) take_protected(record);
    }
    return answer;
  }

  std::vector<Buffer> seen;  // the client's records
  Buffer flight;             // what its last one held
  ContentType flight_type{};
  bool finished_is_right = false;  // and whether it ended so
  std::optional<crypto::Tls13Secret> client_traffic, server_traffic;

 private:
  static Buffer message(HandshakeType type, Bytes body) {
    Writer writer;
    writer.u32(static_cast<std::uint32_t>(type) << 24U | static_cast<std::uint32_t>(body.size()));
    return writer.bytes(body).take();
  }
  static Buffer vector16(Bytes bytes) {
    return Writer().u16(static_cast<std::uint16_t>(bytes.size())).bytes(bytes).take();
  }
  static Buffer vector24(Bytes bytes) {
    return Writer().u8(0).u16(static_cast<std::uint16_t>(bytes.size())).bytes(bytes).take();
  }
  static Buffer extensions(const std::vector<Extension>& all) {
    Writer writer;
    for (const auto& each : all) writer.u16(each.type).bytes(vector16(each.body));
    return vector16(writer.view());
  }
  static Buffer u16(std::uint16_t value) { return Writer().u16(value).take(); }

  Buffer plain(Bytes content) { return Writer().u8(22).u16(kTls12).bytes(vector16(content)).take(); }
  // Hashed, spoiled and in a record.
  Buffer out(HandshakeType type, Bytes body) {
    Buffer sent = message(type, body);
    transcript_.add(sent);
    options_.spoil(type, sent);
    if (!out_) return plain(sent);
    Buffer record(sent.size() + kRecordOverhead);
    out_->seal(ContentType::handshake, sent, 0, record);
    return record;
  }

  Buffer server_hello(Bytes random, const ClientHello& hello, const std::vector<Extension>& more) {
    std::vector<Extension> all = {{.type = extension::kSupportedVersions, .body = u16(options_.version)}};
    all.insert(all.end(), more.begin(), more.end());
    Writer writer;
    writer.u16(kTls12).bytes(random).u8(32).bytes(hello.session_id);
    writer.u16(static_cast<std::uint16_t>(options_.suite)).u8(0).bytes(extensions(all));
    return writer.take();
  }

  Buffer take_hello(Bytes sent) {
    const auto hello = parse_client_hello(sent.subspan(4));
    EXPECT_TRUE(hello);
    if (!hello) return {};
    hellos.push_back(*hello);
    transcript_.add(sent);
    if (options_.retries && hellos.size() == 1) return ask_again(*hello);
    return answer(*hello);
  }

  Buffer ask_again(const ClientHello& hello) {
    const auto hash = transcript_.hash();
    transcript_ = crypto::Tls13Transcript(options_.suite);
    transcript_.add(Buffer{254, 0, 0, static_cast<std::uint8_t>(hash.bytes().size())});
    transcript_.add(hash.bytes());
    options_.group = group::kP256;
    std::vector<Extension> more = {{.type = extension::kKeyShare, .body = u16(options_.group)}};
    if (!options_.cookie.empty())
      more.push_back({.type = extension::kCookie, .body = vector16(options_.cookie)});
    const auto random = crypto::sha256(bytes_of("HelloRetryRequest"));
    return out(HandshakeType::server_hello, server_hello(random, hello, more));
  }

  static Buffer share_of(const ClientHello& hello, std::uint16_t group) {
    Reader reader(Bytes(find_extension(hello.extensions, extension::kKeyShare)->body).subspan(2));
    while (const auto found = reader.u16()) {
      const auto key = take_vector16(reader);
      if (*found == group) return {key->begin(), key->end()};
    }
    return {};
  }

  // Our key and the secret.
  std::pair<Buffer, Buffer> agree(Bytes theirs) {
    if (options_.group == group::kP256) {
      const crypto::NistKey ours(crypto::NistCurve::p256);
      return {ours.public_key(), *ours.agree(theirs)};
    }
    const auto ours = crypto::make_key_pair(random_);
    const crypto::PublicKey classical(theirs.last<32>());
    const auto shared = crypto::x25519(ours.private_key, classical);
    if (options_.group == group::kX25519) return {concat(ours.public_key.bytes), concat(shared->bytes())};
    crypto::MlkemPublicKey key{};
    copy(key, theirs.first(key.size()));
    Secret<32> message;
    random_.fill(message.bytes());
    const auto made = crypto::mlkem768_encapsulate(key, message);
    return {concat(made->ciphertext, ours.public_key.bytes), concat(made->shared.bytes(), shared->bytes())};
  }

  Buffer answer(const ClientHello& hello) {
    const auto [ours, shared] = agree(share_of(hello, options_.group));
    const Extension share{.type = extension::kKeyShare, .body = concat(u16(options_.group), vector16(ours))};
    Buffer all = out(HandshakeType::server_hello, server_hello(random_.bytes(32), hello, {share}));
    crypto::Tls13Schedule schedule(options_.suite);
    schedule.advance(shared);
    client_ = schedule.derive("c hs traffic", transcript_);
    const auto server = schedule.derive("s hs traffic", transcript_);
    schedule.advance({});
    in_.emplace(options_.suite, client_->bytes(), RecordKeys::Use::open);
    out_.emplace(options_.suite, server.bytes(), RecordKeys::Use::seal);
    append(all, Buffer{20, 3, 3, 0, 1, 1});
    append(all, out(HandshakeType::encrypted_extensions, extensions(options_.extensions)));
    if (options_.requests)
      append(all, out(HandshakeType::certificate_request, concat(Buffer{2, 'o', 'k'}, extensions({}))));
    append(all, certificate());
    const Buffer text = concat(Buffer(64, ' '), bytes_of("TLS 1.3, server CertificateVerify"), Buffer{0},
                               transcript_.hash().bytes());
    append(all,
           out(HandshakeType::certificate_verify, concat(u16(0x0403), vector16(certificate_.sign(text)))));
    append(all, out(HandshakeType::finished,
                    crypto::Tls13Schedule::finished(options_.suite, server, transcript_).bytes()));
    client_traffic = schedule.derive("c ap traffic", transcript_);
    server_traffic = schedule.derive("s ap traffic", transcript_);
    return all;
  }

  Buffer certificate() {
    const Buffer entry = concat(vector24(certificate_.der), u16(0));
    const Buffer body = concat(Buffer{0}, vector24(entry));
    if (!options_.compresses) return out(HandshakeType::certificate, body);
    Buffer small(body.size() + 100);
    std::size_t size = small.size();
    BrotliEncoderCompress(5, 22, BROTLI_MODE_GENERIC, body.size(), body.data(), &size, small.data());
    small.resize(size);
    const Buffer length = {0, static_cast<std::uint8_t>(body.size() >> 8U),
                           static_cast<std::uint8_t>(body.size())};
    return out(HandshakeType::compressed_certificate, concat(u16(2), length, vector24(small)));
  }

  void take_protected(Buffer& record) {
    const auto opened = in_->open(record);
    ASSERT_TRUE(opened);
    flight.assign(opened->content.begin(), opened->content.end());
    flight_type = opened->type;
    const std::size_t size = 4 + crypto::secret_size(options_.suite);
    if (flight.size() < size) return;
    transcript_.add(Bytes(flight).first(flight.size() - size));
    const auto right = crypto::Tls13Schedule::finished(options_.suite, *client_, transcript_);
    finished_is_right = std::ranges::equal(Bytes(flight).last(size - 4), right.bytes());
  }

 public:
  std::vector<ClientHello> hellos;

 private:
  const MadeCertificate& certificate_;
  Options options_;
  crypto::SeededRandom random_{99};
  Buffer received_;
  crypto::Tls13Transcript transcript_;
  std::optional<crypto::Tls13Secret> client_;
  std::optional<RecordKeys> in_, out_;
};

}  // namespace rozaneh::tls
