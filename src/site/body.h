// The bytes of an answer, a block at a time: texts, pieces of the content, or what is still coming; as they
// are or compressed.
#pragma once

#include <optional>

#include "site/answer.h"
#include "site/gzip.h"

namespace rozaneh::site {

class Body {
 public:
  // Takes the answer's parts, and its content or what is coming.
  explicit Body(Answer& answer);

  // Whether `read` has something to say; always, unless the body is still coming.
  bool ready();
  // Puts the next bytes into `room`; answers how many, and never more than goes out at once of what is
  // coming. 0 means the end, or that the content became shorter than it was (`broken`). The blocks of a
  // compressed body are the chunks that nginx makes.
  std::size_t read(MutableBytes room);
  [[nodiscard]] bool broken() const { return broken_; }
  // Nothing is left to read.
  [[nodiscard]] bool done() const;
  // Nothing but its end is left to be told.
  [[nodiscard]] bool only_ends() const { return ended_ && !told_ && piece_.empty(); }

 private:
  std::size_t read_plain(MutableBytes room);
  std::size_t read_gzip(MutableBytes room);
  std::size_t read_coming(MutableBytes room);
  void add(Piece piece);
  void end();
  void skip_finished();
  [[nodiscard]] bool at_end() const { return part_ == parts_.size(); }

  std::vector<Part> parts_;
  std::unique_ptr<Content> content_;
  std::optional<Gzip> gzip_;
  Buffer compressed_;
  std::size_t part_ = 0;
  std::size_t in_text_ = 0;
  bool broken_ = false;
  bool finished_ = false;

  std::shared_ptr<Coming> coming_;
  Buffer piece_;        // under way
  bool ended_ = false;  // nothing comes behind it
  bool told_ = false;   // and that has been read
};

}  // namespace rozaneh::site
