// Figures of a cell as people read them. What was not measured is a dash.
#pragma once

#include "lab/report/report.h"

namespace rozaneh::lab {

std::string bytes_text(double bytes);            // "900 kB"
std::string rate_text(double bytes_per_second);  // "1.25 MB/s"
std::string seconds_text(double seconds);        // "12 ms", "3.40 s", "180 s"

struct CellFigures {
  std::string fetches;  // "3 of 3"
  std::string bytes;
  std::string first_byte;  // the median of those that came
  std::string goodput;
  std::string of_uncensored;
  std::string notice, recover;
  std::string streams_lost;
};
CellFigures figures_of(const Cell& cell);

// "IR" is Iran; what is not known stays as it is.
std::string_view country_name(std::string_view code);

// "2012-02", "2021-11 to 2023-03"; "" for what has no date.
std::string dates_text(const CensorSpec& censor);

// "read in a primary source", ...
std::string_view confidence_text(Confidence confidence);

// "got through (http)", "was not blocked (https-1.3)": what became of a control.
std::string control_text(const ControlResult& control);

// "passes", or with what is to be said of it: "blocked, 0 of 3 fetches: timeout".
std::string outcome_text(const Cell& cell);

}  // namespace rozaneh::lab
