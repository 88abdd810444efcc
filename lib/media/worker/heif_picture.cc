#include <libheif/heif.h>

#include <algorithm>
#include <memory>

#include "media/worker/pictures.h"

namespace proviso::media {

Failure decode_heif(File file, const PictureOptions& options, Luma& luma) {
  const std::unique_ptr<heif_context, decltype(&heif_context_free)> context(heif_context_alloc(),
                                                                            heif_context_free);
  if (!context) return {Status::decode_failed, "no memory"};
  heif_context_set_max_decoding_threads(context.get(), 0);
  const auto edge = std::min<std::uint64_t>(options.max_pixels, 1u << 20);
  heif_context_set_maximum_image_size_limit(context.get(), static_cast<int>(edge));
  heif_error error =
      heif_context_read_from_memory_without_copy(context.get(), file.data(), file.size(), nullptr);
  if (error.code != heif_error_Ok) return {Status::decode_failed, error.message};
  heif_image_handle* raw_handle = nullptr;
  error = heif_context_get_primary_image_handle(context.get(), &raw_handle);
  if (error.code != heif_error_Ok) return {Status::decode_failed, error.message};
  const std::unique_ptr<heif_image_handle, decltype(&heif_image_handle_release)> handle(
      raw_handle, heif_image_handle_release);
  const int width = heif_image_handle_get_width(handle.get()),
            height = heif_image_handle_get_height(handle.get());
  if (width <= 0 || height <= 0) return {Status::decode_failed, "no pixels"};
  if (static_cast<std::uint64_t>(width) * static_cast<std::uint64_t>(height) > options.max_pixels) {
    return {Status::too_large, "more pixels than the limit"};
  }
  heif_image* raw_image = nullptr;
  error = heif_decode_image(handle.get(), &raw_image, heif_colorspace_RGB,
                            heif_chroma_interleaved_RGB, nullptr);
  if (error.code == heif_error_Unsupported_filetype || error.code == heif_error_Unsupported_feature)
    return {Status::unsupported, error.message};
  if (error.code != heif_error_Ok) return {Status::decode_failed, error.message};
  const std::unique_ptr<heif_image, decltype(&heif_image_release)> image(raw_image,
                                                                         heif_image_release);
  int stride = 0;
  const std::uint8_t* const rgb =
      heif_image_get_plane_readonly(image.get(), heif_channel_interleaved, &stride);
  const int real_width = heif_image_get_width(image.get(), heif_channel_interleaved);
  const int real_height = heif_image_get_height(image.get(), heif_channel_interleaved);
  if (rgb == nullptr || real_width <= 0 || real_height <= 0 || stride < 3 * real_width)
    return {Status::decode_failed, "no pixels"};
  if (!luma.start(static_cast<std::uint32_t>(real_width), static_cast<std::uint32_t>(real_height),
                  options.max_pixels, options.keep)) {
    return {Status::too_large, "more pixels than the limit"};
  }
  for (std::uint32_t y = 0; y < luma.source_height(); ++y)
    luma.rgb(y, rgb + static_cast<std::ptrdiff_t>(y) * stride, 3);
  return {};
}

}  // namespace proviso::media
