// Pictures of one case: the image, the reference as outlines, a prediction as translucent areas.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "evaluation/case_evaluation.h"
#include "evaluation/report/cuts.h"
#include "voxarena/data/png.h"

namespace voxarena {

// Colours of classes, in order and again from the start: distinguishable with colour-blind eyes
// and on grey (after Okabe and Ito).
const std::vector<PaletteColour>& class_colours();

// Grey levels of a channel, 0.5 to 99.5 % of its values from black to white, averaged where several
// voxels fall on a pixel. In 64 steps, which halves the file.
Raster image_raster(const Volume<float>& image, const Cut& cut);

// Which class (1, 2, ... in the order of `classes`; the last that holds the label) each pixel is
// in, 0 for none. Nearest voxel.
Raster class_raster(const LabelImage& labels, const std::vector<EvaluatedClass>& classes,
                    const Cut& cut);
// The pixels of each class on its border.
Raster outlines(const Raster& classes);

// PNG with a transparent background; `alpha` of the classes.
std::string class_png(const Raster& raster, std::size_t classes, std::uint8_t alpha);

}  // namespace voxarena
