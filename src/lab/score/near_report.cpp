#include <nlohmann/json.hpp>

#include "lab/score/near_side.h"

namespace rozaneh::lab {
namespace {

using nlohmann::json;

json to_json(const FetchRecord& record) {
  return {{"done", record.done},
          {"why", record.why},
          {"bytes", record.bytes},
          {"lost", record.lost},
          {"first_byte", record.first_byte ? json(*record.first_byte) : json()},
          {"last_byte", record.last_byte},
          {"ended", record.ended},
          {"began", record.began},
          {"timeline", record.timeline}};
}

FetchRecord record_of(const json& object) {
  FetchRecord record;
  record.done = object.at("done").get<bool>();
  record.why = object.at("why").get<std::string>();
  record.bytes = object.at("bytes").get<std::uint64_t>();
  record.lost = object.at("lost").get<unsigned>();
  if (!object.at("first_byte").is_null()) record.first_byte = object.at("first_byte").get<double>();
  record.last_byte = object.at("last_byte").get<double>();
  record.ended = object.at("ended").get<double>();
  record.began = object.at("began").get<double>();
  record.timeline = object.at("timeline").get<std::vector<std::pair<double, double>>>();
  return record;
}

}  // namespace

std::string serialize(const NearReport& report) {
  json fetches = json::array();
  for (const FetchRecord& record : report.fetches) fetches.push_back(to_json(record));
  const json all = {{"failed", report.failed}, {"late", report.late}, {"fetches", std::move(fetches)}};
  // Words of programs may be in any encoding.
  return all.dump(-1, ' ', true, json::error_handler_t::replace);
}

std::optional<NearReport> parse_near_report(std::string_view line) {
  try {
    const json object = json::parse(line);
    NearReport report;
    report.failed = object.at("failed").get<std::string>();
    report.late = object.at("late").get<std::string>();
    for (const json& each : object.at("fetches")) report.fetches.push_back(record_of(each));
    return report;
  } catch (const json::exception&) {
    return std::nullopt;
  }
}

}  // namespace rozaneh::lab
