// `rozaneh certificate get` and `show`: certificates without a server of ours.
#pragma once

#include <functional>

#include "cli/certificate_source.h"

namespace rozaneh::cli {

struct CertificateGetSettings {
  CommonSettings common;
  CertificateSettings source;
  std::vector<std::string> domain;
  std::vector<std::string> http_listen, tls_listen;  // empty: everywhere, ports 80 and 443
  bool renew = false, keep = false;
};

void declare(CLI::App& get, CertificateGetSettings& settings);
int run_certificate_get(const CertificateGetSettings& settings,
                        const std::function<Result<CertificateGetSettings>()>& again);
int run_certificate_show(const CommonSettings& settings);

}  // namespace rozaneh::cli
