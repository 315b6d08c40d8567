#include "cli/node_control.h"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <optional>

#include "cli/error.h"
#include "cli/source.h"
#include "lib/node/home/control_path.h"
#include "lib/node/home/fork_mark.h"
#include "lib/node/home/home_lock.h"
#include "lib/node/home/misbehaviour_mark.h"
#include "lib/node/home/node_config.h"
#include "lib/node/home/runtime_file.h"
#include "lib/rpc/client.h"
#include "lib/store/store.h"

namespace hs {
namespace {

using Json = nlohmann::ordered_json;

// A paused process accepts connections and never answers. [ARCHITECTURE 5, Offline]
constexpr std::chrono::milliseconds answer_max{1000};

std::optional<NodeRuntime> running_node(const HomeLayout& home) {
  const auto runtime = read_runtime(home);
  if (!runtime || !is_alive(*runtime)) return std::nullopt;
  return *runtime;
}

CliError no_answer(const NodeRuntime& runtime, const Error& error) {
  return CliError("node_paused", ExitCode::unreachable,
                  runtime.name + " (pid " + std::to_string(runtime.pid) + ") does not answer",
                  error.what, "is it paused? kill -CONT " + std::to_string(runtime.pid))
      .with("pid", runtime.pid);
}

RpcClient control_client(const ControlPath& path) {
  return RpcClient(SocketEndpoint{path.path()}, {.connect = answer_max, .answer = answer_max});
}

// Waits for the end of a process that is no child of ours.
bool wait_until_gone(const NodeRuntime& runtime, Duration patience) {
  const int process = static_cast<int>(::syscall(SYS_pidfd_open, runtime.pid, 0));
  if (process < 0) return !is_alive(runtime);
  pollfd ended{.fd = process, .events = POLLIN, .revents = 0};
  const auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(patience).count();
  const bool gone = ::poll(&ended, 1, static_cast<int>(wait)) == 1 || !is_alive(runtime);
  ::close(process);
  return gone;
}

// How far a stopped node had come, as its files say. That it is stopped is true of a home with
// damaged files too, so these are told and not thrown.
void add_stored_chain(const HomeLayout& home, Json& status) {
  try {
    const Json chain = Source::of_home(home.root).get("/v1/status");
    for (const char* field : {"view", "committed_height", "committed_hash"}) {
      status[field] = chain.value(field, Json(nullptr));
    }
  } catch (const StoreFailure& failure) {
    status["data_error"] = failure.what();
  } catch (const CliError& error) {
    status["data_error"] = error.message;
  }
}

}  // namespace

bool stop_running_node(const HomeLayout& home, Duration patience) {
  const auto runtime = running_node(home);
  if (!runtime) return false;
  const auto path = or_throw(ControlPath::of(home));
  const auto reply = control_client(path).post("/v1/admin/stop", Json::object());
  if (!reply) {
    if (!is_alive(*runtime)) return false;  // it ended by itself just now
    throw no_answer(*runtime, reply.error());
  }
  if (!reply->ok()) {
    throw CliError("node_refused", ExitCode::failure, runtime->name + " refuses to stop",
                   reply->body, "kill " + std::to_string(runtime->pid));
  }
  if (!wait_until_gone(*runtime, patience)) {
    throw CliError("timed_out", ExitCode::timed_out,
                   runtime->name + " (pid " + std::to_string(runtime->pid) + ") is still running",
                   "it was asked to stop and has not ended yet",
                   "wait longer with --timeout, or kill -9 " + std::to_string(runtime->pid));
  }
  return true;
}

Json status_of_node(const HomeLayout& home) {
  const auto config = or_throw(read_node_config(home.node_yaml()));
  Json status = {{"schema", "hs.node_status/v1"},
                 {"name", config.name},
                 {"home", home.root.string()},
                 {"state", "stopped"},
                 {"pid", nullptr},
                 {"p2p", nullptr},
                 {"rpc", nullptr},
                 {"public_key", nullptr},
                 {"view", nullptr},
                 {"committed_height", nullptr},
                 {"committed_hash", nullptr},
                 {"byzantine", nullptr}};
  const auto fork = or_throw(fork_mark(home));
  status["fork"] = fork ? Json(*fork) : Json(nullptr);
  status["misbehaved"] = or_throw(misbehaviour_marks(home));
  status["data_error"] = nullptr;
  const auto runtime = running_node(home);
  if (!runtime) {
    add_stored_chain(home, status);
    return status;
  }
  const auto path = or_throw(ControlPath::of(home));
  const auto reply = control_client(path).get("/v1/status");
  if (!reply) throw no_answer(*runtime, reply.error());
  const Json chain = or_throw(json_of(*reply), "the answer of " + runtime->name);
  status["state"] = "running";
  status["pid"] = runtime->pid;
  status["p2p"] = runtime->p2p;
  status["rpc"] = runtime->rpc;
  status["public_key"] = runtime->public_key;
  for (const char* field : {"view", "committed_height", "committed_hash", "byzantine"}) {
    status[field] = chain.value(field, Json(nullptr));
  }
  return status;
}

}  // namespace hs
