// The coroutine that everything which waits is made of, bound to one loop's thread.
//
// The rules that keep both compilers right (docs/coroutines.md): a co_await stands alone, never in a
// condition or a larger expression; its operands are names, literals or constructor calls; a coroutine is a
// named function; its reference parameters outlive it because the caller awaits at once.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/error.h"

namespace rozaneh::io {

namespace asio = boost::asio;

using Executor = asio::io_context::executor_type;

template <class T = void>
using Task = asio::awaitable<T, Executor>;

// Ends an Asio operation by resuming the task with (error_code, ...) instead of throwing.
inline constexpr asio::as_tuple_t<asio::use_awaitable_t<Executor>> kResume{};

}  // namespace rozaneh::io
