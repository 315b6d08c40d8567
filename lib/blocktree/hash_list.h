// A stored children list. [PROTOCOL 1.3]
#pragma once
#include <vector>

#include "lib/codec/borsh.h"
#include "lib/crypto/sha256.h"

namespace hs {

struct HashList {
  std::vector<Hash> hashes;
};

inline void encode(BorshWriter& writer, const HashList& list) {
  writer.count(list.hashes.size());
  for (const Hash& hash : list.hashes) encode(writer, hash);
}

inline Status decode(BorshReader& reader, HashList& list) {
  HS_TRY(count, reader.count(Hash::size));
  list.hashes.resize(count);
  for (Hash& hash : list.hashes) HS_TRY_STATUS(decode(reader, hash));
  return {};
}

}  // namespace hs
