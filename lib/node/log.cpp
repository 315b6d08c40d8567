#include "lib/node/log.h"

#include <spdlog/formatter.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <nlohmann/json.hpp>

#include "lib/store/store.h"

namespace hs {
namespace {

constexpr std::size_t log_bytes_max = 8 << 20;
constexpr std::size_t old_logs_kept = 3;
constexpr const char* text_pattern = "%Y-%m-%dT%H:%M:%S.%eZ %-5l %n %v";

// {"time":...,"level":...,"node":...,"message":...}, one object a line.
class JsonFormatter : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& entry, spdlog::memory_buf_t& line) override {
    spdlog::memory_buf_t time;
    time_.format(entry, time);
    const auto text = [](const auto& view) { return std::string(view.data(), view.size()); };
    const nlohmann::ordered_json json = {
        {"time", text(time)},
        {"level", text(spdlog::level::to_string_view(entry.level))},
        {"node", text(entry.logger_name)},
        {"message", text(entry.payload)},
    };
    const std::string dumped =
        json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
    line.append(dumped.data(), dumped.data() + dumped.size());
  }
  [[nodiscard]] std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<JsonFormatter>();
  }

 private:
  spdlog::pattern_formatter time_{"%Y-%m-%dT%H:%M:%S.%eZ", spdlog::pattern_time_type::utc, ""};
};

std::unique_ptr<spdlog::formatter> formatter_for(const NodeConfig& config) {
  if (config.log_json) return std::make_unique<JsonFormatter>();
  return std::make_unique<spdlog::pattern_formatter>(text_pattern, spdlog::pattern_time_type::utc);
}

}  // namespace

LoggerPtr open_log(const HomeLayout& home, const NodeConfig& config, bool to_stderr) {
  try {
    std::vector<spdlog::sink_ptr> sinks = {std::make_shared<spdlog::sinks::rotating_file_sink_mt>(
        home.log_file().string(), log_bytes_max, old_logs_kept)};
    if (to_stderr) sinks.push_back(std::make_shared<spdlog::sinks::stderr_sink_mt>());
    auto logger = std::make_shared<spdlog::logger>(config.name, sinks.begin(), sinks.end());
    logger->set_formatter(formatter_for(config));
    logger->set_level(spdlog::level::from_str(config.log_level));
    logger->flush_on(spdlog::level::info);
    return logger;
  } catch (const spdlog::spdlog_ex& refused) {
    throw StoreFailure(StoreFailure::Kind::io, refused.what());
  }
}

}  // namespace hs
