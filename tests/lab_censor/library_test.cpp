// The censors that the program brings along, and companions.
#include "lab/censor/library.h"

#include <gtest/gtest.h>

#include <map>

#include "lab/censor/files.h"

namespace rozaneh::lab {
namespace {

std::size_t count(std::string_view text, std::string_view word) {
  std::size_t times = 0;
  for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) ++times;
  return times;
}

TEST(EveryFile, HasAllThatItsScoreRestsOn) {
  EXPECT_FALSE(censor_files().empty());
  for (const EmbeddedFile& file : censor_files()) {
    SCOPED_TRACE(file.name);
    const auto spec = parse_censor(file.text, std::string(file.name) + ".toml");
    ASSERT_TRUE(spec) << spec.error().message();
    EXPECT_EQ(spec->id, file.name);
    EXPECT_FALSE(spec->title.empty() || spec->from.empty() || spec->mechanism.empty());
    EXPECT_EQ(spec->country.size(), 2U);
    EXPECT_FALSE(spec->control.passes.empty() || spec->control.blocked.empty());
    EXPECT_FALSE(spec->sources.empty());
    for (const Source& source : spec->sources) EXPECT_FALSE(source.text.empty());
    EXPECT_FALSE(spec->rules.empty() && spec->with.empty());
    EXPECT_EQ(count(file.text, "\nconfidence = \""), spec->rules.size()) << "each rule says how sure it is";
  }
}

TEST(EveryFile, IsFoundByItsNameWithItsCompanions) {
  for (const EmbeddedFile& file : censor_files()) {
    const auto found = find_censor(file.name);
    ASSERT_TRUE(found) << found.error().message();
    EXPECT_FALSE(found->rules.empty());
    EXPECT_TRUE(found->with.empty());
  }
  EXPECT_EQ(find_censor("iran-2012-02")->rules.size(), 3U);
}

TEST(Library, IsInTheOrderOfDates) {
  const auto all = all_censors();
  ASSERT_TRUE(all);
  EXPECT_EQ(all->size(), censor_files().size());
  EXPECT_TRUE(std::ranges::is_sorted(*all, {}, &CensorSpec::from));
}

TEST(Library, NamesWhatThereIsWhenAskedForAnother) {
  const auto missing = find_censor("atlantis-2030");
  ASSERT_FALSE(missing);
  EXPECT_TRUE(missing.error().message().contains("no censor 'atlantis-2030'; there are: china-2011-tor, "));
}

// Censors that are only their companions' names, and a rule each.
using Names = std::map<std::string, std::vector<std::string>, std::less<>>;

Result<CensorSpec> of(const Names& names, std::string_view name) {
  const auto found = names.find(name);
  if (found == names.end()) return fail(SpecError::text, "no censor");
  CensorSpec spec;
  spec.id = name;
  spec.with = found->second;
  spec.rules.resize(1);
  spec.rules[0].name = name;
  return spec;
}

// The names of all rules in order, or what is wrong.
std::string joined(const Names& names, std::string_view name) {
  const auto find = [&names](std::string_view each) { return of(names, each); };
  const auto spec = with_companions(of(names, name).value(), find);
  if (!spec) return spec.error().message();
  std::string all;
  for (const CensorRule& each : spec->rules) all += each.name;
  return all;
}

TEST(Companions, BringTheirRulesAndTheirCompanionsOnce) {
  const Names names = {{"a", {"b", "c"}}, {"b", {"d"}}, {"c", {"d"}}, {"d", {}}};
  EXPECT_EQ(joined(names, "a"), "abdc");
  EXPECT_EQ(joined(names, "b"), "bd");
}

TEST(Companions, ThatLeadBackToTheirCensorAreRefused) {
  const Names names = {{"self", {"self"}}, {"a", {"b"}},       {"b", {"c"}},
                       {"c", {"a"}},       {"outside", {"a"}}, {"e", {"none"}}};
  EXPECT_TRUE(
      joined(names, "self").contains("self: 'with' names 'self', which leads back to itself: self, self"));
  EXPECT_TRUE(joined(names, "a").contains("leads back to itself: a, b, c, a")) << joined(names, "a");
  EXPECT_TRUE(joined(names, "outside").contains("leads back to itself: outside, a, b, c, a"));
  EXPECT_TRUE(joined(names, "e").contains("no censor"));
}

TEST(Companions, BoundTheScale) {
  CensorSpec spec;
  spec.id = "own";
  spec.most_scale = 100;
  spec.with = {"iran-2013-05"};
  EXPECT_EQ(with_companions(spec)->most_scale, 20);
}

}  // namespace
}  // namespace rozaneh::lab
