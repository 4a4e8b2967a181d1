#include "tunnel/reassembly.h"

#include <gtest/gtest.h>

#include <random>

#include "tunnel/send_queue.h"

namespace rozaneh::tunnel {
namespace {

std::string taken(Reassembly& in) {
  std::string all;
  while (in.ready() > 0) all += text_of(in.take().bytes);
  return all;
}

TEST(Reassembly, GivesBytesInOrder) {
  Reassembly in;
  in.accept(0, bytes_of("ab"));
  in.accept(2, bytes_of("cd"));
  EXPECT_EQ(in.arrived(), 4U);
  EXPECT_EQ(taken(in), "abcd");
  EXPECT_EQ(in.held(), 0U);
}

TEST(Reassembly, WaitsForWhatIsMissing) {
  Reassembly in;
  in.accept(4, bytes_of("ef"));
  in.accept(2, bytes_of("cd"));
  EXPECT_EQ(in.arrived(), 0U);
  EXPECT_EQ(in.ready(), 0U);
  in.accept(0, bytes_of("abc"));  // overlaps what is there
  EXPECT_EQ(taken(in), "abcdef");
  in.accept(3, bytes_of("defgh"));  // and what was read
  EXPECT_EQ(taken(in), "gh");
  EXPECT_EQ(in.held(), 0U);
}

TEST(Reassembly, PutsAnyPiecesInAnyOrderTogether) {
  std::mt19937_64 random(1);
  for (int run = 0; run < 300; ++run) {
    std::string whole(1 + random() % 20'000, 0);
    for (char& c : whole) c = static_cast<char>(random());
    Reassembly in;
    std::string out;
    const std::size_t longest = 1 + random() % (run % 3 == 0 ? 10 : 9'000);
    // Random pieces, most of them in vain, and at last everything once more in small ones.
    for (int i = 0; i < 200; ++i) {
      const std::size_t at = random() % whole.size();
      in.accept(at, bytes_of(std::string_view(whole).substr(at, 1 + random() % longest)));
      ASSERT_LE(in.held(), whole.size() * 9 / 8 + 3 * 4'608 + 4'096);
      if (random() % 4 == 0) out += taken(in);
    }
    for (std::size_t at = 0; at < whole.size(); at += 61)
      in.accept(at, bytes_of(std::string_view(whole).substr(at, 61)));
    out += taken(in);
    ASSERT_EQ(out, whole);
    ASSERT_EQ(in.held(), 0U);
  }
}

TEST(SendQueue, GivesBackWhatWasPutIn) {
  std::mt19937_64 random(2);
  SendQueue queue;
  std::string in;
  std::string out;
  std::vector<Piece> kept;  // stays as it was, whatever is added behind it
  for (int i = 0; i < 20'000; ++i) {
    if (random() % 2 == 0) {
      const Buffer bytes(random() % (random() % 10 == 0 ? 9'000 : 300), static_cast<std::uint8_t>(random()));
      in += text_of(bytes);
      queue.push(bytes.size() < SendQueue::kSmall ? Piece{nullptr, bytes} : Piece::copy_of(bytes));
    } else if (!queue.empty()) {
      kept.push_back(queue.take(1 + random() % 500));
    }
    ASSERT_EQ(queue.empty(), queue.size() == 0);
  }
  while (!queue.empty()) kept.push_back(queue.take(5'000));
  for (const Piece& piece : kept) out += text_of(piece.bytes);
  EXPECT_EQ(out, in);
}

}  // namespace
}  // namespace rozaneh::tunnel
