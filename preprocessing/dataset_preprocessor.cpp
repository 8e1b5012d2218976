// preprocess_dataset: cases in parallel, each written as soon as it is ready; what is up to date is
// left alone.
#include <filesystem>
#include <nlohmann/json.hpp>
#include <vector>

#include "preprocessing/case_checks.h"
#include "preprocessing/case_preprocessor.h"
#include "preprocessing/memory_needs.h"
#include "voxarena/core/files.h"
#include "voxarena/core/hash.h"
#include "voxarena/core/memory.h"
#include "voxarena/core/parallel.h"
#include "voxarena/data/image_io.h"
#include "voxarena/data/image_reader.h"

namespace voxarena {
namespace {

namespace fs = std::filesystem;

constexpr int kFormat = 2;  // to be raised when preprocessing or the store change

// Everything that the stored voxels depend on, the image files aside.
std::string make_stamp(const RawDataset& dataset, const Plans& plans,
                       const Configuration& configuration) {
  Plans relevant = plans;
  relevant.configurations = {configuration};
  relevant.configurations[0].inherits_from.clear();
  const Json json = to_json(relevant);
  Json voxels = json["configurations"][configuration.name];
  for (const char* key :
       {"data_identifier", "batch_size", "patch_size", "architecture", "batch_dice", "next_stage",
        "previous_stage", "median_image_size_in_voxels"}) {
    voxels.erase(key);
  }
  Json all = {{"format", kFormat},
              {"configuration", voxels},
              {"transpose_forward", json["transpose_forward"]},
              {"intensities", json["foreground_intensity_properties_per_channel"]},
              {"dataset", dataset.json}};
  if (plans.image_reader_writer != name_of(ImageReader::simple_itk))
    all["reader"] = plans.image_reader_writer;
  return sha256(canonical_json(all));
}

// Beside the store's folder, in which nnU-Net expects no other files than cases.
fs::path stamp_file(const CaseStore& store) {
  const fs::path& folder = store.folder();
  return folder.parent_path() / ("voxarena_" + folder.filename().string() + ".stamp");
}

// Cases made for other plans are removed before the new stamp is written, so that an interrupted
// run leaves no mixture. Cases that were never stamped are nnU-Net's and taken as they are, as
// nnU-Net itself does.
void prepare_folder(const CaseStore& store, const std::string& stamp) {
  make_folder(store.folder());
  remove_temporary_files(store.folder());
  const fs::path file = stamp_file(store);
  const bool stamped = fs::exists(file);
  if (stamped && read_file(file) == stamp) return;
  if (stamped) {
    for (const std::string& id : store.cases()) store.remove(id);
  }
  write_file(file, stamp);
}

// Stored after the last change of its image and label files.
bool is_up_to_date(const CaseStore& store, const RawCase& raw) {
  if (!store.has(raw.id)) return false;
  std::error_code error;
  const auto stored = fs::last_write_time(store.folder() / (raw.id + ".b2nd"), error);
  if (error) return false;
  std::vector<fs::path> sources = raw.images;
  sources.push_back(raw.label);
  for (const fs::path& source : sources) {
    const auto changed = fs::last_write_time(source, error);
    if (error || changed > stored) return false;
  }
  return true;
}

}  // namespace

CaseStore preprocess_dataset(const RawDataset& dataset, const Plans& plans,
                             const Configuration& configuration,
                             const fs::path& preprocessed_folder, const RunContext& context) {
  const ImageReader reader = image_reader(plans.image_reader_writer);
  CaseStore store(preprocessed_folder / configuration.data_identifier,
                  configuration.patch_extent());
  prepare_folder(store, make_stamp(dataset, plans, configuration));

  std::vector<const RawCase*> pending;
  for (const RawCase& raw : dataset.cases) {
    if (!is_up_to_date(store, raw)) pending.push_back(&raw);
  }
  if (pending.empty()) return store;

  Progress progress = context.progress("preprocess " + configuration.name,
                                       static_cast<std::int64_t>(dataset.cases.size()));
  progress.set(static_cast<std::int64_t>(dataset.cases.size() - pending.size()));
  MemoryBudget memory(context.memory);
  parallel_for(static_cast<std::int64_t>(pending.size()), context.threads, [&](std::int64_t i) {
    context.check_interrupt();
    const RawCase& raw = *pending[static_cast<std::size_t>(i)];
    naming_case(raw.id, [&] {
      const auto share =
          memory.take("preprocessing", preprocessing_memory(raw, plans, configuration));
      const Image image = read_image(raw.images, reader);
      const LabelImage label = read_label(raw.label, reader);
      store.write(raw.id, preprocess_case(image, &label, plans, configuration, dataset.labels));
    });
    progress.advance();
  });
  return store;
}

}  // namespace voxarena
