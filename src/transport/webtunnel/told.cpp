#include "transport/webtunnel/told.h"

namespace rozaneh::webtunnel {

Arguments told_to_clients(const web::ServerIdentity& identity, const Arguments& given) {
  Arguments arguments{{"url", identity.url}, {"ver", kVersion}};
  for (const char* name : {"servername", "http"})
    if (const auto value = given.get(name)) arguments.add(name, std::string(*value));
  return arguments;
}

}  // namespace rozaneh::webtunnel
