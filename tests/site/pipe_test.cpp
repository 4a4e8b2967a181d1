// An answer on its way, cut as nginx 1.22.1 was seen to cut it.
#include "site/pipe.h"

#include <gtest/gtest.h>

#include "site/body.h"

namespace rozaneh::site {
namespace {

using State = Coming::State;

constexpr std::size_t kHead = 96;
constexpr std::size_t kFirst = Pipe::kBuffer - kHead;  // what the first buffer has left

// The sizes of the pieces that are there.
std::vector<std::size_t> sizes(Pipe& pipe) {
  std::vector<std::size_t> result;
  while (const auto piece = pipe.take()) result.push_back(piece->bytes.size());
  return result;
}

void send(Pipe& pipe, std::string_view text) {
  EXPECT_EQ(pipe.feed(bytes_of(text)), text.size());
  pipe.pause();
}

using Sizes = std::vector<std::size_t>;

TEST(Pipe, GathersFullBuffersUpToTheEnd) {
  Pipe pipe({}, kHead, true);
  send(pipe, std::string(100, 'a'));
  EXPECT_EQ(sizes(pipe), Sizes{});
  send(pipe, std::string(5000, 'b'));
  EXPECT_EQ(sizes(pipe), Sizes{kFirst});
  send(pipe, std::string(4 * 4096, 'c'));
  EXPECT_EQ(sizes(pipe), (Sizes{8192, 8192}));
  EXPECT_EQ(pipe.state(), State::coming);
  pipe.end(false);
  EXPECT_EQ(pipe.state(), State::coming);
  EXPECT_EQ(sizes(pipe), Sizes{1100});
  EXPECT_EQ(pipe.state(), State::complete);
}

TEST(Pipe, EndsWithTheLengthInOnePiece) {
  Pipe pipe({.length = 9000}, kHead, true);
  send(pipe, std::string(8999, 'a'));
  EXPECT_FALSE(pipe.ended());
  send(pipe, "ab and what is too much");
  EXPECT_TRUE(pipe.ended());
  EXPECT_EQ(sizes(pipe), Sizes{9000});
  EXPECT_EQ(pipe.state(), State::complete);
}

TEST(Pipe, ShowsChunksAsSoonAsTheyCouldBeTheLast) {
  Pipe pipe({.chunked = true}, kHead, true);
  send(pipe, "5\r\nhello\r\n");
  EXPECT_EQ(sizes(pipe), Sizes{5});
  send(pipe, "5\r\nhe");
  EXPECT_EQ(sizes(pipe), Sizes{2});
  send(pipe, "llo\r");
  EXPECT_EQ(sizes(pipe), Sizes{});
  send(pipe, "\n0\r\n\r\n");
  EXPECT_EQ(sizes(pipe), Sizes{3});
  EXPECT_EQ(pipe.state(), State::complete);
}

TEST(Pipe, LosesWithAFailureWhatWasNotInAFullBuffer) {
  for (const bool failed : {true, false}) {
    Pipe pipe({.length = 9000}, kHead, true);
    send(pipe, std::string(5000, 'a'));
    pipe.end(failed);
    EXPECT_EQ(sizes(pipe), Sizes{failed ? kFirst : 5000});
    EXPECT_EQ(pipe.state(), State::cut);
  }
}

TEST(Pipe, SaysNothingMoreOfWhatAreNoChunks) {
  Pipe pipe({.chunked = true}, kHead, true);
  send(pipe, "5\r\nhello\r\nxyz");
  EXPECT_EQ(pipe.state(), State::broken);
  EXPECT_FALSE(pipe.take());
}

TEST(Pipe, HoldsNothingBackWhereItIsNotToBuffer) {
  Pipe pipe({}, kHead, false);
  send(pipe, "");
  EXPECT_EQ(sizes(pipe), Sizes{0});  // the head
  send(pipe, "data: 1\n\n");
  EXPECT_EQ(sizes(pipe), Sizes{9});
  send(pipe, std::string(2 * 4096 + 5, 'a'));
  EXPECT_EQ(sizes(pipe), (Sizes{4096, 4096, 5}));
  EXPECT_FALSE(pipe.spill());
}

TEST(Pipe, HasRoomForNineBuffersAndThenAFile) {
  const Buffer much(std::size_t{1} << 20U, 'x');
  Pipe pipe({}, kHead, true);
  EXPECT_EQ(pipe.feed(much), kFirst + 8 * 4096);
  EXPECT_TRUE(pipe.full());
  EXPECT_EQ(pipe.feed(much), 0U);
  std::string expected(kFirst + std::size_t{8} * 4096, 'x');
  for (char letter = 'a'; letter < 'k'; ++letter) {
    ASSERT_TRUE(pipe.spill());
    const Buffer part(std::size_t{9} * 4096, static_cast<std::uint8_t>(letter));
    EXPECT_EQ(pipe.feed(part), part.size());
    expected += text_of(part);
  }
  pipe.end(false);
  std::string got;
  while (const auto piece = pipe.take()) got += text_of(piece->bytes);
  EXPECT_EQ(got, expected);
  EXPECT_EQ(pipe.state(), State::complete);
}

// What comes is put into it by the test.
struct Script final : Coming {
  std::optional<Piece> take() override {
    if (pieces.empty()) return std::nullopt;
    Piece first = std::move(pieces.front());
    pieces.pop_front();
    return first;
  }
  [[nodiscard]] State state() const override { return pieces.empty() ? ending : State::coming; }
  [[nodiscard]] bool buffered() const override { return true; }
  void add(std::size_t count, bool flush = false) { pieces.push_back({Buffer(count, 'x'), flush}); }

  std::deque<Piece> pieces;
  State ending = State::coming;
};

TEST(Body, OfWhatIsComingWaitsAndKeepsPiecesApart) {
  const auto script = std::make_shared<Script>();
  Answer answer;
  answer.coming = script;
  Body body(answer);
  Buffer room(10'000);
  EXPECT_FALSE(body.ready());
  script->add(3000);
  script->add(2000, true);
  EXPECT_EQ(body.read(MutableBytes(room).first(1000)), 1000U);
  EXPECT_EQ(body.read(room), 2000U);
  EXPECT_EQ(body.read(room), 2000U);
  EXPECT_FALSE(body.ready());
  EXPECT_FALSE(body.done());
  script->ending = State::complete;
  EXPECT_TRUE(body.ready());
  EXPECT_TRUE(body.only_ends());
  EXPECT_EQ(body.read(room), 0U);
  EXPECT_TRUE(body.done());
}

TEST(Body, EndsWithALastPieceThatIsSmall) {
  for (const std::size_t size : {std::size_t{1459}, std::size_t{1460}}) {
    const auto script = std::make_shared<Script>();
    script->ending = State::complete;
    script->add(size);
    Answer answer;
    answer.coming = script;
    Body body(answer);
    Buffer room(10'000);
    EXPECT_EQ(body.read(room), size);
    EXPECT_EQ(body.done(), size < 1460);
  }
}

TEST(Body, OfWhatIsCutIsBroken) {
  const auto script = std::make_shared<Script>();
  script->ending = State::cut;
  script->add(5);
  Answer answer;
  answer.coming = script;
  Body body(answer);
  Buffer room(10'000);
  EXPECT_EQ(body.read(room), 5U);
  EXPECT_FALSE(body.broken());
  EXPECT_EQ(body.read(room), 0U);
  EXPECT_TRUE(body.broken());
}

}  // namespace
}  // namespace rozaneh::site
