// Censors and subjects by what is written on the command line.
#pragma once

#include "lab/censor/spec.h"
#include "lab/score/subject.h"

namespace rozaneh::cli {

// A name of ours, or a file: whatever has a slash or ends in .toml.
Result<lab::CensorSpec> load_censor(const std::string& name);
Result<lab::SubjectSpec> load_subject(const std::string& name);

}  // namespace rozaneh::cli
