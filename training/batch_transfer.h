// From the loader's memory to the model's device.
#pragma once

#include <c10/core/Device.h>

#include "training/batch_loader.h"
#include "voxarena/plugin/model.h"

namespace voxarena {

// Takes over the batch without a copy on the CPU; goes through pinned memory, without waiting, on
// CUDA. A 2-D plan's patches lose their axis z. Error (internal) if the batch's sizes do not agree.
Batch to_device(PatchBatch&& patches, const c10::Device& device, int dimensions, bool batch_dice);

}  // namespace voxarena
