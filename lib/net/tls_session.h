// One side of one TLS connection without a socket: bytes from the wire go in, bytes for the wire
// come out, plain text on the other side. The caller owns the socket, the time and the limits.
#pragma once
#include <optional>
#include <set>
#include <span>

#include "lib/base/bytes.h"
#include "lib/net/tls_context.h"

namespace hs {

class TlsSession final : private PinnedPeer {
 public:
  enum class Role { client, server };

  // `allowed` is asked once, during the handshake; it and `context` must outlive the session.
  // Errors: io.
  [[nodiscard]] static Result<std::unique_ptr<TlsSession>> make(SSL_CTX& context, Role role,
                                                                const std::set<PublicKey>& allowed);
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  // Gives bytes that came from the wire. Feed what one read gave, then drain it by handshake() and
  // read(): nothing else bounds what is held.
  [[nodiscard]] Status feed(BytesView ciphertext);

  // Goes on with the handshake as far as the bytes go. True once it is complete: the peer has
  // proved an allowed key (key()) and speaks "hs/1". A client learns only from the first read()
  // whether the server accepted it. Errors: denied (the key is not allowed: key() says which),
  // bad_value (all other failures, in words). After an error there may be an alert in outgoing().
  [[nodiscard]] Result<bool> handshake();
  [[nodiscard]] const std::optional<PublicKey>& key() const { return key_; }

  // Plain text; 0 if more bytes from the wire are needed or the peer has ended its stream
  // (peer_ended()). Errors: bad_value (in words: a broken record, an alert).
  [[nodiscard]] Result<std::size_t> read(std::span<std::uint8_t> out);
  [[nodiscard]] bool peer_ended() const;

  // Encrypts; the result is in outgoing(). Requires a complete handshake and no end(). Errors: io.
  [[nodiscard]] Status write(BytesView plain);
  void end();  // says that no more will come (close_notify)

  // Bytes for the wire, valid until the next call of anything but peer_ended().
  [[nodiscard]] BytesView outgoing() const;
  void sent(std::size_t bytes);  // the first `bytes` of outgoing() have left

 private:
  TlsSession(TlsPtr<SSL> ssl, const std::set<PublicKey>& allowed, BIO* in, BIO* out)
      : ssl_(std::move(ssl)), allowed_(&allowed), in_(in), out_(out) {}
  bool accept(const PublicKey& key) override;

  TlsPtr<SSL> ssl_;
  const std::set<PublicKey>* allowed_;
  BIO* in_;   // owned by ssl_
  BIO* out_;  // owned by ssl_
  std::optional<PublicKey> key_;
  bool refused_key_ = false;
  std::size_t sent_ = 0;  // of what out_ holds
};

}  // namespace hs
