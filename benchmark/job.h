// One (data set, method, fold) from raw images to per-case records. Steps that are finished are
// recognised by what they left in the run folder; the others go on where they were.
#pragma once

#include <string>

#include "benchmark/run_folder.h"
#include "benchmark/run_setup.h"

namespace voxarena {

struct Job {
  const PreparedDataset* dataset = nullptr;
  const Protocol* protocol = nullptr;
  const ProtocolSettings* settings = nullptr;
  const RunSetup* setup = nullptr;
  int fold = 0;
  RunFolder folder;

  std::string title() const;  // "Dataset004_Hippocampus, plain_unet, fold 0"
};

enum class JobState { not_started, started, trained, finished };
const char* to_string(JobState state);

// Looks at the run folder only. Error (input) if the folder holds a run of the same name with other
// options; one that left nothing but its manifest counts as not started and is replaced.
JobState job_state(const Job& job);

void run_job(const Job& job, const RunContext& context);

// The steps by themselves.
void train_job(const Job& job, const RunContext& context);
void predict_job(const Job& job, const RunContext& context);
void evaluate_job(const Job& job, const RunContext& context);

}  // namespace voxarena
