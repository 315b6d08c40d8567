// One start at a time: whoever makes a testnet or brings its supervisor up holds this lock until
// the supervisor holds its own.
#pragma once
#include <filesystem>
#include <string>

#include "lib/base/result.h"
#include "testnet/descriptor.h"

namespace hs {

class StartLock {
 public:
  // Makes the folder of testnets (0700) if there is none. Never waits. Errors: exists (another
  // process is starting this net), io.
  [[nodiscard]] static Result<StartLock> take(const std::filesystem::path& testnets,
                                              const std::string& name);

 private:
  explicit StartLock(FileDescriptor file) : file_(std::move(file)) {}
  FileDescriptor file_;  // the lock goes with it
};

}  // namespace hs
