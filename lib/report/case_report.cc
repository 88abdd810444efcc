#include "report/case_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <span>
#include <system_error>
#include <utility>
#include <vector>

#include "base/content_kind.h"
#include "base/file.h"
#include "base/mode.h"
#include "crypto/keys.h"
#include "crypto/random.h"
#include "law/storage_purpose.h"
#include "ledger/facts.h"
#include "policy/seal_certificate.h"
#include "report/package.h"

namespace proviso::report {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const std::vector<law::Refusal>& refusals, const std::string& id) {
  std::vector<base::Finding> findings;
  findings.reserve(refusals.size());
  for (const law::Refusal& refusal : refusals) {
    findings.push_back({"case " + id, fmt::format("{} ({}): {}", refusal.rule, refusal.citation,
                                                  refusal.message)});
  }
  throw base::Error(base::ExitCode::no_permission, std::move(findings),
                    "nothing was opened, written or sent");
}

PackageFile text_file(std::string name, std::string_view text) {
  const auto bytes = base::as_bytes(text);
  return {std::move(name), {bytes.begin(), bytes.end()}};
}

// The extension is that of the detected format, never of a name that came with the item.
std::string content_name(std::span<const std::byte> bytes, std::string_view stem) {
  const auto detected =
      base::detect_kind(bytes.first(std::min(bytes.size(), base::kKindHeadBytes)));
  const bool plain = !detected.format.empty() &&
                     std::all_of(detected.format.begin(), detected.format.end(), [](char c) {
                       return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
                     });
  return fmt::format("{}.{}", stem, plain ? detected.format : "bin");
}

base::MaterialClass reported_class(const vault::CaseRow& row) {
  return row.state == vault::State::confirmed_as_new ? base::MaterialClass::new_material
                                                     : class_of(row);
}

json::Json manifest_of(const vault::CaseRow& row, const policy::Policy& policy,
                       const policy::Organisation& body, const CaseReportRequest& request,
                       const std::string& purpose, const json::Json& metadata,
                       const std::vector<PackageFile>& files, base::Instant now) {
  json::Json manifest{
      {"proviso_package", 1},
      {"mode", base::mode_word(row.rehearsal)},
      {"case", row.id.value},
      {"provider",
       {{"name", policy.provider.name},
        {"establishment", policy.provider.establishment},
        {"contact", policy.provider.contact}}},
      {"recipient", {{"id", body.id}, {"name", body.name}, {"country", body.country}}},
      {"purpose", purpose},
      {"service", row.service},
      {"region", row.region},
      {"kind", row.kind},
      {"class", base::to_string(reported_class(row))},
      {"human_confirmed", row.state != vault::State::suspected},
      {"previously_identified", row.previously_identified},
      {"technology", row.technology},
      {"list", row.list},
      {"instrument", row.instrument},
      {"identified_at", base::to_string(row.identified_at)},
      {"reported_at", base::to_string(now)}};
  if (row.rehearsal)
    manifest["mark"] = "REHEARSAL: made in a rehearsal, of made-up material; not a report";
  if (metadata.contains("hits")) manifest["hits"] = metadata["hits"];
  if (!request.authority_request.reference.empty()) {
    manifest["request"] = {{"reference", request.authority_request.reference},
                           {"basis", request.authority_request.basis}};
  }
  manifest["files"] = json::Json::array();
  for (const PackageFile& file : files) {
    manifest["files"].push_back({{"name", file.name},
                                 {"bytes", file.bytes.size()},
                                 {"sha256", base::to_hex(crypto::sha256(file.bytes))}});
  }
  return manifest;
}

// The content leaves memory as soon as the package is made.
struct WipedFiles {
  std::vector<PackageFile> files;
  ~WipedFiles() {
    for (PackageFile& file : files) std::fill(file.bytes.begin(), file.bytes.end(), std::byte{0});
  }
};

base::Bytes make_package(vault::CaseStore& store, const vault::CaseRow& row,
                         const policy::Policy& policy, const policy::Organisation& body,
                         const CaseReportRequest& request, const std::string& purpose,
                         const crypto::Certificate& recipient, base::Instant now) {
  const auto key = crypto::PrivateKey::open(request.open_key);
  const auto certificate = policy::seal_certificate_of(policy, key);
  if (!certificate)
    throw base::Error(base::ExitCode::no_permission,
                      "the key belongs to none of the policy's keys.seal certificates",
                      "--open-key");
  const auto signer = crypto::PrivateKey::open(policy.packages_key);
  const auto signer_certificate = crypto::Certificate::open(policy.packages_certificate);

  const vault::Opened opened =
      store.open_case(store.open_stored(row.id), key, *certificate,
                      vault::access_by(policy, request.person, purpose, "report"));
  const json::Json metadata = minimised(opened.metadata, policy);
  WipedFiles package;
  const auto add = [&](std::string_view stem, const auto& read) {
    base::Bytes bytes;
    read([&](std::span<const std::byte> part) {
      if (bytes.size() + part.size() > kMaxPackageBytes) {
        throw base::Error(base::ExitCode::data,
                          fmt::format("content is larger than {} MiB", kMaxPackageBytes >> 20),
                          "case " + row.id.value);
      }
      bytes.insert(bytes.end(), part.begin(), part.end());
    });
    std::string name = content_name(bytes, stem);
    package.files.push_back({std::move(name), std::move(bytes)});
  };
  add("content", [&](const auto& write) { store.read_blob(row, opened, write); });
  if (!row.evidence_blob.empty()) {
    add("evidence", [&](const auto& write) { store.read_evidence(row, opened, write); });
  }
  package.files.push_back(text_file("metadata.json", metadata.dump(2) + "\n"));
  const json::Json manifest =
      manifest_of(row, policy, body, request, purpose, metadata, package.files, now);
  package.files.insert(package.files.begin(), text_file("manifest.json", manifest.dump(2) + "\n"));
  package.files.push_back(text_file("SHA256SUMS", sha256sums(package.files)));
  base::Bytes plain = zip(package.files, row.identified_at);
  base::Bytes sealed = sign_and_seal(plain, signer, signer_certificate, recipient);
  std::fill(plain.begin(), plain.end(), std::byte{0});
  return sealed;
}

}  // namespace

json::Json minimised(const json::Json& metadata, const policy::Policy& policy) {
  json::Json out = json::Json::object();
  for (const auto& [name, value] : metadata.items()) {
    if (name == "identified_at" || name == "hits" || policy.evidence_fields.count(name) != 0)
      out[name] = value;
  }
  return out;
}

CaseReported report_case(vault::CaseStore& store, const policy::Policy& policy,
                         const law::Resolved& law, const CaseReportRequest& request,
                         const IsReviewed& is_reviewed, base::Instant now) {
  const auto row = store.find(request.id);
  if (!row)
    throw base::Error(base::ExitCode::no_input, "no such case in the vault",
                      "case " + request.id.value);
  auto refusals = recipient_refusals(policy, law, request.organisation, request.authority_request,
                                     base::date_of(now));
  for (law::Refusal& refusal : case_refusals(policy, law, *row, is_reviewed(store, *row), now)) {
    refusals.push_back(std::move(refusal));
  }
  if (!refusals.empty()) refuse(refusals, request.id.value);

  const policy::Organisation& body = *policy.organisation(request.organisation);
  const auto recipient = crypto::Certificate::open(body.certificate);
  if (!recipient.valid_at(now)) {
    throw base::Error(base::ExitCode::config,
                      "the certificate is not valid today; ask the organisation for its new one",
                      body.certificate.native());
  }
  std::error_code none;
  if (fs::exists(request.output, none)) {
    throw base::Error(base::ExitCode::cannot_create, "exists already", request.output.native());
  }
  CaseReported result;
  result.purpose = law::to_string(request.authority_request.reference.empty()
                                      ? law::StoragePurpose::reporting
                                      : law::StoragePurpose::authority_requests);
  const base::Bytes sealed =
      make_package(store, *row, policy, body, request, result.purpose, recipient, now);
  result.package_sha256 = base::to_hex(crypto::sha256(sealed));
  result.bytes = sealed.size();

  // Written first, renamed last: after a crash in between, the whole package is under its ".part"
  // name and the ledger has its digest.
  fs::path part = request.output;
  part += ".part";
  base::write_new_file(part, base::as_text(sealed), 0600);
  ledger::CaseReported fact;
  fact.id = row->id;
  fact.organisation = body.id;
  fact.package_sha256 = result.package_sha256;
  fact.material_class = reported_class(*row);
  fact.purpose = result.purpose;
  if (!request.authority_request.basis.empty()) {
    fact.basis = request.authority_request.basis;
    fact.request_sha256 =
        crypto::sha256_hex(request.authority_request.reference);  // a reference may name a person
  }
  try {
    store.move(row->id, vault::State::reported, to_entry(fact, "report"));
  } catch (const base::Error&) {
    // Kept if the case did move: then only the ledger's entry is still to be delivered.
    const auto after = store.find(row->id);
    if (!after || after->state != vault::State::reported) fs::remove(part, none);
    throw;
  }
  fs::rename(part, request.output);
  base::sync_directory(request.output.has_parent_path() ? request.output.parent_path()
                                                        : fs::path("."));
  return result;
}

}  // namespace proviso::report
