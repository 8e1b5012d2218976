// Splits that keep the cases of one patient together. A patient is a regular expression
// (ECMAScript): what it finds in a case id, or its first group if it has one, names the patient.
#pragma once

#include <string>
#include <vector>

#include "voxarena/data/splits.h"

namespace voxarena {

// Error (input) if the expression is none, or finds nothing in `id`.
std::string patient_of(const std::string& id, const std::string& patient);

// nnU-Net's five folds, drawn over patients instead of cases.
std::vector<Split> five_fold_splits(const std::vector<std::string>& cases,
                                    const std::string& patient);

// Error (input), naming `source`, fold and cases, where a patient is in both halves of a fold.
void require_patient_wise(const std::vector<Split>& splits, const std::string& patient,
                          const std::string& source);

}  // namespace voxarena
