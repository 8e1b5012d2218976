#include "benchmark/nnunet_fold.h"

#include <fmt/core.h>

#include "benchmark/run_folder.h"
#include "training/trainer.h"
#include "voxarena/core/error.h"

namespace voxarena {
namespace fs = std::filesystem;
namespace {

void remove_own_files(const fs::path& fold) {
  for (const fs::path& file : {latest_checkpoint(fold), best_checkpoint(fold), fold / "log.jsonl",
                               RunFolder{fold}.manifest()})
    fs::remove(file);
}

}  // namespace

NnunetFoldState nnunet_fold_state(const fs::path& fold) {
  const fs::path latest = latest_checkpoint(fold);
  NnunetFoldState state{.exported = fs::exists(fold / "checkpoint_final.pth"),
                        .trained = fs::exists(final_checkpoint(fold)),
                        .started = fs::exists(latest)};
  if (state.finished()) return state;
  for (const char* name : {"checkpoint_latest.pth", "checkpoint_best.pth"}) {
    if (state.start.empty() && fs::exists(fold / name)) state.start = fold / name;
  }
  if (!state.start.empty() && state.started) {
    const bool ours = fs::last_write_time(latest) >= fs::last_write_time(state.start);
    state.started = ours;
    if (ours) state.start.clear();
  }
  return state;
}

void require_unfinished(const fs::path& fold) {
  if (!nnunet_fold_state(fold).finished()) return;
  throw Error::input(fmt::format("{}: holds a finished training", fold.string()),
                     "--c validates it; to train anew, remove that folder");
}

void begin_nnunet_fold(const fs::path& fold, const RunContext& context) {
  const NnunetFoldState state = nnunet_fold_state(fold);
  if (state.started || !state.start.empty())
    context.info(fmt::format("{}: the unfinished training there starts anew (--c goes on with it)",
                             fold.string()));
  remove_own_files(fold);
}

void resume_nnunet_fold(const fs::path& fold, const RunContext& context) {
  const NnunetFoldState state = nnunet_fold_state(fold);
  if (state.finished() || state.started) return;
  if (state.start.empty())
    context.warn(fmt::format("{}: holds no checkpoint to go on from: starts anew", fold.string()));
  remove_own_files(fold);
}

}  // namespace voxarena
