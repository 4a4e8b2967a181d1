#include "transport/http/served.h"

#include <charconv>

#include "transport/http/request.h"
#include "transport/setup_error.h"

namespace rozaneh::http {
namespace {

constexpr std::size_t kMostStreams = 65536;

Result<std::size_t> streams_of(const Arguments& arguments) {
  const auto text = arguments.get("streams");
  if (!text) return StreamLimits().streams;
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc() || end != text->data() + text->size() || number == 0 || number > kMostStreams)
    return transport::wrong_argument(kName, "'streams' takes a number from 1 to 65536");
  return number;
}

}  // namespace

Result<Served> Served::from(const transport::Setup& setup) {
  auto identity = web::ServerIdentity::open(kName, setup, std::time(nullptr));
  if (!identity) return std::unexpected(identity.error());
  const auto streams = streams_of(setup.arguments);
  if (!streams) return std::unexpected(streams.error());
  const std::string type(setup.arguments.get("type").value_or(kUsualType));
  if (!is_content_type(type)) return transport::wrong_argument(kName, "'type' takes TYPE/SUBTYPE");
  Served served{.identity = std::move(*identity), .shape = {}, .limits = {}, .told = {}};
  served.shape = {.path = served.identity.path, .type = type};
  served.limits.streams = *streams;
  served.told.add("url", served.identity.url);
  for (const char* name : {"servername", "type"})
    if (const auto value = setup.arguments.get(name)) served.told.add(name, std::string(*value));
  return served;
}

}  // namespace rozaneh::http
