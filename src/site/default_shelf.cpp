#include "site/default_page.h"
#include "site/shelf.h"

namespace rozaneh::site {
namespace {

class TextContent final : public Content {
 public:
  TextContent(std::string_view text, std::time_t modified) : text_(text), modified_(modified) {}

  [[nodiscard]] std::uint64_t size() const override { return text_.size(); }
  [[nodiscard]] std::time_t modified() const override { return modified_; }
  std::size_t read(std::uint64_t from, MutableBytes into) override {
    if (from >= text_.size()) return 0;
    const std::size_t count = std::min<std::size_t>(into.size(), text_.size() - from);
    copy(into, bytes_of(text_.substr(from, count)));
    return count;
  }

 private:
  std::string_view text_;
  std::time_t modified_;
};

class DefaultShelf final : public Shelf {
 public:
  explicit DefaultShelf(std::time_t installed) : installed_(installed) {}

  [[nodiscard]] Kind look(std::string_view path) const override {
    if (path == "/") return Kind::folder;
    return path == kPath ? Kind::file : Kind::absent;
  }
  [[nodiscard]] Opened open(std::string_view path) const override {
    if (path != kPath) return {404, nullptr};
    return {200, std::make_unique<TextContent>(kDefaultPage, installed_)};
  }

 private:
  static constexpr std::string_view kPath = "/index.nginx-debian.html";
  std::time_t installed_;
};

}  // namespace

std::unique_ptr<Shelf> default_shelf(std::time_t installed) {
  return std::make_unique<DefaultShelf>(installed);
}

}  // namespace rozaneh::site
