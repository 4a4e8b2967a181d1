// WebTunnel or the HTTP carrier on the site of `rozaneh signal`: one process, one port, for both.
#pragma once

#include "cli/running.h"
#include "cli/signal.h"
#include "egress/bridge.h"
#include "transport/catalog.h"
#include "transport/on_site.h"
#include "wire/way.h"

namespace rozaneh::cli {

class SignalTunnel {
 public:
  // For a site at `port`; --webtunnel or --http-carrier has a value. The state and `running` outlive it.
  static Result<std::unique_ptr<SignalTunnel>> open(const SignalSettings& settings, std::uint16_t port,
                                                    io::State& state, Running& running);

  // Fails where what the flag says cannot be understood.
  static Result<> check(const SignalSettings& settings);

  [[nodiscard]] site::Upgrade& upgrade() { return on_site_->upgrade(); }

  // Shows the link, and a bridge line.
  void announce(Console& console) const;

 private:
  // Which transport, as its flag says; and where its streams go.
  struct Kind {
    std::string transport;
    std::string flag;
    std::string title;
    std::string to;
  };

  static Kind kind_of(const SignalSettings& settings);
  static Result<std::unique_ptr<egress::Egress>> make_egress(const Kind& kind, bool allow_private);
  SignalTunnel(Kind kind, std::unique_ptr<egress::Egress> egress, const SignalSettings& settings,
               Running& running);

  Kind kind_;
  transport::Catalog catalog_ = transport::catalog();
  std::unique_ptr<egress::Egress> egress_;
  std::unique_ptr<transport::Acceptor> door_ = transport::open_door();
  egress::Bridge bridge_;
  std::unique_ptr<transport::OnSite> on_site_;
};

}  // namespace rozaneh::cli
