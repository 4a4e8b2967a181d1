#include "lab/censor/chain.h"

#include <algorithm>

namespace rozaneh::lab {

// What one of the boxes lets out goes on to the other, or out of the chain.
class Chain::Between final : public Outlet {
 public:
  Between(Chain& chain, Middlebox& box, MutableBytes given, Moment now, Outlet& out)
      : chain_(chain), box_(box), given_(given), now_(now), out_(out) {}

  void pass(Side to, Bytes frame) override {
    if (leaves(to)) {
      if (frame.data() == given_.data())
        out_.pass(to, frame);
      else
        out_.send(to, Buffer(frame.begin(), frame.end()));
    } else if (frame.data() == given_.data()) {
      go_on(to, given_, false);
    } else {
      Buffer copied(frame.begin(), frame.end());
      go_on(to, copied, true);
    }
  }

  void send(Side to, Buffer frame) override {
    if (leaves(to)) return out_.send(to, std::move(frame));
    go_on(to, frame, true);
  }

 private:
  [[nodiscard]] bool leaves(Side to) const {
    return &box_ == &(to == Side::client ? chain_.boxes_.near_client : chain_.boxes_.near_server);
  }

  // A frame of ours is gone when this returns: the next box's outlet takes a copy of it.
  void go_on(Side to, MutableBytes frame, bool is_ours) {
    Middlebox& next = to == Side::client ? chain_.boxes_.near_client : chain_.boxes_.near_server;
    Between behind(chain_, next, is_ours ? MutableBytes() : frame, now_, out_);
    next.take(opposite(to), frame, now_, behind);
  }

  Chain& chain_;
  Middlebox& box_;
  MutableBytes given_;  // the frame that the chain was given and that lives on; empty: none
  Moment now_;
  Outlet& out_;
};

void Chain::take(Side from, MutableBytes frame, Moment now, Outlet& out) {
  Middlebox& first = from == Side::client ? boxes_.near_client : boxes_.near_server;
  Between between(*this, first, frame, now, out);
  first.take(from, frame, now, between);
}

Moment Chain::wakes_at() const {
  return std::min(boxes_.near_client.wakes_at(), boxes_.near_server.wakes_at());
}

void Chain::wake(Moment now, Outlet& out) {
  for (Middlebox* box : {&boxes_.near_client, &boxes_.near_server}) {
    if (box->wakes_at() > now) continue;
    Between between(*this, *box, {}, now, out);
    box->wake(now, between);
  }
}

}  // namespace rozaneh::lab
