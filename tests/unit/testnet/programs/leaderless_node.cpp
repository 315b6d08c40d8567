// In the place of a node that was killed and is not gone yet: the first thread has ended, so that
// the process counts as dead, and another one goes on until a signal ends it.
#include <pthread.h>
#include <unistd.h>

#include <string_view>
#include <thread>

int main() {
  constexpr int ready_descriptor = 3;
  constexpr std::string_view ready = "ready\n";
  if (::write(ready_descriptor, ready.data(), ready.size()) < 0) return 1;
  ::close(ready_descriptor);
  std::thread([] {
    while (true) ::pause();
  }).detach();
  ::pthread_exit(nullptr);
}
