// decode_jpegs luma|rgb THREADS FILE...: raw decoding by libjpeg-turbo of whole files read into
// memory, and nothing else: what `hash` is held against. Prints nothing.
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <jpeglib.h>

#include <atomic>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

namespace {

void decode(const std::string& path, J_COLOR_SPACE space) {
  std::ifstream in(path, std::ios::binary | std::ios::ate);
  std::vector<char> bytes(static_cast<std::size_t>(in.tellg()));
  in.seekg(0);
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  jpeg_decompress_struct info{};
  jpeg_error_mgr errors{};
  info.err = jpeg_std_error(&errors);
  jpeg_create_decompress(&info);
  jpeg_mem_src(&info, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  jpeg_read_header(&info, TRUE);
  info.out_color_space = space;
  jpeg_start_decompress(&info);
  std::vector<unsigned char> pixels(std::size_t{info.output_width} * info.output_height *
                                    static_cast<std::size_t>(info.output_components));
  while (info.output_scanline < info.output_height) {
    JSAMPROW row = pixels.data() + std::size_t{info.output_scanline} * info.output_width *
                                       static_cast<std::size_t>(info.output_components);
    jpeg_read_scanlines(&info, &row, 1);
  }
  jpeg_finish_decompress(&info);
  jpeg_destroy_decompress(&info);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return 64;
  const J_COLOR_SPACE space = std::strcmp(argv[1], "luma") == 0 ? JCS_GRAYSCALE : JCS_RGB;
  std::atomic<int> next = 3;
  const auto work = [&] {
    for (int i = next++; i < argc; i = next++) decode(argv[i], space);
  };
  std::vector<std::jthread> threads;
  for (int i = 1; i < std::atoi(argv[2]); ++i) threads.emplace_back(work);
  work();
  return 0;
}
