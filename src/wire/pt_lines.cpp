#include "wire/pt_lines.h"

#include <algorithm>

#include "wire/pt_arguments.h"

namespace rozaneh::pt {
namespace {

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

bool is_plain(char c) {
  return static_cast<unsigned char>(c) < 0x7f && !is_control(c) && !std::string_view(" \"\\").contains(c);
}

std::string one_line(std::string_view message) {
  std::string line(message);
  std::ranges::replace_if(line, is_control, ' ');
  return line;
}

template <class... Words>
std::string line(std::string_view keyword, const Words&... words) {
  std::string all(keyword);
  ((all += ' ', all += words), ...);
  return all + "\n";
}

std::string quoted_character(char c) {
  switch (c) {
    case '"':
      return "\\\"";
    case '\\':
      return "\\\\";
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    default:
      break;
  }
  const auto byte = static_cast<unsigned char>(c);
  if (byte >= 0x20 && byte < 0x7f) return {c};
  const auto digit = [byte](unsigned shift) { return static_cast<char>('0' + (byte >> shift & 7U)); };
  return {'\\', digit(6), digit(3), digit(0)};
}

std::string_view name_of(Severity severity) {
  switch (severity) {
    case Severity::debug:
      return "debug";
    case Severity::info:
      return "info";
    case Severity::notice:
      return "notice";
    case Severity::warning:
      return "warning";
    case Severity::error:
      break;
  }
  return "error";
}

}  // namespace

std::string version() { return line("VERSION", "1"); }
std::string version_error() { return line("VERSION-ERROR", "no-version"); }
std::string env_error(std::string_view message) { return line("ENV-ERROR", one_line(message)); }
std::string proxy_done() { return line("PROXY", "DONE"); }
std::string proxy_error(std::string_view message) { return line("PROXY-ERROR", one_line(message)); }

std::string cmethod(std::string_view transport, const Endpoint& listening) {
  return line("CMETHOD", transport, "socks5", listening.to_string());
}

std::string cmethod_error(std::string_view transport, std::string_view message) {
  return line("CMETHOD-ERROR", transport, one_line(message));
}

std::string cmethods_done() { return line("CMETHODS", "DONE"); }

std::string smethod(std::string_view transport, const Endpoint& listening, const Arguments& arguments) {
  return line("SMETHOD", transport, listening.to_string(),
              one_line("ARGS:" + serialize_smethod_arguments(arguments)));
}

std::string smethod_error(std::string_view transport, std::string_view message) {
  return line("SMETHOD-ERROR", transport, one_line(message));
}

std::string smethods_done() { return line("SMETHODS", "DONE"); }

std::string log(Severity severity, std::string_view message) {
  return line("LOG", "SEVERITY=" + std::string(name_of(severity)), "MESSAGE=" + quote(message));
}

std::string status(std::string_view transport, const Arguments& fields) {
  std::string all = "TRANSPORT=" + quote(transport);
  for (const auto& [name, value] : fields) all += " " + name + "=" + quote(value);
  return line("STATUS", all);
}

std::string status_version(std::string_view implementation, std::string_view version) {
  return line("STATUS", "TYPE=version", "VERSION=" + quote(version),
              "IMPLEMENTATION=" + quote(implementation));
}

std::string quote(std::string_view value) {
  if (!value.empty() && std::ranges::all_of(value, is_plain)) return std::string(value);
  std::string quoted = "\"";
  for (const char c : value) quoted += quoted_character(c);
  return quoted + "\"";
}

}  // namespace rozaneh::pt
