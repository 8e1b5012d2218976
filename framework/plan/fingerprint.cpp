#include "voxarena/plan/fingerprint.h"

#include "voxarena/plan/intensity_json.h"

namespace voxarena {

Json intensities_to_json(const std::vector<ChannelIntensity>& intensities) {
  Json out = Json::object();
  for (std::size_t c = 0; c < intensities.size(); ++c) {
    const ChannelIntensity& i = intensities[c];
    out[std::to_string(c)] = {{"max", i.max},
                              {"mean", i.mean},
                              {"median", i.median},
                              {"min", i.min},
                              {"percentile_00_5", i.percentile_00_5},
                              {"percentile_99_5", i.percentile_99_5},
                              {"std", i.std}};
  }
  return out;
}

std::vector<ChannelIntensity> intensities_from_json(const JsonField& json) {
  std::vector<ChannelIntensity> out;
  for (std::size_t c = 0; c < json.json().size(); ++c) {
    const JsonField channel = json[std::to_string(c)];
    const auto number = [&](const char* key) { return channel[key].as<double>(); };
    out.push_back({.max = number("max"),
                   .mean = number("mean"),
                   .median = number("median"),
                   .min = number("min"),
                   .percentile_00_5 = number("percentile_00_5"),
                   .percentile_99_5 = number("percentile_99_5"),
                   .std = number("std")});
  }
  return out;
}

Json to_json(const Fingerprint& fingerprint) {
  return {
      {"foreground_intensity_properties_per_channel", intensities_to_json(fingerprint.intensities)},
      {"median_relative_size_after_cropping", fingerprint.median_relative_size_after_cropping},
      {"shapes_after_crop", fingerprint.shapes_after_crop},
      {"spacings", fingerprint.spacings}};
}

Fingerprint fingerprint_from_json(const Json& json, const std::string& source) {
  const JsonField root(json, source);
  Fingerprint out;
  out.intensities = intensities_from_json(root["foreground_intensity_properties_per_channel"]);
  out.median_relative_size_after_cropping =
      root["median_relative_size_after_cropping"].as<double>();
  out.shapes_after_crop =
      root["shapes_after_crop"].map([](const JsonField& f) { return f.as<Extent>(); });
  out.spacings = root["spacings"].map([](const JsonField& f) { return f.as<Spacing>(); });
  if (out.spacings.size() != out.shapes_after_crop.size() || out.spacings.empty()) {
    throw root["spacings"].broken(
        "must have as many entries as 'shapes_after_crop', and at least one");
  }
  return out;
}

}  // namespace voxarena
