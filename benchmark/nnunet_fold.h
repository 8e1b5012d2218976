// What the folder of a fold holds of its training, by VoxArena or by nnU-Net's own trainer.
#pragma once

#include <filesystem>

#include "voxarena/core/run_context.h"

namespace voxarena {

struct NnunetFoldState {
  bool exported = false;             // checkpoint_final.pth is there: nothing is left to train
  bool trained = false;              // our final checkpoint is there
  bool started = false;              // there is something of ours to go on from
  std::filesystem::path start = {};  // of nnU-Net: checkpoint_latest.pth, else checkpoint_best.pth

  bool finished() const { return exported || trained; }
};

// Of an unfinished training of ours and one of nnU-Net the younger one counts.
NnunetFoldState nnunet_fold_state(const std::filesystem::path& fold);

// Error (input) if a finished training is there.
void require_unfinished(const std::filesystem::path& fold);

// Makes the fold ready for a new training: what an unfinished one of ours left is removed;
// nnU-Net's checkpoints stay until they are replaced.
void begin_nnunet_fold(const std::filesystem::path& fold, const RunContext& context);
// The same for one that goes on.
void resume_nnunet_fold(const std::filesystem::path& fold, const RunContext& context);

}  // namespace voxarena
