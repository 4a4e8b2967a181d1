// A recogniser's promise: more bytes never change an answer that is not `more`.
#pragma once

#include <gtest/gtest.h>

#include "base/bytes.h"
#include "lab/recognise/looks.h"

namespace rozaneh::lab {

// The answer for the whole, having looked at every beginning of it.
template <class Recognise>
Looks settled(const Recognise& recognise, Bytes whole) {
  Looks before = Looks::more;
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    const Looks now = recognise(whole.first(size));
    if (before != Looks::more) {
      EXPECT_EQ(now, before) << "at " << size;
    }
    before = now;
  }
  return before;
}

}  // namespace rozaneh::lab
