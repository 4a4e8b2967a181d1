// Lists of names, as files and as updates that came over the network.
#include <cstdlib>

#include "front/list_update.h"

using namespace rozaneh;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = text_of({data, size});
  static const crypto::SigningSeed seed;
  static const front::UpdateTrust trust{.key = crypto::signing_public(seed), .suffixes = {"signal.org"}};
  (void)front::open_update(text, trust, 0);
  const auto list = front::NameList::parse(text, "list");
  if (!list) return 0;
  // Whatever is listed is found, leads somewhere, and can be signed and opened if it keeps to the rules.
  for (const auto& [name, entry] : list->entries())
    if (!name.starts_with('*') && !list->find(name)) std::abort();
  const auto file = front::sign_list(text, seed);
  if (!file) return 0;
  const auto opened = front::open_update(*file, trust, 0);
  if (!opened) return 0;
  for (const auto& [name, entry] : opened->entries())
    if (!front::is_within(name, trust.suffixes)) std::abort();
  return 0;
}
