// Whether a service will run, and be found: a check each, pure, over facts that somebody else has gathered.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/address.h"
#include "base/error.h"
#include "cli/doctor/finding.h"
#include "front/certificates/chain.h"

namespace rozaneh::doctor {

struct PortFacts {
  enum class State { free, taken, forbidden, elsewhere };  // elsewhere: no address of this machine
  Endpoint at;
  State state = State::free;
  std::string owner{};              // program and process of who has it; empty: not known
  bool ours = false;                // it is rozaneh
  std::optional<bool> reachable{};  // where it is ours: whether it answers on this machine
};
Finding check_port(const PortFacts& facts);

struct CertificateState {
  std::string source;  // its file
  Result<front::CertificateFacts> facts;
  std::vector<std::string> names;  // that it must be good for
  std::size_t length = 1;          // certificates in the chain
};
Finding check_certificate(const CertificateState& state, front::Time now);

// Of a name that was asked for; `own` addresses are this machine's. `leads_here`: it should.
struct NameFacts {
  std::string name;
  Result<std::vector<IpAddress>> found;
  std::vector<IpAddress> own;
  bool leads_here = false;
};
Finding check_name(const NameFacts& facts);

// `servers`: how many name servers the system knows.
Finding check_name_servers(std::size_t servers);

struct FileFacts {
  std::string path;
  std::uint32_t mode = 0;  // permissions alone
  std::uint32_t owner = 0;
};
// The first is the folder, and its owner's should be all that is in it. Empty: there is none yet.
Findings check_state(const std::vector<FileFacts>& files);

// A link, bridge line or file of them, by its place among those given.
Finding check_link(std::size_t number, const Result<>& read);

}  // namespace rozaneh::doctor
