// The TLS settings of a replica: one SSL_CTX for both directions, with a certificate made in memory
// from the replica's own key. [decision 0002]
#pragma once
#include <openssl/ssl.h>

#include <memory>

#include "lib/base/result.h"
#include "lib/crypto/signatures.h"

namespace hs {

struct FreeTls {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* session) const { SSL_free(session); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(BIO* bio) const { BIO_free(bio); }
};
template <class T>
using TlsPtr = std::unique_ptr<T, FreeTls>;

// What the verify callback asks and answers, found through SSL_get_app_data. Every SSL made from
// the context needs one that outlives its handshake.
struct PinnedPeer {
  virtual bool accept(const PublicKey& key) = 0;

 protected:
  ~PinnedPeer() = default;
};

// TLS 1.3 only, X25519, AES-256-GCM or ChaCha20, Ed25519 certificates on both sides, ALPN "hs/1",
// no tickets, resumption, early data, renegotiation or compression. The only question put to a
// certificate is whether PinnedPeer accepts its raw Ed25519 key: names, dates and issuers mean
// nothing here, so that a wrong clock cuts nobody off. TLS itself proves that the peer has the key.
// Errors: io, if OpenSSL refuses, with its words.
[[nodiscard]] Result<TlsPtr<SSL_CTX>> make_tls_context(const SecretKey& key);

// Empties this thread's OpenSSL error queue; the newest error in words, or "unknown error".
[[nodiscard]] std::string take_tls_error();

// The raw key of an Ed25519 certificate. Errors: bad_value for any other type of key.
[[nodiscard]] Result<PublicKey> certificate_key(const X509* certificate);

}  // namespace hs
