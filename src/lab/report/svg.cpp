#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "lab/report/report.h"
#include "lab/report/text.h"

namespace rozaneh::lab {
namespace {

constexpr int kNames = 330;  // width of the censors' titles
constexpr int kHeads = 190;  // height of the subjects' titles
constexpr int kLean = 60;    // how far the last of them leans out
constexpr int kCell = 24;
constexpr int kMargin = 16;
constexpr int kLegend = 48;
constexpr std::size_t kTitle = 52, kSubject = 30;  // characters

constexpr std::array kAll = {Outcome::passes, Outcome::degraded, Outcome::blocked, Outcome::skipped};

struct Look {
  std::string_view ground, ink, sign;
};

// As in the page.
Look look_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::passes:
      return {"#d3e8ee", "#0b4f66", "M-5 0.5l3.4 3.5L5 -3.5"};
    case Outcome::degraded:
      return {"#f7d488", "#553a00", "M-5.5 1.5c1.8-4 3.6-4 5.5-1.5s3.7 2.5 5.5-1.5"};
    case Outcome::blocked:
      return {"#8f2c1f", "#ffffff", "M-4.5-4.5l9 9m0-9l-9 9"};
    case Outcome::skipped:
      break;
  }
  return {"#fbfaf7", "#7c848a", "M-1 0h2"};
}

class Picture {
 public:
  explicit Picture(const Report& report) : report_(report) {}

  std::string draw() {
    const int width = 2 * kMargin + kNames + kLean + kCell * static_cast<int>(report_.subjects.size());
    const int height = kHeads + kCell * static_cast<int>(report_.rows.size()) + kLegend;
    for (std::size_t i = 0; i < report_.subjects.size(); ++i) head(i);
    for (std::size_t i = 0; i < report_.rows.size(); ++i) row(i);
    legend(height - 18);
    return fmt::format(
        R"(<svg xmlns="http://www.w3.org/2000/svg" width="{0}" height="{1}" viewBox="0 0 {0} {1}" )"
        R"(font-family="Helvetica, Arial, sans-serif" font-size="12" fill="#1d2327">)"
        "<title>What gets through which censor</title>\n"
        R"(<rect width="{0}" height="{1}" fill="#fbfaf7"/><text x="{2}" y="28" font-size="16">What gets through which censor</text>)"
        R"(<text x="{2}" y="46" fill="#5b646b" font-size="11">{3}</text>)"
        "{4}\n{5}</svg>\n",
        std::max(width, 640), height, kMargin, escape_html(run()), signs(), out_);
  }

 private:
  [[nodiscard]] std::string run() const {
    return report_.program + (report_.started.empty() ? "" : ", " + report_.started.substr(0, 10));
  }

  static int x_of(std::size_t subject) {
    return kMargin + kNames + kCell * static_cast<int>(subject) + kCell / 2;
  }
  static int y_of(std::size_t row) { return kHeads + kCell * static_cast<int>(row) + kCell / 2; }

  void head(std::size_t subject) {
    out_ += fmt::format(R"svg(<text transform="translate({} {}) rotate(-60)" font-size="11">{}</text>)svg"
                        "\n",
                        x_of(subject) + 2, kHeads - 6,
                        escape_html(shorten(report_.subjects[subject].id, kSubject)));
  }

  void row(std::size_t index) {
    const ReportRow& row = report_.rows[index];
    out_ += fmt::format(R"(<g{}><text x="{}" y="{}">{}{}</text>)", row.counts() ? "" : R"( opacity="0.5")",
                        kMargin, y_of(index) + 4, escape_html(shorten(row.title(), kTitle)),
                        row.counts() ? "" : " *");
    for (std::size_t i = 0; i < row.cells.size(); ++i)
      if (const auto& cell = row.cells[i]) sign(cell->outcome, x_of(i), y_of(index));
    out_ += "</g>\n";
  }

  void sign(Outcome outcome, int x, int y) {
    out_ += fmt::format(R"(<use href="#{}" x="{}" y="{}"/>)", name_of(outcome), x, y);
  }

  static std::string signs() {
    std::string out = "<defs>";
    for (const Outcome outcome : kAll) {
      const Look look = look_of(outcome);
      out +=
          fmt::format(R"(<g id="{}"><rect x="-11" y="-11" width="22" height="22" rx="3" fill="{}"/>)"
                      R"(<path d="{}" fill="none" stroke="{}" stroke-width="2" stroke-linecap="round"/></g>)",
                      name_of(outcome), look.ground, look.sign, look.ink);
    }
    return out + "</defs>";
  }

  void legend(int y) {
    int x = kMargin + 11;
    for (const Outcome outcome : kAll) {
      sign(outcome, x, y - 4);
      out_ += fmt::format(R"(<text x="{}" y="{}">{}</text>)", x + 16, y, name_of(outcome));
      x += 100;
    }
    out_ += fmt::format(R"(<text x="{}" y="{}" fill="#5b646b">* score does not count</text>)"
                        "\n",
                        x, y);
  }

  const Report& report_;
  std::string out_;
};

}  // namespace

std::string to_svg(const Report& report) { return Picture(report).draw(); }

}  // namespace rozaneh::lab
