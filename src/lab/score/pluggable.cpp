#include "lab/score/pluggable.h"

#include "base/address.h"
#include "wire/http_head.h"
#include "wire/percent.h"
#include "wire/pt_arguments.h"

namespace rozaneh::lab {
namespace {

Result<> take_arguments(std::string_view options, Placeholders& values) {
  constexpr std::string_view kArguments = "ARGS:";
  if (!options.starts_with(kArguments)) return {};
  const auto arguments = parse_smethod_arguments(options.substr(kArguments.size()));
  if (!arguments) return std::unexpected(arguments.error());
  const auto packed = pack_pt_arguments(*arguments);
  if (!packed) return std::unexpected(packed.error());
  if (*packed)
    values.insert_or_assign("pt.arguments",
                            encode_percent((*packed)->username) + ":" + encode_percent((*packed)->password));
  return {};
}

}  // namespace

std::string_view layer_of(PluggableError /*error*/) { return "pluggable transport"; }
std::string_view describe(PluggableError /*error*/) { return ""; }

Result<bool> take_method(std::string_view line, std::string_view transport, Placeholders& values) {
  const std::string_view whole = line;
  const std::string_view word = take_http_word(line);
  if (word.ends_with("-ERROR")) return fail(PluggableError::refused, std::string(whole));
  const bool client = word == "CMETHOD";
  if (!client && word != "SMETHOD") return false;
  if (take_http_word(line) != transport) return false;
  if (client && take_http_word(line) != "socks5") return fail(PluggableError::refused, std::string(whole));
  const auto endpoint = Endpoint::parse(take_http_word(line));
  if (!endpoint) return fail(PluggableError::refused, std::string(whole));
  if (client) values.insert_or_assign("pt.port", std::to_string(endpoint->port));
  if (client) return true;
  if (const auto taken = take_arguments(line, values); !taken) return std::unexpected(taken.error());
  return true;
}

}  // namespace rozaneh::lab
