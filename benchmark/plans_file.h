// The plans files of a preprocessed folder: read, made, made anew when the data changed.
#pragma once

#include "benchmark/prepared_dataset.h"
#include "voxarena/core/json.h"

namespace voxarena {

// The plans of the request. `dataset` has its raw data, hash, folder and fingerprint; `anew` says
// that the fingerprint is new. `stamp` remembers under "plans" for which data and by which settings
// each file was made, and is updated; a file that it does not know (nnU-Net's or the user's) was
// made for the data of "planned_for". Error (input) if the plans do not exist and nothing says how
// to make them.
Plans find_plans(const PreparedDataset& dataset, const PlanRequest& request, bool anew,
                 Json& stamp);

}  // namespace voxarena
