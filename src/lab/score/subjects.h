// The subjects that the program brings along: the files of subjects/, as they were when it was built.
#pragma once

#include <span>

#include "base/embedded_file.h"
#include "lab/score/subject.h"

namespace rozaneh::lab {

// In the order of their kinds, then of their names.
Result<std::vector<SubjectSpec>> all_subjects();

// Brings in the base of a subject, if it has one.
Result<SubjectSpec> with_base(SubjectSpec spec);

// One of them by its name; the failure names those that there are.
Result<SubjectSpec> find_subject(std::string_view name);

// The first of its programs that is not in PATH; "": all are there.
std::string missing_program(const SubjectSpec& spec);

// By name; CMake writes them.
std::span<const EmbeddedFile> subject_files();

}  // namespace rozaneh::lab
