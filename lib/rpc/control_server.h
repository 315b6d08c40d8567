// The same routes, and the admin commands, on the unix socket run/ctl.sock of a home. Whoever may
// open the socket (0600, in a 0700 folder) may stop the node; no other check is made.
#pragma once
#include <memory>
#include <string>

#include "lib/rpc/hub.h"
#include "lib/rpc/service.h"

namespace hs {

class ControlServer {
 public:
  // Replaces a socket left behind at `path`: the caller holds the lock of the home, so nobody can
  // be listening on it. `service` and `hub` outlive the server. Errors: too_long (a path that no
  // socket can have, 107 bytes), io.
  [[nodiscard]] static Result<std::unique_ptr<ControlServer>> start(const std::string& path,
                                                                    const RpcService& service,
                                                                    RpcHub& hub);
  // Stops answering, joins its threads and removes the socket. Not to be called from an
  // AdminCommand.
  ~ControlServer();
  ControlServer(const ControlServer&) = delete;
  ControlServer& operator=(const ControlServer&) = delete;

 private:
  struct Impl;
  explicit ControlServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace hs
