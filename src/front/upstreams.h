// Opens connections to the servers of listed names.
#pragma once

#include <map>

#include "front/failures.h"
#include "io/eyeballs.h"
#include "io/resolver.h"

namespace rozaneh::front {

// From several loops at once; each loop has its own resolver.
class Upstreams {
 public:
  struct Options {
    io::Clock::duration connect_limit{std::chrono::seconds(10)};  // for each address
    // Addresses that are not of the public Internet, for names too. What an operator names as an address in
    // the list is taken in any case.
    bool allow_private = false;
  };

  // `resolvers` by loop; they and `failures` outlive this.
  Upstreams(std::map<io::Loop*, io::Resolver*> resolvers, Failures& failures, Options options)
      : resolvers_(std::move(resolvers)), failures_(failures), options_(options) {}

  // Names are resolved, and their addresses tried one after another. Failures are counted here.
  io::Task<Result<io::StreamPtr>> open(io::Loop& loop, Target target) const;

 private:
  io::Task<Result<std::vector<Endpoint>>> endpoints(io::Loop& loop, Target target) const;

  std::map<io::Loop*, io::Resolver*> resolvers_;
  Failures& failures_;
  Options options_;
};

}  // namespace rozaneh::front
