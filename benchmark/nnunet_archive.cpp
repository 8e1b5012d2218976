#include "benchmark/nnunet_archive.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <set>

#include "voxarena/core/error.h"
#include "voxarena/core/files.h"
#include "voxarena/weights/zip_extract.h"
#include "voxarena/weights/zip_writer.h"

namespace voxarena {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kLargestArchive = 256ULL << 30;  // bytes, unpacked
constexpr std::array<const char*, 3> kResults{"summary.json", "postprocessing.pkl",
                                              "postprocessing.json"};

void require_file(const fs::path& file) {
  if (fs::exists(file)) return;
  throw Error::input(fmt::format("{}: is not there", file.string()),
                     "train all requested folds first, or name those that are there with -f");
}

void add_existing(const fs::path& file, std::set<fs::path>& out) {
  if (fs::exists(file)) out.insert(file);
}

// Label files and results; probabilities stay behind.
void add_predictions(const fs::path& folder, std::set<fs::path>& out) {
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const fs::path& file = it->path();
    const bool wanted = it->is_regular_file() && file.extension() != ".npz" &&
                        (file.extension() != ".pkl" || file.filename() == "postprocessing.pkl");
    if (wanted) out.insert(file);
  }
}

void add_results(const fs::path& folder, bool predictions, std::set<fs::path>& out) {
  for (const char* name : kResults) add_existing(folder / name, out);
  if (predictions) add_predictions(folder, out);
}

void add_model(const fs::path& model, const ArchiveRequest& request, std::set<fs::path>& out) {
  for (const std::string& fold : request.folds) {
    for (const std::string& checkpoint : request.checkpoints) {
      const fs::path file = fold_folder(model, fold) / checkpoint;
      require_file(file);
      out.insert(file);
    }
    for (const char* name : {"debug.json", "progress.png", "network_architecture.pdf"})
      add_existing(fold_folder(model, fold) / name, out);
    add_results(validation_folder(model, fold), request.predictions, out);
  }
  add_results(crossval_folder(model, request.folds), request.predictions, out);
  for (const char* name : {"plans.json", "dataset.json"}) {
    require_file(model / name);
    out.insert(model / name);
  }
  add_existing(model / "dataset_fingerprint.json", out);
}

void add_ensembles(const fs::path& dataset, const ArchiveRequest& request,
                   std::set<fs::path>& out) {
  for (const NnunetModelName& a : request.models) {
    for (const NnunetModelName& b : request.models) {
      const fs::path folder = dataset / "ensembles" / ensemble_name(a, b, request.folds);
      add_results(folder, request.predictions, out);
    }
  }
  add_existing(dataset / "inference_information.json", out);
}

}  // namespace

std::size_t write_model_archive(const fs::path& zip, const ArchiveRequest& request) {
  const fs::path dataset = request.results / request.dataset;
  std::set<fs::path> files;
  std::size_t models = 0;
  for (const NnunetModelName& name : request.models) {
    const fs::path model = dataset / name.folder();
    if (!fs::is_directory(model) && !request.strict) continue;
    if (!fs::is_directory(model)) {
      throw Error::input(fmt::format("{}: is not there", model.string()),
                         "train this model first, name others with -c, or pass --not_strict");
    }
    add_model(model, request, files);
    ++models;
  }
  if (models == 0) {
    throw Error::input(fmt::format("{}: holds none of the models", dataset.string()),
                       "name configurations that were trained with -c");
  }
  add_ensembles(dataset, request, files);
  ZipWriter writer(zip);
  for (const fs::path& file : files) {
    const std::string content = read_file(file);
    const std::array<std::string_view, 1> pieces{content};
    writer.add_deflated(file.lexically_relative(request.results).generic_string(), pieces);
  }
  writer.commit();
  return files.size();
}

void install_model_archive(const fs::path& zip, const fs::path& results) {
  extract_zip(zip, results, {}, kLargestArchive);
}

}  // namespace voxarena
