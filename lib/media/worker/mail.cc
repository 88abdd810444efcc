#include "media/worker/mail.h"

#include <gmime/gmime.h>

#include <memory>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "media/worker/containers.h"
#include "media/worker/content.h"

namespace proviso::media {
namespace {

struct Unref {
  void operator()(void* object) const { g_object_unref(object); }
};
template <class T>
using Ref = std::unique_ptr<T, Unref>;

// Macros of GMime cast as C does.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"
bool says_encrypted(GMimeMultipart* part) { return GMIME_IS_MULTIPART_ENCRYPTED(part); }
bool says_cms(GMimePart* part) { return GMIME_IS_APPLICATION_PKCS7_MIME(part); }
GMimeMultipart* as_multipart(GMimeObject* part) {
  return GMIME_IS_MULTIPART(part) ? GMIME_MULTIPART(part) : nullptr;
}
GMimeMessagePart* as_message(GMimeObject* part) {
  return GMIME_IS_MESSAGE_PART(part) ? GMIME_MESSAGE_PART(part) : nullptr;
}
GMimePart* as_part(GMimeObject* part) { return GMIME_IS_PART(part) ? GMIME_PART(part) : nullptr; }
GByteArray* bytes_of(GMimeStream* stream) {
  return g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
}
#pragma GCC diagnostic pop

// A CMS ContentInfo (RFC 5652) of type signed-data, which has its content in clear inside.
bool is_signed_data(std::span<const std::byte> bytes) {
  using namespace std::string_view_literals;
  constexpr std::string_view kSignedData =
      "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"sv;  // 1.2.840.113549.1.7.2
  const std::string_view text = base::as_text(bytes);
  if (text.size() < 2) return false;
  const auto length = static_cast<unsigned char>(
      text[1]);  // of the SEQUENCE around it: in short, long or indefinite form
  const std::size_t header = 2 + (length > 0x80 ? length & 0x7fu : 0u);
  return header <= text.size() && text.substr(header).starts_with(kSignedData);
}

GLogWriterOutput discard(GLogLevelFlags, const GLogField*, gsize, gpointer) {
  return G_LOG_WRITER_HANDLED;
}

Ref<GMimeParser> parser_of(std::span<const std::byte> mail) {
  const Ref<GMimeStream> stream(
      g_mime_stream_mem_new_with_buffer(reinterpret_cast<const char*>(mail.data()), mail.size()));
  Ref<GMimeParser> parser(g_mime_parser_new_with_stream(stream.get()));
  if (base::as_text(mail).starts_with("From "))
    g_mime_parser_set_format(parser.get(), GMIME_FORMAT_MBOX);
  return parser;
}

}  // namespace

void prepare_mail() {
  g_log_set_writer_func(discard, nullptr, nullptr);
  g_mime_init();
  constexpr std::string_view kSample =
      "From: a@example.org\r\nSubject: =?utf-8?q?x?=\r\nContent-Type: image/png; name*=utf-8''x\r\n"
      "Content-Transfer-Encoding: base64\r\n\r\nAAAA\r\n";
  const Ref<GMimeParser> parser = parser_of(base::as_bytes(kSample));
  const Ref<GMimeMessage> message(g_mime_parser_construct_message(parser.get(), nullptr));
}

struct Containers::Mail {
  Containers& containers;

  Failure message(GMimeMessage& message) const {
    GMimeObject* const body = g_mime_message_get_mime_part(&message);
    return body == nullptr ? Failure{} : object(*body, 0);
  }

  Failure object(GMimeObject& part, std::uint32_t levels) const {
    if (levels > kMaxLevels) return {Status::too_large, "parts inside parts deeper than the limit"};
    if (GMimeMultipart* const multipart = as_multipart(&part)) {
      if (g_mime_multipart_get_count(multipart) ==
          0) {  // no boundary, or one that does not occur: its content was not read
        if (Failure failure = containers.count_leaf(); !failure.ok()) return failure;
        containers.unread({Status::decode_failed, "a multipart without parts"});
        return {};
      }
      const bool protected_parts = says_encrypted(multipart);
      if (protected_parts) {
        if (Failure failure = locked(false); !failure.ok())
          return failure;  // protected content is out of scope
      }
      for (int i = 0; i < g_mime_multipart_get_count(multipart); ++i) {
        GMimeObject* const child = g_mime_multipart_get_part(multipart, i);
        if (child == nullptr) continue;
        GMimePart* const leaf = as_part(child);
        if (protected_parts && leaf != nullptr) {
          if (Failure failure = content(*leaf, true); !failure.ok()) return failure;
          continue;
        }
        if (Failure failure = object(*child, levels + 1); !failure.ok()) return failure;
      }
      return {};
    }
    if (GMimeMessagePart* const nested = as_message(&part)) {
      GMimeMessage* const inner = g_mime_message_part_get_message(nested);
      if (inner == nullptr) return {};
      if (containers.depth_ == containers.request_.max_depth)
        return {Status::too_large, "containers inside containers deeper than the limit"};
      ++containers.depth_;
      Failure failure = message(*inner);
      --containers.depth_;
      return failure;
    }
    GMimePart* const leaf = as_part(&part);
    return leaf == nullptr ? Failure{} : content(*leaf, false);
  }

  Failure locked(bool unread) const {
    if (Failure failure = containers.count_leaf(); !failure.ok()) return failure;
    containers.locked(unread);
    return {};
  }

  // `ciphertext`: it is declared encrypted, and already counted; its bytes may be something else.
  Failure content(GMimePart& part, bool ciphertext) const {
    GMimeDataWrapper* const wrapper = g_mime_part_get_content(&part);
    if (wrapper == nullptr) return {};
    const Ref<GMimeStream> memory(g_mime_stream_mem_new());
    if (g_mime_data_wrapper_write_to_stream(wrapper, memory.get()) < 0) {
      if (Failure failure = containers.count_leaf(); !failure.ok()) return failure;
      containers.unread({Status::decode_failed, "the part's transfer encoding is damaged"});
      return {};
    }
    const GByteArray* const bytes = bytes_of(memory.get());
    const std::span<const std::byte> view(reinterpret_cast<const std::byte*>(bytes->data),
                                          bytes->len);
    if (Failure failure = containers.expand(view.size()); !failure.ok()) return failure;
    if (view.empty()) return {};
    const bool cms = says_cms(&part);
    if (ciphertext || cms) {
      const auto kind = base::detect_kind_of(base::MemorySource(view));
      const bool opaque =
          kind && (kind->kind == base::ContentKind::text || kind->kind == base::ContentKind::file);
      if (opaque && ciphertext) return {};
      if (opaque)
        return locked(is_signed_data(
            view));  // enveloped, or signed with the content inside: neither is opened here
    }
    return containers.leaf(view);
  }

  static constexpr std::uint32_t kMaxLevels = 32;  // multiparts in multiparts
};

Failure Containers::read_mail(const base::ByteSource& source) {
  base::PageBuffer mailbox;
  if (Failure failure = read_whole(source, request_.max_picture_bytes, mailbox); !failure.ok())
    return failure;
  const Ref<GMimeParser> parser = parser_of(mailbox.bytes());
  const Mail mail{*this};
  bool any = false;
  do {
    const Ref<GMimeMessage> message(g_mime_parser_construct_message(parser.get(), nullptr));
    // Otherwise whatever follows it in a mailbox would be skipped silently.
    if (!message)
      return {Status::decode_failed,
              any ? "a message of the mailbox could not be read" : "no message could be read"};
    any = true;
    if (Failure failure = mail.message(*message); !failure.ok()) return failure;
  } while (g_mime_parser_get_format(parser.get()) == GMIME_FORMAT_MBOX &&
           g_mime_parser_eos(parser.get()) == 0);
  return {};
}

}  // namespace proviso::media
