// Requests as the HTTP server hands them on, from anybody on this machine: each is answered, with
// well-formed JSON, or waits for a commit.
#include <array>
#include <nlohmann/json.hpp>

#include "lib/base/check.h"
#include "lib/rpc/routes.h"
#include "tests/fuzz/support/allocation.h"
#include "tests/fuzz/support/tape.h"
#include "tests/fuzz/support/target.h"
#include "tests/unit/rpc/fake_node.h"

namespace hs {
namespace {

constexpr std::array methods{"GET", "POST", "HEAD", "DELETE", "PUT"};
constexpr std::array paths{"/v1/transactions", "/v1/blocks/", "/v1/transactions/",
                           "/v1/state/",       "/v1/events",  "/v1/events/recent",
                           "/v1/admin/",       "/v1/"};

struct Server {
  test::FakeNode node;
  Server() {
    node.service.admin["echo"] = [](const nlohmann::json& arguments) -> Result<Json> {
      return Json(arguments);
    };
    node.put("key", "value");
    for (int i = 0; i < 4; ++i) node.grow();
    node.publish();
  }
};

// Text up to the next newline.
std::string line(fuzz::InputTape& tape) {
  std::string text;
  while (!tape.at_end()) {
    const char next = static_cast<char>(tape.byte());
    if (next == '\n') break;
    text += next;
  }
  return text;
}

void check(const HttpResponse& response) {
  HS_CHECK(response.status >= 200);
  HS_CHECK(response.status < 600);
  if (response.content_type == "application/json") {
    HS_CHECK(!nlohmann::json::parse(response.body, nullptr, false).is_discarded());
  }
}

}  // namespace

HS_FUZZ_TARGET(rpc) {
  static Server server;
  fuzz::InputTape tape(input);
  const Door door = tape.below(2) == 0 ? Door::tcp : Door::control;
  HttpRequest request;
  request.method = methods[tape.below(methods.size())];
  const std::size_t path = tape.below(paths.size() + 1);
  request.path = path < paths.size() ? paths[path] : "";
  request.path += line(tape);
  request.query = line(tape);
  request.content_type = "application/json";
  request.body = to_string(tape.rest());
  {
    // A short number in a text is a value of 16 bytes in a list that doubles as it grows.
    const fuzz::AllocationMeter meter;
    const auto json = parse_json(request.body);
    HS_CHECK(meter.peak() <= fuzz::allocation_max(request.body.size(), 128));
    if (json) HS_CHECK(parse_json(json->dump(-1, ' ', false, Json::error_handler_t::replace)));
  }
  (void)refuse_foreign({.method = request.method,
                        .hosts = {request.path},
                        .origins = {request.query},
                        .content_type = request.body},
                       27001);

  Routes routes(door, server.node.service, server.node.hub);
  if (Routes::is_event_stream(request)) {
    const auto stream = routes.open_stream(request, [] {});
    if (const auto* refusal = std::get_if<HttpResponse>(&stream)) check(*refusal);
    return;
  }
  int answers = 0;
  routes.handle(request, [&](const HttpResponse& response) {
    ++answers;
    check(response);
  });
  // A POST may wait for a commit that does not come; everything else is answered at once.
  HS_CHECK(answers <= 1);
  routes.stop();
  HS_CHECK(answers <= 1);
}

}  // namespace hs
