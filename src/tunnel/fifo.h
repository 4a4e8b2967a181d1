// A queue in one block of memory, which takes none while it is empty: there are many, and most are empty.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace rozaneh::tunnel {

template <class T>
class Fifo {
 public:
  [[nodiscard]] bool empty() const { return head_ == items_.size(); }
  [[nodiscard]] std::size_t size() const { return items_.size() - head_; }
  T& front() { return items_[head_]; }
  const T& front() const { return items_[head_]; }
  T& back() { return items_.back(); }

  void push(T item) { items_.push_back(std::move(item)); }

  T pop() {
    T item = std::move(items_[head_++]);
    if (empty()) {
      clear();
    } else if (head_ >= 64 && head_ * 2 >= items_.size()) {
      items_.erase(items_.begin(), items_.begin() + static_cast<std::ptrdiff_t>(head_));
      head_ = 0;
    }
    return item;
  }

  void clear() {
    items_.clear();
    if (items_.capacity() > 32) items_ = {};
    head_ = 0;
  }

  // Removes what `drop` answers true to, from the front to the back.
  template <class Drop>
  void remove_if(Drop drop) {
    std::vector<T> kept;
    for (; head_ < items_.size(); ++head_)
      if (!drop(items_[head_])) kept.push_back(std::move(items_[head_]));
    items_ = std::move(kept);
    head_ = 0;
  }

  auto begin() const { return items_.begin() + static_cast<std::ptrdiff_t>(head_); }
  auto end() const { return items_.end(); }

 private:
  std::vector<T> items_;
  std::size_t head_ = 0;
};

}  // namespace rozaneh::tunnel
