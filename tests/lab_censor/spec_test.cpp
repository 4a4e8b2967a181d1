// Censors' files: every key, and what is said of every mistake.
#include "lab/censor/spec.h"

#include <gtest/gtest.h>

#include <cmath>

#include "lab/censor/sights.h"
#include "lab_censor/conversation.h"

namespace rozaneh::lab {
namespace {

constexpr std::string_view kFull = R"(
title = "All of it"
country = "XX"
from = "2012-02"
until = "2012-03"
bold = true
mechanism = "Words."
most-scale = 20
control = { passes = "http", blocked = "https-1.3" }
with = ["one", "two"]

[[source]]
text = "A paper"
url = "https://example.org/"

[[source]]
text = "Another"

[[rule]]
name = "everything"
scope = { protocol = "udp", ports = [1, 65535], not-ports = [0], servers = ["192.0.2.0/24", "::1"], opened-inside = true, destinations = 0.25 }
probability = 0.263
drops = "down"
lets-pass = true
only-packet = true
dns-answer = "127.0.0.1"
source = "table 3"
confidence = "measured"

[rule.sees]
what = "quic"
stream = false
tcp-header = 32
within-packets = 3
names = [".a.example", "b.example"]
names-allow = true
keywords = ["tor"]
ciphers = [4865]
extensions = [0xffce]
ja3 = ["3"]
ja4 = ["4"]
lifetime-below = 7200
prime = "00FF"

[rule.once]
age = 60
bytes-down = 16384
packets-after = 5
simultaneous = 7

[[rule.inject]]
to = "server"
flags = "rst+ack+psh+fin"
count = 3
id = 10
id-most = 20
dont-fragment = true
ttl = 58
text = "ab"
bytes = "00"

[rule.throttle]
bytes-per-second = 1000
share = "all"
queue = 1500

[rule.residual]
tuple = "server"
lasts = 0.5
restarts = true
probability = 0.75
)";

TEST(CensorFile, HasAllItsKeysRead) {
  const auto read = parse_censor(kFull, "some/where/all-2012.toml");
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(read->id, "all-2012");
  EXPECT_EQ(read->title + read->country + read->from + read->until + read->mechanism,
            "All of itXX2012-022012-03Words.");
  EXPECT_TRUE(read->bold);
  EXPECT_EQ(read->most_scale, 20);
  EXPECT_EQ(read->control.passes + read->control.blocked, "httphttps-1.3");
  EXPECT_EQ(read->with, (std::vector<std::string>{"one", "two"}));
  ASSERT_EQ(read->sources.size(), 2U);
  EXPECT_EQ(read->sources[0].text + read->sources[0].url + read->sources[1].text,
            "A paperhttps://example.org/Another");
  ASSERT_EQ(read->rules.size(), 1U);
  EXPECT_EQ(read->rules[0].name + read->rules[0].source, "everythingtable 3");
  EXPECT_EQ(read->rules[0].probability, 0.263);
  EXPECT_EQ(read->rules[0].confidence, Confidence::measured);
}

TEST(CensorFile, HasItsScopeAndSightRead) {
  const auto rule = parse_censor(kFull, "x.toml").value().rules.at(0);
  EXPECT_EQ(rule.scope.protocol, kUdp);
  EXPECT_EQ(rule.scope.ports, (std::vector<std::uint16_t>{1, 65535}));
  EXPECT_EQ(rule.scope.not_ports, (std::vector<std::uint16_t>{0}));
  EXPECT_EQ(rule.scope.servers.size(), 2U);
  EXPECT_TRUE(rule.scope.opened_inside);
  EXPECT_EQ(rule.scope.destinations, 0.25);
  const Sight& sight = rule.sight;
  EXPECT_EQ(sight.what, "quic");
  EXPECT_FALSE(sight.stream);
  EXPECT_EQ(sight.tcp_header, 32U);
  EXPECT_EQ(sight.within_packets, 3U);
  EXPECT_EQ(sight.names, (std::vector<std::string>{".a.example", "b.example"}));
  EXPECT_TRUE(sight.names_allow);
  EXPECT_EQ(sight.keywords, (std::vector<std::string>{"tor"}));
  EXPECT_EQ(sight.ciphers, (std::vector<std::uint16_t>{4865}));
  EXPECT_EQ(sight.extensions, (std::vector<std::uint16_t>{0xffce}));
  EXPECT_EQ(sight.ja3.at(0) + sight.ja4.at(0), "34");
  EXPECT_EQ(sight.lifetime_below, 7200);
  EXPECT_EQ(sight.prime, "00ff");
}

TEST(CensorFile, MayAskForNoListThatNobodyKeeps) {
  for (const std::string key : {"on-list", "not-on-list"}) {
    const auto read = parse_censor(
        "title = 'x'\ncontrol = { passes = 'a', blocked = 'b' }\n[[rule]]\nname = 'r'\nscope = { " + key +
            " = 'grey' }\n",
        "x.toml");
    ASSERT_FALSE(read);
    EXPECT_TRUE(read.error().message().contains("a rule that 'lists' on 'grey', which 'r' asks for"));
  }
}

TEST(CensorFile, HasTheKeysOfHamperingAndMemoryRead) {
  const auto spec = rule(
      "scope = { clients = ['192.0.2.0/25'], not-clients = ['192.0.2.9'], sources = 0.5, unresolved = 60, "
      "on-list = 'grey', not-on-list = 'black' }\n"
      "sees = { what = 'tls-client-hello', case-sensitive = true, groups = [29], signatures = [1027] }\n"
      "once = { connections = 3 }\n"
      "delay = { seconds = 0.5, jitter = 0.25, way = 'down' }\n"
      "lose = { probability = 0.02, way = 'up' }\n"
      "rewrite = [{ way = 'down', flags = 'syn+ack', window = 64 }, { find = 'ab', with-bytes = '0001' }, { "
      "becomes = 'rst+ack' }]\n"
      "lists = { on = 'grey', tuple = 'client-server', lasts = 100 }\nprobes = 'signal'\n"
      "[[rule]]\nname = 's'\nlists = { on = 'black', lasts = 1 }\n");
  const CensorRule& read = spec.rules.at(0);
  EXPECT_EQ(read.scope.clients.size() + read.scope.not_clients.size(), 2U);
  EXPECT_EQ(read.scope.sources, 0.5);
  EXPECT_EQ(read.scope.unresolved, seconds(60));
  EXPECT_EQ(read.scope.on_list + read.scope.not_on_list, "greyblack");
  EXPECT_TRUE(read.sight.case_sensitive);
  EXPECT_EQ(read.sight.groups.at(0) + read.sight.signatures.at(0), 29 + 1027);
  EXPECT_EQ(read.threshold.connections, 3U);
  const Action& action = read.action;
  EXPECT_TRUE(action.delay->time == milliseconds(500) && action.delay->jitter == milliseconds(250) &&
              action.delay->way == Way::down);
  EXPECT_TRUE(action.lose->probability == 0.02 && action.lose->way == Way::up);
  ASSERT_EQ(action.rewrite.size(), 3U);
  EXPECT_EQ(action.rewrite[0].flags, kSyn | kAck);
  EXPECT_EQ(action.rewrite[0].window, 64);
  EXPECT_EQ(text_of(action.rewrite[1].find), "ab");
  EXPECT_EQ(encode_hex(action.rewrite[1].with), "0001");
  EXPECT_EQ(action.rewrite[2].becomes, kRst | kAck);
  EXPECT_TRUE(action.lists->on == "grey" && action.lists->lasts == seconds(100) &&
              action.lists->tuple == Residual::Tuple::client_server);
  EXPECT_EQ(action.probes, "signal");
}

TEST(CensorFile, HasItsThresholdAndActionRead) {
  const auto rule = parse_censor(kFull, "x.toml").value().rules.at(0);
  EXPECT_EQ(rule.threshold.age, seconds(60));
  EXPECT_EQ(rule.threshold.bytes_down, 16384U);
  EXPECT_EQ(rule.threshold.packets_after, 5U);
  EXPECT_EQ(rule.threshold.simultaneous, 7U);
  const Action& action = rule.action;
  EXPECT_TRUE(!action.drop_up && action.drop_down && action.lets_pass && action.only_packet);
  EXPECT_EQ(action.dns_answer, "127.0.0.1");
  ASSERT_EQ(action.inject.size(), 1U);
  const InjectedPacket& packet = action.inject[0];
  EXPECT_EQ(packet.to, End::server);
  EXPECT_EQ(packet.flags, kRst | kAck | kPsh | kFin);
  EXPECT_EQ(packet.count, 3U);
  EXPECT_EQ(packet.id_least, 10);
  EXPECT_EQ(packet.id_most, 20);
  EXPECT_TRUE(packet.dont_fragment);
  EXPECT_EQ(packet.ttl, 58);
  EXPECT_EQ(encode_hex(packet.payload), "616200");
  EXPECT_EQ(action.throttle.value().bytes_per_second, 1000U);
  EXPECT_EQ(action.throttle.value().share, Throttle::Share::all);
  EXPECT_EQ(action.throttle.value().queue, 1500U);
  EXPECT_EQ(action.residual.value().tuple, Residual::Tuple::server);
  EXPECT_EQ(action.residual.value().lasts, milliseconds(500));
  EXPECT_TRUE(action.residual.value().restarts);
  EXPECT_EQ(action.residual.value().probability, 0.75);
}

TEST(CensorFile, IsShortWhereMostGoesWithoutSaying) {
  const auto spec = rule("");
  const CensorRule& only = spec.rules.at(0);
  EXPECT_EQ(only.sight.what, "anything");
  EXPECT_TRUE(only.sight.stream);
  EXPECT_EQ(only.probability, 1);
  EXPECT_EQ(only.confidence, Confidence::recalled);
  EXPECT_FALSE(only.action.drop_up || only.action.drop_down || only.action.throttle || only.action.residual);
  EXPECT_EQ(rule("residual = { lasts = 1 }").rules[0].action.residual->tuple,
            Residual::Tuple::client_server_port);
  EXPECT_EQ(rule("throttle = { bytes-per-second = 1 }").rules[0].action.throttle->queue, 32768U);
}

std::string failure_of(std::string_view text) {
  const auto read = parse_censor(text, "censors/x.toml");
  return read ? "" : read.error().message();
}

// What is said of a rule with this line, its third.
std::string of_rule(const std::string& line) {
  return failure_of("title = 'x'\ncontrol = { passes = 'a', blocked = 'b' }\n[[rule]]\nname = 'r'\n" + line);
}

struct Mistake {
  const char* line;
  const char* says;  // besides file and line
};

TEST(CensorFile, SaysWhatIsWrongWhereAndWhatWouldBeRight) {
  const Mistake mistakes[] = {
      {"dorps = 'both'", "unknown key 'dorps'; valid: name, scope, sees, once"},
      {"drops = 'sideways'", "'drops' takes one of nothing, up, down, both"},
      {"drops = 1", "'drops' takes one of nothing, up, down, both"},
      {"lets-pass = 'yes'", "'lets-pass' takes true or false"},
      {"only-packet = 1", "'only-packet' takes true or false"},
      {"probability = 1.01", "'probability' takes a number from 0 to 1"},
      {"probability = -0.01", "'probability' takes a number from 0 to 1"},
      {"probability = nan", "'probability' takes a number from 0 to 1"},
      {"probability = '1'", "'probability' takes a number from 0 to 1"},
      {"confidence = 'sure'", "'confidence' takes one of primary, secondary, recalled, measured"},
      {"source = 1", "'source' takes a text"},
      {"dns-answer = '127.0.0'", "'dns-answer' takes an IP address"},
      {"scope = 1", "'scope' takes a table"},
      {"scope = { port = [1] }", "unknown key 'port'; valid: protocol, ports"},
      {"scope = { protocol = 'sctp' }", "'protocol' takes one of tcp, udp, icmp, gre, esp"},
      {"scope = { ports = 443 }", "'ports' takes a list of numbers up to 65535"},
      {"scope = { ports = [65536] }", "'ports' takes a list of numbers up to 65535"},
      {"scope = { not-ports = [-1] }", "'not-ports' takes a list of numbers up to 65535"},
      {"scope = { servers = ['192.0.2.0/33'] }",
       "'servers' takes ranges of addresses such as 198.51.100.0/24"},
      {"scope = { opened-inside = 1 }", "'opened-inside' takes true or false"},
      {"scope = { destinations = 2 }", "'destinations' takes a number from 0 to 1"},
      {"sees = { what = 'gopher' }", "'what' takes one of anything, dns, fully-encrypted, http"},
      {"sees = { looks = 'tls' }", "unknown key 'looks'; valid: what, stream"},
      {"sees = { tcp-header = 19 }", "'tcp-header' takes a number from 20 to 60"},
      {"sees = { tcp-header = 21 }", "'tcp-header' takes a multiple of 4 from 20 to 60"},
      {"sees = { within-packets = -1 }", "'within-packets' takes a number from 0 to 1000"},
      {"sees = { within-packets = 1.5 }", "'within-packets' takes a whole number"},
      {"sees = { names = 'a' }", "'names' takes a list of texts"},
      {"sees = { names = [1] }", "'names' takes a list of texts"},
      {"sees = { ciphers = [65536] }", "'ciphers' takes a list of numbers up to 65535"},
      {"sees = { lifetime-below = 0 }", "'lifetime-below' takes a number from 1 to"},
      {"sees = { prime = 'xyz' }", "'prime' takes hexadecimal digits"},
      {"once = { age = inf }", "'age' takes a number from 0 to"},
      {"once = { bytes-down = -1 }", "'bytes-down' takes a number from 0 to 1073741824"},
      {"once = { packets-after = 2000000 }", "'packets-after' takes a number from 0 to 1048576"},
      {"once = { simultaneous = 10001 }", "'simultaneous' takes a number from 0 to 10000"},
      {"once = { later = 1 }", "unknown key 'later'; valid: age, bytes-down"},
      {"inject = { to = 'client' }", "'inject' takes a list of tables"},
      {"inject = [1]", "'inject' takes a list of tables"},
      {"inject = [{ to = 'both' }]", "'to' takes one of client, server"},
      {"inject = [{ flags = 'rst,ack' }]", "'flags' takes rst, ack, fin and psh, joined by +"},
      {"inject = [{ flags = '' }]", "'flags' takes rst, ack, fin and psh, joined by +"},
      {"inject = [{ flags = 'rst+' }]", "'flags' takes rst, ack, fin and psh, joined by +"},
      {"inject = [{ count = 17 }]", "'count' takes a number from 1 to 16"},
      {"inject = [{ id = 65536 }]", "'id' takes a number from 0 to 65535"},
      {"inject = [{ id = 5, id-most = 4 }]", "'id-most' takes a number not below 'id'"},
      {"inject = [{ id-most = 4 }]", "'id-most' takes a number not below 'id'"},
      {"inject = [{ ttl = 0 }]", "'ttl' takes a number from 1 to 255"},
      {"inject = [{ bytes = 'f' }]", "'bytes' takes hexadecimal digits"},
      {"inject = [{ ack = true }]", "unknown key 'ack'; valid: to, flags, count"},
      {"scope = { clients = ['x'] }", "'clients' takes ranges of addresses such as 198.51.100.0/24"},
      {"scope = { sources = -1 }", "'sources' takes a number from 0 to 1"},
      {"scope = { unresolved = -1 }", "'unresolved' takes a number from 0 to"},
      {"once = { connections = 1048577 }", "'connections' takes a number from 0 to 1048576"},
      {"delay = {}", "'seconds' is missing"},
      {"delay = { seconds = -1 }", "'seconds' takes a number from 0 to"},
      {"delay = { seconds = 1, way = 'left' }", "'way' takes one of both, up, down"},
      {"lose = {}", "'probability' is missing"},
      {"lose = { probability = 1.1 }", "'probability' takes a number from 0 to 1"},
      {"rewrite = [{}]", "'window' is missing"},
      {"rewrite = [{ window = 65536 }]", "'window' takes a number from 0 to 65535"},
      {"rewrite = [{ find = 'ab', with = 'abc' }]", "'with' takes as many bytes as 'find'"},
      {"rewrite = [{ find-bytes = '0' }]", "'find-bytes' takes hexadecimal digits"},
      {"rewrite = [{ becomes = 'syn' }]", "'becomes' takes rst, ack, fin and psh"},
      {"lists = { lasts = 1 }", "'on' is missing"},
      {"lists = { on = 'grey' }", "'lasts' is missing"},
      {"probes = 'telepathy'", "'probes' takes one of shadowsocks, obfs2"},
      {"probes = 'obfs2'", "'probes' takes a 'residual' or 'lists' beside it"},
      {"intercepts = true", "'intercepts' takes beside it a scope of tcp and one port"},
      {"throttle = {}", "'bytes-per-second' is missing"},
      {"throttle = { bytes-per-second = 0 }", "'bytes-per-second' takes a number from 1 to 1000000000"},
      {"throttle = { bytes-per-second = 1, share = 'server' }", "'share' takes one of flow, client, all"},
      {"throttle = { bytes-per-second = 1, queue = 1499 }", "'queue' takes a number from 1500 to 67108864"},
      {"residual = {}", "'lasts' is missing"},
      {"residual = { lasts = 0 }", "'lasts' takes a number from 0.001 to"},
      {"residual = { lasts = 1, tuple = 'client' }", "'tuple' takes one of flow, client-server-port"},
      {"residual = { lasts = 1, probability = 2 }", "'probability' takes a number from 0 to 1"},
  };
  for (const auto& [line, says] : mistakes) {
    const std::string message = of_rule(line);
    EXPECT_TRUE(message.contains(std::string("censors/x.toml:5: ") + says)) << line << "\n" << message;
  }
}

TEST(CensorFile, SaysWhatIsWrongOutsideOfRules) {
  const Mistake mistakes[] = {
      {"control = { passes = 'a', blocked = 'b' }\n[[rule]]\nname = 'r'", "'title' is missing"},
      {"title = 'x'\n[[rule]]\nname = 'r'", "'control' is missing"},
      {"title = 'x'\ncontrol = { passes = 'a' }\n[[rule]]\nname = 'r'", "2: 'control' takes two subjects"},
      {"title = 'x'\ncontrol = { blocked = 'a' }\n[[rule]]\nname = 'r'", "2: 'control' takes two subjects"},
      {"title = 'x'\ncontrol = { passed = 'a' }\n[[rule]]\nname = 'r'",
       "2: unknown key 'passed'; valid: passes, blocked"},
      {"title = 'x'\ncontrol = { passes = 'a', blocked = 'b' }", "'rule' is missing"},
      {"title = 'x'\ncontrol = { passes = 'a', blocked = 'b' }\n[[rule]]\ndrops = 'up'", "'name' is missing"},
      {"title = 1", "1: 'title' takes a text"},
      {"title = 'x'\nmost-scale = 0.5", "2: 'most-scale' takes a number from 1 to 1000"},
      {"title = 'x'\nsource = 'y'", "2: 'source' takes a list of tables"},
      {"title = 'x'\n[[source]]\nname = 'y'", "3: unknown key 'name'; valid: text, url"},
      {"title = 'x'\nwith = 'y'", "2: 'with' takes a list of texts"},
      {"title = 'x'\ntitle = 'y'", "2: "},
      {"title = ", "1: "},
      {"\xff", "1: "},
      {"title = 'x'\n\xef\xbb\xbb = 1", "2: "},
      {"title = 'x'\n[[:rule]]", "x.toml: this is no TOML"},
      {"title = 'x'\nservers = ['a', }", "x.toml: this is no TOML"},
      {"title = 'x'\n [ \n]", "x.toml: this is no TOML"},
  };
  for (const auto& [text, says] : mistakes) {
    const std::string message = failure_of(text);
    EXPECT_TRUE(message.contains("censors/x.toml:") && message.contains(says)) << text << "\n" << message;
  }
}

TEST(CensorFile, MayHaveBracketsInItsTexts) {
  EXPECT_EQ(of_rule("source = \"\"\"\xd8\xa7 a\n[:b]\n\\\"[:c]\n\"\"\"\"\" # '\n"), "");
  EXPECT_EQ(of_rule("source = '''\n[:b]\n''' # \"\"\"\ndrops = 'up'"), "");
}

TEST(CensorFile, InjectsNoMoreThanFitsAPacket) {
  const auto with = [](std::size_t size) {
    return of_rule("inject = [{ text = '" + std::string(size, 'x') + "' }]");
  };
  EXPECT_EQ(with(1400), "");
  EXPECT_TRUE(with(1401).contains("x.toml:5: 'text' takes at most 1400 bytes"));
}

TEST(CensorFile, NamesEverySightThatThereIs) {
  for (const std::string_view name : sight_names())
    EXPECT_EQ(of_rule("sees = { what = '" + std::string(name) + "' }"), "") << name;
}

}  // namespace
}  // namespace rozaneh::lab
