#include "lib/net/tls_session.h"

#include "tests/support/catch.h"
#include "tests/support/keys.h"
#include "tests/unit/net/tls_contexts.h"

namespace hs {
namespace {

using test::test_key;
using Role = TlsSession::Role;

struct Side {
  Side(SSL_CTX& context, Role role, std::set<PublicKey> keys) : allowed(std::move(keys)) {
    auto made = TlsSession::make(context, role, allowed);
    REQUIRE(made);
    session = std::move(*made);
  }
  std::set<PublicKey> allowed;
  std::unique_ptr<TlsSession> session;
  bool done = false;
  std::optional<Error> error;
};

void hand_over(Side& from, Side& to) {
  const BytesView bytes = from.session->outgoing();
  REQUIRE(to.session->feed(bytes));
  from.session->sent(bytes.size());
}

// Both sides as far as they come.
void shake_hands(Side& client, Side& server) {
  for (int turn = 0; turn < 4; ++turn) {
    for (Side* side : {&client, &server}) {
      Side& other = side == &client ? server : client;
      if (!side->done && !side->error) {
        const auto result = side->session->handshake();
        if (!result) side->error = result.error();
        side->done = result && *result;
      }
      hand_over(*side, other);
    }
  }
}

TlsPtr<SSL_CTX> context_of(std::uint8_t key) {
  auto context = make_tls_context(test_key(key));
  REQUIRE(context);
  return std::move(*context);
}

PublicKey key_of(std::uint8_t key) { return test_key(key).public_key(); }

TEST_CASE("two allowed keys authenticate each other and exchange bytes", "[net][tls]") {
  const auto first = context_of(1);
  const auto second = context_of(2);
  Side client(*first, Role::client, {key_of(2)});
  Side server(*second, Role::server, {key_of(1)});
  shake_hands(client, server);
  REQUIRE(client.done);
  REQUIRE(server.done);
  CHECK(client.session->key() == key_of(2));
  CHECK(server.session->key() == key_of(1));
  REQUIRE(client.session->write(as_bytes("hello")));
  hand_over(client, server);
  Bytes buffer(100);
  REQUIRE(server.session->read(buffer) == 5);
  CHECK(to_string(BytesView(buffer).first(5)) == "hello");
  CHECK(server.session->read(buffer) == 0);
  CHECK_FALSE(server.session->peer_ended());
  client.session->end();
  hand_over(client, server);
  CHECK(server.session->read(buffer) == 0);
  CHECK(server.session->peer_ended());
}

TEST_CASE("a refused client sees its handshake succeed and the alert only when it reads",
          "[net][tls]") {
  const auto first = context_of(1);
  const auto second = context_of(2);
  Side client(*first, Role::client, {key_of(2)});
  Side server(*second, Role::server, {key_of(3)});
  shake_hands(client, server);
  CHECK(client.done);
  CHECK_FALSE(server.done);
  REQUIRE(server.error);
  CHECK(server.error->code == Errc::denied);
  CHECK(server.session->key() == key_of(1));
  Bytes buffer(100);
  CHECK_FALSE(client.session->read(buffer));
}

TEST_CASE("a client refuses a server whose key is not allowed", "[net][tls]") {
  const auto first = context_of(1);
  const auto second = context_of(2);
  Side client(*first, Role::client, {key_of(3)});
  Side server(*second, Role::server, {key_of(1)});
  shake_hands(client, server);
  REQUIRE(client.error);
  CHECK(client.error->code == Errc::denied);
  CHECK_FALSE(server.done);
}

TEST_CASE("nobody is allowed by an empty set", "[net][tls]") {
  const auto first = context_of(1);
  const auto second = context_of(2);
  Side client(*first, Role::client, {key_of(2)});
  Side server(*second, Role::server, {});
  shake_hands(client, server);
  CHECK_FALSE(server.done);
}

TEST_CASE("a certificate that is no Ed25519 one, none at all, another protocol: refused",
          "[net][tls]") {
  const auto server_context = context_of(2);
  for (const auto kind :
       {test::BadTls::rsa_certificate, test::BadTls::no_certificate, test::BadTls::tls_1_2,
        test::BadTls::no_alpn, test::BadTls::wrong_alpn, test::BadTls::other_curve}) {
    CAPTURE(static_cast<int>(kind));
    const auto context = test::make_bad_context(kind, test_key(1));
    Side client(*context, Role::client, {key_of(2)});
    Side server(*server_context, Role::server, {key_of(1)});
    shake_hands(client, server);
    CHECK_FALSE(server.done);
    CHECK(server.error);
  }
}

TEST_CASE("the same settings without the fault are accepted", "[net][tls]") {
  const auto server_context = context_of(2);
  const auto context = test::make_bad_context(test::BadTls::nothing_wrong, test_key(1));
  Side client(*context, Role::client, {key_of(2)});
  Side server(*server_context, Role::server, {key_of(1)});
  shake_hands(client, server);
  CHECK(client.done);
  CHECK(server.done);
}

TEST_CASE("a tampered record ends the session", "[net][tls]") {
  const auto first = context_of(1);
  const auto second = context_of(2);
  Side client(*first, Role::client, {key_of(2)});
  Side server(*second, Role::server, {key_of(1)});
  shake_hands(client, server);
  REQUIRE(client.session->write(as_bytes("hello")));
  Bytes record = to_bytes(client.session->outgoing());
  record.back() ^= 1;
  REQUIRE(server.session->feed(record));
  Bytes buffer(100);
  CHECK_FALSE(server.session->read(buffer));
}

TEST_CASE("bytes that are no TLS fail the handshake at once", "[net][tls]") {
  const auto context = context_of(2);
  Side server(*context, Role::server, {key_of(1)});
  REQUIRE(server.session->feed(as_bytes("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")));
  CHECK_FALSE(server.session->handshake());
}

}  // namespace
}  // namespace hs
