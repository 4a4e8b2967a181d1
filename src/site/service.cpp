#include "site/service.h"

#include "site/pages.h"
#include "site/static_site.h"

namespace rozaneh::site {
namespace {

Answer made_by(const Request& request, Role role, const Shelf& shelf) {
  if (role == Role::plain_on_tls) return error_answer(request, kPlainOnTls);
  return role == Role::redirect ? redirect_to_tls(request) : answer_from_shelf(request, shelf);
}

}  // namespace

Answer Service::answer(const Request& request, Role role) {
  Answer answer = made_by(request, role, *shelf);
  const std::string* range = request.get("range");
  const bool several = range != nullptr && range->find(',') != std::string::npos;
  filter(request, answer, several ? multiparts.load() + 1 : 0);
  if (answer.type.starts_with("multipart/byteranges")) ++multiparts;
  return answer;
}

}  // namespace rozaneh::site
