// Which subjects got through which censors: results put together with what is known of both. The forms that
// it is written down in all tell the same.
#pragma once

#include <map>
#include <span>

#include "lab/censor/spec.h"
#include "lab/report/results.h"

namespace rozaneh::lab {

// What the report has to know of a subject.
struct ReportedSubject {
  std::string id;
  std::string title;
  std::string kind;       // "control", "ours" or "peer"; "" if it is not known
  bool innocent = false;  // nothing that a censor may say it is after
  std::optional<int> year;
};

// Whether one of the two flows behaved that tell a censor that works from one that does not.
struct ControlResult {
  enum class Came { as_said, otherwise, not_tried };
  std::string subject;
  bool must_pass = false;
  Came came = Came::not_tried;
};

struct ReportRow {
  std::string id;                          // "none": the path without a censor
  std::string slug;                        // the same, fit for an address; differs from all other rows'
  std::optional<CensorSpec> censor;        // with its companions' rules; nothing if it is not known
  std::vector<std::optional<Cell>> cells;  // in the order of the subjects
  std::vector<ControlResult> controls;
  std::vector<std::size_t> collateral;  // subjects: innocent, no target of the file, not let pass

  [[nodiscard]] bool is_reference() const { return id == "none"; }
  [[nodiscard]] std::string_view title() const;
  // Both controls came out as said. Of a censor that is not known they are not either; a path without a
  // censor needs none.
  [[nodiscard]] bool counts() const;
};

struct ReportedTotal {
  std::size_t passes = 0, tried = 0;  // behind censors whose score counts
};

struct Report {
  std::string program, started;
  std::vector<ReportedSubject> subjects;  // those that were tried: controls, ours, peers, others
  std::vector<ReportRow> rows;            // without a censor first, then by the censors' dates

  [[nodiscard]] ReportedTotal total(std::size_t subject) const;
  [[nodiscard]] std::size_t censors() const;  // that were tried
};

// A cell that was run several times counts as it came out last. A control of which must pass is as said if
// all of its fetches were done, however slow; one that must be blocked if not all were.
Report make_report(Results results, std::span<const CensorSpec> censors,
                   std::span<const ReportedSubject> subjects);

// One page that needs nothing besides itself, neither a network nor scripts (which it has, for comfort).
std::string to_html(const Report& report);

std::string to_json(const Report& report);

// `picture` is a link to the table's SVG; "" leaves it out.
std::string to_markdown(const Report& report, std::string_view picture);

// The table alone, as a picture.
std::string to_svg(const Report& report);

}  // namespace rozaneh::lab
