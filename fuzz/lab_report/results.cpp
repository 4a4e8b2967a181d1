// Lines of results, and every form of a report on them.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "fuzz/handshake.h"
#include "lab/report/report.h"

namespace {

using namespace rozaneh;
using namespace rozaneh::lab;

std::size_t count(std::string_view text, std::string_view word) {
  std::size_t times = 0;
  for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) ++times;
  return times;
}

const std::vector<CensorSpec>& censors() {
  static const std::vector<CensorSpec> all = {
      *parse_censor("title = \"A\"\ncontrol = { passes = \"http\", blocked = \"https\" }\n"
                    "[[rule]]\nname = \"r\"\nsees = { what = \"tls\" }\ndrops = \"both\"\n",
                    "a.toml")};
  return all;
}

const std::vector<ReportedSubject>& subjects() {
  static const std::vector<ReportedSubject> all = {
      {.id = "http", .title = "HTTP", .kind = "control", .innocent = true, .year = {}}};
  return all;
}

// What the input holds is text, wherever it stands.
void check(const Report& report) {
  static const std::string empty = to_html(make_report({}, {}, {}));
  const std::string html = to_html(report);
  for (const std::string_view mark : {"<script", "<style", "<meta", "<body", "</html>"})
    fuzz::require(count(html, mark) == count(empty, mark));
  fuzz::require(count(html, "<section class=\"censor\"") == report.rows.size());
  const auto json = nlohmann::json::parse(to_json(report), nullptr, false);
  fuzz::require(json.is_object() && json["censors"].size() == report.rows.size());
  fuzz::require(count(to_markdown(report, ""), "\n### ") == report.rows.size());
  const std::string svg = to_svg(report);
  fuzz::require(svg.ends_with("</svg>\n") && count(svg, "<svg") == 1 && count(svg, "<script") == 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  auto results = parse_results(text_of(Bytes(bytes, size)));
  if (!results) {
    fuzz::require(results.error().message().contains("line ") || results.error().is(ResultsError::size));
    return 0;
  }
  check(make_report(std::move(*results), censors(), subjects()));
  return 0;
}
