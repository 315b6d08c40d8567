// Ctrl-C while a change is under way: what was sent may still be committed, and who sent it must
// learn its id.
#pragma once
#include <signal.h>

#include <array>
#include <string>

namespace hs {

// From its construction to its end SIGINT and SIGTERM print an error (code interrupted, with the
// id, how to ask for it, and as JSON if that was asked for) to standard error and end the process
// with 130 and 143. A signal that is ignored stays so. One object at a time.
class ChangeNotice {
 public:
  ChangeNotice(const std::string& id, bool as_json);
  ~ChangeNotice();
  ChangeNotice(const ChangeNotice&) = delete;
  ChangeNotice& operator=(const ChangeNotice&) = delete;

 private:
  std::array<struct sigaction, 2> before_{};
};

}  // namespace hs
