// `rozaneh signal sign-list`: makes updates of the list of names, for those who publish one.
#pragma once

#include "cli/settings.h"

namespace rozaneh::cli {

struct SignListSettings {
  std::string list;  // file
  std::string key;   // file
  std::string out;   // file; empty: standard output
};

void declare(CLI::App& app, SignListSettings& settings);
int run_sign_list(const SignListSettings& settings);

}  // namespace rozaneh::cli
