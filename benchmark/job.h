// One (data set, method, fold) from raw images to per-case records. Steps that are finished are
// recognised by what they left in the run folder; the others go on where they were.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "benchmark/run_folder.h"
#include "benchmark/run_setup.h"
#include "training/training_log.h"
#include "voxarena/data/previous_stage.h"

namespace voxarena {

struct Job {
  const PreparedDataset* dataset = nullptr;
  const Protocol* protocol = nullptr;
  const ProtocolSettings* settings = nullptr;
  const RunSetup* setup = nullptr;
  int fold = 0;
  RunFolder folder;
  const PreviousStageFiles* previous_stage = nullptr;  // of a cascade's second stage
  const RunSetup* next_stage = nullptr;  // of a cascade's first stage: set up with this data set
  // Files of nnU-Net, or empty: a training to go on from where the folder holds none, and weights
  // of another data set's network for a new one.
  std::filesystem::path start = {}, pretrained = {};
  std::function<void(const EpochRecord&)> on_epoch = {};  // may be empty

  std::string title() const;  // "Dataset004_Hippocampus, plain_unet, fold 0"
};

enum class JobState { not_started, started, trained, finished };
const char* to_string(JobState state);

// Looks at the run folder only. Error (input) if the folder holds a run of the same name with other
// options; one that left nothing but its manifest counts as not started and is replaced.
JobState job_state(const Job& job);

// Where the first stage of a cascade puts a case's labels on the grid of the next stage:
// fold_<k>/predicted_next_stage/<configuration>/{case}.b2nd.
std::filesystem::path next_stage_file(const Job& job, const std::string& id);

void run_job(const Job& job, const RunContext& context);

// The steps by themselves.
void train_job(const Job& job, const RunContext& context);
void predict_job(const Job& job, const RunContext& context);
void evaluate_job(const Job& job, const RunContext& context);

}  // namespace voxarena
