#include "front/list_source.h"

#include "crypto/random.h"
#include "front/acme/exchange.h"

namespace rozaneh::front {
namespace {

constexpr std::string_view kRecord = "signal_names";
constexpr std::string_view kFileScheme = "file://";

}  // namespace

ListSource::ListSource(Options options, io::State& state, Log& log, Failures& failures, Taken taken)
    : options_(std::move(options)),
      state_(state),
      log_(log),
      failures_(failures),
      taken_(std::move(taken)),
      known_(NameList::built_in().version()) {}

ListSource::~ListSource() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  wake_.notify_all();
}

std::optional<NameList> ListSource::remembered() {
  const auto kept = state_.read(std::string(kRecord));
  if (!kept || !*kept) return std::nullopt;
  auto list = open_update(text_of(**kept), options_.trust, known_);
  if (!list) {
    log_.warn("the list of names that was kept is not used: {}", list.error().message());
    return std::nullopt;
  }
  known_ = list->version();
  return std::move(*list);
}

void ListSource::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void ListSource::look() {
  {
    const std::scoped_lock lock(mutex_);
    asked_ = true;
  }
  wake_.notify_all();
}

void ListSource::run(const std::stop_token& stop) {
  crypto::SystemRandom random;
  while (!stop.stop_requested()) {
    update(stop);
    // A tenth more or less, so that not all ask in the same minute.
    const auto tenth = static_cast<std::uint32_t>(options_.interval.count() / 10);
    const auto pause =
        options_.interval - std::chrono::seconds(tenth) + std::chrono::seconds(random.between(0, 2 * tenth));
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, stop, pause, [this] { return asked_; });
    asked_ = false;
  }
}

Result<std::string> ListSource::fetch(const std::stop_token& stop) const {
  if (options_.url.starts_with(kFileScheme)) {
    const auto bytes = io::read_file(options_.url.substr(kFileScheme.size()), NameList::kLargest);
    if (!bytes) return std::unexpected(bytes.error());
    return std::string(text_of(*bytes));
  }
  acme::HttpExchange exchange({.authorities = options_.authorities,
                               .user_agent = "rozaneh",
                               .limit = kFetchLimit,
                               .largest = NameList::kLargest});
  acme::Ask ask;
  ask.url = options_.url;
  auto answer = exchange.fetch(ask, stop);
  if (!answer) return fail(NamesError::unfetched, answer.error().reason);
  if (answer->status != 200)
    return fail(NamesError::unfetched, fmt::format("the server said {}", answer->status));
  return std::move(answer->body);
}

void ListSource::update(const std::stop_token& stop) {
  const auto file = fetch(stop);
  if (stop.stop_requested()) return;
  if (!file) {
    failures_.tally(Failure::list_unfetched);
    log_.warn("the list of names could not be fetched: {}", file.error().message());
    return;
  }
  const auto list = open_update(*file, options_.trust, known_);
  if (!list) {
    // That it is the one we have is the usual case; anything else is said once.
    const bool is_ours = open_update(*file, options_.trust, known_ - 1).has_value();
    const std::string why = is_ours ? std::string() : list.error().message();
    if (!why.empty()) failures_.tally(Failure::list_refused);
    if (!why.empty() && why != last_refusal_) log_.error("{}", why);
    last_refusal_ = why;
    return;
  }
  known_ = list->version();
  last_refusal_.clear();
  if (const auto written = state_.write(std::string(kRecord), bytes_of(*file)); !written) {
    failures_.tally(Failure::list_unkept);
    log_.warn("the new list of names is used, but could not be kept: {}", written.error().message());
  }
  log_.info("The list of names is now that of {} (version {}).", list->issued(), list->version());
  taken_(*list);
}

}  // namespace rozaneh::front
