#include "policy/method.h"

#include <algorithm>

namespace proviso::policy {
namespace {

using base::ContentKind;

bool is_picture(ContentKind kind) {
  return kind == ContentKind::image || kind == ContentKind::video;
}

struct Takes {
  ContentKind kind;

  bool operator()(const Exact&) const { return true; }
  bool operator()(const Pdq&) const { return is_picture(kind); }
  bool operator()(const Vpdq&) const { return is_picture(kind); }
  // The factors are derived from text, which never leaves the provider.
  bool operator()(const Indicators&) const { return kind == ContentKind::text; }
  bool operator()(const External&) const { return is_picture(kind) || kind == ContentKind::file; }
};

struct WhatItTakes {
  std::string_view operator()(const Exact&) const { return "files"; }
  std::string_view operator()(const Pdq&) const { return "images and frames of video"; }
  std::string_view operator()(const Vpdq&) const {
    return "the frames of video and of animated images";
  }
  std::string_view operator()(const Indicators&) const { return "what is derived from text"; }
  std::string_view operator()(const External&) const {
    return "images, video and files that a detector gave a score";
  }
};

}  // namespace

const std::array<MethodRow, std::variant_size_v<Method>>& methods() {
  static const std::array<MethodRow, std::variant_size_v<Method>> rows{
      {{Exact{}, "exact"},
       {Pdq{}, "pdq"},
       {Vpdq{}, "vpdq"},
       {Indicators{}, "indicators"},
       {External{}, "external"}}};
  return rows;
}

std::string_view to_string(const Method& method) { return methods()[method.index()].word; }

std::optional<Method> parse_method(std::string_view word) {
  return base::value_of(methods(), word);
}

bool needs_parameters(const Method& method) {
  return std::holds_alternative<Indicators>(method) || std::holds_alternative<External>(method);
}

bool uses_lists(const Method& method) { return !needs_parameters(method); }

bool takes_kind(const Method& method, ContentKind kind) { return std::visit(Takes{kind}, method); }

std::string_view what_it_takes(const Method& method) { return std::visit(WhatItTakes{}, method); }

}  // namespace proviso::policy
