#include "lib/net/tls_session.h"

#include <openssl/err.h>

#include <string_view>

#include "lib/base/check.h"

namespace hs {

Result<std::unique_ptr<TlsSession>> TlsSession::make(SSL_CTX& context, Role role,
                                                     const std::set<PublicKey>& allowed) {
  ERR_clear_error();
  TlsPtr<SSL> ssl(SSL_new(&context));
  TlsPtr<BIO> in(BIO_new(BIO_s_mem()));
  TlsPtr<BIO> out(BIO_new(BIO_s_mem()));
  if (!ssl || !in || !out) return fail(Errc::io, "cannot make a TLS session: " + take_tls_error());
  BIO* const in_bio = in.release();
  BIO* const out_bio = out.release();
  SSL_set_bio(ssl.get(), in_bio, out_bio);
  if (role == Role::client) {
    SSL_set_connect_state(ssl.get());
  } else {
    SSL_set_accept_state(ssl.get());
  }
  std::unique_ptr<TlsSession> session(new TlsSession(std::move(ssl), allowed, in_bio, out_bio));
  if (SSL_set_app_data(session->ssl_.get(), static_cast<PinnedPeer*>(session.get())) != 1) {
    return fail(Errc::io, "cannot make a TLS session: " + take_tls_error());
  }
  return session;
}

bool TlsSession::accept(const PublicKey& key) {
  key_ = key;
  refused_key_ = !allowed_->contains(key);
  return !refused_key_;
}

Status TlsSession::feed(BytesView ciphertext) {
  if (ciphertext.empty()) return {};
  const int length = static_cast<int>(ciphertext.size());
  if (BIO_write(in_, ciphertext.data(), length) != length) {
    return fail(Errc::io, "no memory for TLS: " + take_tls_error());
  }
  return {};
}

Result<bool> TlsSession::handshake() {
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_.get());
  if (result != 1) {
    const int error = SSL_get_error(ssl_.get(), result);
    if (error == SSL_ERROR_WANT_READ) return false;
    const std::string words = take_tls_error();
    if (refused_key_) return fail(Errc::denied, "the key is not one that may connect");
    return fail(Errc::bad_value, words);
  }
  const unsigned char* protocol = nullptr;
  unsigned bytes = 0;
  SSL_get0_alpn_selected(ssl_.get(), &protocol, &bytes);
  if (std::string_view(reinterpret_cast<const char*>(protocol), bytes) != "hs/1") {
    return fail(Errc::bad_value, "the peer does not speak hs/1");
  }
  HS_CHECK(key_.has_value());
  HS_CHECK(!refused_key_);
  return true;
}

Result<std::size_t> TlsSession::read(std::span<std::uint8_t> out) {
  ERR_clear_error();
  std::size_t bytes = 0;
  const int result = SSL_read_ex(ssl_.get(), out.data(), out.size(), &bytes);
  if (result == 1) return bytes;
  const int error = SSL_get_error(ssl_.get(), result);
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_ZERO_RETURN) return 0;
  return fail(Errc::bad_value, take_tls_error());
}

bool TlsSession::peer_ended() const {
  return (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0;
}

Status TlsSession::write(BytesView plain) {
  if (plain.empty()) return {};
  ERR_clear_error();
  std::size_t bytes = 0;
  // The memory behind out_ takes everything, so there is no partial write to resume.
  if (SSL_write_ex(ssl_.get(), plain.data(), plain.size(), &bytes) != 1 || bytes != plain.size()) {
    return fail(Errc::io, "TLS cannot encrypt: " + take_tls_error());
  }
  return {};
}

void TlsSession::end() {
  ERR_clear_error();
  // 0 says "sent, not yet answered"; a failure leaves the peer to see the socket end instead.
  static_cast<void>(SSL_shutdown(ssl_.get()));
  ERR_clear_error();
}

BytesView TlsSession::outgoing() const {
  const char* data = nullptr;
  const long bytes = BIO_get_mem_data(out_, &data);
  if (bytes <= 0) return {};
  const auto* first = reinterpret_cast<const std::uint8_t*>(data);
  return BytesView(first, static_cast<std::size_t>(bytes)).subspan(sent_);
}

void TlsSession::sent(std::size_t bytes) {
  HS_CHECK(bytes <= outgoing().size());
  sent_ += bytes;
  if (!outgoing().empty()) return;
  sent_ = 0;
  HS_CHECK(BIO_reset(out_) == 1);
}

}  // namespace hs
