// Inputs that a corpus begins with: messages that replicas really sent, values of every kind at the
// edges of their ranges, and files as we write them.
#pragma once
#include <filesystem>

namespace hs::fuzz {

// Writes FOLDER/TARGET.txt for each target that has some. The same every time.
void write_seeds(const std::filesystem::path& folder);

}  // namespace hs::fuzz
