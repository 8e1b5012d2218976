#include "training/training_log.h"

#include <fmt/core.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>

#include "voxarena/core/error.h"
#include "voxarena/core/files.h"
#include "voxarena/core/json.h"

namespace voxarena {
namespace {

// JSON has no NaN: null stands for it.
double number(const Json& json) {
  return json.is_null() ? std::numeric_limits<double>::quiet_NaN() : json.get<double>();
}

Json to_json(const EpochRecord& record) {
  Json terms = Json::object();
  for (const auto& [name, value] : record.loss_terms) terms[name] = value;
  return {{"epoch", record.epoch},
          {"learning_rate", record.learning_rate},
          {"loss", record.loss},
          {"loss_terms", terms},
          {"validation_loss", record.validation_loss},
          {"dice", record.dice},
          {"mean_dice", record.mean_dice},
          {"ema", record.ema ? Json(*record.ema) : Json()},
          {"seconds", std::round(record.seconds * 1e3) / 1e3},
          {"peak_memory_bytes", record.peak_memory},
          {"peak_device_memory_bytes", record.peak_device_memory}};
}

EpochRecord from_json(const Json& json) {
  EpochRecord record;
  record.epoch = json.at("epoch").get<std::int64_t>();
  record.learning_rate = number(json.at("learning_rate"));
  record.loss = number(json.at("loss"));
  for (const auto& [name, value] : json.at("loss_terms").items())
    record.loss_terms.emplace_back(name, number(value));
  record.validation_loss = number(json.value("validation_loss", Json()));
  for (const Json& value : json.at("dice")) record.dice.push_back(number(value));
  record.mean_dice = number(json.at("mean_dice"));
  if (!json.at("ema").is_null()) record.ema = json.at("ema").get<double>();
  record.seconds = number(json.at("seconds"));
  record.peak_memory = json.at("peak_memory_bytes").get<std::int64_t>();
  record.peak_device_memory = json.at("peak_device_memory_bytes").get<std::int64_t>();
  return record;
}

}  // namespace

std::vector<EpochRecord> read_training_log(const std::filesystem::path& path, std::int64_t epochs) {
  std::vector<EpochRecord> records;
  if (!std::filesystem::exists(path)) return records;
  std::istringstream text(read_file(path));
  for (std::string line; std::ssize(records) < epochs && std::getline(text, line);) {
    try {
      records.push_back(from_json(Json::parse(line)));
    } catch (const std::exception&) {
      throw Error::input(fmt::format("{}: line {} is not the record of an epoch", path.string(),
                                     records.size() + 1),
                         "delete the file; only the record of past epochs is lost");
    }
  }
  return records;
}

void write_training_log(const std::filesystem::path& path,
                        const std::vector<EpochRecord>& records) {
  std::string text;
  for (const EpochRecord& record : records) text += json_text(to_json(record)) + '\n';
  write_file(path, text);
}

}  // namespace voxarena
