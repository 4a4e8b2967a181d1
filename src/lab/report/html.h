// Parts of the page that its table and its sections share.
#pragma once

#include "lab/report/report.h"

namespace rozaneh::lab {

// What an outcome is called in the page's style sheet: "p", "d", "b" or "s".
std::string_view letter_of(Outcome outcome);

// The sign of an outcome, without a word.
std::string sign_of(Outcome outcome);

// "c-iran-2012-02": where the section of a row is, and "c-iran-2012-02/http": what it says of a subject.
std::string address_of(const ReportRow& row);
std::string address_of(const ReportRow& row, const Report& report, std::size_t subject);

// One row's section: all that is known of the censor and of what was tried behind it.
std::string censor_section(const Report& report, std::size_t row);

}  // namespace rozaneh::lab
