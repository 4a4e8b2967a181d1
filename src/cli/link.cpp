#include "cli/link.h"

#include "cli/exit_code.h"
#include "cli/links.h"
#include "cli/qr.h"
#include "wire/bridge_line.h"
#include "wire/link.h"

namespace rozaneh::cli {
namespace {

void show(const Way& way, const LinkSettings& settings, Console& console) {
  nlohmann::json fields = {
      {"transport", way.transport}, {"server", way.server.to_string()}, {"name", way.name}};
  std::string text = fmt::format("transport   {}\nserver      {}\n", way.transport, way.server.to_string());
  if (!way.name.empty()) text += fmt::format("name        {}\n", way.name);
  for (const Argument& argument : way.arguments) {
    text += fmt::format("{:<11} {}\n", argument.name, argument.value);
    fields["arguments"][argument.name] = argument.value;
  }
  if (way.fingerprint)
    text += fmt::format("{:<11} {}\n", "fingerprint", serialize_fingerprint(*way.fingerprint));
  const auto link = serialize_link({&way, 1});
  const auto line = serialize_bridge_line(way);
  if (link) text += fmt::format("link        {}\n", *link), fields["link"] = *link;
  if (line) text += fmt::format("bridge line {}\n", *line), fields["bridge_line"] = *line;
  console.event("link", text, fields);
  if (!link || settings.no_qr || !console.on_terminal()) return;
  if (const auto code = qr_code(*link)) console.show(*code);
}

}  // namespace

void declare(CLI::App& app, LinkSettings& settings) {
  app.add_option("link", settings.link,
                 "A rozaneh:// link, a Tor bridge line in quotes, or a file with one of them a line");
  app.add_flag("--json", settings.json, "One JSON object a line");
  app.add_flag("--no-qr", settings.no_qr, "Print no QR code (there is none where the output is no terminal)");
}

int run_link_show(const LinkSettings& settings) {
  Console console;
  console.configure({.json = settings.json});
  const auto ways = read_links(settings.link);
  if (!ways) {
    console.error("{}", ways.error().message());
    return kUsage;
  }
  for (const Way& way : *ways) show(way, settings, console);
  return kOk;
}

}  // namespace rozaneh::cli
