#include "front/acme/jws.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/encoding.h"

namespace rozaneh::front::acme {
namespace {

// RFC 7515 appendix A.3: the private key d of its JWK, as PKCS #8.
constexpr const char* kKey =
    "-----BEGIN PRIVATE KEY-----\n"
    "MEECAQAwEwYHKoZIzj0CAQYIKoZIzj0DAQcEJzAlAgEBBCCOmxCecZCYv5gEh98f\n"
    "XXfpyylgbr7SJjtfV8IT34T0sg==\n"
    "-----END PRIVATE KEY-----\n";

TEST(Thumbprint, IsThatOfRfc7638) {
  const auto jwk =
      nlohmann::json::parse(R"({"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4)"
                            R"(cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5)"
                            R"(JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8)"
                            R"(KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0)"
                            R"(fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",)"
                            R"("e":"AQAB","alg":"RS256","kid":"2011-04-29"})");
  EXPECT_EQ(thumbprint(jwk), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
}

TEST(PublicJwk, IsThatOfRfc7515) {
  const auto key = read_key(kKey);
  ASSERT_TRUE(key);
  EXPECT_EQ(public_jwk(*key), nlohmann::json({{"kty", "EC"},
                                              {"crv", "P-256"},
                                              {"x", "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"},
                                              {"y", "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}}));
}

TEST(Es256, VerifiesTheSignatureOfRfc7515) {
  const auto key = read_key(kKey);
  const std::string_view text =
      "eyJhbGciOiJFUzI1NiJ9."
      "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
  auto signature = decode_base64url(
      "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q");
  ASSERT_TRUE(signature);
  EXPECT_TRUE(verify_es256(*key, text, *signature));
  signature->front() ^= 1U;
  EXPECT_FALSE(verify_es256(*key, text, *signature));
  EXPECT_FALSE(verify_es256(*key, text, Bytes(*signature).first(63)));
}

// RFC 8555 section 7.3.4; the MAC was computed with Python's hmac.
TEST(BoundAccount, IsTheKeyUnderTheMacThatTheAuthorityHas) {
  const auto key = read_key(kKey);
  Buffer mac_key(32);
  for (std::size_t i = 0; i < mac_key.size(); ++i) mac_key[i] = static_cast<std::uint8_t>(i);
  const auto bound = bind_account(*key, "kid-1", mac_key, "https://ca.example/acct");
  const auto part = [&](const char* name) {
    return nlohmann::json::parse(text_of(*decode_base64url(bound[name].get<std::string>())));
  };
  EXPECT_EQ(part("protected"),
            nlohmann::json({{"alg", "HS256"}, {"kid", "kid-1"}, {"url", "https://ca.example/acct"}}));
  EXPECT_EQ(part("payload"), public_jwk(*key));
  EXPECT_EQ(bound["signature"], "eVAZqrsHHkzAezTSeURD6Rqj7gTWy4FP63pbiTZEXH0");
}

// RFC 8555 section 6.2: flattened, with alg, nonce and url protected.
TEST(SignedRequest, IsVerifiedByWhoHasTheKey) {
  const auto key = read_key(kKey);
  for (int i = 0; i < 50; ++i) {  // r and s have a leading zero now and then
    const auto request = nlohmann::json::parse(sign_request(
        *key, {{"nonce", "n" + std::to_string(i)}, {"url", "https://ca.example/new"}}, "{\"a\":1}"));
    const std::string head = request["protected"], payload = request["payload"], mark = request["signature"];
    EXPECT_TRUE(verify_es256(*key, std::string(head).append(".").append(payload), *decode_base64url(mark)));
    const auto fields = nlohmann::json::parse(text_of(*decode_base64url(head)));
    EXPECT_EQ(fields["alg"], "ES256");
    EXPECT_EQ(fields["url"], "https://ca.example/new");
    EXPECT_EQ(text_of(*decode_base64url(payload)), "{\"a\":1}");
  }
}

}  // namespace
}  // namespace rozaneh::front::acme
