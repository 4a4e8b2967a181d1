#include "site/static_site.h"

#include <fmt/format.h>

#include "site/types.h"
#include "site/uri.h"

namespace rozaneh::site {
namespace {

constexpr std::string_view kIndexes[] = {"index.html", "index.htm", "index.nginx-debian.html"};

bool is_read(const Request& request) { return request.method == "GET" || request.method == "HEAD"; }
bool is_known(const Request& request) { return is_read(request) || request.method == "POST"; }

// The page of a folder; a status where there is none.
struct Index {
  unsigned status = 0;
  std::string path;
};

Index find_index(const std::string& folder, const Shelf& shelf) {
  for (const std::string_view name : kIndexes) {
    std::string path = folder + std::string(name);
    const Shelf::Kind kind = shelf.look(path);
    if (kind == Shelf::Kind::hidden) return {403, {}};
    if (kind != Shelf::Kind::absent) return {0, std::move(path)};
  }
  return {403, {}};
}

Answer redirect_to_folder(const Request& request, const std::string& path) {
  Answer answer = error_answer(request, 301);
  answer.location = escape_path(path) + '/';
  if (!request.query.empty()) answer.location += '?' + request.query;
  return answer;
}

Answer answer_file(const Request& request, const std::string& path, const Shelf& shelf) {
  Shelf::Opened opened = shelf.open(path);
  if (opened.status != 200) return error_answer(request, opened.status);
  if (!is_read(request)) return error_answer(request, 405);
  Answer answer;
  answer.type = type_of(extension_of(path));
  answer.length = opened.content->size();
  answer.modified = opened.content->modified();
  answer.fields.push_back({"ETag", fmt::format("\"{:x}-{:x}\"", *answer.modified, *answer.length)});
  answer.parts.push_back({{}, 0, *answer.length});
  answer.content = std::move(opened.content);
  answer.head_only = request.method == "HEAD";
  answer.says_continue = true;
  return answer;
}

}  // namespace

Answer answer_from_shelf(const Request& request, const Shelf& shelf) {
  if (request.content_length.value_or(0) > kMostBody) return error_answer(request, 413);
  std::string path = request.path;
  Shelf::Kind kind = shelf.look(path);
  if (kind == Shelf::Kind::absent || kind == Shelf::Kind::hidden) return error_answer(request, 404);
  if (!is_known(request)) return error_answer(request, 405);
  if (path.ends_with('/')) {
    Index index = find_index(path, shelf);
    if (index.status != 0) return error_answer(request, index.status);
    path = std::move(index.path);
    kind = shelf.look(path);
  }
  if (kind == Shelf::Kind::folder) return redirect_to_folder(request, path);
  if (kind == Shelf::Kind::other) return error_answer(request, 404);
  return answer_file(request, path, shelf);
}

Answer redirect_to_tls(const Request& request) {
  Answer answer = error_answer(request, 301);
  const std::string host = request.host.empty() ? "_" : request.host;
  answer.fields.push_back({"Location", "https://" + host + request.target});
  answer.says_continue = true;
  return answer;
}

}  // namespace rozaneh::site
