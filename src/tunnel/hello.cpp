#include "tunnel/hello.h"

#include "base/secret.h"
#include "wire/varint.h"

namespace rozaneh::tunnel {
namespace {

enum class Kind : std::uint8_t { create = 1, join = 2 };

enum class Name : std::uint64_t {
  stream_window = 1,
  session_window = 2,
  streams = 3,
  life = 4,
  connections = 5,
  credential = 6,
  send_at_most = 7,
  padded_records = 8,
  padding = 9,
};

constexpr std::size_t kMaxCredential = 255;

// More than all of them take together: each a name, a length and a number, or the credential.
constexpr std::size_t kMostParameters = 512;
constexpr std::size_t kMostBefore = 64;  // kind, time and join

struct Number {
  Name name;
  std::uint64_t Parameters::* value;
};

constexpr Number kNumbers[] = {{Name::stream_window, &Parameters::stream_window},
                               {Name::session_window, &Parameters::session_window},
                               {Name::streams, &Parameters::streams},
                               {Name::connections, &Parameters::connections},
                               {Name::send_at_most, &Parameters::send_at_most},
                               {Name::padded_records, &Parameters::padded_records},
                               {Name::padding, &Parameters::padding}};

// A longer life than this is taken for this.
constexpr std::uint64_t kMostLife = 24 * 60 * 60;

void put_name(Writer& writer, Name name, std::size_t length) {
  put_varint(writer, static_cast<std::uint64_t>(name));
  put_varint(writer, length);
}

void put_number(Writer& writer, Name name, std::uint64_t value) {
  put_name(writer, name, varint_size(value));
  put_varint(writer, value);
}

// What is the default is not said.
void put(Writer& writer, const Parameters& parameters, Bytes credential) {
  static constexpr Parameters kDefaults;
  Writer all;
  all.reserve(kMostParameters);
  for (const auto& [name, value] : kNumbers)
    if (parameters.*value != kDefaults.*value) put_number(all, name, parameters.*value);
  if (parameters.life != kDefaults.life)
    put_number(all, Name::life, static_cast<std::uint64_t>(parameters.life.count()));
  if (!credential.empty()) {
    put_name(all, Name::credential, credential.size());
    all.bytes(credential);
  }
  Buffer said = all.take();
  put_varint(writer, said.size());
  writer.bytes(said);
  wipe(said);  // the credential
}

// The bytes behind a length, or nullopt where they are not all there.
std::optional<Bytes> take_sized(Reader& reader) {
  const auto size = take_varint(reader);
  if (!size || *size > reader.left()) return std::nullopt;
  return reader.bytes(static_cast<std::size_t>(*size));
}

struct Said {
  Parameters parameters;
  Bytes credential;
};

bool set_number(Parameters& parameters, Name name, Bytes value) {
  Reader reader(value);
  const auto read = take_varint(reader);
  if (!read || !reader.empty()) return false;
  if (name == Name::life) parameters.life = std::chrono::seconds(std::min(*read, kMostLife));
  for (const auto& number : kNumbers)
    if (name == number.name) parameters.*number.value = *read;
  return true;
}

// A name that is not known is passed over.
bool set(Said& said, std::uint64_t name, Bytes value) {
  if (name < static_cast<std::uint64_t>(Name::stream_window) ||
      name > static_cast<std::uint64_t>(Name::padding))
    return true;
  if (name != static_cast<std::uint64_t>(Name::credential))
    return set_number(said.parameters, static_cast<Name>(name), value);
  said.credential = value;
  return !value.empty() && value.size() <= kMaxCredential;
}

std::optional<Said> take_parameters(Reader& reader) {
  const auto all = take_sized(reader);
  if (!all) return std::nullopt;
  Said said;
  for (Reader rest(*all); !rest.empty();) {
    const auto name = take_varint(rest);
    const auto value = name ? take_sized(rest) : std::nullopt;
    if (!value || !set(said, *name, *value)) return std::nullopt;
  }
  return said;
}

template <std::size_t kSize>
bool take(Reader& reader, std::array<std::uint8_t, kSize>& to) {
  const auto bytes = reader.bytes(kSize);
  if (bytes) copy(to, *bytes);
  return bytes.has_value();
}

std::optional<Join> take_join(Reader& reader) {
  Join join;
  if (!take(reader, join.session)) return std::nullopt;
  const auto connection = take_varint(reader);
  if (!connection || !take(reader, join.proof)) return std::nullopt;
  join.connection = *connection;
  return join;
}

}  // namespace

Buffer serialize(const ClientHello& hello) {
  Writer writer;
  writer.reserve(kMostBefore + kMostParameters + hello.frames.size());
  writer.u8(static_cast<std::uint8_t>(hello.join ? Kind::join : Kind::create)).u32(hello.time);
  if (hello.join) {
    writer.bytes(hello.join->session);
    put_varint(writer, hello.join->connection).bytes(hello.join->proof);
  }
  put(writer, hello.parameters, hello.credential);
  return writer.bytes(hello.frames).take();
}

Buffer serialize(const ServerHello& hello) {
  Writer writer;
  writer.u8(static_cast<std::uint8_t>(hello.status)).u8(hello.early ? 1 : 0);
  if (hello.session) writer.bytes(*hello.session);
  if (hello.proof) writer.bytes(*hello.proof);
  put(writer, hello.parameters, {});
  return writer.bytes(hello.frames).take();
}

Result<ClientHello> parse_client_hello(Bytes payload) {
  Reader reader(payload);
  ClientHello hello;
  const auto kind = reader.u8();
  const auto time = reader.u32();
  if (!kind || !time) return fail(TunnelError::malformed);
  hello.time = *time;
  if (*kind == static_cast<std::uint8_t>(Kind::join)) {
    hello.join = take_join(reader);
    if (!hello.join) return fail(TunnelError::malformed);
  } else if (*kind != static_cast<std::uint8_t>(Kind::create)) {
    return fail(TunnelError::malformed);
  }
  const auto said = take_parameters(reader);
  if (!said) return fail(TunnelError::malformed);
  hello.parameters = said->parameters;
  hello.credential = said->credential;
  hello.frames = reader.rest();
  return hello;
}

Result<ServerHello> parse_server_hello(Bytes payload, bool joined) {
  Reader reader(payload);
  ServerHello hello;
  const auto status = reader.u8();
  const auto early = reader.u8();
  if (!status || !early || *status > static_cast<std::uint8_t>(Status::draining) || *early > 1)
    return fail(TunnelError::malformed);
  hello.status = static_cast<Status>(*status);
  hello.early = *early == 1;
  if (hello.status == Status::taken) {
    const bool there = joined ? take(reader, hello.proof.emplace()) : take(reader, hello.session.emplace());
    if (!there) return fail(TunnelError::malformed);
  }
  const auto said = take_parameters(reader);
  if (!said) return fail(TunnelError::malformed);
  hello.parameters = said->parameters;
  hello.frames = reader.rest();
  return hello;
}

}  // namespace rozaneh::tunnel
