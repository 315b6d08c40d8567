#include "lib/node/home/port_owner.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <set>
#include <sstream>
#include <vector>

#include "lib/node/home/files.h"
#include "lib/node/home/runtime_file.h"

namespace hs {
namespace {

constexpr std::size_t table_bytes_max = 16 << 20;
constexpr std::size_t command_bytes_max = 4096;

enum class Use { listens, is_connected };

// Inodes of sockets that use `port` so, of one of the kernel's tables. A line reads
//   sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode ...
void add_inodes(const char* table, std::uint16_t port, Use use, std::set<std::string>& inodes) {
  const auto text = read_file(table, table_bytes_max);
  if (!text) return;
  std::istringstream lines(*text);
  std::string line;
  std::getline(lines, line);  // headings
  while (std::getline(lines, line)) {
    std::istringstream fields(line);
    std::string slot, local, remote, state, skipped, inode;
    fields >> slot >> local >> remote >> state;
    for (int i = 0; i < 5; ++i) fields >> skipped;
    fields >> inode;
    constexpr const char* listening = "0A";
    const std::size_t colon = local.rfind(':');
    if (colon == std::string::npos || (use == Use::listens) != (state == listening)) continue;
    unsigned found = 0;
    std::from_chars(local.data() + colon + 1, local.data() + local.size(), found, 16);
    const bool has_owner = inode != "0";  // a connection that has ended has none
    if (found == port && has_owner) inodes.insert("socket:[" + inode + "]");
  }
}

bool holds_any(const std::filesystem::path& process, const std::set<std::string>& inodes) {
  std::error_code hidden;  // another user's process, or one that has just ended: not ours to see
  for (std::filesystem::directory_iterator entry(process / "fd", hidden), end;
       !hidden && entry != end; entry.increment(hidden)) {
    std::error_code gone;
    const auto target = std::filesystem::read_symlink(entry->path(), gone);
    if (!gone && inodes.contains(target.string())) return true;
  }
  return false;
}

// The arguments of a process, each ended by a NUL.
std::string arguments_of(pid_t pid) {
  return read_file("/proc/" + std::to_string(pid) + "/cmdline", command_bytes_max).value_or("");
}

std::string command_of(pid_t pid) {
  std::string command = arguments_of(pid);
  while (!command.empty() && command.back() == '\0') command.pop_back();
  std::ranges::replace_if(
      command, [](unsigned char byte) { return byte < 0x20 || byte == 0x7f; }, ' ');
  return command;
}

// Does a process started with `--home DIR` say in DIR/run/node.json that it listens there?
bool says_it_listens(pid_t pid, std::uint16_t port) {
  std::istringstream arguments(arguments_of(pid));
  std::string argument, home;
  while (std::getline(arguments, argument, '\0')) {
    if (argument == "--home") std::getline(arguments, home, '\0');
    if (argument.starts_with("--home=")) home = argument.substr(argument.find('=') + 1);
  }
  if (!home.starts_with('/')) return false;
  const auto runtime = read_runtime({home});
  if (!runtime || runtime->pid != pid || !is_alive(*runtime)) return false;
  const std::string ending = ":" + std::to_string(port);
  return runtime->p2p.ends_with(ending) || runtime->rpc.ends_with(ending);
}

std::vector<pid_t> processes() {
  std::vector<pid_t> pids;
  std::error_code unreadable;
  for (std::filesystem::directory_iterator entry("/proc", unreadable), end;
       !unreadable && entry != end; entry.increment(unreadable)) {
    const std::string name = entry->path().filename().string();
    pid_t pid = 0;
    const auto [rest, wrong] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (wrong == std::errc() && rest == name.data() + name.size()) pids.push_back(pid);
  }
  return pids;
}

}  // namespace

std::optional<PortOwner> find_port_owner(std::uint16_t port) {
  std::set<std::string> inodes;
  for (const Use use : {Use::listens, Use::is_connected}) {
    if (!inodes.empty()) break;
    add_inodes("/proc/net/tcp", port, use, inodes);
    add_inodes("/proc/net/tcp6", port, use, inodes);
  }
  if (inodes.empty()) return std::nullopt;
  const std::vector<pid_t> pids = processes();
  for (const pid_t pid : pids) {
    if (holds_any("/proc/" + std::to_string(pid), inodes)) return PortOwner{pid, command_of(pid)};
  }
  for (const pid_t pid : pids) {
    if (says_it_listens(pid, port)) return PortOwner{pid, command_of(pid)};
  }
  return std::nullopt;
}

std::string to_text(const std::optional<PortOwner>& owner) {
  if (!owner) return "another process, or by a connection that ended less than a minute ago";
  const std::string pid = "pid " + std::to_string(owner->pid);
  return owner->command.empty() ? pid : pid + " (" + owner->command + ")";
}

}  // namespace hs
