#include "site/site.h"

#include "site/folder.h"
#include "site/http1.h"
#include "site/http2.h"

namespace rozaneh::site {
namespace {

io::Task<> serve_http1(io::Loop& loop, Service& service, io::StreamPtr stream, Buffer early, Arrival arrival,
                       Role role) {
  Http1 connection(loop, service, std::move(stream), std::move(early), arrival, role);
  co_await connection.run();
}

}  // namespace

io::Task<Answer> Upgrade::answer(io::Loop& /*loop*/, Request request, Buffer /*body*/) {
  co_return error_answer(request, 404);
}

Result<std::unique_ptr<Site>> Site::make(Settings settings, Upgrade* upgrade) {
  auto service = std::make_unique<Service>();
  service->upgrade = upgrade;
  service->shelf = default_shelf(settings.installed);
  if (settings.folder) {
    auto folder = folder_shelf(*settings.folder);
    if (!folder) return std::unexpected(folder.error());
    service->shelf = std::move(*folder);
  }
  service->settings = std::move(settings);
  return std::unique_ptr<Site>(new Site(std::move(service)));
}

Site::Site(std::unique_ptr<Service> service) : service_(std::move(service)) {}
Site::~Site() = default;

io::Task<> Site::serve(io::Loop& loop, io::StreamPtr stream, Buffer early, Arrival arrival) const {
  if (arrival.protocol == Protocol::http2) {
    const auto connection = std::make_shared<Http2>(loop, *service_, std::move(stream), arrival);
    co_await connection->run(std::move(early));
    co_return;
  }
  co_await serve_http1(loop, *service_, std::move(stream), std::move(early), arrival, Role::site);
}

io::Task<> Site::serve_plain_on_tls_port(io::Loop& loop, io::StreamPtr stream, Buffer early,
                                         Arrival arrival) const {
  arrival.tls = false;
  co_await serve_http1(loop, *service_, std::move(stream), std::move(early), arrival, Role::plain_on_tls);
}

io::Task<> Site::serve_redirect(io::Loop& loop, io::StreamPtr stream, Buffer early, Arrival arrival) const {
  arrival.tls = false;
  co_await serve_http1(loop, *service_, std::move(stream), std::move(early), arrival, Role::redirect);
}

}  // namespace rozaneh::site
