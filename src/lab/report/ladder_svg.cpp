#include <fmt/format.h>

#include "lab/report/ladder.h"
#include "lab/report/text.h"

namespace rozaneh::lab {
namespace {

using Kind = LadderStep::Kind;

// Where the three stand.
constexpr int kWidth = 360;
constexpr int kClient = 36;
constexpr int kCensor = 180;
constexpr int kServer = 324;
constexpr int kTop = 34;
constexpr int kRow = 32;
constexpr int kLine = 15;               // of a note's text
constexpr std::size_t kNoteWidth = 46;  // characters
constexpr std::size_t kWhole = 42, kHalf = 24;

class Drawing {
 public:
  void draw(const LadderStep& step) {
    if (step.kind == Kind::note) {
      note(step.text);
      return;
    }
    y_ += kRow;
    arrow(step);
    label(step);
    if (step.sees) out_ += fmt::format(R"(<circle class="eye" cx="{}" cy="{}" r="5.5"/>)", kCensor, y_);
    if (step.kind == Kind::dropped) cross();
  }

  [[nodiscard]] std::string finish(std::string_view title, const std::vector<LadderStep>& steps) const {
    std::string told;
    for (const LadderStep& step : steps) told += (told.empty() ? "" : "; ") + sentence_of(step);
    const int height = y_ + 18;
    std::string head =
        fmt::format(R"(<svg class="ladder" viewBox="0 0 {} {}" role="img" aria-label="{}: {}">)", kWidth,
                    height, escape_html(title), escape_html(told));
    for (const auto& [x, name] : {std::pair(kClient, "client"), {kCensor, "censor"}, {kServer, "server"}})
      head += fmt::format(
          R"(<path class="life" d="M{0} 26V{1}"/><rect class="head" x="{2}" y="3" width="68" height="23" rx="4"/>)"
          R"(<text class="who" x="{0}" y="19">{3}</text>)",
          x, height, x - 34, name);
    return head + out_ + "</svg>";
  }

 private:
  // From where to where an arrow goes.
  static std::pair<int, int> span(const LadderStep& step) {
    const int from = step.kind == Kind::injected ? kCensor : (step.up ? kClient : kServer);
    const int to = step.kind == Kind::dropped ? kCensor : (step.up ? kServer : kClient);
    return {from, to};
  }

  static std::string_view look(Kind kind) {
    switch (kind) {
      case Kind::dropped:
        return "drop";
      case Kind::injected:
        return "inject";
      case Kind::slowed:
        return "slow";
      default:
        return "pass";
    }
  }

  void head(int x, bool right) {
    out_ += fmt::format(R"(<path class="tip" d="M{} {}l{} -4.5v9z"/>)", x, y_, right ? -8 : 8);
  }

  void arrow(const LadderStep& step) {
    const auto [from, to] = span(step);
    out_ += fmt::format(R"(<g class="{}"><path class="way" d="M{} {}H{}"/>)", look(step.kind), from, y_, to);
    if (step.kind != Kind::dropped) head(to, to > from);
    if (step.kind == Kind::opens) head(from, to < from);
    out_ += "</g>";
  }

  void label(const LadderStep& step) {
    const auto [from, to] = span(step);
    const bool half = step.kind == Kind::dropped || step.kind == Kind::injected;
    const std::string text = escape_html(shorten(step.text, half ? kHalf : kWhole));
    out_ += fmt::format(R"(<text class="what" x="{}" y="{}">{}</text>)", (from + to) / 2,
                        y_ - (step.sees && !half ? 9 : 6), text);
  }

  void cross() {
    out_ += fmt::format(R"(<path class="stop" d="M{} {}l12 12m0 -12l-12 12"/>)", kCensor - 6, y_ - 6);
  }

  void note(std::string_view text) {
    const auto lines = wrap(text, kNoteWidth);
    const int height = static_cast<int>(lines.size()) * kLine + 9;
    y_ += 12;
    out_ += fmt::format(R"(<rect class="note" x="22" y="{}" width="316" height="{}" rx="4"/>)", y_, height);
    int at = y_ + 16;
    for (const std::string& line : lines) {
      out_ += fmt::format(R"(<text class="said" x="{}" y="{}">{}</text>)", kCensor, at, escape_html(line));
      at += kLine;
    }
    y_ += height - 2;
  }

  std::string out_;
  int y_ = kTop;
};

}  // namespace

std::string ladder_svg(const std::vector<LadderStep>& steps, std::string_view title) {
  Drawing drawing;
  for (const LadderStep& step : steps) drawing.draw(step);
  return drawing.finish(title, steps);
}

}  // namespace rozaneh::lab
