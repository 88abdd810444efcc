// The stream: lines in, lines out, in order, in batches, with threads. Stages do not depend on it.
//
// A batch is at most 1,024 records or 4 MiB, and ends early whenever the input runs dry, so a
// pipeline works live as well as in bulk. For each batch: begin_batch (one thread), process or
// process_chunk (any thread, any order), commit_batch (one thread, in order), then the lines are
// written and flushed. A chunk is a part of one batch: nothing waits for it to fill.
//
// A stage whose commit waits for a disk leaves it to a group of batches: commit_batch only gathers,
// and close_group returns the commit, which runs on a thread of its own while later batches are
// decided. The lines of a group are written when its commit is done, and only then the next commit
// begins: what is committed and not written yet is one group at the most. While a commit runs, the
// next group grows, up to a limit, so a slow disk makes large groups; when none runs, a batch is a
// group of its own at once, so a lone line waits for no other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "ndjson/record.h"

namespace proviso::ndjson {

// The outcome of one line.
struct Outcome {
  enum class Kind { pass, drop, error };
  Kind kind = Kind::pass;
  std::string line;       // what is written; empty: nothing
  bool bad_line = false;  // the line is not a record
};

// A record of a batch. `place` is the number of its line in the batch, from 0: what a stage knows
// of the record it keeps by place, for commit_batch().
struct Placed {
  const Record& record;
  std::size_t place = 0;
};

// What a stage still does for a group of batches. Each function is called at most once, on a thread
// of its own while the stage is called for later batches, and after the same function of the group
// before; both have ended when Stage::finish() is called.
struct GroupWork {
  // Before the lines are written. What it throws ends the run: no line of its group or a later one
  // is written, and no later group is committed. Null: nothing is to be done.
  std::function<void()> commit;
  // After the commit, for what the lines of its group do not wait for; the next commit waits for
  // its begin. What it throws ends the run. May be null.
  std::function<void()> after;
};

class Stage {
 public:
  virtual ~Stage() = default;
  virtual std::string_view name() const = 0;  // "scope-check", for error members
  // `count` is the number of lines of the batch; a line that is not a record has a place, too. May
  // throw base::Error: the run stops after what was written before.
  virtual void begin_batch(std::size_t /*count*/) {}
  virtual Outcome process(const Placed&, unsigned worker) = 0;  // thread safe for distinct workers
  // The most records of a batch that process_chunk() takes at once. With 1, each record goes to
  // process().
  virtual std::size_t chunk_records() const { return 1; }
  // process() for several records, in their order; outcomes[i] is that of records[i]. Thread safe
  // for distinct workers.
  virtual void process_chunk(std::span<const Placed> records, std::span<Outcome> outcomes,
                             unsigned worker);
  // A record that an earlier stage marked with "error": passed on unchanged unless the stage
  // overrides this.
  virtual Outcome process_failed(const Placed&, unsigned worker);
  // outcomes[place] is that of the line at that place. May still change outcomes: retain stores its
  // group here.
  virtual void commit_batch(std::span<Outcome>) {}
  // Takes out of the stage what is still to be done for the batches since the last call.
  virtual GroupWork close_group() { return {}; }
  virtual void finish() {}  // after the last batch, also when stopped by SIGTERM
  // The stage's own figures for --stats, after finish(): the text of a JSON object.
  virtual std::string figures() const { return "{}"; }
};

struct StreamOptions {
  int input = 0;
  int output = 1;
  unsigned jobs = 1;
  std::size_t max_line = kMaxLineBytes;
  std::size_t max_batch = 1024;
  std::size_t max_group = 1024;  // lines, of a stage with close_group(); not below max_batch
};

struct StreamCounts {
  std::uint64_t lines = 0, records = 0, passed = 0, dropped = 0, errors = 0, bad_lines = 0,
                bytes = 0;
};

// Runs to the end of input, or, once base::stop_requested is set, to that of the batch in hand and
// the group before it. EPIPE on output ends it quietly; a group whose commit has not begun is
// dropped. An input record that already carries an "error" member goes to process_failed and counts
// as an error. Empty lines are skipped. Exit code: ok; records_failed if any error or bad line;
// data if there were lines but no record.
base::ExitCode run_stream(Stage&, const StreamOptions&, StreamCounts& counts);

}  // namespace proviso::ndjson
