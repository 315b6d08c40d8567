#include "lib/node/home/runtime_file.h"

#include <nlohmann/json.hpp>

#include "lib/node/home/files.h"

namespace hs {
namespace {

constexpr std::size_t runtime_bytes_max = 16 << 10;
constexpr const char* runtime_schema = "hs.node_runtime/v1";

// State letter and start time of a process, from /proc/PID/stat. The second field is the program's
// name in parentheses and may hold anything, so the fields are counted from the last one.
struct ProcessStat {
  char state = '?';
  std::uint64_t start_time = 0;
};
std::optional<ProcessStat> process_stat(pid_t pid) {
  if (pid <= 0) return std::nullopt;
  const auto text = read_file("/proc/" + std::to_string(pid) + "/stat", 4096);
  if (!text) return std::nullopt;
  const std::size_t name_end = text->rfind(')');
  if (name_end == std::string::npos || name_end + 2 >= text->size()) return std::nullopt;
  ProcessStat stat{.state = (*text)[name_end + 2]};
  std::size_t position = name_end + 1;
  constexpr int fields_to_start_time = 20;  // state is field 3, start time field 22
  for (int field = 0; field < fields_to_start_time; ++field) {
    position = text->find(' ', position);
    if (position == std::string::npos) return std::nullopt;
    ++position;
    if (field == fields_to_start_time - 1) {
      stat.start_time = std::strtoull(text->c_str() + position, nullptr, 10);
    }
  }
  return stat;
}

}  // namespace

std::optional<std::uint64_t> process_start_time(pid_t pid) {
  const auto stat = process_stat(pid);
  if (!stat) return std::nullopt;
  return stat->start_time;
}

bool is_alive(const NodeRuntime& runtime) {
  const auto stat = process_stat(runtime.pid);
  return stat && stat->start_time == runtime.start_time && stat->state != 'Z' && stat->state != 'X';
}

Status write_runtime(const HomeLayout& home, const NodeRuntime& runtime) {
  const nlohmann::ordered_json json = {
      {"schema", runtime_schema},
      {"name", runtime.name},
      {"pid", runtime.pid},
      {"start_time", std::to_string(runtime.start_time)},
      {"p2p", runtime.p2p},
      {"rpc", runtime.rpc},
      {"public_key", runtime.public_key},
      {"ready_at", runtime.ready_at},
      {"version", runtime.version},
  };
  return replace_file(home.runtime_json(), json.dump(2) + "\n", 0600);
}

Result<NodeRuntime> read_runtime(const HomeLayout& home) {
  const std::string path = home.runtime_json().string();
  HS_TRY(text, read_file(path, runtime_bytes_max));
  const auto json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || json.value("schema", nlohmann::json()) != runtime_schema) {
    return fail(Errc::corrupt, path + " is not a runtime file of a node");
  }
  try {
    NodeRuntime runtime;
    json.at("pid").get_to(runtime.pid);
    runtime.start_time = std::stoull(json.at("start_time").get<std::string>());
    json.at("name").get_to(runtime.name);
    json.at("p2p").get_to(runtime.p2p);
    json.at("rpc").get_to(runtime.rpc);
    json.at("public_key").get_to(runtime.public_key);
    json.at("ready_at").get_to(runtime.ready_at);
    json.at("version").get_to(runtime.version);
    return runtime;
  } catch (
      const std::exception& wrong) {  // of nlohmann::json or std::stoull: a field is not as above
    return fail(Errc::corrupt, path + ": " + wrong.what());
  }
}

}  // namespace hs
