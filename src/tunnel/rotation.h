// Streams that wait for their turn, each at most once; one that leaves does so at once.
#pragma once

#include <cstddef>
#include <iterator>
#include <list>

namespace rozaneh::tunnel {

struct Stream;

class Rotation {
 public:
  // Where a stream stands; leaves by itself when it dies.
  class Place {
   public:
    Place() = default;
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place() { leave(); }

    void leave() {
      if (in_ != nullptr) in_->streams_.erase(at_);
      in_ = nullptr;
    }
    [[nodiscard]] bool taken() const { return in_ != nullptr; }

   private:
    friend class Rotation;
    Rotation* in_ = nullptr;
    std::list<Stream*>::iterator at_;
  };

  Rotation() = default;
  Rotation(const Rotation&) = delete;
  Rotation& operator=(const Rotation&) = delete;
  ~Rotation() = default;

  // Puts the stream at the end, unless its place is taken, here or elsewhere.
  void enter(Stream& stream, Place& place) {
    if (place.taken()) return;
    streams_.push_back(&stream);
    place.in_ = this;
    place.at_ = std::prev(streams_.end());
  }

  [[nodiscard]] bool empty() const { return streams_.empty(); }
  [[nodiscard]] std::size_t size() const { return streams_.size(); }
  [[nodiscard]] Stream& front() const { return *streams_.front(); }
  [[nodiscard]] const std::list<Stream*>& all() const { return streams_; }

 private:
  std::list<Stream*> streams_;
};

}  // namespace rozaneh::tunnel
