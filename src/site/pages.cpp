#include "site/pages.h"

#include <fmt/format.h>

namespace rozaneh::site {
namespace {

struct Words {
  unsigned status;
  std::string_view text;
};

// nginx's own, which are not always those of the RFC.
constexpr Words kWords[] = {
    {200, "OK"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {304, "Not Modified"},
    {400, "Bad Request"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Not Allowed"},
    {412, "Precondition Failed"},
    {413, "Request Entity Too Large"},
    {414, "Request-URI Too Large"},
    {416, "Requested Range Not Satisfiable"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Temporarily Unavailable"},
    {504, "Gateway Time-out"},
    {505, "HTTP Version Not Supported"},
};

std::string_view words(unsigned status) {
  for (const Words& entry : kWords)
    if (entry.status == status) return entry.text;
  return "";
}

// A second line says what was wrong with some of the 400s, whose title says it too.
std::string_view reason(unsigned status) {
  if (status == kHeadTooLarge) return "Request Header Or Cookie Too Large";
  if (status == kPlainOnTls) return "The plain HTTP request was sent to HTTPS port";
  return {};
}

constexpr std::string_view kPadding = "<!-- a padding to disable MSIE and Chrome friendly error page -->\r\n";
constexpr unsigned kPaddings = 6;

}  // namespace

unsigned shown_status(unsigned status) {
  return status == kHeadTooLarge || status == kPlainOnTls ? 400 : status;
}

std::string status_line(unsigned status) { return fmt::format("{} {}", status, words(status)); }

std::string error_page(unsigned status, bool padded) {
  const unsigned shown = shown_status(status);
  const std::string heading = status_line(shown);
  const std::string_view why = reason(status);
  std::string page =
      fmt::format("<html>\r\n<head><title>{}</title></head>\r\n<body>\r\n<center><h1>{}</h1></center>\r\n",
                  why.empty() ? heading : fmt::format("{} {}", shown, why), heading);
  if (!why.empty()) page += fmt::format("<center>{}</center>\r\n", why);
  page += fmt::format("<hr><center>{}</center>\r\n</body>\r\n</html>\r\n", kServer);
  for (unsigned i = 0; padded && shown >= 400 && i < kPaddings; ++i) page += kPadding;
  return page;
}

}  // namespace rozaneh::site
