// A subject as data: what stands in one file of subjects/, some programs and what is fetched through them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/address.h"
#include "base/error.h"
#include "lab/score/place.h"

namespace rozaneh::lab {

// A program of the subject. Words, and the values of `environment` ("NAME=value"), may hold placeholders.
struct SubjectProgram {
  std::vector<std::string> words;
  std::vector<std::string> environment;
  // When it counts as started: a TCP port of its side answers, a network interface is there, it has written
  // some words, or, for a pluggable transport of Tor, it has said that this transport listens.
  std::optional<std::uint16_t> ready_port;
  std::string ready_interface;
  std::string ready_says;
  std::string pluggable;
};

struct SubjectFile {
  std::string name;  // in {state}
  std::string text;  // may hold placeholders
};

// What tries a subject out.
struct FetchPlan {
  Place place;
  std::string tls;              // "1.2", "1.3" or, for whatever both sides agree on, ""
  std::string ciphers;          // OpenSSL's words for those of TLS 1.2, "" for its own choice
  unsigned times = 3;           // one after another
  unsigned connections = 1;     // of each fetch, at once; it is done when all are
  std::optional<IpAddress> at;  // connects there instead of where the name leads
  bool v6 = false;
  bool tcp_options = true;         // false: the client's TCP headers are 20 bytes long
  bool verify = true;              // the certificate
  std::vector<std::string> sends;  // for raw places: hexadecimal, or "random N"; one packet each
  IpAddress answer;                // for DNS: what the name leads to
};

enum class SubjectKind { control, ours, peer };
std::string_view name_of(SubjectKind kind);

struct SubjectSpec {
  std::string id;    // the file's name
  std::string base;  // another subject of ours, whose programs and files come before these
  std::string title;
  SubjectKind kind = SubjectKind::control;
  bool innocent = false;  // what no censor means to block
  std::optional<unsigned> year;
  std::vector<std::string> needs;   // programs
  std::string package;              // Debian's, that has them
  std::vector<std::string> bridge;  // transports of ours on the far side
  std::vector<SubjectFile> files;
  std::vector<SubjectProgram> prepare;  // run to their end on the far side, before the others
  std::vector<SubjectProgram> far_side;
  std::vector<SubjectProgram> near_side;
  unsigned patience = 0;  // seconds for near programs to be ready; 0: as long as for a fetch
  std::string proxy;      // how the fetch leaves, with placeholders; "": directly
  FetchPlan fetch;
};

enum class SubjectError { text };
std::string_view layer_of(SubjectError error);
std::string_view describe(SubjectError error);

// Brings in what the base has: its needs, bridges, files, preparations and far side, before those of the
// subject.
void add_base(SubjectSpec base, SubjectSpec& spec);

// Reads a file's text, and leaves its base aside. Failures name the file, line and key, and what would be
// valid.
Result<SubjectSpec> parse_subject(std::string_view text, std::string_view file);

}  // namespace rozaneh::lab
