#include "crypto/tls_key_exchange.h"

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/params.h>

#include <memory>
#include <optional>

#include "crypto/random.h"
#include "crypto/x25519_pair.h"

namespace rozaneh::crypto {
namespace {

using Function = void (*)();

constexpr int kBits = 253, kSecurityBits = 128;  // as OpenSSL has them
constexpr std::size_t kSize = PublicKey::kSize;

// A peer's public key, or a pair of ours. A pair that was made for a peer knows the secret shared with it,
// since both come out of one computation.
struct Key {
  std::optional<PublicKey> open;
  std::optional<PrivateKey> secret;
  std::optional<PublicKey> peer;
  std::optional<SharedSecret> shared;
};

struct Exchanging {
  const Key* ours = nullptr;
  const Key* theirs = nullptr;
};

Key& key_at(void* pointer) { return *static_cast<Key*>(pointer); }

void fill_pair(Key& key, const Key* made_for) {
  SystemRandom random;
  key.secret.emplace();
  random.fill(key.secret->bytes());
  if (made_for != nullptr && made_for->open) {
    PublicKey base;
    base.bytes[0] = 9;  // RFC 7748 section 4.1
    if (const auto both = x25519_pair({*key.secret, base}, {*key.secret, *made_for->open})) {
      key.open.emplace((*both)[0].bytes());
      key.peer = made_for->open;
      key.shared = (*both)[1];
      return;
    }
  }
  key.open = public_key_of(*key.secret);
}

// --- Keys ---

void* key_new(void* /*provider*/) { return new Key; }
void key_free(void* key) { delete static_cast<Key*>(key); }

int key_has(const void* pointer, int selection) {
  if (pointer == nullptr) return 0;  // a key of which only the kind is known
  const auto& key = *static_cast<const Key*>(pointer);
  if ((selection & OSSL_KEYMGMT_SELECT_PUBLIC_KEY) != 0 && !key.open) return 0;
  return (selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) != 0 && !key.secret ? 0 : 1;
}

int key_match(const void* one, const void* other, int selection) {
  if ((selection & OSSL_KEYMGMT_SELECT_KEYPAIR) == 0) return 1;
  return static_cast<const Key*>(one)->open == static_cast<const Key*>(other)->open ? 1 : 0;
}

int key_validate(const void* key, int selection, int /*how*/) { return key_has(key, selection); }

int key_get(void* pointer, OSSL_PARAM parameters[]) {
  const Key& key = key_at(pointer);
  const auto set = [&](const char* name, int value) {
    OSSL_PARAM* place = OSSL_PARAM_locate(parameters, name);
    return place == nullptr || OSSL_PARAM_set_int(place, value) == 1;
  };
  OSSL_PARAM* open = OSSL_PARAM_locate(parameters, OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY);
  if (open != nullptr && (!key.open || OSSL_PARAM_set_octet_string(open, key.open->bytes.data(), kSize) != 1))
    return 0;
  return set(OSSL_PKEY_PARAM_BITS, kBits) && set(OSSL_PKEY_PARAM_SECURITY_BITS, kSecurityBits) &&
                 set(OSSL_PKEY_PARAM_MAX_SIZE, kSize)
             ? 1
             : 0;
}

const OSSL_PARAM* key_gettable(void* /*provider*/) {
  static const OSSL_PARAM known[] = {
      OSSL_PARAM_int(OSSL_PKEY_PARAM_BITS, nullptr), OSSL_PARAM_int(OSSL_PKEY_PARAM_SECURITY_BITS, nullptr),
      OSSL_PARAM_int(OSSL_PKEY_PARAM_MAX_SIZE, nullptr),
      OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, nullptr, 0), OSSL_PARAM_END};
  return known;
}

int key_set(void* pointer, const OSSL_PARAM parameters[]) {
  const OSSL_PARAM* open = OSSL_PARAM_locate_const(parameters, OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY);
  if (open == nullptr) return 1;
  if (open->data_type != OSSL_PARAM_OCTET_STRING || open->data_size != kSize) return 0;
  Key fresh;
  fresh.open.emplace(
      std::span<const std::uint8_t, kSize>(static_cast<const std::uint8_t*>(open->data), kSize));
  key_at(pointer) = fresh;
  return 1;
}

const OSSL_PARAM* key_settable(void* /*provider*/) {
  static const OSSL_PARAM known[] = {OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, nullptr, 0),
                                     OSSL_PARAM_END};
  return known;
}

void* key_copy(const void* key, int /*selection*/) { return new Key(*static_cast<const Key*>(key)); }

// --- Making them ---

struct Making {
  int selection = 0;
  const Key* made_for = nullptr;
};

void* making_new(void* /*provider*/, int selection, const OSSL_PARAM /*parameters*/[]) {
  return new Making{selection};
}
void making_free(void* making) { delete static_cast<Making*>(making); }

int making_template(void* making, void* key) {
  static_cast<Making*>(making)->made_for = static_cast<const Key*>(key);
  return 1;
}

// The group's name, which can only be this one.
int making_set(void* /*making*/, const OSSL_PARAM /*parameters*/[]) { return 1; }
const OSSL_PARAM* making_settable(void* /*making*/, void* /*provider*/) {
  static const OSSL_PARAM known[] = {OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, nullptr, 0),
                                     OSSL_PARAM_END};
  return known;
}

void* making_run(void* pointer, int (* /*progress*/)(const OSSL_PARAM*, void*), void* /*argument*/) {
  const auto& making = *static_cast<const Making*>(pointer);
  auto key = std::make_unique<Key>();
  if ((making.selection & OSSL_KEYMGMT_SELECT_KEYPAIR) != 0) fill_pair(*key, making.made_for);
  return key.release();
}

// --- Exchanging them ---

void* exchange_new(void* /*provider*/) { return new Exchanging; }
void exchange_free(void* state) { delete static_cast<Exchanging*>(state); }

int exchange_begin(void* state, void* key, const OSSL_PARAM /*parameters*/[]) {
  static_cast<Exchanging*>(state)->ours = static_cast<const Key*>(key);
  return key_at(key).secret ? 1 : 0;
}

int exchange_peer(void* state, void* key) {
  static_cast<Exchanging*>(state)->theirs = static_cast<const Key*>(key);
  return key_at(key).open ? 1 : 0;
}

int exchange_derive(void* pointer, unsigned char* out, std::size_t* size, std::size_t room) {
  const auto& state = *static_cast<const Exchanging*>(pointer);
  *size = kSize;
  if (out == nullptr) return 1;
  if (state.ours == nullptr || state.theirs == nullptr || room < kSize) return 0;
  const Key& ours = *state.ours;
  std::optional<SharedSecret> shared;
  if (ours.peer && ours.peer == state.theirs->open)
    shared = ours.shared;
  else
    shared = x25519(*ours.secret, *state.theirs->open);
  if (!shared) return 0;
  copy({out, kSize}, shared->bytes());
  return 1;
}

template <class T>
Function function(T* pointer) {
  return reinterpret_cast<Function>(pointer);
}

}  // namespace

const OSSL_ALGORITHM* key_exchange_algorithms(int operation) {
  static const OSSL_DISPATCH management[] = {
      {OSSL_FUNC_KEYMGMT_NEW, function(&key_new)},
      {OSSL_FUNC_KEYMGMT_FREE, function(&key_free)},
      {OSSL_FUNC_KEYMGMT_HAS, function(&key_has)},
      {OSSL_FUNC_KEYMGMT_MATCH, function(&key_match)},
      {OSSL_FUNC_KEYMGMT_VALIDATE, function(&key_validate)},
      {OSSL_FUNC_KEYMGMT_GET_PARAMS, function(&key_get)},
      {OSSL_FUNC_KEYMGMT_GETTABLE_PARAMS, function(&key_gettable)},
      {OSSL_FUNC_KEYMGMT_SET_PARAMS, function(&key_set)},
      {OSSL_FUNC_KEYMGMT_SETTABLE_PARAMS, function(&key_settable)},
      {OSSL_FUNC_KEYMGMT_DUP, function(&key_copy)},
      {OSSL_FUNC_KEYMGMT_GEN_INIT, function(&making_new)},
      {OSSL_FUNC_KEYMGMT_GEN_SET_TEMPLATE, function(&making_template)},
      {OSSL_FUNC_KEYMGMT_GEN_SET_PARAMS, function(&making_set)},
      {OSSL_FUNC_KEYMGMT_GEN_SETTABLE_PARAMS, function(&making_settable)},
      {OSSL_FUNC_KEYMGMT_GEN, function(&making_run)},
      {OSSL_FUNC_KEYMGMT_GEN_CLEANUP, function(&making_free)},
      {0, nullptr}};
  static const OSSL_DISPATCH exchange[] = {{OSSL_FUNC_KEYEXCH_NEWCTX, function(&exchange_new)},
                                           {OSSL_FUNC_KEYEXCH_FREECTX, function(&exchange_free)},
                                           {OSSL_FUNC_KEYEXCH_INIT, function(&exchange_begin)},
                                           {OSSL_FUNC_KEYEXCH_SET_PEER, function(&exchange_peer)},
                                           {OSSL_FUNC_KEYEXCH_DERIVE, function(&exchange_derive)},
                                           {0, nullptr}};
  static const OSSL_ALGORITHM managements[] = {{"X25519", "provider=rozaneh", management, "X25519 keys"},
                                               {nullptr, nullptr, nullptr, nullptr}};
  static const OSSL_ALGORITHM exchanges[] = {{"X25519", "provider=rozaneh", exchange, "X25519"},
                                             {nullptr, nullptr, nullptr, nullptr}};
  if (operation == OSSL_OP_KEYMGMT) return managements;
  return operation == OSSL_OP_KEYEXCH ? exchanges : nullptr;
}

}  // namespace rozaneh::crypto
