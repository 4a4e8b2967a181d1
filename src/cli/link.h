// `rozaneh link show`: what stands in a link.
#pragma once

#include "cli/settings.h"

namespace rozaneh::cli {

struct LinkSettings {
  std::vector<std::string> link;
  bool json = false;
  bool no_qr = false;
};

void declare(CLI::App& app, LinkSettings& settings);
int run_link_show(const LinkSettings& settings);

}  // namespace rozaneh::cli
