// Text of others put into documents of ours, so that it stays text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rozaneh::lab {

// For HTML's and SVG's text and for attributes in quotes. What neither can hold (control characters) becomes
// a question mark.
std::string escape_html(std::string_view text);

// For Markdown as GitHub reads it, also in a table's cell: one line, and nothing of it is markup.
std::string escape_markdown(std::string_view text);

// Whether a link to it may be made: http or https, of characters that an address has.
bool is_web_address(std::string_view url);

// A name fit for an address's part behind #: the name itself, or the number if it holds what does not belong
// there.
std::string slug_of(std::string_view id, std::size_t number);

// The address that GitHub gives to a Markdown heading that is a slug.
std::string heading_address(std::string_view slug);

// Lines of at most `width` characters, broken at spaces where there are any.
std::vector<std::string> wrap(std::string_view text, std::size_t width);

// At most `most` characters; what was longer ends in an ellipsis.
std::string shorten(std::string_view text, std::size_t most);

}  // namespace rozaneh::lab
