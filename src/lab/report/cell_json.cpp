#include "lab/report/cell_json.h"

#include <nlohmann/json.hpp>

namespace rozaneh::lab {
namespace {

using json = nlohmann::ordered_json;

json value_of(const std::optional<double>& value) { return value ? json(*value) : json(); }

}  // namespace

json fields_of(const Cell& cell) {
  json first_bytes = json::array();
  for (const auto& each : cell.first_byte_ms) first_bytes.push_back(value_of(each));
  return {{"subject", cell.subject},
          {"outcome", name_of(cell.outcome)},
          {"why", cell.why},
          {"fetches", {{"tried", cell.tried}, {"done", cell.done}}},
          {"bytes", cell.bytes},
          {"first_byte_ms", std::move(first_bytes)},
          {"goodput", value_of(cell.goodput)},
          {"of_uncensored", value_of(cell.of_uncensored)},
          {"notice_s", value_of(cell.notice_s)},
          {"recover_s", value_of(cell.recover_s)},
          {"streams_lost", cell.streams_lost},
          {"timeline", cell.timeline},
          {"seconds", cell.seconds},
          {"scale", cell.scale},
          {"seed", cell.seed},
          {"program", cell.program},
          {"pcap", cell.pcap}};
}

}  // namespace rozaneh::lab
