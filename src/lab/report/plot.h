// How fast a fetch went over its time.
#pragma once

#include <string>
#include <string_view>

#include "lab/report/results.h"

namespace rozaneh::lab {

// The largest rate among cells: the top of the axis that their plots share, so that they can be compared.
double top_rate(const std::vector<const Cell*>& cells);

// Goodput over time as SVG for a page, drawn from the cell's timeline: the mean of each stretch between two
// moments of it. It ends in a dot, or in a cross if bytes stopped before any fetch was done.
std::string plot_svg(const Cell& cell, double top, std::string_view title);

}  // namespace rozaneh::lab
