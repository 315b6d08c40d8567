// Turns what replicas say into values of the model, each distinct one once, and keeps the
// signatures that the model leaves aside.
#pragma once
#include <deque>
#include <unordered_map>

#include "lib/crypto/first_bytes.h"
#include "lib/model/trace.h"
#include "lib/sim/app_kit.h"
#include "lib/sim/cast.h"
#include "lib/sim/set_book.h"

namespace hs::sim {

[[nodiscard]] model::Hash to_model(const Hash& hash);
[[nodiscard]] model::Key to_model(const PublicKey& key);
[[nodiscard]] model::SetPtr to_model(const ValidatorSet& set);

class ModelBook : public model::Signatures {
 public:
  // Both outlive this.
  ModelBook(const Cast& cast, const AppKit& app) : cast_(cast), app_(app) {}

  // Equal certificates, to the last byte of a signature, give the same object while it is recent.
  [[nodiscard]] model::CertificatePtr certificate(const PhaseCertificate& pc);
  [[nodiscard]] model::CertificatePtr certificate(const TimeoutCertificate& tc);
  [[nodiscard]] model::CertificatePtr certificate(const ProgressCertificate& either);
  // Requires that the app has found the data to be those of the block.
  [[nodiscard]] model::BlockPtr block(const Block& block);

  // For certificates of this book only.
  [[nodiscard]] bool all_verify(const model::Certificate& certificate,
                                const model::Set& set) override;

 private:
  struct Entry;
  template <class Source>
  [[nodiscard]] model::CertificatePtr find_or_add(const Source& source,
                                                  model::Certificate::Kind kind);
  template <class Map, class Name>
  static void remember(Map& map, std::deque<Name>& order, const Name& name);

  const Cast& cast_;
  const AppKit& app_;
  model::CertificatePtr genesis_ = std::make_shared<const model::Certificate>();
  std::unordered_map<std::uint64_t, std::vector<std::shared_ptr<Entry>>> by_view_;
  std::deque<std::uint64_t> views_;  // oldest first
  std::unordered_map<Hash, model::BlockPtr, FirstBytes> blocks_;
  std::deque<Hash> hashes_;  // likewise
};

}  // namespace hs::sim
