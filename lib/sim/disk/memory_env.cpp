#include "lib/sim/disk/memory_env.h"

#include <leveldb/slice.h>

#include <algorithm>
#include <cstring>

namespace hs::sim {

using leveldb::Slice;
using leveldb::Status;

namespace {

Status not_found(const std::string& name) { return Status::NotFound(name, "no such file"); }

bool holds_entries(const std::string& name) {
  return name.ends_with(".log") || name.ends_with(".ldb");
}

class NoLock : public leveldb::FileLock {};

}  // namespace

class MemoryEnv::Writer : public leveldb::WritableFile {
 public:
  Writer(MemoryEnv& env, std::string name, FilePtr file)
      : env_(&env), name_(std::move(name)), file_(std::move(file)) {}
  Status Append(const Slice& data) override {
    const std::lock_guard lock(env_->mutex_);
    if (Status status = env_->write_error(name_); !status.ok()) return status;
    file_->content.append(data.data(), data.size());
    return Status::OK();
  }
  Status Close() override { return Status::OK(); }
  Status Flush() override { return Status::OK(); }
  Status Sync() override {
    const std::lock_guard lock(env_->mutex_);
    if (Status status = env_->sync_error(name_); !status.ok()) return status;
    file_->synced_bytes = file_->content.size();
    return Status::OK();
  }

 private:
  MemoryEnv* env_;
  std::string name_;
  FilePtr file_;
};

// LevelDB asks for two interfaces over the same thing.
class MemoryEnv::Reader : public leveldb::SequentialFile, public leveldb::RandomAccessFile {
 public:
  Reader(const MemoryEnv& env, FilePtr file) : env_(&env), file_(std::move(file)) {}
  Status Read(std::uint64_t offset, std::size_t size, Slice* result, char* scratch) const override {
    const std::lock_guard lock(env_->mutex_);
    const std::size_t from = std::min<std::size_t>(offset, file_->content.size());
    const std::size_t count = std::min(size, file_->content.size() - from);
    std::memcpy(scratch, file_->content.data() + from, count);
    *result = Slice(scratch, count);
    return Status::OK();
  }
  Status Read(std::size_t size, Slice* result, char* scratch) override {
    const Status status = Read(position_, size, result, scratch);
    position_ += result->size();
    return status;
  }
  Status Skip(std::uint64_t size) override {
    position_ += size;
    return Status::OK();
  }

 private:
  const MemoryEnv* env_;
  FilePtr file_;
  std::uint64_t position_ = 0;
};

// ---- work in the background ----

struct MemoryEnv::Work {
  MemoryEnv* env;
  void (*function)(void*);
  void* argument;

  static void run(void* self) {
    const std::unique_ptr<Work> work(static_cast<Work*>(self));
    work->function(work->argument);
    const std::lock_guard lock(work->env->work_mutex_);
    --work->env->work_left_;
    work->env->work_done_.notify_all();
  }
};

void MemoryEnv::Schedule(void (*function)(void*), void* argument) {
  {
    const std::lock_guard lock(work_mutex_);
    ++work_left_;
  }
  EnvWrapper::Schedule(&Work::run, new Work{this, function, argument});
}

void MemoryEnv::wait_until_idle() {
  std::unique_lock lock(work_mutex_);
  work_done_.wait(lock, [&] { return work_left_ == 0; });
}

// ---- faults ----

Status MemoryEnv::write_error(const std::string& name) const {
  switch (state_) {
    case State::frozen:
    case State::refuses_writes:
      return Status::IOError(name, "input/output error");
    case State::full:
      return Status::IOError(name, "no space left on device");
    default:
      return Status::OK();
  }
}

Status MemoryEnv::sync_error(const std::string& name) const {
  if (state_ == State::refuses_syncs) return Status::IOError(name, "input/output error at fsync");
  return write_error(name);
}

void MemoryEnv::fail(DiskFault fault) {
  const std::lock_guard lock(mutex_);
  switch (fault) {
    case DiskFault::write_error:
      state_ = State::refuses_writes;
      break;
    case DiskFault::sync_error:
      state_ = State::refuses_syncs;
      break;
    case DiskFault::full:
      state_ = State::full;
      break;
  }
}

bool MemoryEnv::is_failing() const {
  const std::lock_guard lock(mutex_);
  return state_ != State::healthy;
}

void MemoryEnv::freeze() {
  const std::lock_guard lock(mutex_);
  state_ = State::frozen;
}

void MemoryEnv::crash(Survival survival, Rng& rng) {
  const std::lock_guard lock(mutex_);
  has_torn_tail_ = false;
  for (auto& [name, file] : files_) {
    std::string& content = file->content;
    const std::size_t loose = content.size() - file->synced_bytes;
    std::size_t kept = loose;
    if (survival == Survival::none) kept = 0;
    else if (survival != Survival::all) kept = rng.below(loose + 1);
    if (name.ends_with(".log") && kept > 0 && kept < loose) has_torn_tail_ = true;
    content.resize(file->synced_bytes + kept);
    file->synced_bytes = content.size();
  }
  state_ = State::healthy;
}

bool MemoryEnv::has_torn_tail() const {
  const std::lock_guard lock(mutex_);
  return has_torn_tail_;
}

bool MemoryEnv::flip_bit(Rng& rng) {
  const std::lock_guard lock(mutex_);
  std::vector<File*> candidates;
  for (auto& [name, file] : files_) {
    if (holds_entries(name) && !file->content.empty()) candidates.push_back(file.get());
  }
  if (candidates.empty()) return false;
  std::string& content = candidates[rng.below(candidates.size())]->content;
  char& byte = content[rng.below(content.size())];
  byte = static_cast<char>(static_cast<unsigned char>(byte) ^ (1U << rng.below(8)));
  return true;
}

void MemoryEnv::copy_files_of(const MemoryEnv& other) {
  const std::scoped_lock lock(mutex_, other.mutex_);
  files_.clear();
  for (const auto& [name, file] : other.files_) files_[name] = std::make_shared<File>(*file);
}

// ---- files ----

Status MemoryEnv::NewSequentialFile(const std::string& name, leveldb::SequentialFile** file) {
  const std::lock_guard lock(mutex_);
  const auto found = files_.find(name);
  if (found == files_.end()) return not_found(name);
  *file = new Reader(*this, found->second);
  return Status::OK();
}

Status MemoryEnv::NewRandomAccessFile(const std::string& name, leveldb::RandomAccessFile** file) {
  const std::lock_guard lock(mutex_);
  const auto found = files_.find(name);
  if (found == files_.end()) return not_found(name);
  *file = new Reader(*this, found->second);
  return Status::OK();
}

Status MemoryEnv::NewWritableFile(const std::string& name, leveldb::WritableFile** file) {
  const std::lock_guard lock(mutex_);
  if (Status status = write_error(name); !status.ok()) return status;
  // A reader of the old content keeps it, as an open file does.
  const FilePtr fresh = std::make_shared<File>();
  files_[name] = fresh;
  *file = new Writer(*this, name, fresh);
  return Status::OK();
}

Status MemoryEnv::NewAppendableFile(const std::string& name, leveldb::WritableFile** file) {
  const std::lock_guard lock(mutex_);
  if (Status status = write_error(name); !status.ok()) return status;
  FilePtr& found = files_[name];
  if (!found) found = std::make_shared<File>();
  *file = new Writer(*this, name, found);
  return Status::OK();
}

bool MemoryEnv::FileExists(const std::string& name) {
  const std::lock_guard lock(mutex_);
  return files_.contains(name);
}

Status MemoryEnv::GetChildren(const std::string& folder, std::vector<std::string>* names) {
  const std::lock_guard lock(mutex_);
  names->clear();
  const std::string prefix = folder + "/";
  for (const auto& [name, file] : files_) {
    if (name.starts_with(prefix)) names->push_back(name.substr(prefix.size()));
  }
  return Status::OK();
}

Status MemoryEnv::RemoveFile(const std::string& name) {
  const std::lock_guard lock(mutex_);
  if (Status status = write_error(name); !status.ok()) return status;
  return files_.erase(name) == 1 ? Status::OK() : not_found(name);
}

Status MemoryEnv::CreateDir(const std::string& /*folder*/) { return Status::OK(); }
Status MemoryEnv::RemoveDir(const std::string& /*folder*/) { return Status::OK(); }

Status MemoryEnv::GetFileSize(const std::string& name, std::uint64_t* size) {
  const std::lock_guard lock(mutex_);
  const auto found = files_.find(name);
  if (found == files_.end()) return not_found(name);
  *size = found->second->content.size();
  return Status::OK();
}

Status MemoryEnv::RenameFile(const std::string& from, const std::string& to) {
  const std::lock_guard lock(mutex_);
  if (Status status = write_error(from); !status.ok()) return status;
  const auto found = files_.find(from);
  if (found == files_.end()) return not_found(from);
  files_[to] = found->second;
  files_.erase(found);
  return Status::OK();
}

Status MemoryEnv::LockFile(const std::string& /*name*/, leveldb::FileLock** lock) {
  *lock = new NoLock;
  return Status::OK();
}

Status MemoryEnv::UnlockFile(leveldb::FileLock* lock) {
  delete lock;
  return Status::OK();
}

Status MemoryEnv::NewLogger(const std::string& name, leveldb::Logger** logger) {
  *logger = nullptr;
  return Status::IOError(name, "this file system keeps no log");
}

}  // namespace hs::sim
