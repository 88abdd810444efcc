-- vault.db of version 1: the tables as the program of that version made them, bound to a ledger, with one suspected case, one
-- pending row and one line that was not delivered. The envelope opens for nobody.
PRAGMA journal_mode=WAL;
CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE cases(
  id TEXT PRIMARY KEY, state TEXT NOT NULL, identified_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,
  ceiling INTEGER, confirmed_ceiling INTEGER, expiry_rule TEXT NOT NULL,
  technology TEXT NOT NULL, list TEXT NOT NULL, class TEXT NOT NULL, previously_identified INTEGER NOT NULL,
  service TEXT NOT NULL, region TEXT NOT NULL, kind TEXT NOT NULL,
  blob TEXT NOT NULL UNIQUE, blob_sha256 TEXT NOT NULL DEFAULT '',
  evidence_blob TEXT NOT NULL DEFAULT '', evidence_sha256 TEXT NOT NULL DEFAULT '',
  envelope BLOB, envelope_sha256 TEXT NOT NULL DEFAULT '', bytes INTEGER NOT NULL DEFAULT 0,
  instrument TEXT NOT NULL, writer TEXT NOT NULL DEFAULT '', held INTEGER NOT NULL DEFAULT 0);
CREATE INDEX cases_by_end ON cases(expires_at);
CREATE INDEX cases_by_evidence ON cases(evidence_blob);
CREATE TABLE purposes(case_id TEXT NOT NULL REFERENCES cases(id) ON DELETE CASCADE, purpose TEXT NOT NULL,
  started INTEGER NOT NULL, ended INTEGER, PRIMARY KEY(case_id, purpose));
CREATE TABLE decisions(seq INTEGER PRIMARY KEY, case_id TEXT NOT NULL REFERENCES cases(id) ON DELETE CASCADE,
  decision TEXT NOT NULL);
CREATE INDEX decisions_by_case ON decisions(case_id);
CREATE TABLE tokens(case_id TEXT NOT NULL REFERENCES cases(id) ON DELETE CASCADE, kind TEXT NOT NULL, token TEXT NOT NULL,
  PRIMARY KEY(case_id, kind, token));
CREATE INDEX tokens_by_token ON tokens(kind, token);
CREATE TABLE replay_keys(id INTEGER PRIMARY KEY, day TEXT NOT NULL UNIQUE, key BLOB NOT NULL);
CREATE TABLE tags(tag BLOB PRIMARY KEY, replay_key INTEGER NOT NULL REFERENCES replay_keys(id), case_id TEXT NOT NULL,
  replay TEXT NOT NULL, ceiling INTEGER, expires INTEGER, case_expires INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX tags_by_case ON tags(case_id);
CREATE INDEX tags_by_key ON tags(replay_key);
CREATE TABLE outbox(seq INTEGER PRIMARY KEY AUTOINCREMENT, event_id TEXT NOT NULL UNIQUE, entry TEXT NOT NULL);
CREATE TABLE tombstones(case_id TEXT PRIMARY KEY, event_id TEXT NOT NULL, reason TEXT NOT NULL, rule TEXT NOT NULL,
  citation TEXT NOT NULL, state TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO meta VALUES('version', '1');
INSERT INTO meta VALUES('mode', 'rehearsal');
INSERT INTO meta VALUES('origin', 'proviso/test/rehearsal');
INSERT INTO cases(id, state, identified_at, expires_at, ceiling, confirmed_ceiling, expiry_rule, technology, list, class,
  previously_identified, service, region, kind, blob, blob_sha256, envelope, envelope_sha256, bytes, instrument)
  VALUES('a', 'suspected', 1795597200, 1796806800, 1827133200, 1827133200, 'policy', 'known-digests', 'known', 'known',
  1, 'chat', 'DE', 'image', 'blob-a', 'b0', X'00', 'e0', 7, 'reg-2026-1881');
INSERT INTO cases(id, state, identified_at, expires_at, expiry_rule, technology, list, class,
  previously_identified, service, region, kind, blob, instrument, writer)
  VALUES('p', 'pending', 1795597200, 1796806800, 'policy', 'known-digests', 'known', 'known',
  1, 'chat', 'DE', 'image', 'blob-p', 'reg-2026-1881', 'dead');
INSERT INTO purposes VALUES('a', 'reporting', 1795597200, NULL);
INSERT INTO outbox(event_id, entry) VALUES('stored-a', '{}');
