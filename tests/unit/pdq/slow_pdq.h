// PDQ written down as slowly and plainly as it can be, to hold the fast one against.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

namespace slow {

struct Outcome {
  std::string hex;
  int quality = 0;
};

// One running box over a vector: `window` samples wide, cut off at the ends.
inline std::vector<float> box(const std::vector<float>& in, int window) {
  const int n = static_cast<int>(in.size());
  const int ahead = window / 2, behind = window - 1 - ahead;
  std::vector<float> out(in.size());
  float sum = 0;
  int count = 0;
  for (int i = 0; i < ahead; ++i, ++count) sum += in[static_cast<std::size_t>(i)];
  for (int i = 0; i < n; ++i) {
    if (i + ahead < n) {
      sum += in[static_cast<std::size_t>(i + ahead)];
      ++count;
    }
    if (i - behind - 1 >= 0) {
      sum -= in[static_cast<std::size_t>(i - behind - 1)];
      --count;
    }
    out[static_cast<std::size_t>(i)] = sum / static_cast<float>(count);
  }
  return out;
}

inline Outcome pdq(const std::vector<std::uint8_t>& given, int given_width, int given_height) {
  int w = given_width, h = given_height;
  std::vector<std::uint8_t> grey = given;
  if (w > 512 || h > 512) {
    grey.assign(std::size_t{512} * 512, 0);
    for (int y = 0; y < 512; ++y) {
      for (int x = 0; x < 512; ++x) {
        const long from = static_cast<long>(y) * h / 512 * w + static_cast<long>(x) * w / 512;
        grey[static_cast<std::size_t>(y * 512 + x)] = given[static_cast<std::size_t>(from)];
      }
    }
    w = h = 512;
  }
  if (w < 5 || h < 5) return {std::string(64, '0'), 0};

  std::vector<float> plane(grey.begin(), grey.end());
  if (w != 64 || h != 64) {
    for (int pass = 0; pass < 2; ++pass) {
      for (int y = 0; y < h; ++y) {
        std::vector<float> row(static_cast<std::size_t>(w));
        for (int x = 0; x < w; ++x)
          row[static_cast<std::size_t>(x)] = plane[static_cast<std::size_t>(y * w + x)];
        row = box(row, (w + 127) / 128);
        for (int x = 0; x < w; ++x)
          plane[static_cast<std::size_t>(y * w + x)] = row[static_cast<std::size_t>(x)];
      }
      for (int x = 0; x < w; ++x) {
        std::vector<float> column(static_cast<std::size_t>(h));
        for (int y = 0; y < h; ++y)
          column[static_cast<std::size_t>(y)] = plane[static_cast<std::size_t>(y * w + x)];
        column = box(column, (h + 127) / 128);
        for (int y = 0; y < h; ++y)
          plane[static_cast<std::size_t>(y * w + x)] = column[static_cast<std::size_t>(y)];
      }
    }
  }
  float a[64][64];
  for (int i = 0; i < 64; ++i) {
    for (int j = 0; j < 64; ++j) {
      const int y = static_cast<int>((i + 0.5) * h / 64), x = static_cast<int>((j + 0.5) * w / 64);
      a[i][j] = plane[static_cast<std::size_t>(y * w + x)];
    }
  }

  int steps = 0;
  for (int i = 0; i < 64; ++i) {
    for (int j = 0; j < 64; ++j) {
      if (i < 63) steps += std::abs(static_cast<int>((a[i][j] - a[i + 1][j]) * 100 / 255));
      if (j < 63) steps += std::abs(static_cast<int>((a[i][j] - a[i][j + 1]) * 100 / 255));
    }
  }

  float d[16][64], t[16][64], b[16][16];
  const float scale = static_cast<float>(std::sqrt(2.0 / 64.0));
  for (int i = 0; i < 16; ++i) {
    for (int j = 0; j < 64; ++j) {
      const double pi = 3.14159265358979323846;
      d[i][j] = static_cast<float>(static_cast<double>(scale) *
                                   std::cos((pi / 2.0 / 64.0) * (i + 1) * (2 * j + 1)));
    }
  }
  for (int i = 0; i < 16; ++i) {
    for (int j = 0; j < 64; ++j) {
      float sum = 0;
      for (int k = 0; k < 64; ++k) sum += d[i][k] * a[k][j];
      t[i][j] = sum;
    }
  }
  std::vector<float> all;
  for (int i = 0; i < 16; ++i) {
    for (int j = 0; j < 16; ++j) {
      float sum = 0;
      for (int k = 0; k < 64; ++k) sum += t[i][k] * d[j][k];
      b[i][j] = sum;
      all.push_back(sum);
    }
  }
  std::sort(all.begin(), all.end());
  std::string hex;
  for (int digit = 63; digit >= 0; --digit) {  // the last bit stands first
    int value = 0;
    for (int bit = 3; bit >= 0; --bit) {
      const int k = digit * 4 + bit;
      value = value * 2 + (b[k / 16][k % 16] > all[127] ? 1 : 0);
    }
    hex += "0123456789abcdef"[value];
  }
  return {hex, std::min(100, steps / 90)};
}

}  // namespace slow
