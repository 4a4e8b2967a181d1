// Two middleboxes in a row on one path.
#pragma once

#include "lab/censor/middlebox.h"

namespace rozaneh::lab {

class Chain final : public Middlebox {
 public:
  // Both outlive the chain.
  Chain(Middlebox& near_client, Middlebox& near_server) : boxes_{near_client, near_server} {}

  void take(Side from, MutableBytes frame, Moment now, Outlet& out) override;
  [[nodiscard]] Moment wakes_at() const override;
  void wake(Moment now, Outlet& out) override;

 private:
  class Between;
  struct {
    Middlebox& near_client;
    Middlebox& near_server;
  } boxes_;
};

}  // namespace rozaneh::lab
