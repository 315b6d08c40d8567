// Who may touch a home: one running node, or any number of offline readers.
#pragma once
#include "lib/base/result.h"
#include "lib/node/home/layout.h"

namespace hs {

// A lock on run/LOCK, held until destroyed and gone with the process however it dies. Not inherited
// by programs the holder starts.
class HomeLock {
 public:
  enum class Mode { exclusive, shared };

  // Never waits. Errors: exists if another process holds it (the holder is in run/node.json),
  // not_found if the home has no run folder, io.
  [[nodiscard]] static Result<HomeLock> take(const HomeLayout& home, Mode mode);

  HomeLock(HomeLock&& other) noexcept;
  HomeLock& operator=(HomeLock&& other) noexcept;
  ~HomeLock();

 private:
  explicit HomeLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace hs
