#include "plugins/fatesam/settings.h"

#include "plugins/sam/weights.h"
#include "voxarena/core/error.h"
#include "voxarena/plugin/volume_slices.h"

namespace voxarena::fatesam {
namespace {

std::uint64_t gibibytes(double value) {
  return static_cast<std::uint64_t>(value * static_cast<double>(std::uint64_t{1} << 30));
}

}  // namespace

std::vector<Option> declared_options() {
  return {Option::text("backbone", "large")
              .choices({"tiny", "small", "base_plus", "large", "micro"})
              .help("of SAM 2; micro: for tests, no weights of it exist"),
          Option::text("version", "sam2").choices({"sam2", "sam2.1"}).help("the release of SAM 2"),
          sam::weights_option(),
          Option::text("variant", "clean")
              .choices({"clean", "as_released"})
              .help("as_released: with the quirks of the released code"),
          Option::integer("image_size", 0)
              .range(0, 2048)
              .help("side of the square that slices are scaled to, a multiple of 32; 0: the "
                    "backbone's own, 1024"),
          Option::text("axis", "z")
              .choices({"z", "y", "x", "all"})
              .help("that slices lie across, z is the plan's first; all: the mean of three"),
          Option::integer("retrieved", 3).range(1, 16).help("support slices that a slice recalls"),
          Option::text("similarity", "l1")
              .choices({"l1", "cosine"})
              .help("of slices: L1 over the feature pyramid, or the coarse maps' cosine"),
          Option::integer("neighbours", 6)
              .range(0, 6)
              .help("segmented slices that a slice recalls; 0: no volumetric consistency"),
          Option::integer("batch", 1)
              .range(1, 64)
              .help("slices that go through the image encoder at once"),
          Option::text("features", "float16")
              .choices({"float16", "float32"})
              .help("type that features of slices are kept in"),
          Option::number("memory", 8)
              .range(0, 1024)
              .help("GiB for features and memories of supports; what is beyond is made again"),
          Option::text("cache", "").help("folder that keeps features between runs; empty: none"),
          Option::number("cache_limit", 20).range(0, 10'000).help("GiB in that folder")};
}

Settings make_settings(const Plan& plan, const Options& options) {
  Settings out;
  out.backbone = options.text("backbone");
  out.network = sam2::preset(
      out.backbone, options.text("version") == "sam2" ? sam2::Release::v2_0 : sam2::Release::v2_1);
  if (const std::int64_t side = options.integer("image_size"); side > 0)
    out.network.image = {side, side};
  sam2::check(out.network);
  out.weights = options.text("weights");
  out.as_released = options.text("variant") == "as_released";
  out.similarity = options.text("similarity") == "l1" ? Similarity::l1 : Similarity::cosine;
  out.retrieved = options.integer("retrieved");
  out.neighbours = options.integer("neighbours");
  out.axes = parse_axes(options.text("axis"));
  if (plan.dimensions() == 2 && options.text("axis") == "all") out.axes = {0};  // all there are
  if (plan.dimensions() == 2 && out.axes != std::vector<int>{0})
    throw Error::input("option axis: slices of a 2-D configuration lie across z");
  out.batch = options.integer("batch");
  out.half_features = options.text("features") == "float16";
  out.memory = gibibytes(options.number("memory"));
  out.cache = options.text("cache");
  out.cache_limit = out.cache.empty() ? 0 : gibibytes(options.number("cache_limit"));
  if (!out.cache.empty() && !out.half_features)
    throw Error::input("option cache: features are kept on disk as float16 only",
                       "leave out features = \"float32\", or the cache");
  return out;
}

}  // namespace voxarena::fatesam
