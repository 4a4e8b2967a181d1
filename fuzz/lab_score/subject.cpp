// The file of a subject: what is read keeps its promises, what is not names the file.
#include "lab/score/subject.h"

#include <cstdlib>

#include "lab/score/sends.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace rozaneh;
  using namespace rozaneh::lab;
  const auto spec = parse_subject(text_of(Bytes(bytes, size)), "subjects/fuzzed.toml");
  if (!spec) {
    require(spec.error().message().contains("subjects/fuzzed.toml:"));
    return 0;
  }
  require(spec->id == "fuzzed" && !spec->title.empty());
  const FetchPlan& plan = spec->fetch;
  require(plan.place.target.port != 0 && plan.times >= 1 && plan.connections >= 1 && plan.connections <= 64);
  require(!plan.place.is_raw() || !plan.sends.empty());
  for (const std::string& each : plan.sends) require(is_sendable(each));
  for (const SubjectFile& file : spec->files) require(!file.name.contains('/') && file.name != "..");
  for (const auto* programs : {&spec->prepare, &spec->far_side, &spec->near_side})
    for (const SubjectProgram& program : *programs) require(!program.words.empty());
  return 0;
}
