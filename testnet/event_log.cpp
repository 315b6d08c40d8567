#include "testnet/event_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <nlohmann/json.hpp>

#include "lib/rpc/encoding.h"
#include "testnet/descriptor.h"

namespace hs {

void log_event(const TestnetLayout& layout, const std::string& event,
               const nlohmann::ordered_json& more) {
  nlohmann::ordered_json line = {{"schema", "hs.testnet_event/v1"},
                                 {"time", rfc3339(std::chrono::system_clock::now())},
                                 {"event", event}};
  line.update(more);
  const FileDescriptor file(
      ::open(layout.events_jsonl().c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600));
  if (!file) return;
  const std::string text = to_line(line) + "\n";
  [[maybe_unused]] const ssize_t written = ::write(file.get(), text.data(), text.size());
}

}  // namespace hs
