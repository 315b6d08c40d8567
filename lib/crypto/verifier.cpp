#include "lib/crypto/verifier.h"

namespace hs {

void DigestSet::insert(const Hash& digest) {
  if (!present_.insert(digest).second) return;
  order_.push(digest);
  if (present_.size() <= entries_max_) return;
  present_.erase(order_.front());
  order_.pop();
}

bool Verifier::verify(const PublicKey& key, BytesView message, const Signature& signature) {
  const Hash digest = sha256({key.view(), signature.view(), message});
  if (good_.contains(digest)) return true;
  ++verified_;
  if (!scheme_->verify(key, message, signature)) {
    ++refused_;
    return false;
  }
  good_.insert(digest);
  return true;
}

}  // namespace hs
