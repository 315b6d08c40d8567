#include "lib/net/tls_context.h"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include "lib/base/hex.h"

namespace hs {
namespace {

constexpr unsigned char alpn_protocols[] = {4, 'h', 's', '/', '1'};
constexpr long certificate_chain_bytes_max = 4 << 10;  // ours is about 350 bytes

std::unexpected<Error> tls_failure(const char* what) {
  return fail(Errc::io, std::string(what) + ": " + take_tls_error());
}

int on_verify(X509_STORE_CTX* store, void*) {
  auto* session =
      static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto* peer = session == nullptr ? nullptr : static_cast<PinnedPeer*>(SSL_get_app_data(session));
  const X509* certificate = X509_STORE_CTX_get0_cert(store);
  if (peer == nullptr || certificate == nullptr) {
    X509_STORE_CTX_set_error(store, X509_V_ERR_UNSPECIFIED);
    return 0;
  }
  const auto key = certificate_key(certificate);
  if (!key || !peer->accept(*key)) {
    X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED);
    return 0;
  }
  X509_STORE_CTX_set_error(store, X509_V_OK);
  return 1;
}

int on_select_alpn(SSL*, const unsigned char** out, unsigned char* out_bytes,
                   const unsigned char* offered, unsigned offered_bytes, void*) {
  unsigned char* selected = nullptr;
  if (SSL_select_next_proto(&selected, out_bytes, alpn_protocols, sizeof alpn_protocols, offered,
                            offered_bytes) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *out = selected;
  return SSL_TLSEXT_ERR_OK;
}

Result<TlsPtr<X509>> make_certificate(EVP_PKEY& key, const std::string& name) {
  TlsPtr<X509> certificate(X509_new());
  if (!certificate) return tls_failure("X509_new");
  X509* x509 = certificate.get();
  X509_NAME* subject = X509_get_subject_name(x509);
  const auto* text = reinterpret_cast<const unsigned char*>(name.data());
  const bool filled =
      X509_set_version(x509, X509_VERSION_3) == 1 &&
      ASN1_INTEGER_set(X509_get_serialNumber(x509), 1) == 1 &&
      ASN1_TIME_set_string_X509(X509_getm_notBefore(x509), "19700101000000Z") == 1 &&
      ASN1_TIME_set_string_X509(X509_getm_notAfter(x509), "99991231235959Z") == 1 &&
      X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, text, static_cast<int>(name.size()),
                                 -1, 0) == 1 &&
      X509_set_issuer_name(x509, subject) == 1 && X509_set_pubkey(x509, &key) == 1;
  if (!filled) return tls_failure("cannot fill in the certificate");
  if (X509_sign(x509, &key, nullptr) <= 0) return tls_failure("cannot sign the certificate");
  return certificate;
}

bool restrict_protocol(SSL_CTX* context) {
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_max_cert_list(context, certificate_chain_bytes_max);
  return SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) == 1 &&
         SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) == 1 &&
         SSL_CTX_set_ciphersuites(context, "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256") ==
             1 &&
         SSL_CTX_set1_groups_list(context, "X25519") == 1 &&
         SSL_CTX_set1_sigalgs_list(context, "ed25519") == 1 &&
         SSL_CTX_set1_client_sigalgs_list(context, "ed25519") == 1 &&
         SSL_CTX_set_num_tickets(context, 0) == 1 && SSL_CTX_set_max_early_data(context, 0) == 1 &&
         // This one function answers 0 for success.
         SSL_CTX_set_alpn_protos(context, alpn_protocols, sizeof alpn_protocols) == 0;
}

}  // namespace

std::string take_tls_error() {
  const unsigned long code = ERR_peek_last_error();
  ERR_clear_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason == nullptr ? "unknown error" : reason;
}

Result<PublicKey> certificate_key(const X509* certificate) {
  EVP_PKEY* key = X509_get0_pubkey(certificate);
  if (key == nullptr || EVP_PKEY_get_base_id(key) != EVP_PKEY_ED25519) {
    ERR_clear_error();
    return fail(Errc::bad_value, "the certificate's key is not an Ed25519 key");
  }
  PublicKey raw;
  std::size_t bytes = raw.bytes.size();
  if (EVP_PKEY_get_raw_public_key(key, raw.bytes.data(), &bytes) != 1 ||
      bytes != raw.bytes.size()) {
    ERR_clear_error();
    return fail(Errc::bad_value, "the certificate's key cannot be read");
  }
  return raw;
}

Result<TlsPtr<SSL_CTX>> make_tls_context(const SecretKey& key) {
  ERR_clear_error();
  const TlsPtr<EVP_PKEY> private_key(EVP_PKEY_new_raw_private_key(
      EVP_PKEY_ED25519, nullptr, key.seed().data(), key.seed().size()));
  if (!private_key) return tls_failure("cannot read the key");
  HS_TRY(certificate, make_certificate(*private_key, to_hex(key.public_key().view())));
  TlsPtr<SSL_CTX> context(SSL_CTX_new(TLS_method()));
  if (!context) return tls_failure("SSL_CTX_new");
  if (!restrict_protocol(context.get())) return tls_failure("cannot set up TLS 1.3");
  if (SSL_CTX_use_certificate(context.get(), certificate.get()) != 1 ||
      SSL_CTX_use_PrivateKey(context.get(), private_key.get()) != 1) {
    return tls_failure("cannot use the certificate");
  }
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_cert_verify_callback(context.get(), on_verify, nullptr);
  SSL_CTX_set_alpn_select_cb(context.get(), on_select_alpn, nullptr);
  return context;
}

}  // namespace hs
