// The stream: lines in, lines out, in order, by batches, over threads. Stages know nothing of it.
//
// A batch is at most 1,024 records or 4 MiB, and ends early whenever the input runs dry, so a
// pipeline works live as well as in bulk. For each batch: begin_batch (one thread), process or
// process_chunk (any thread, any order), commit_batch (one thread, in order), then the lines are
// written and flushed. A chunk is a part of one batch: nothing waits for it to fill.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "json/json.h"
#include "ndjson/record.h"

namespace proviso::ndjson {

// What became of one line.
struct Outcome {
  enum class Kind { pass, drop, error };
  Kind kind = Kind::pass;
  std::string line;       // what is written; empty: nothing
  bool bad_line = false;  // the input was no record
};

// A record of a batch. `place` is the number of its line in the batch, from 0: what a stage knows
// of the record it keeps by place, and finds again in commit_batch().
struct Placed {
  const Record& record;
  std::size_t place = 0;
};

class Stage {
 public:
  virtual ~Stage() = default;
  virtual std::string_view name() const = 0;  // "scope-check", for error members
  // `count` is the number of lines of the batch; a line that is not a record has a place, too. May
  // throw base::Error: the run stops after what was written before.
  virtual void begin_batch(std::size_t /*count*/) {}
  virtual Outcome process(const Placed&, unsigned worker) = 0;  // thread safe for distinct workers
  // How many records of a batch process_chunk() likes to see at once, at the most. With 1 each
  // record is handed to process().
  virtual std::size_t chunk_records() const { return 1; }
  // The same for several records, in their order; outcomes[i] is of records[i]. Thread safe for
  // distinct workers.
  virtual void process_chunk(std::span<const Placed> records, std::span<Outcome> outcomes,
                             unsigned worker);
  // A record that an earlier stage marked with "error": passed on untouched unless the stage has
  // something to do (retain).
  virtual Outcome process_failed(const Placed&, unsigned worker);
  // In order, outcomes[place] of each line of the batch; may still change the lines (retain stores
  // its group here).
  virtual void commit_batch(std::span<Outcome>) {}
  virtual void finish() {}  // after the last batch, also when stopped by SIGTERM
  virtual json::Json figures() const {
    return json::Json::object();
  }  // its own, for --stats, after finish()
};

struct StreamOptions {
  int input = 0;
  int output = 1;
  unsigned jobs = 1;
  std::size_t max_line = kMaxLineBytes;
  std::size_t max_batch = 1024;
};

struct StreamCounts {
  std::uint64_t lines = 0, records = 0, passed = 0, dropped = 0, errors = 0, bad_lines = 0,
                bytes = 0;
};

// Set by SIGTERM and SIGINT: the stream finishes the batch in hand and stops.
extern std::atomic<bool> stop_requested;

// Runs to the end of input. EPIPE on output ends it quietly. An input record that already carries
// an "error" member goes to process_failed and counts as an error. Empty lines are skipped. Exit
// code: ok; records_failed if any error or bad line; data if there were lines and none was a
// record.
base::ExitCode run_stream(Stage&, const StreamOptions&, StreamCounts& counts);

}  // namespace proviso::ndjson
