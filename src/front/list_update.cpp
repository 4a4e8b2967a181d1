#include "front/list_update.h"

#include <fmt/format.h>

#include "base/encoding.h"

namespace rozaneh::front {
namespace {

constexpr std::string_view kMark = "rozaneh-names-1 ";
constexpr std::string_view kFile = "update";

std::unexpected<Error> refused(std::string why) { return fail(NamesError::update, std::move(why)); }

// So that a signature of this key for anything else is none for a list.
Buffer signed_text(std::string_view list) { return concat(bytes_of(kMark), bytes_of(list)); }

Result<std::string_view> verified(std::string_view file, const crypto::SigningPublic& key) {
  const auto end = file.find('\n');
  if (!file.starts_with(kMark) || end == std::string_view::npos) return refused("it is no signed list");
  const auto signature = decode_base64(file.substr(kMark.size(), end - kMark.size()));
  const std::string_view list = file.substr(end + 1);
  if (!signature || signature->size() != std::tuple_size_v<crypto::Signature>)
    return refused("its signature is malformed");
  const std::span<const std::uint8_t, 64> bytes(signature->data(), 64);
  if (!crypto::verify(key, signed_text(list), bytes)) return refused("its signature is wrong");
  return list;
}

}  // namespace

Result<NameList> open_update(std::string_view file, const UpdateTrust& trust, std::uint64_t known) {
  if (file.size() > NameList::kLargest) return refused("it is too long");
  const auto text = verified(file, trust.key);
  if (!text) return std::unexpected(text.error());
  auto list = NameList::parse(*text, kFile);
  if (!list) return refused(list.error().message());
  if (list->version() <= known)
    return refused(fmt::format("its version {} is not newer than {}", list->version(), known));
  if (list->entries().empty()) return refused("it is empty");
  if (list->has_upstreams() || list->replaces()) return refused("it wants more than to name names");
  for (const auto& [name, entry] : list->entries()) {
    std::string_view base = name;
    if (base.starts_with("*.")) base.remove_prefix(2);
    if (!is_within(base, trust.suffixes)) return refused(fmt::format("'{}' is none of ours to add", name));
  }
  return list;
}

Result<std::string> sign_list(std::string_view list, const crypto::SigningSeed& seed) {
  const auto parsed = NameList::parse(list, "the list");
  if (!parsed) return std::unexpected(parsed.error());
  if (parsed->version() == 0 || parsed->issued().empty())
    return fail(NamesError::list, "a list to be signed needs 'version' and 'issued'");
  const auto signature = crypto::sign(seed, signed_text(list));
  return fmt::format("{}{}\n{}", kMark, encode_base64(signature), list);
}

std::optional<std::array<std::uint8_t, 32>> parse_key(std::string_view text) {
  const auto bytes = decode_base64(text);
  if (!bytes || bytes->size() != 32) return std::nullopt;
  std::array<std::uint8_t, 32> key{};
  copy(key, *bytes);
  return key;
}

}  // namespace rozaneh::front
