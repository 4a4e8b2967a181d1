// Aborts where a recogniser takes an answer back, or reads past the end of what it was given.
#pragma once

#include "fuzz/handshake.h"
#include "lab/recognise/looks.h"

namespace rozaneh::fuzz {

template <class Recognise>
void require_settles(const Recognise& recognise, Bytes whole) {
  auto before = lab::Looks::more;
  for (std::size_t size = 0; size <= whole.size(); size += 1 + whole.size() / 64) {
    const Buffer exact(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    const auto now = recognise(Bytes(exact));
    require(before == lab::Looks::more || now == before);
    before = now;
  }
}

}  // namespace rozaneh::fuzz
