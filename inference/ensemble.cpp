#include "inference/ensemble.h"

#include <fmt/core.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <set>

#include "inference/case_errors.h"
#include "inference/probabilities.h"
#include "inference/probability_file.h"
#include "voxarena/core/error.h"
#include "voxarena/core/files.h"
#include "voxarena/core/parallel.h"
#include "voxarena/core/progress.h"
#include "voxarena/data/image_io.h"

namespace voxarena {
namespace {

namespace fs = std::filesystem;

std::set<std::string> cases_of(const fs::path& folder) {
  std::set<std::string> ids;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (it->path().extension() == ".npz" && !it->path().filename().string().starts_with("."))
      ids.insert(it->path().stem().string());
  }
  if (ids.empty()) {
    throw Error::input(fmt::format("{}: holds no probabilities (.npz)", folder.string()),
                       "predict or validate with saved probabilities");
  }
  return ids;
}

Volume<float> mean_probabilities(const EnsembleCase& one) {
  Volume<float> mean = read_probabilities(one.probabilities.front());
  for (std::size_t i = 1; i < one.probabilities.size(); ++i) {
    const Volume<float> next = read_probabilities(one.probabilities[i]);
    if (next.channels != mean.channels || next.size != mean.size) {
      throw Error::input(fmt::format("{} and {} differ in size", one.probabilities.front().string(),
                                     one.probabilities[i].string()),
                         "they must be of the same image and classes");
    }
    std::ranges::transform(mean.values, next.values, mean.values.begin(), std::plus<>());
  }
  for (float& value : mean.values) value /= static_cast<float>(one.probabilities.size());
  return mean;
}

void write_case(const EnsembleCase& one, const Labels& labels, const EnsembleOutput& output) {
  const Volume<float> mean = mean_probabilities(one);
  const CaseProperties properties = read_probability_properties(one.probabilities.front());
  if (output.probabilities) write_probabilities(output.folder / one.id, mean, properties);
  write_label(output.folder / (one.id + output.file_ending),
              {most_likely_labels(mean, labels), properties.geometry});
}

}  // namespace

std::vector<EnsembleCase> list_ensemble_cases(const std::vector<fs::path>& folders) {
  const std::set<std::string> ids = cases_of(folders.front());
  for (const fs::path& folder : folders) {
    const std::set<std::string> here = cases_of(folder);
    std::vector<std::string> differing;
    std::ranges::set_symmetric_difference(ids, here, std::back_inserter(differing));
    if (differing.empty()) continue;
    throw Error::input(fmt::format("{} and {}: only one of them holds case {}",
                                   folders.front().string(), folder.string(), differing.front()),
                       "all members of an ensemble must have predicted the same cases");
  }
  std::vector<EnsembleCase> cases;
  for (const std::string& id : ids) {
    EnsembleCase& one = cases.emplace_back();
    one.id = id;
    for (const fs::path& folder : folders) one.probabilities.push_back(folder / (id + ".npz"));
  }
  return cases;
}

void write_ensemble(const std::vector<EnsembleCase>& cases, const Labels& labels,
                    const EnsembleOutput& output, const RunContext& context) {
  make_folder(output.folder);
  remove_temporary_files(output.folder, /*below=*/false);
  Progress progress = context.progress("ensemble", static_cast<std::int64_t>(cases.size()));
  parallel_for(static_cast<std::int64_t>(cases.size()), context.threads, [&](std::int64_t i) {
    context.check_interrupt();
    const EnsembleCase& one = cases[static_cast<std::size_t>(i)];
    const bool done = output.resume && fs::exists(output.folder / (one.id + output.file_ending));
    if (!done) name_case(one.id, [&] { write_case(one, labels, output); });
    progress.advance(1, one.id);
  });
}

}  // namespace voxarena
