#include "lib/store/leveldb_env.h"

#include <fcntl.h>
#include <leveldb/slice.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "lib/store/leveldb_footer.h"

namespace hs {

using leveldb::Slice;
using leveldb::Status;

// ---- UnmappedEnv
// ---------------------------------------------------------------------------------

namespace {

Status failure(const std::string& name, int error) {
  const std::string why = std::generic_category().message(error);
  return error == ENOENT ? Status::NotFound(name, why) : Status::IOError(name, why);
}

class UnmappedFile : public leveldb::RandomAccessFile {
 public:
  // Owns the descriptor.
  UnmappedFile(std::string name, int descriptor)
      : name_(std::move(name)), descriptor_(descriptor) {}
  ~UnmappedFile() override { ::close(descriptor_); }
  UnmappedFile(const UnmappedFile&) = delete;
  UnmappedFile& operator=(const UnmappedFile&) = delete;

  // Less than `size` only at the end of the file.
  Status Read(std::uint64_t offset, std::size_t size, Slice* result, char* scratch) const override {
    std::size_t done = 0;
    while (done < size) {
      const ssize_t count =
          ::pread(descriptor_, scratch + done, size - done, static_cast<off_t>(offset + done));
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return failure(name_, errno);
      if (count == 0) break;
      done += static_cast<std::size_t>(count);
    }
    *result = Slice(scratch, done);
    return Status::OK();
  }

 private:
  std::string name_;
  int descriptor_;
};

}  // namespace

Status UnmappedEnv::NewRandomAccessFile(const std::string& name, leveldb::RandomAccessFile** file) {
  const int descriptor = ::open(name.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return failure(name, errno);
  *file = new UnmappedFile(name, descriptor);
  return Status::OK();
}

// ---- SyncedLogEnv
// --------------------------------------------------------------------------------

namespace {

class SyncedLog : public leveldb::WritableFile {
 public:
  SyncedLog(std::unique_ptr<leveldb::WritableFile> file, std::atomic<bool>& failed)
      : file_(std::move(file)), failed_(&failed) {}
  ~SyncedLog() override {
    if (is_dirty_ && !file_->Sync().ok()) *failed_ = true;
  }
  Status Append(const Slice& data) override {
    is_dirty_ = true;
    return file_->Append(data);
  }
  Status Flush() override { return file_->Flush(); }
  Status Sync() override {
    const Status status = file_->Sync();
    if (status.ok()) is_dirty_ = false;
    return status;
  }
  Status Close() override {
    if (is_dirty_) {
      if (const Status status = Sync(); !status.ok()) return status;
    }
    return file_->Close();
  }

 private:
  std::unique_ptr<leveldb::WritableFile> file_;
  std::atomic<bool>* failed_;
  bool is_dirty_ = false;
};

}  // namespace

Status SyncedLogEnv::NewWritableFile(const std::string& name, leveldb::WritableFile** file) {
  const Status status = EnvWrapper::NewWritableFile(name, file);
  if (status.ok() && name.ends_with(".log")) {
    *file = new SyncedLog(std::unique_ptr<leveldb::WritableFile>(*file), failed_);
  }
  return status;
}

Status SyncedLogEnv::NewRandomAccessFile(const std::string& name,
                                         leveldb::RandomAccessFile** file) {
  if (const Status status = check_table_footer(*target(), name); !status.ok()) return status;
  return EnvWrapper::NewRandomAccessFile(name, file);
}

// ---- ReadOnlyEnv
// ---------------------------------------------------------------------------------

class ReadOnlyEnv::Writer : public leveldb::WritableFile {
 public:
  explicit Writer(MemoryFilePtr file) : file_(std::move(file)) {}
  Status Append(const Slice& data) override {
    const std::lock_guard lock(file_->mutex);
    file_->content.append(data.data(), data.size());
    return Status::OK();
  }
  Status Close() override { return Status::OK(); }
  Status Flush() override { return Status::OK(); }
  Status Sync() override { return Status::OK(); }

 private:
  MemoryFilePtr file_;
};

// LevelDB asks for two interfaces over the same thing.
class ReadOnlyEnv::Reader : public leveldb::SequentialFile, public leveldb::RandomAccessFile {
 public:
  explicit Reader(MemoryFilePtr file) : file_(std::move(file)) {}
  Status Read(std::uint64_t offset, std::size_t size, Slice* result, char* scratch) const override {
    const std::lock_guard lock(file_->mutex);
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
  MemoryFilePtr file_;
  std::uint64_t position_ = 0;
};

namespace {

Status removed(const std::string& name) { return Status::NotFound(name, "removed in memory"); }

// The names directly inside `folder` in a map of paths.
bool is_inside(const std::string& folder, const std::string& path) {
  return path.size() > folder.size() + 1 && path.starts_with(folder) &&
         path[folder.size()] == '/' && path.find('/', folder.size() + 1) == std::string::npos;
}

class NoLock : public leveldb::FileLock {};

}  // namespace

std::optional<ReadOnlyEnv::MemoryFilePtr> ReadOnlyEnv::find(const std::string& name) {
  const std::lock_guard lock(mutex_);
  const auto file = files_.find(name);
  if (file == files_.end()) return std::nullopt;
  return file->second;
}

void ReadOnlyEnv::replace(const std::string& name, MemoryFilePtr file) {
  const std::lock_guard lock(mutex_);
  files_.insert_or_assign(name, std::move(file));
}

Status ReadOnlyEnv::NewSequentialFile(const std::string& name, leveldb::SequentialFile** file) {
  const auto found = find(name);
  if (!found) return EnvWrapper::NewSequentialFile(name, file);
  if (!*found) return removed(name);
  *file = new Reader(*found);
  return Status::OK();
}

Status ReadOnlyEnv::NewRandomAccessFile(const std::string& name, leveldb::RandomAccessFile** file) {
  const auto found = find(name);
  if (!found) {
    if (const Status status = check_table_footer(*target(), name); !status.ok()) return status;
    return EnvWrapper::NewRandomAccessFile(name, file);
  }
  if (!*found) return removed(name);
  *file = new Reader(*found);
  return Status::OK();
}

Status ReadOnlyEnv::NewWritableFile(const std::string& name, leveldb::WritableFile** file) {
  auto fresh = std::make_shared<MemoryFile>();
  replace(name, fresh);
  *file = new Writer(std::move(fresh));
  return Status::OK();
}

Status ReadOnlyEnv::NewAppendableFile(const std::string& name, leveldb::WritableFile** file) {
  auto found = find(name).value_or(nullptr);
  if (!found) {
    found = std::make_shared<MemoryFile>();
    if (FileExists(name)) {
      const Status status = leveldb::ReadFileToString(target(), name, &found->content);
      if (!status.ok()) return status;
    }
    replace(name, found);
  }
  *file = new Writer(std::move(found));
  return Status::OK();
}

bool ReadOnlyEnv::FileExists(const std::string& name) {
  const auto found = find(name);
  return found ? *found != nullptr : EnvWrapper::FileExists(name);
}

Status ReadOnlyEnv::GetChildren(const std::string& folder, std::vector<std::string>* names) {
  const Status status = EnvWrapper::GetChildren(folder, names);
  if (!status.ok()) return status;
  const std::lock_guard lock(mutex_);
  for (const auto& [path, file] : files_) {
    if (!is_inside(folder, path)) continue;
    const std::string name = path.substr(folder.size() + 1);
    std::erase(*names, name);
    if (file) names->push_back(name);
  }
  return status;
}

Status ReadOnlyEnv::RemoveFile(const std::string& name) {
  if (!FileExists(name)) return removed(name);
  replace(name, nullptr);
  return Status::OK();
}

Status ReadOnlyEnv::CreateDir(const std::string& /*folder*/) { return Status::OK(); }
Status ReadOnlyEnv::RemoveDir(const std::string& /*folder*/) { return Status::OK(); }

Status ReadOnlyEnv::GetFileSize(const std::string& name, std::uint64_t* size) {
  const auto found = find(name);
  if (!found) return EnvWrapper::GetFileSize(name, size);
  if (!*found) return removed(name);
  const std::lock_guard lock((*found)->mutex);
  *size = (*found)->content.size();
  return Status::OK();
}

Status ReadOnlyEnv::RenameFile(const std::string& from, const std::string& to) {
  auto found = find(from);
  if (!found) {
    auto copy = std::make_shared<MemoryFile>();
    const Status status = leveldb::ReadFileToString(target(), from, &copy->content);
    if (!status.ok()) return status;
    found = std::move(copy);
  }
  if (!*found) return removed(from);
  replace(to, *found);
  replace(from, nullptr);
  return Status::OK();
}

Status ReadOnlyEnv::LockFile(const std::string& /*name*/, leveldb::FileLock** lock) {
  *lock = new NoLock;
  return Status::OK();
}

Status ReadOnlyEnv::UnlockFile(leveldb::FileLock* lock) {
  delete lock;
  return Status::OK();
}

Status ReadOnlyEnv::NewLogger(const std::string& name, leveldb::Logger** logger) {
  *logger = nullptr;
  return Status::IOError(name, "a read-only database keeps no log of its own");
}

}  // namespace hs
