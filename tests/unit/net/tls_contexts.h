// TLS settings that differ from ours in one point each.
#pragma once
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "lib/net/tls_context.h"
#include "tests/support/catch.h"

namespace hs::test {

enum class BadTls {
  nothing_wrong,
  rsa_certificate,
  no_certificate,
  tls_1_2,
  no_alpn,
  wrong_alpn,
  other_curve,
};

[[nodiscard]] inline TlsPtr<EVP_PKEY> ed25519_key(const SecretKey& key) {
  return TlsPtr<EVP_PKEY>(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, key.seed().data(),
                                                       key.seed().size()));
}

[[nodiscard]] inline TlsPtr<X509> certificate_of(EVP_PKEY& key, const EVP_MD* digest) {
  TlsPtr<X509> certificate(X509_new());
  REQUIRE(certificate);
  REQUIRE(ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1) == 1);
  REQUIRE(X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -1000) != nullptr);
  REQUIRE(X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 1000) != nullptr);
  REQUIRE(X509_set_pubkey(certificate.get(), &key) == 1);
  REQUIRE(X509_sign(certificate.get(), &key, digest) > 0);
  return certificate;
}

// A client's settings with one fault. The key is used where the fault is not the certificate.
[[nodiscard]] inline TlsPtr<SSL_CTX> make_bad_context(BadTls fault, const SecretKey& secret) {
  TlsPtr<SSL_CTX> context(SSL_CTX_new(TLS_client_method()));
  REQUIRE(context);
  const bool rsa = fault == BadTls::rsa_certificate;
  const TlsPtr<EVP_PKEY> key = rsa ? TlsPtr<EVP_PKEY>(EVP_RSA_gen(2048)) : ed25519_key(secret);
  REQUIRE(key);
  if (fault != BadTls::no_certificate) {
    const TlsPtr<X509> certificate = certificate_of(*key, rsa ? EVP_sha256() : nullptr);
    REQUIRE(SSL_CTX_use_certificate(context.get(), certificate.get()) == 1);
    REQUIRE(SSL_CTX_use_PrivateKey(context.get(), key.get()) == 1);
  }
  if (fault == BadTls::tls_1_2) {
    REQUIRE(SSL_CTX_set_max_proto_version(context.get(), TLS1_2_VERSION) == 1);
  }
  if (fault == BadTls::other_curve) {
    REQUIRE(SSL_CTX_set1_groups_list(context.get(), "P-256") == 1);
  }
  const unsigned char ours[] = {4, 'h', 's', '/', '1'};
  const unsigned char other[] = {2, 'h', '2'};
  if (fault == BadTls::wrong_alpn) {
    REQUIRE(SSL_CTX_set_alpn_protos(context.get(), other, sizeof other) == 0);
  } else if (fault != BadTls::no_alpn) {
    REQUIRE(SSL_CTX_set_alpn_protos(context.get(), ours, sizeof ours) == 0);
  }
  // Whatever the server is, this client is content: the server has to do the refusing.
  SSL_CTX_set_cert_verify_callback(
      context.get(),
      [](X509_STORE_CTX* store, void*) {
        auto* session = static_cast<SSL*>(
            X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
        const auto server = certificate_key(X509_STORE_CTX_get0_cert(store));
        REQUIRE(server);
        static_cast<PinnedPeer*>(SSL_get_app_data(session))->accept(*server);
        X509_STORE_CTX_set_error(store, X509_V_OK);
        return 1;
      },
      nullptr);
  return context;
}

}  // namespace hs::test
