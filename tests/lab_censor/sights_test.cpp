// What rules look for, put together from packets or not.
#include "lab/censor/sights.h"

#include <gtest/gtest.h>

#include "lab_censor/conversation.h"

namespace rozaneh::lab {
namespace {

// Whether a connection that sends this in one packet is dropped.
bool seen(const std::string& sees, Bytes data) {
  Path path(rule("sees = { " + sees + " }\ndrops = 'up'"));
  return !Tcp(path).open().up(data);
}
bool seen(const std::string& sees, std::string_view text) { return seen(sees, bytes_of(text)); }

TEST(Http, IsLookedAtInEveryRequestOfAConnection) {
  const std::string first = "GET /a HTTP/1.1\r\nHost: a.example\r\n\r\n";
  const std::string posted = "POST /a HTTP/1.1\r\nHost: a.example\r\nContent-Length: 9\r\n\r\nGET /tor/";
  const std::string listed = "GET /tor/ HTTP/1.1\r\nHost: a.example\r\n\r\n";
  for (const std::string& before : {first, first + first, posted}) {
    Path path(rule("sees = { what = 'http', keywords = ['tor'] }\ndrops = 'both'"));
    Tcp tcp(path);
    tcp.open();
    EXPECT_TRUE(tcp.up(before)) << "a body is no request";
    EXPECT_TRUE(tcp.down("HTTP/1.1 200 OK\r\n\r\n"));
    EXPECT_TRUE(tcp.up(listed.substr(0, 5)));
    EXPECT_FALSE(tcp.up(listed.substr(5)));
  }
}

TEST(Names, MayHaveToBeLetterByLetter) {
  for (const bool strict : {false, true}) {
    const std::string word = std::string(
                                 "sees = { what = 'tls-client-hello', names = ['www.youtube.com', "
                                 "'.b.example'], case-sensitive = ") +
                             (strict ? "true" : "false") + " }\ndrops = 'both'";
    const auto passes = [&word](std::string_view name) {
      Path path(rule(word));
      return Tcp(path).open().up(hello_for(name));
    };
    EXPECT_FALSE(passes("www.youtube.com"));
    EXPECT_EQ(passes("wwW.youtube.com"), strict);
    EXPECT_FALSE(passes("a.b.example"));
    EXPECT_EQ(passes("a.B.example"), strict);
  }
}

TEST(Hellos, AreTakenByTheirGroupsAndSignatureAlgorithms) {
  const auto seen = [](const std::string& lists) {
    Path path(rule("sees = { what = 'tls-client-hello', " + lists + " }\ndrops = 'both'"));
    return !Tcp(path).open().up(hello_for("a.example", concat(tls::extension_of(10, hex("00040017001d")),
                                                              tls::extension_of(13, hex("000404030804")))));
  };
  EXPECT_TRUE(seen("groups = [23, 29]"));
  EXPECT_FALSE(seen("groups = [23]"));
  EXPECT_FALSE(seen("groups = [29, 23]"));
  EXPECT_TRUE(seen("signatures = [0x0403, 0x0804], groups = [23, 29]"));
  EXPECT_FALSE(seen("signatures = [0x0403], groups = [23, 29]"));
}

TEST(ShadowsocksFirst, IsAFirstPacketOf160To700Bytes) {
  for (const auto& [size, seen] : std::vector<std::pair<std::size_t, bool>>{
           {159, false}, {160, true}, {161, true}, {699, true}, {700, true}, {701, false}}) {
    Path path(rule("sees = { what = 'shadowsocks-first' }\ndrops = 'both'"));
    EXPECT_EQ(!Tcp(path).open().up(Buffer(size, 0xc3)), seen) << size;
    Path tls(rule("sees = { what = 'shadowsocks-first' }\ndrops = 'both'"));
    Buffer hello = hex("160301");
    hello.resize(size);
    EXPECT_TRUE(Tcp(tls).open().up(hello));
    Path second(rule("sees = { what = 'shadowsocks-first' }\ndrops = 'both'"));
    Tcp tcp(second);
    tcp.open().up("x");
    EXPECT_TRUE(tcp.up(Buffer(size, 0xc3)));
  }
}

TEST(Names, AreComparedAsNamesAre) {
  const std::vector<std::string> names = {"exact.example", ".below.example", "Capital.Example",
                                          "dot.example."};
  for (const auto* name :
       {"exact.example", "EXACT.example", "exact.example.", "below.example", "a.below.example",
        "a.b.Below.Example.", "capital.example", "dot.example", "dot.example."})
    EXPECT_TRUE(is_listed(name, names)) << name;
  for (const auto* name :
       {"", ".", "a.exact.example", "exact.example..", "xbelow.example", "example", "exact.exampl"})
    EXPECT_FALSE(is_listed(name, names)) << name;
}

TEST(Names, OfAListThatAllowsAreTurnedRound) {
  const std::string deny = "what = 'tls-client-hello', names = ['.a.example']";
  const std::string allow = deny + ", names-allow = true";
  EXPECT_TRUE(seen(deny, hello_for("www.A.example")));
  EXPECT_FALSE(seen(deny, hello_for("b.example")));
  EXPECT_FALSE(seen(allow, hello_for("www.A.example")));
  EXPECT_TRUE(seen(allow, hello_for("b.example")));
  const Buffer nameless = tls::records_of(tls::client_hello_of_size(200));
  EXPECT_FALSE(seen(deny, nameless));
  EXPECT_TRUE(seen(allow, nameless));
}

TEST(Http, FindsKeywordsInTheTargetAndTheHostAlone) {
  const std::string word = "what = 'http', keywords = ['tor']";
  EXPECT_TRUE(seen(word, "GET /Tor/ HTTP/1.1\r\nHost: a.example\r\n\r\n"));
  EXPECT_TRUE(seen(word, "GET / HTTP/1.1\r\nHost: WWW.TORPROJECT.ORG\r\n\r\n"));
  EXPECT_TRUE(seen(word, "GET http://tor.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n"));
  EXPECT_FALSE(seen(word, "GET / HTTP/1.1\r\nHost: a.example\r\nReferer: tor\r\n\r\n"));
  EXPECT_FALSE(seen(word, "POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 3\r\n\r\ntor"));
  EXPECT_FALSE(seen(word, "SSH-2.0-tor\r\n"));
  EXPECT_TRUE(
      seen("what = 'http', names = ['.a.example']", "GET / HTTP/1.1\r\nhost: x.A.example:80\r\n\r\n"));
}

TEST(Http, WaitsForTheHost) {
  for (const bool allow : {false, true}) {
    Path path(rule("sees = { what = 'http', names = ['a.example'], names-allow = " +
                   std::string(allow ? "true" : "false") + " }\ndrops = 'up'"));
    Tcp tcp(path);
    tcp.open();
    EXPECT_TRUE(tcp.up("GET / HTTP/1.1\r\n"));
    EXPECT_TRUE(tcp.up("Host: a.exa"));
    EXPECT_EQ(tcp.up("mple\r\n\r\n"), allow);
  }
}

TEST(NotHttp, IsWhateverBeginsOtherwise) {
  EXPECT_TRUE(seen("what = 'not-http'", "SSH-2.0-x\r\n"));
  EXPECT_TRUE(seen("what = 'not-http'", hello_for("a.example")));
  EXPECT_FALSE(seen("what = 'not-http'", "GET / HTTP/1.1\r\n"));
}

TEST(Tls, OfADeclaredFormAlone) {
  const Buffer esni = hello_for("a.example", tls::extension_of(0xffce, Buffer(4)));
  EXPECT_TRUE(seen("what = 'tls-client-hello', extensions = [0xffce]", esni));
  EXPECT_TRUE(seen("what = 'tls-client-hello', extensions = [0, 0xffce]", esni));
  EXPECT_FALSE(seen("what = 'tls-client-hello', extensions = [0xffce, 0xfe0d]", esni));
  EXPECT_FALSE(seen("what = 'tls-client-hello', extensions = [0xffce]", hello_for("a.example")));
  EXPECT_TRUE(seen("what = 'tls-client-hello', ciphers = [0xc02f, 0x009c]", esni));
  EXPECT_FALSE(seen("what = 'tls-client-hello', ciphers = [0x009c, 0xc02f]", esni));
  EXPECT_FALSE(seen("what = 'tls-client-hello', ciphers = [0xc02f]", esni));
  EXPECT_FALSE(seen("what = 'tls-client-hello', ja3 = ['0']", esni));
  EXPECT_FALSE(seen("what = 'tls-client-hello', ja4 = ['0']", esni));
}

TEST(Tls, HellosThatCannotBeReadHaveNoExtensions) {
  const Buffer broken = tls::records_of(hex("0100000403030000"));
  EXPECT_TRUE(seen("what = 'tls-client-hello'", broken));
  EXPECT_TRUE(seen("what = 'tls-client-hello', names = ['a.example'], names-allow = true", broken));
  for (const auto* condition :
       {"names = ['a.example']", "extensions = [0xffce]", "ciphers = [1]", "ja3 = ['0']", "ja4 = ['0']"})
    EXPECT_FALSE(seen("what = 'tls-client-hello', " + std::string(condition), broken)) << condition;
}

const std::string kListed = "what = 'tls-client-hello', names = ['.listed.example']";

// Whether a hello that comes in these pieces [begin, end) is seen.
bool seen_in(const std::string& sees, std::vector<std::pair<std::size_t, std::size_t>> pieces) {
  Path path(rule("sees = { " + sees + " }\ndrops = 'down'"));
  Tcp tcp(path);
  tcp.open();
  const Buffer hello = hello_for("www.listed.example");
  for (const auto& [begin, end] : pieces)
    EXPECT_TRUE(tcp.up_at(begin, Bytes(hello).subspan(begin, std::min(end, hello.size()) - begin)));
  return !tcp.down("x");
}

TEST(Stream, IsPutTogetherAndAPacketIsNot) {
  const std::string packet = kListed + ", stream = false";
  EXPECT_TRUE(seen_in(kListed, {{0, 999}}));
  EXPECT_TRUE(seen_in(packet, {{0, 999}}));
  EXPECT_TRUE(seen_in(kListed, {{0, 70}, {70, 999}}));
  EXPECT_FALSE(seen_in(packet, {{0, 70}, {70, 999}})) << "the name is cut in two";
  EXPECT_TRUE(seen_in(kListed, {{70, 999}, {0, 70}})) << "out of order";
  EXPECT_FALSE(seen_in(packet, {{70, 999}, {0, 70}}));
  EXPECT_TRUE(seen_in(kListed, {{0, 50}, {30, 75}, {40, 999}})) << "overlapping";
  EXPECT_FALSE(seen_in(packet, {{0, 50}, {30, 75}, {40, 999}}));
  EXPECT_FALSE(seen_in(kListed, {{0, 50}, {60, 999}})) << "with a gap";
  EXPECT_TRUE(seen_in(kListed, {{1, 999}, {0, 1}}));
}

TEST(Stream, KeepsWhatCameFirstOfAnOverlap) {
  Path path(rule("sees = { " + kListed + " }\ndrops = 'down'"));
  Tcp tcp(path);
  tcp.open();
  const Buffer hello = hello_for("www.listed.example");
  tcp.up_at(20, Buffer(hello.size() - 20, 'x'));
  tcp.up_at(0, hello);
  EXPECT_TRUE(tcp.down("x"));
}

TEST(Stream, OfTlsIsNotPutTogetherFromRecordsInAPacket) {
  const Buffer extensions = tls::extension_of(0, tls::server_name_body("www.listed.example"));
  const Buffer split = tls::records_of(
      tls::message_of(tls::HandshakeType::client_hello, tls::client_hello_body(extensions)), 40);
  EXPECT_TRUE(seen(kListed, split));
  EXPECT_FALSE(seen(kListed + ", stream = false", split));
}

TEST(Packet, IsLookedAtHoweverLateItComes) {
  for (const bool stream : {false, true}) {
    Path path(rule("sees = { " + kListed + (stream ? "" : ", stream = false") + " }\ndrops = 'up'"));
    Tcp tcp(path);
    tcp.open();
    for (int i = 0; i < 30; ++i) EXPECT_TRUE(tcp.up("first something else"));
    EXPECT_EQ(tcp.up(hello_for("www.listed.example")), stream);
  }
}

TEST(WithinPackets, LooksAtTheFirstSoManyWithDataOfItsDirection) {
  for (int before = 0; before < 4; ++before) {
    Path path(rule("sees = { " + kListed + ", stream = false, within-packets = 2 }\ndrops = 'up'"));
    Tcp tcp(path);
    tcp.open();
    for (int i = 0; i < before; ++i) tcp.up("x"), tcp.down("y"), tcp.down("y"), tcp.ack();
    EXPECT_EQ(tcp.up(hello_for("www.listed.example")), before >= 2) << before;
  }
}

TEST(WithinPackets, OfTheServerAreTheServers) {
  for (int before = 0; before < 4; ++before) {
    Path path(
        rule("sees = { what = 'tls-server-hello', stream = false, within-packets = 2 }\ndrops = 'down'"));
    Tcp tcp(path);
    tcp.open();
    for (int i = 0; i < before; ++i) tcp.down("y"), tcp.up("x"), tcp.up("x");
    EXPECT_EQ(tcp.down(tls::records_of(tls::rfc8448_server_hello())), before >= 2) << before;
  }
}

TEST(TcpHeader, Of20BytesHasNoOptions) {
  for (const std::size_t options : {0U, 4U, 12U, 40U}) {
    Path path(rule("sees = { " + kListed + ", stream = false, tcp-header = 20 }\ndrops = 'up'"));
    Tcp tcp(path);
    tcp.open();
    tcp.options = Buffer(options, 1);
    EXPECT_EQ(tcp.up(hello_for("www.listed.example")), options > 0) << options;
  }
}

TEST(TcpHeader, AndWithinPacketsHoldTogether) {
  Path path(
      rule("sees = { " + kListed + ", stream = false, tcp-header = 20, within-packets = 1 }\ndrops = 'up'"));
  Tcp tcp(path);
  tcp.open();
  tcp.options = Buffer(4, 1);
  EXPECT_TRUE(tcp.up("x"));
  tcp.options = {};
  EXPECT_TRUE(tcp.up(hello_for("www.listed.example"))) << "the second packet";
}

TEST(FullyEncrypted, IsJudgedByTheFirstDataPacketOfTheClient) {
  const Buffer random = concat(hex("c31e8bf0c31e8bf0"), hex("c31e8bf0c31e8bf0"));
  for (const bool later : {false, true}) {
    Path path(rule("sees = { what = 'fully-encrypted' }\ndrops = 'up'"));
    Tcp tcp(path);
    tcp.open();
    tcp.down(random);
    if (later) tcp.up("GET / HTTP/1.1\r\n");
    EXPECT_EQ(tcp.up(random), later);
  }
}

TEST(Dns, IsSeenOverUdpAndTcp) {
  const std::string names = "what = 'dns', names = ['.listed.example']";
  Path path(rule("sees = { " + names + " }\ndrops = 'up'"));
  EXPECT_FALSE(udp_up(path, dns_query("listed")));
  EXPECT_TRUE(udp_up(path, dns_query("other"), 53, 50001));
  const auto over_tcp = [](std::string_view label) {
    const Buffer query = dns_query(label);
    return Writer().u16(static_cast<std::uint16_t>(query.size())).bytes(query).take();
  };
  EXPECT_TRUE(seen(names, over_tcp("listed")));
  EXPECT_FALSE(seen(names, over_tcp("other")));
}

TEST(Dns, OfOneSocketIsSeenInEveryPacketIfItsRuleLooksAtPackets) {
  Path path(
      rule("sees = { what = 'dns', stream = false, names = ['.listed.example'] }\ndrops = 'up'\nonly-packet "
           "= true"));
  EXPECT_TRUE(udp_up(path, dns_query("other")));
  EXPECT_FALSE(udp_up(path, dns_query("listed", 1)));
  EXPECT_FALSE(udp_up(path, dns_query("listed", 28)));
  EXPECT_TRUE(udp_up(path, dns_query("other")));
  EXPECT_EQ(path.censor.hits(), std::vector<std::uint64_t>{1}) << "one flow";
}

TEST(Ipsec, IsSeenWhereTlsNeverIs) {
  Path path(rule(
      "sees = { what = 'tls-certificate' }\ndrops = 'both'\n[[rule]]\nname = 's'\nsees = { what = 'ipsec' }\n"
      "drops = 'both'"));
  EXPECT_FALSE(path.give(Side::client, framed(build_ip(kUpV4, kEsp, hex("000000010000000100000000")))));
  EXPECT_TRUE(udp_up(path, bytes_of("hello"), 4433));
}

TEST(ServerHello, IsSeenInItsPacketAndInTheStream) {
  const Buffer hello = tls::records_of(tls::rfc8448_server_hello());
  for (const bool stream : {false, true}) {
    Path path(rule("sees = { what = 'tls-server-hello'" + std::string(stream ? "" : ", stream = false") +
                   " }\ndrops = 'down'"));
    Tcp tcp(path);
    tcp.open();
    EXPECT_TRUE(tcp.up(tls::records_of(tls::rfc8448_client_hello())));
    EXPECT_TRUE(tcp.down(Bytes(hello).first(5)));
    EXPECT_EQ(tcp.down(Bytes(hello).subspan(5)), !stream);
  }
}

TEST(ConnectionsMetInTheirMiddle, AreNotPutTogether) {
  for (const auto* what :
       {"tls", "http", "not-http", "ssh", "fully-encrypted", "tls-client-hello", "tls-handshake"}) {
    Path path(rule("sees = { what = '" + std::string(what) + "' }\ndrops = 'up'"));
    Tcp tcp(path);
    EXPECT_TRUE(tcp.up(hello_for("a.example"))) << what;
    EXPECT_TRUE(tcp.up("GET / HTTP/1.1\r\n")) << what;
  }
  Path answered(rule("sees = { " + kListed + " }\ndrops = 'up'"));
  Tcp tcp(answered);
  tcp.syn_ack();
  EXPECT_TRUE(tcp.up(hello_for("www.listed.example"))) << "a SYN+ACK is not enough";
  Path packets(rule("sees = { " + kListed + ", stream = false }\ndrops = 'up'"));
  EXPECT_FALSE(Tcp(packets).up(hello_for("www.listed.example")));
}

}  // namespace
}  // namespace rozaneh::lab
