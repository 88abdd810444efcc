#include "policy/registers.h"

#include "law/union.h"
#include "policy/fields.h"

namespace proviso::policy {

std::vector<Organisation> read_register(const Fields& fields, const yaml::Node& root,
                                        bool authorities) {
  std::vector<Organisation> out;
  if (root.type == yaml::NodeType::null) return out;
  if (root.type != yaml::NodeType::sequence) {
    fields.in.fail(root, "a list of bodies was expected");
    return out;
  }
  for (const yaml::Node& each : root.items) {
    fields.in.only(each, {"id", "name", "country", "from", "to", "certificate", "public_register",
                          "transfer_ground"});
    if (each.type != yaml::NodeType::map) continue;
    Organisation one;
    one.id = fields.text(each, "id");
    one.name = fields.text(each, "name");
    one.country = fields.text(each, "country");
    if (const auto flaw = law::region_flaw(one.country); flaw && !one.country.empty())
      fields.in.fail(*each.find("country"), "country " + *flaw);
    one.from = fields.require_date(each, "from").value_or(base::Date{9999, 12, 31});
    one.to = fields.date(each, "to");
    if (one.to && *one.to < one.from) fields.in.fail(each, "to lies before from");
    one.certificate = fields.path(each, "certificate", Fields::Expect::certificate, true);
    one.public_register = fields.in.optional_bool(each, "public_register").value_or(false);
    one.transfer_ground = fields.in.string_or(each, "transfer_ground", "");
    one.authority = authorities;
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace proviso::policy
