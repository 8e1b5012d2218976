// How much main memory a piece of work may take.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>

namespace voxarena {

// Bytes this process can still get: what the machine has available, or less inside a container with
// a limit.
std::int64_t available_memory();

// Memory that pieces of parallel work share: each waits until its need fits beside those of the
// others.
class MemoryBudget {
 public:
  explicit MemoryBudget(std::int64_t limit);  // bytes, 0: available_memory()

  // Given back at the end of its life.
  class Share {
   public:
    Share(MemoryBudget& budget, std::int64_t bytes) : budget_(budget), bytes_(bytes) {}
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;
    ~Share() { budget_.give_back(bytes_); }

   private:
    MemoryBudget& budget_;
    std::int64_t bytes_;
  };

  // Waits; Error (input) that names `what` if it would not fit alone. Who holds a share starts no
  // parallel loop: a thread that waits for its end could take up a piece that waits for the share.
  Share take(const std::string& what, std::int64_t bytes);

 private:
  void give_back(std::int64_t bytes);

  std::int64_t limit_, free_;
  std::mutex mutex_;
  std::condition_variable changed_;
};

// Error (input) that says what needs how much if `need` bytes exceed `limit` (0:
// available_memory()).
void require_memory(const std::string& what, std::int64_t need, std::int64_t limit);

// For a process that does the same work again and again: memory that is freed is kept for the next
// piece rather than given back and cleared by the system each time.
void keep_freed_memory();

// "512.0 MiB", "3.2 GiB".
std::string format_bytes(std::int64_t bytes);

}  // namespace voxarena
