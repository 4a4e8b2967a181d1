#include "site/h2_head.h"

#include <fmt/format.h>

#include "site/date.h"
#include "site/hpack.h"
#include "site/pages.h"

namespace rozaneh::site {
namespace {

constexpr std::uint8_t kShrinkTable = 0x20;
constexpr std::uint8_t kLiteral = 0x40;  // with indexing, although nothing is indexed for long

// Places in the static table.
constexpr std::uint8_t kStatus = 8;
constexpr std::uint8_t kContentLength = 28;
constexpr std::uint8_t kContentType = 31;
constexpr std::uint8_t kDate = 33;
constexpr std::uint8_t kLastModified = 44;
constexpr std::uint8_t kLocation = 46;
constexpr std::uint8_t kServerName = 54;

constexpr unsigned kNoContent = 204;

void put_status(Buffer& out, unsigned status) {
  constexpr unsigned kShort[] = {200, 204, 206, 304, 400, 404, 500};
  std::uint8_t place = 0x80 | kStatus;
  for (const unsigned known : kShort) {
    if (status == known) {
      out.push_back(place);
      return;
    }
    ++place;
  }
  out.push_back(kLiteral | kStatus);
  put_hpack_plain(out, std::to_string(status));
}

}  // namespace

Buffer h2_field_block(const Request& request, const Answer& answer, const HeadFacts& facts,
                      bool shrink_table) {
  Buffer out;
  if (shrink_table) out.push_back(kShrinkTable);
  put_status(out, answer.status);
  const auto put = [&out](std::uint8_t place, std::string_view value) {
    out.push_back(kLiteral | place);
    put_hpack_text(out, value);
  };
  if (answer.find("Server") == nullptr) put(kServerName, kServer);
  if (answer.find("Date") == nullptr) put(kDate, http_date(facts.now));
  const bool has_content = answer.status != kNoContent;
  if (has_content && !answer.type.empty()) put(kContentType, answer.type);
  if (has_content && answer.length) {
    out.push_back(kLiteral | kContentLength);
    put_hpack_plain(out, std::to_string(*answer.length));
  }
  if (has_content && answer.modified) put(kLastModified, http_date(*answer.modified));
  if (!answer.location.empty()) put(kLocation, absolute_url(request, answer.location, facts));
  for (const Field& field : answer.fields) {
    out.push_back(0);
    put_hpack_text(out, lower_case(field.name));
    put_hpack_text(out, field.value);
  }
  return out;
}

}  // namespace rozaneh::site
