// Subjects' files: every key, what is said of every mistake, and that all of ours can be read.
#include "lab/score/subject.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "lab/censor/library.h"
#include "lab/score/subjects.h"

namespace rozaneh::lab {
namespace {

constexpr std::string_view kFull = R"(
title = "All of it"
kind = "peer"
base = "tor"
innocent = true
year = 2014
needs = ["one", "two"]
package = "three"
bridge = ["obfs4", "obfs2"]
patience = 20
proxy = "socks5://{pt.arguments}@127.0.0.1:{pt.port}"

[fetch]
url = "https://example.org:2443/bytes/300000"
tls = "1.3"
ciphers = "DHE"
times = 2
connections = 8
at = "198.51.100.44"
v6 = true
tcp-options = false
verify = false
sends = ["00ff", "random 12"]
answer = "192.0.2.9"

[[file]]
name = "a.conf"
text = "{ \"key\": \"{key}\", {unclosed"

[[prepare]]
run = ["keygen", "{state}"]

[[far]]
run = ["server", "{address}:{port}"]
environment = ["A={web}"]
ready = 443
pluggable = "obfs4"

[[near]]
run = ["{rozaneh}", "{link.obfs4}", "{link.obfs2}"]
ready-interface = "tun0"
ready-says = "up"
pluggable = "obfs4"
)";

constexpr std::string_view kLeast = "title = \"t\"\nfetch = { url = \"http://a.example/\" }\n";

std::string complaint(std::string_view text) {
  const auto spec = parse_subject(text, "subjects/x.toml");
  return spec ? "" : spec.error().message();
}

std::string with(std::string_view line) { return std::string(kLeast).append(line).append("\n"); }

TEST(Subject, IsReadWithAllThatMayStandInIt) {
  const auto spec = parse_subject(kFull, "subjects/full.toml");
  ASSERT_TRUE(spec) << spec.error().message();
  EXPECT_EQ(spec->id, "full");
  EXPECT_EQ(spec->kind, SubjectKind::peer);
  EXPECT_EQ(spec->base, "tor");
  EXPECT_TRUE(spec->innocent);
  EXPECT_EQ(spec->year, 2014U);
  EXPECT_EQ(spec->needs, (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(spec->bridge, (std::vector<std::string>{"obfs4", "obfs2"}));
  EXPECT_EQ(spec->patience, 20U);
  EXPECT_EQ(spec->fetch.place.target.to_string(), "example.org:2443");
  EXPECT_EQ(spec->fetch.place.path, "/bytes/300000");
  EXPECT_EQ(spec->fetch.tls, "1.3");
  EXPECT_EQ(spec->fetch.times, 2U);
  EXPECT_EQ(spec->fetch.connections, 8U);
  EXPECT_EQ(spec->fetch.at->to_string(), "198.51.100.44");
  EXPECT_TRUE(spec->fetch.v6);
  EXPECT_FALSE(spec->fetch.tcp_options);
  EXPECT_FALSE(spec->fetch.verify);
  EXPECT_EQ(spec->fetch.answer.to_string(), "192.0.2.9");
  ASSERT_EQ(spec->far_side.size(), 1U);
  EXPECT_EQ(spec->far_side[0].ready_port, 443);
  EXPECT_EQ(spec->far_side[0].environment, std::vector<std::string>{"A={web}"});
  ASSERT_EQ(spec->near_side.size(), 1U);
  EXPECT_EQ(spec->near_side[0].ready_interface, "tun0");
  EXPECT_EQ(spec->near_side[0].ready_says, "up");
  EXPECT_EQ(spec->near_side[0].pluggable, "obfs4");
  EXPECT_EQ(spec->prepare.size(), 1U);
  EXPECT_EQ(spec->files.at(0).name, "a.conf");
}

TEST(Subject, ComesAfterItsBase) {
  const auto base = parse_subject(
      "title = \"b\"\nneeds = [\"one\"]\npackage = \"p\"\nfetch = { url = \"http://a.example/\" }\n"
      "[[far]]\nrun = [\"first\"]\n[[file]]\nname = \"f\"\n",
      "b.toml");
  ASSERT_TRUE(base);
  auto spec = parse_subject(with("[[far]]\nrun = [\"second\"]\n[[near]]\nrun = [\"third\"]"), "x.toml");
  ASSERT_TRUE(spec);
  add_base(*base, *spec);
  EXPECT_EQ(spec->id, "x");
  EXPECT_EQ(spec->package, "p");
  EXPECT_EQ(spec->needs, std::vector<std::string>{"one"});
  EXPECT_EQ(spec->files.size(), 1U);
  ASSERT_EQ(spec->far_side.size(), 2U);
  EXPECT_EQ(spec->far_side[0].words.front(), "first");
  EXPECT_EQ(spec->far_side[1].words.front(), "second");
  EXPECT_EQ(spec->near_side.size(), 1U) << "the client's side is the subject's own";
}

TEST(Subject, HasDefaultsForAllButTitleAndFetch) {
  const auto spec = parse_subject(kLeast, "x.toml");
  ASSERT_TRUE(spec) << spec.error().message();
  EXPECT_EQ(spec->kind, SubjectKind::control);
  EXPECT_FALSE(spec->innocent);
  EXPECT_EQ(spec->fetch.times, 3U);
  EXPECT_EQ(spec->fetch.connections, 1U);
  EXPECT_TRUE(spec->fetch.verify);
  EXPECT_TRUE(spec->fetch.tcp_options);
}

TEST(Subject, NamesEveryMistakeWithItsLine) {
  struct Case {
    std::string text;
    std::string_view says;
  };
  const std::vector<Case> cases = {
      {"", "'title' is missing"},
      {"title = \"t\"", "'fetch' is missing"},
      {"title = \"t\"\nfetch = {}", "x.toml:2: 'url' is missing"},
      {"title = \"t\"\nfetch = { url = \"ftp://a\" }", "x.toml:2: 'url' takes http://"},
      {"title = \"t\"\nfetch = { url = \"tcp://a.example:1\" }", "'sends' is missing"},
      {"title = \"t\"\nfetch = { url = \"tcp://a.example:1\", sends = [\"0\"] }",
       "'sends' takes hexadecimal"},
      {"title = \"t\"\nfetch = { url = \"tcp://a.example:1\", sends = [\"random 0\"] }", "'sends' takes"},
      {with("colour = 1"), "x.toml:3: unknown key 'colour'; valid: title, kind"},
      {with("kind = \"friend\""), "x.toml:3: 'kind' takes one of control, ours, peer"},
      {with("needs = [\"a\"]"), "'package' is missing"},
      {with("bridge = [\"obfs5\"]"), "x.toml:3: 'bridge' takes a list of: obfs2, obfs3, obfs4, scramblesuit"},
      {with("proxy = \"{nowhere}\""), "x.toml:3: 'proxy' takes these placeholders: {address}"},
      {with("proxy = \"{link.obfs4}\""), "there is no {link.obfs4}"},
      {with("proxy = \"{pt.port}\""), "there is no {pt.port}"},
      {with("[[far]]\nready = 1"), "x.toml:3: 'run' is missing"},
      {with("[[near]]\nrun = [\"a\"]\nready = 0"), "x.toml:5: 'ready' takes a number from 1"},
      {with("[[near]]\nrun = [\"a\"]\nenvironment = [\"=b\"]"), "x.toml:5: 'environment' takes"},
      {with("[[file]]\nname = \"../a\""), "x.toml:4: 'name' takes a file's name"},
      {with("[[file]]\ntext = \"a\""), "'name' is missing"},
      {"title = ", "x.toml:1: "},
  };
  for (const Case& each : cases)
    EXPECT_TRUE(complaint(each.text).contains(each.says)) << each.text << "\n" << complaint(each.text);
}

TEST(Subject, OfOursCanAllBeRead) {
  const auto all = all_subjects();
  ASSERT_TRUE(all) << all.error().message();
  EXPECT_GE(all->size(), 20U);
  const auto is_this_program = [](const SubjectProgram& program) { return program.words[0] == "{rozaneh}"; };
  const auto starts_this_program = [](const SubjectFile& script) {
    return script.text.contains("exec {rozaneh} bridge ");
  };
  for (const SubjectSpec& spec : *all)
    EXPECT_TRUE(spec.kind != SubjectKind::ours || !spec.bridge.empty() ||
                std::ranges::any_of(spec.far_side, is_this_program) ||
                std::ranges::any_of(spec.files, starts_this_program))
        << spec.id;
}

TEST(Subject, ThatIsUnknownIsAnsweredWithThoseThatThereAre) {
  const auto found = find_subject("telepathy");
  ASSERT_FALSE(found);
  EXPECT_TRUE(found.error().message().contains("https-1.3"));
}

TEST(Subject, IsThereForEveryControlOfEveryCensor) {
  const auto censors = all_censors();
  ASSERT_TRUE(censors) << censors.error().message();
  for (const CensorSpec& censor : *censors)
    for (const std::string& control : {censor.control.passes, censor.control.blocked})
      EXPECT_TRUE(find_subject(control)) << "censors/" << censor.id << ".toml names '" << control << "'";
}

TEST(Subject, FetchesEnoughForCensorsThatCount) {
  const auto all = all_subjects();
  ASSERT_TRUE(all);
  for (const SubjectSpec& spec : *all)
    EXPECT_GE(spec.fetch.place.size().value_or(300'000), 300'000U) << spec.id;
}

TEST(Subject, MissesAProgramThatIsNotInstalled) {
  SubjectSpec spec;
  spec.needs = {"sh", "no-such-program"};
  EXPECT_EQ(missing_program(spec), "no-such-program");
  spec.needs = {"sh", "/bin/sh"};
  EXPECT_EQ(missing_program(spec), "");
  spec.needs = {"/no/such/program"};
  EXPECT_EQ(missing_program(spec), "/no/such/program");
}

}  // namespace
}  // namespace rozaneh::lab
