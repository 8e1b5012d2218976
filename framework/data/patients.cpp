#include "voxarena/data/patients.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <regex>

#include "voxarena/core/error.h"

namespace voxarena {

std::string patient_of(const std::string& id, const std::string& patient) {
  std::smatch found;
  try {
    if (std::regex_search(id, found, std::regex(patient))) return found[found.size() > 1 ? 1 : 0];
  } catch (const std::regex_error& error) {
    throw Error::input(
        fmt::format("patient '{}' is not a regular expression: {}", patient, error.what()),
        R"(e.g. patient[0-9]+ for cases patient001_frame01, patient001_frame12)");
  }
  throw Error::input(fmt::format("patient '{}' finds nothing in case '{}'", patient, id),
                     "the expression must name the patient of every case");
}

std::vector<Split> five_fold_splits(const std::vector<std::string>& cases,
                                    const std::string& patient) {
  std::map<std::string, std::vector<std::string>> cases_of;
  for (const std::string& id : cases) cases_of[patient_of(id, patient)].push_back(id);
  std::vector<std::string> patients;
  for (const auto& [name, ids] : cases_of) patients.push_back(name);
  std::vector<Split> splits = five_fold_splits(patients);
  for (Split& split : splits) {
    for (std::vector<std::string>* half : {&split.train, &split.val}) {
      std::vector<std::string> ids;
      for (const std::string& name : *half)
        ids.insert(ids.end(), cases_of[name].begin(), cases_of[name].end());
      std::sort(ids.begin(), ids.end());
      *half = std::move(ids);
    }
  }
  return splits;
}

void require_patient_wise(const std::vector<Split>& splits, const std::string& patient,
                          const std::string& source) {
  for (std::size_t fold = 0; fold < splits.size(); ++fold) {
    std::map<std::string, std::string> trained;  // patient -> one of its cases
    for (const std::string& id : splits[fold].train) trained[patient_of(id, patient)] = id;
    for (const std::string& id : splits[fold].val) {
      const auto found = trained.find(patient_of(id, patient));
      if (found == trained.end()) continue;
      throw Error::input(
          fmt::format("{}: fold {} trains on '{}' and validates on '{}' of the same patient",
                      source, fold, found->second, id),
          "remove the file, and folds of whole patients are drawn in its place");
    }
  }
}

}  // namespace voxarena
