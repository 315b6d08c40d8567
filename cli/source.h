// Where a question about the chain goes: to a node over HTTP, to the control socket of the node
// that runs in a home, or, where that node is dead, to its files. One object a command.
#pragma once
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/context.h"
#include "testnet/layout.h"

namespace hs {

// How long a node may take to answer where no --timeout was given.
constexpr std::chrono::seconds answer_patience{10};

class Source {
 public:
  // By --rpc, --testnet and --node, or --home; a flag beats the environment; without any of them
  // the latest testnet, and there the first running node in name order. Throws CliError: usage (two
  // sources at once), not_found, and unreachable: node_paused (the process that holds --home does
  // not answer), node_stopped.
  [[nodiscard]] static Source of(const Context& context);
  // The running nodes of one testnet, in name order. Throws as of().
  [[nodiscard]] static Source of_testnet(const TestnetLayout& testnet,
                                         std::chrono::milliseconds patience);
  // The node of a home, or its files. Throws as of().
  [[nodiscard]] static Source of_home(const std::filesystem::path& home);
  ~Source();
  Source(Source&&) noexcept;
  Source& operator=(Source&&) noexcept;

  // The JSON that GET or POST `target` gives ("/v1/blocks/head"). Throws CliError for a refusal
  // (its exit code follows from the HTTP status), and for an address where nobody answers.
  [[nodiscard]] nlohmann::ordered_json get(const std::string& target);
  // The answer may take `wait` longer than others: it waits for a commit. Files cannot be asked.
  [[nodiscard]] nlohmann::ordered_json get_live(const std::string& target,
                                                std::chrono::milliseconds wait = {});
  [[nodiscard]] nlohmann::ordered_json post(const std::string& target,
                                            const nlohmann::ordered_json& body,
                                            std::chrono::milliseconds wait = {});
  // Follows a stream of JSON lines until `on_line` returns false. Throws CliError: those of get(),
  // timed_out after `silence`, stream_ended (unreachable) if the node goes away before that.
  void stream(const std::string& target, std::chrono::milliseconds silence,
              const std::function<bool(const std::string& line)>& on_line);

  // From now on asks another node than the one that answered last, where there is one.
  void ask_another();

  [[nodiscard]] bool is_offline() const;
  // "n0 at http://127.0.0.1:27001", "the files in /home/...".
  [[nodiscard]] std::string name() const;

 private:
  struct Impl;
  explicit Source(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace hs
