#include "benchmark/progress_plot.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <string_view>

#include "voxarena/core/files.h"
#include "voxarena/data/png.h"

namespace voxarena {
namespace {

constexpr std::int64_t kImageWidth = 1200, kImageHeight = 700;
constexpr std::int64_t kLeft = 110, kRight = 1100, kTop = 70, kBottom = 630;  // of the frame
constexpr int kIntervals = 10;                                                // of the grid
constexpr std::int64_t kDot = 3;  // pixels of a letter's dot

using Colour = std::array<std::uint8_t, 3>;
constexpr Colour kBlack{0, 0, 0}, kGrid{225, 225, 225}, kBlue{30, 60, 220}, kRed{210, 40, 40},
    kGreen{20, 130, 50}, kLightGreen{150, 210, 160};

// Five rows of three dots, each an octal digit.
struct Letter {
  char name;
  std::string_view rows;
};
constexpr std::array kLetters = {
    Letter{'0', "75557"}, Letter{'1', "26227"}, Letter{'2', "71747"}, Letter{'3', "71717"},
    Letter{'4', "55711"}, Letter{'5', "74717"}, Letter{'6', "74757"}, Letter{'7', "71111"},
    Letter{'8', "75757"}, Letter{'9', "75717"}, Letter{'-', "00700"}, Letter{'.', "00002"},
    Letter{'A', "25755"}, Letter{'C', "74447"}, Letter{'D', "65556"}, Letter{'E', "74747"},
    Letter{'G', "74557"}, Letter{'H', "55755"}, Letter{'I', "72227"}, Letter{'L', "44447"},
    Letter{'M', "57755"}, Letter{'N', "65555"}, Letter{'O', "75557"}, Letter{'P', "75744"},
    Letter{'R', "65655"}, Letter{'S', "74717"}, Letter{'T', "72222"}, Letter{'U', "55557"},
    Letter{'V', "55552"}};

class Canvas {
 public:
  Canvas() {
    raster_.width = kImageWidth;
    raster_.height = kImageHeight;
    raster_.channels = 3;
    raster_.pixels.assign(static_cast<std::size_t>(kImageWidth * kImageHeight * 3), 255);
  }

  void box(std::int64_t x, std::int64_t y, std::int64_t size, const Colour& colour) {
    for (std::int64_t j = y; j < y + size; ++j) {
      for (std::int64_t i = x; i < x + size; ++i) {
        if (i < 0 || j < 0 || i >= kImageWidth || j >= kImageHeight) continue;
        std::ranges::copy(colour, raster_.pixels.begin() + (j * kImageWidth + i) * 3);
      }
    }
  }

  void line(double x0, double y0, double x1, double y1, std::int64_t width, const Colour& colour) {
    const double steps = std::max({std::abs(x1 - x0), std::abs(y1 - y0), 1.0});
    for (double step = 0; step <= steps; ++step) {
      const double t = step / steps;
      box(std::lround(x0 + t * (x1 - x0)) - width / 2, std::lround(y0 + t * (y1 - y0)) - width / 2,
          width, colour);
    }
  }

  void text(std::int64_t x, std::int64_t y, std::string_view text, const Colour& colour) {
    for (const char c : text) {
      const auto letter = std::ranges::find(kLetters, c, &Letter::name);
      for (std::int64_t row = 0; letter != kLetters.end() && row < 5; ++row) {
        const int dots = letter->rows[static_cast<std::size_t>(row)] - '0';
        for (std::int64_t column = 0; column < 3; ++column) {
          if (dots >> (2 - column) & 1) box(x + column * kDot, y + row * kDot, kDot, colour);
        }
      }
      x += 4 * kDot;
    }
  }

  const Raster& raster() const { return raster_; }

 private:
  Raster raster_;
};

struct Range {
  double low, high;
};

double x_of(std::size_t epoch, std::size_t epochs) {
  return kLeft + static_cast<double>((kRight - kLeft) * static_cast<std::int64_t>(epoch)) /
                     static_cast<double>(std::max<std::size_t>(epochs - 1, 1));
}

double y_of(double value, const Range& range) {
  const double part = (value - range.low) / (range.high - range.low);
  return static_cast<double>(kBottom) - part * static_cast<double>(kBottom - kTop);
}

using Column = std::function<double(const EpochRecord&)>;

void draw_curve(Canvas& canvas, const std::vector<EpochRecord>& log, const Column& column,
                const Range& range, const Colour& colour) {
  for (std::size_t i = 0; i < log.size(); ++i) {
    const double value = column(log[i]);
    if (!std::isfinite(value)) continue;
    const double x = x_of(i, log.size()), y = y_of(value, range);
    canvas.box(std::lround(x) - 2, std::lround(y) - 2, 5, colour);
    const double before = i > 0 ? column(log[i - 1]) : std::nan("");
    if (std::isfinite(before))
      canvas.line(x_of(i - 1, log.size()), y_of(before, range), x, y, 3, colour);
  }
}

Range range_of_losses(const std::vector<EpochRecord>& log) {
  Range range{1e300, -1e300};
  for (const EpochRecord& record : log) {
    for (const double value : {record.loss, record.validation_loss}) {
      if (!std::isfinite(value)) continue;
      range = {std::min(range.low, value), std::max(range.high, value)};
    }
  }
  if (range.low > range.high) return {0, 1};
  const double margin = std::max(0.05 * (range.high - range.low), 1e-3);
  return {range.low - margin, range.high + margin};
}

void draw_frame(Canvas& canvas, const Range& losses, std::size_t epochs) {
  for (int i = 0; i <= kIntervals; ++i) {
    const double part = static_cast<double>(i) / kIntervals;
    const double x = kLeft + part * (kRight - kLeft), y = kBottom - part * (kBottom - kTop);
    canvas.line(x, kTop, x, kBottom, 1, kGrid);
    canvas.line(kLeft, y, kRight, y, 1, kGrid);
    const std::int64_t text_y = std::lround(y) - 2 * kDot;
    canvas.text(20, text_y, fmt::format("{:6.2f}", losses.low + part * (losses.high - losses.low)),
                kBlue);
    canvas.text(kRight + 15, text_y, fmt::format("{:.1f}", part), kGreen);
    canvas.text(std::lround(x) - 2 * kDot, kBottom + 15,
                fmt::format("{:.4g}", part * static_cast<double>(epochs > 1 ? epochs - 1 : 1)),
                kBlack);
  }
  canvas.line(kLeft, kTop, kRight, kTop, 2, kBlack);
  canvas.line(kLeft, kBottom, kRight, kBottom, 2, kBlack);
  canvas.line(kLeft, kTop, kLeft, kBottom, 2, kBlack);
  canvas.line(kRight, kTop, kRight, kBottom, 2, kBlack);
  canvas.text(kLeft, 30, "LOSS TRAIN", kBlue);
  canvas.text(kLeft + 190, 30, "LOSS VAL", kRed);
  canvas.text(kLeft + 570, 30, "PSEUDO DICE", kLightGreen);
  canvas.text(kLeft + 770, 30, "MOVING AVERAGE", kGreen);
  canvas.text((kLeft + kRight) / 2 - 30, kBottom + 45, "EPOCH", kBlack);
}

}  // namespace

void write_progress_plot(const std::filesystem::path& file, const std::vector<EpochRecord>& log) {
  const Range losses = range_of_losses(log), dice{0, 1};
  Canvas canvas;
  draw_frame(canvas, losses, log.size());
  draw_curve(
      canvas, log, [](const EpochRecord& r) { return r.mean_dice; }, dice, kLightGreen);
  draw_curve(
      canvas, log, [](const EpochRecord& r) { return r.ema.value_or(std::nan("")); }, dice, kGreen);
  draw_curve(
      canvas, log, [](const EpochRecord& r) { return r.validation_loss; }, losses, kRed);
  draw_curve(
      canvas, log, [](const EpochRecord& r) { return r.loss; }, losses, kBlue);
  write_file(file, encode_png(canvas.raster()), Flush::no);
}

}  // namespace voxarena
