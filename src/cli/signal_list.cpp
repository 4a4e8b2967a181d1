#include "cli/signal_list.h"

#include <filesystem>

#include "base/encoding.h"
#include "cli/exit_code.h"
#include "cli/give_up.h"
#include "crypto/random.h"
#include "front/list_update.h"
#include "io/error.h"

namespace rozaneh::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLargestKey = 1024;

// A file of mode 0600, written whole or not at all.
Result<> write_file(const std::string& name, Bytes content) {
  const std::string fresh = name + ".new";
  {
    const io::File file(fresh, O_WRONLY | O_CREAT | O_TRUNC);
    if (!file.is_open() || !file.write_all(content))
      return std::unexpected(io::from_errno(errno, fmt::format("write {}", name)));
  }
  std::error_code failure;
  fs::rename(fresh, name, failure);
  if (failure) return std::unexpected(io::from_errno(failure.value(), fmt::format("write {}", name)));
  return {};
}

// The key in that file; a new one, where there is no such file.
Result<crypto::SigningSeed> load_key(const std::string& name) {
  if (!fs::exists(name)) {
    crypto::SystemRandom random;
    crypto::SigningSeed seed;
    random.fill(seed.bytes());
    std::string text = encode_base64(seed.bytes()) + "\n";
    const auto written = write_file(name, bytes_of(text));
    wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
    if (!written) return std::unexpected(written.error());
    return seed;
  }
  auto text = io::read_file(name, kLargestKey);
  if (!text) return std::unexpected(text.error());
  const auto words = text_of(*text);
  const auto seed = front::parse_key(words.substr(0, words.find('\n')));
  wipe(*text);
  if (!seed) return fail(SettingsError::value, fmt::format("{}: this is no key", name));
  return crypto::SigningSeed(*seed);
}

Result<> sign(const SignListSettings& settings, Console& console) {
  const auto seed = load_key(settings.key);
  if (!seed) return std::unexpected(seed.error());
  const auto list = io::read_file(settings.list, front::NameList::kLargest);
  if (!list) return std::unexpected(list.error());
  const auto file = front::sign_list(text_of(*list), *seed);
  if (!file) return std::unexpected(file.error());
  if (settings.out.empty()) {
    fmt::print("{}", *file);
    return {};
  }
  const auto written = write_file(settings.out, bytes_of(*file));
  if (!written) return written;
  console.show(
      fmt::format("Servers take it with: --list-key {}", encode_base64(crypto::signing_public(*seed))));
  return {};
}

}  // namespace

void declare(CLI::App& app, SignListSettings& settings) {
  app.add_option("list", settings.list, "The list: TOML with version, issued and names")
      ->required()
      ->type_name("FILE.toml");
  app.add_option("--key", settings.key, "The secret key; made where there is none yet")
      ->required()
      ->type_name("FILE");
  app.add_option("--out", settings.out, "Where the signed list goes (default: standard output)")
      ->type_name("FILE");
}

int run_sign_list(const SignListSettings& settings) {
  Console console;
  const auto done = sign(settings, console);
  return done ? static_cast<int>(kOk) : give_up(console, done.error());
}

}  // namespace rozaneh::cli
