#include "testnet/report.h"

#include <array>
#include <nlohmann/json.hpp>

#include "lib/rpc/encoding.h"

namespace hs {
namespace {

constexpr std::array<const char*, 5> kinds = {"spawned", "ready", "up", "exited", "failed"};

}  // namespace

std::string encode(const Report& report) {
  return to_line(Json{{"event", kinds[static_cast<std::size_t>(report.kind)]},
                      {"node", report.node},
                      {"pid", report.pid},
                      {"end", report.end},
                      {"log", report.log}});
}

Result<Report> decode_report(std::string_view line) {
  HS_TRY(json, parse_json(line));
  Report report;
  try {
    const auto word = json.at("event").get<std::string>();
    std::size_t kind = 0;
    while (kind < kinds.size() && kinds[kind] != word) ++kind;
    if (kind == kinds.size()) return fail(Errc::bad_value, "unknown report " + word);
    report.kind = static_cast<Report::Kind>(kind);
    json.at("node").get_to(report.node);
    json.at("pid").get_to(report.pid);
    json.at("end").get_to(report.end);
    json.at("log").get_to(report.log);
  } catch (const Json::exception& error) {  // a field is missing or of another type
    return fail(Errc::bad_value, error.what());
  }
  return report;
}

}  // namespace hs
