#include "testnet/layout.h"

#include <algorithm>
#include <cstdlib>

namespace hs {
namespace {

constexpr std::size_t name_length_max = 40;

std::string names_of(const std::vector<TestnetLayout>& testnets) {
  std::string names;
  for (const TestnetLayout& testnet : testnets) {
    names += (names.empty() ? "" : ", ") + testnet.name();
  }
  return names;
}

}  // namespace

bool TestnetLayout::exists() const {
  std::error_code ignored;
  return std::filesystem::is_regular_file(testnet_yaml(), ignored);
}

Result<std::filesystem::path> testnets_root() {
  // As the XDG rules say: a relative path in the variable is ignored.
  const char* state = std::getenv("XDG_STATE_HOME");
  if (state != nullptr && *state == '/') return std::filesystem::path(state) / "hs" / "testnets";
  const char* home = std::getenv("HOME");
  if (home == nullptr || *home != '/') {
    return fail(Errc::missing, "neither XDG_STATE_HOME nor HOME names a folder for testnets");
  }
  return std::filesystem::path(home) / ".local" / "state" / "hs" / "testnets";
}

Status check_testnet_name(const std::string& name) {
  const auto is_plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  const bool fits = !name.empty() && name.size() <= name_length_max && is_plain(name.front()) &&
                    std::all_of(name.begin(), name.end(), [&](char c) {
                      return is_plain(c) || c == '-' || c == '_' || c == '.';
                    });
  if (!fits || name == "latest") {
    return fail(Errc::bad_value,
                "'" + name +
                    "' cannot be the name of a testnet: take up to 40 lower-case letters, "
                    "digits, '-', '_' and '.'");
  }
  return {};
}

Result<TestnetLayout> find_testnet(const std::filesystem::path& testnets,
                                   const std::optional<std::string>& name) {
  if (name) {
    HS_TRY_STATUS(check_testnet_name(*name));
    TestnetLayout layout{testnets / *name};
    if (layout.exists()) return layout;
    const std::string known = names_of(list_testnets(testnets));
    return fail(Errc::not_found,
                "no testnet is called " + *name + (known.empty() ? "" : "; there are " + known));
  }
  std::error_code error;
  const std::filesystem::path target = std::filesystem::read_symlink(testnets / "latest", error);
  TestnetLayout layout{testnets / target.filename()};
  if (!error && layout.exists()) return layout;
  const std::vector<TestnetLayout> others = list_testnets(testnets);
  if (others.empty()) return fail(Errc::not_found, "there is no testnet");
  if (others.size() == 1) return others.front();
  return fail(Errc::not_found, "no testnet is the latest; there are " + names_of(others));
}

std::vector<TestnetLayout> list_testnets(const std::filesystem::path& testnets) {
  std::vector<TestnetLayout> found;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(testnets, error)) {
    TestnetLayout layout{entry.path()};
    if (!entry.is_symlink() && check_testnet_name(layout.name()) && layout.exists()) {
      found.push_back(layout);
    }
  }
  std::sort(found.begin(), found.end(),
            [](const TestnetLayout& a, const TestnetLayout& b) { return a.root < b.root; });
  return found;
}

Status set_latest(const TestnetLayout& testnet) {
  // Made beside it and renamed, so that there is always one.
  const std::filesystem::path link = testnet.root.parent_path() / "latest";
  const std::filesystem::path fresh = testnet.root / "run" / "latest";
  std::error_code error;
  std::filesystem::remove(fresh, error);
  std::filesystem::create_symlink(testnet.name(), fresh, error);
  if (!error) std::filesystem::rename(fresh, link, error);
  if (error) return fail(Errc::io, "cannot set " + link.string() + ": " + error.message());
  return {};
}

}  // namespace hs
