// What a server's messages say, in their order.
#include "base/writer.h"
#include "crypto/equal.h"
#include "wire/tls/client_handshake.h"

namespace rozaneh::tls {
namespace {

constexpr std::uint8_t kMessageHash = 254;

Buffer whole(const HandshakeMessage& message) {
  Writer writer;
  writer.u32(static_cast<std::uint32_t>(message.type) << 24U |
             static_cast<std::uint32_t>(message.body.size()));
  return writer.bytes(message.body).take();
}

// Section 4.1.3: these and no others may answer ours in a ServerHello or a HelloRetryRequest.
bool may_stand_in_hello(std::uint16_t type, bool retry) {
  return type == extension::kSupportedVersions || type == extension::kKeyShare ||
         (retry && type == extension::kCookie);
}

// Section 4.2: those of ours that a server may answer in its EncryptedExtensions.
bool may_stand_encrypted(std::uint16_t type) {
  return type == extension::kServerName || type == extension::kSupportedGroups || type == extension::kAlpn ||
         type == extension::kApplicationSettings || type == extension::kEch ||
         type == extension::kTrustAnchors;
}

bool all_different(const std::vector<Extension>& extensions) {
  return std::ranges::all_of(extensions, [&](const Extension& each) {
    return std::ranges::count(extensions, each.type, &Extension::type) == 1;
  });
}

// Section 4.4.3: what is signed.
Buffer signed_text(const crypto::Tls13Transcript& transcript) {
  Writer writer;
  for (int i = 0; i < 64; ++i) writer.u8(0x20);
  writer.text("TLS 1.3, server CertificateVerify").u8(0);
  return writer.bytes(transcript.hash().bytes()).take();
}

}  // namespace

void ClientHandshake::remember(const HandshakeMessage& message) { transcript_->add(whole(message)); }

ClientHandshake::Outcome ClientHandshake::take_message(const HandshakeMessage& message, Buffer& send) {
  const auto is = [&](State state, HandshakeType type) { return state_ == state && message.type == type; };
  if (is(State::server_hello, HandshakeType::server_hello)) return take_server_hello(message, send);
  if (is(State::finished, HandshakeType::finished)) return take_finished(message, send);
  Outcome outcome;
  if (is(State::extensions, HandshakeType::encrypted_extensions)) {
    outcome = take_extensions(message.body);
  } else if (is(State::certificate, HandshakeType::certificate_request) && !request_context_) {
    outcome = take_request(message.body);
  } else if (is(State::certificate, HandshakeType::certificate)) {
    outcome = take_certificate(message.body);
  } else if (is(State::certificate, HandshakeType::compressed_certificate)) {
    const auto plain = decompress_certificate(message.body);
    if (!plain) return wrong(Alert::decode_error, "a compressed certificate");
    outcome = take_certificate(*plain);
  } else if (is(State::verify, HandshakeType::certificate_verify)) {
    outcome = take_verify(message.body);
  } else {
    return wrong(Alert::unexpected_message, "a message at the wrong time");
  }
  if (outcome) remember(message);
  return outcome;
}

ClientHandshake::Outcome ClientHandshake::take_server_hello(const HandshakeMessage& message, Buffer& send) {
  const auto hello = parse_server_hello(message.body);
  if (!hello) return wrong(Alert::decode_error, "a ServerHello");
  if (const auto checked = check_server_hello(*hello); !checked) return checked;
  if (!transcript_) {
    suite_ = crypto::tls13_suite(hello->cipher_suite);
    transcript_.emplace(suite());
    transcript_->add(first_hello_);
    if (hello->retry_request) {  // section 4.4.1: the first hello's hash stands for it
      const auto hash = transcript_->hash();
      transcript_.emplace(suite());
      transcript_->add(Buffer{kMessageHash, 0, 0, static_cast<std::uint8_t>(hash.bytes().size())});
      transcript_->add(hash.bytes());
    }
    first_hello_ = {};
  }
  remember(message);
  return hello->retry_request ? take_retry(*hello, send) : agree(*hello);
}

ClientHandshake::Outcome ClientHandshake::check_server_hello(const ServerHello& hello) const {
  if (hello.version != kTls13 || !find_extension(hello.extensions, extension::kSupportedVersions))
    return std::unexpected(Wrong{Alert::protocol_version, TlsError::old_version, {}});
  const auto suite = crypto::tls13_suite(hello.cipher_suite);
  const bool echoed = std::ranges::equal(hello.session_id, hello_.session_id());
  if (!suite || hello.legacy_version != kTls12 || hello.compression_method != 0 || !echoed)
    return wrong(Alert::illegal_parameter, "a ServerHello");
  if (suite_ && *suite_ != *suite) return wrong(Alert::illegal_parameter, "another cipher than before");
  for (const auto& each : hello.extensions)
    if (!may_stand_in_hello(each.type, hello.retry_request))
      return wrong(Alert::unsupported_extension, "an extension of a ServerHello");
  if (!all_different(hello.extensions)) return wrong(Alert::illegal_parameter, "an extension twice");
  return {};
}

ClientHandshake::Outcome ClientHandshake::agree(const ServerHello& hello) {
  const Extension* const extension = find_extension(hello.extensions, extension::kKeyShare);
  if (extension == nullptr) return wrong(Alert::illegal_parameter, "no key");
  Reader reader(extension->body);
  const auto group = reader.u16();
  const auto key = group ? take_vector16(reader) : std::nullopt;
  if (!key || !reader.empty()) return wrong(Alert::decode_error, "a key");
  auto shared = shares_.agree(*group, *key);
  if (!shared) return wrong(Alert::illegal_parameter, "a key that is none");
  group_ = *group;
  schedule_.emplace(suite());
  schedule_->advance(*shared);
  wipe(*shared);
  client_secret_ = schedule_->derive("c hs traffic", *transcript_);
  server_secret_ = schedule_->derive("s hs traffic", *transcript_);
  schedule_->advance({});
  in_.emplace(suite(), server_secret_->bytes(), RecordKeys::Use::open);
  out_.emplace(suite(), client_secret_->bytes(), RecordKeys::Use::seal);
  state_ = State::extensions;
  return {};
}

ClientHandshake::Outcome ClientHandshake::take_extensions(Bytes body) {
  Reader reader(body);
  const auto block = take_vector16(reader);
  const auto extensions = block && reader.empty() ? parse_extensions(*block) : std::nullopt;
  if (!extensions) return wrong(Alert::decode_error, "EncryptedExtensions");
  if (!all_different(*extensions)) return wrong(Alert::illegal_parameter, "an extension twice");
  for (const auto& each : *extensions)
    if (!hello_.offers(each.type) || !may_stand_encrypted(each.type))
      return wrong(Alert::unsupported_extension, "an extension that was not asked for");
  if (const Extension* const chosen = find_extension(*extensions, extension::kAlpn)) {
    Reader list(chosen->body);
    const auto names = take_vector16(list);
    Reader rest(names.value_or(Bytes()));
    const auto name = take_vector8(rest);
    if (!names || !list.empty() || !name || !rest.empty()) return wrong(Alert::decode_error, "ALPN");
    alpn_ = text_of(*name);
    if (std::ranges::find(options_.alpn, alpn_) == options_.alpn.end())
      return wrong(Alert::illegal_parameter, "an application protocol that was not offered");
  }
  settings_ = find_extension(*extensions, extension::kApplicationSettings) != nullptr;
  if (settings_ && alpn_ != "h2") return wrong(Alert::illegal_parameter, "settings of no protocol");
  state_ = State::certificate;
  return {};
}

// Section 4.3.2. No client of ours has a certificate, whatever is asked for.
ClientHandshake::Outcome ClientHandshake::take_request(Bytes body) {
  Reader reader(body);
  const auto context = take_vector8(reader);
  const auto extensions = context ? take_vector16(reader) : std::nullopt;
  if (!extensions || !reader.empty() || !parse_extensions(*extensions))
    return wrong(Alert::decode_error, "a CertificateRequest");
  request_context_.emplace(context->begin(), context->end());
  return {};
}

ClientHandshake::Outcome ClientHandshake::take_certificate(Bytes body) {
  const auto certificates = parse_certificate(body);
  if (!certificates) return wrong(Alert::decode_error, "a Certificate");
  chain_ = crypto::CertificateChain::parse(*certificates);
  if (!chain_) return wrong(Alert::decode_error, "a certificate that is none");
  state_ = State::verify;
  return {};
}

ClientHandshake::Outcome ClientHandshake::take_verify(Bytes body) {
  Reader reader(body);
  const auto scheme = reader.u16();
  const auto signature = scheme ? take_vector16(reader) : std::nullopt;
  if (!signature || !reader.empty()) return wrong(Alert::decode_error, "a CertificateVerify");
  if (!chain_->has_signed(*scheme, signed_text(*transcript_), *signature))
    return wrong(Alert::decrypt_error, "a signature that is not its certificate's");
  if (options_.trust != nullptr)
    if (auto why = options_.trust->refuse(*chain_, options_.host, options_.now))
      return std::unexpected(Wrong{Alert::certificate_unknown, TlsError::certificate, *std::move(why)});
  state_ = State::finished;
  return {};
}

ClientHandshake::Outcome ClientHandshake::take_finished(const HandshakeMessage& message, Buffer& send) {
  const auto expected = crypto::Tls13Schedule::finished(suite(), *server_secret_, *transcript_);
  if (message.body.size() != expected.bytes().size()) return wrong(Alert::decode_error, "a Finished");
  if (!crypto::equal(message.body, expected.bytes())) return wrong(Alert::decrypt_error, "a Finished");
  remember(message);
  const auto client = schedule_->derive("c ap traffic", *transcript_);
  server_secret_ = schedule_->derive("s ap traffic", *transcript_);
  finish(send);
  client_secret_ = client;
  state_ = State::done;
  return {};
}

}  // namespace rozaneh::tls
