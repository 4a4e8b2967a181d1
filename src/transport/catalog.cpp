#include "transport/catalog.h"

#include <algorithm>

#include "transport/http/transport.h"
#include "transport/obfs2/transport.h"
#include "transport/obfs3/transport.h"
#include "transport/obfs4/transport.h"
#include "transport/plain/transport.h"
#include "transport/scramblesuit/transport.h"
#include "transport/webtunnel/transport.h"

namespace rozaneh::transport {

Catalog catalog() {
  Catalog all;
  all.push_back(obfs4::make_transport());
  all.push_back(webtunnel::make_transport());
  all.push_back(http::make_transport());
  all.push_back(scramblesuit::make_transport());
  all.push_back(obfs3::make_transport());
  all.push_back(obfs2::make_transport());
  all.push_back(plain::make_transport());
  return all;
}

const Transport* find(const Catalog& catalog, std::string_view name) {
  const auto found =
      std::ranges::find(catalog, name, [](const auto& transport) { return transport->name(); });
  return found == catalog.end() ? nullptr : found->get();
}

}  // namespace rozaneh::transport
