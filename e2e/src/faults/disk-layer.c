/*
 * Between a program and its disk (LD_PRELOAD): keeps a journal of everything that is done to the
 * files below one folder, with the bytes and in order, and can make calls fail. From the journal
 * follows what a power cut at any moment may leave; disk-journal.ts describes its records.
 *
 * FAULT_DISK_ROOT     the folder
 * FAULT_DISK_JOURNAL  where the journal goes; if unset, none is kept
 * FAULT_DISK_CONTROL  struct control, written by the test
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define MAX_FDS 65536
#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

enum { CREATE = 1, WRITE, TRUNCATE, SYNC, SYNC_FOLDER, RENAME, UNLINK, MKDIR, RMDIR, OPEN };

/* Calls are counted from 1; those from `from` up to, not including, `until` fail with `error`; where that is 0, the process is
   killed before the call. */
struct control {
  uint64_t calls, from, until, failed;
  uint32_t error, kinds;
};

struct __attribute__((packed)) record {
  uint32_t length; /* of what follows */
  uint8_t kind;
  uint64_t inode, number;
  uint16_t path, other;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *root;
static size_t root_length;
static int journal = -1;
static struct control *control;
static struct { char *path; dev_t device; ino_t inode; } files[MAX_FDS];

__attribute__((constructor)) static void start(void) {
  root = getenv("FAULT_DISK_ROOT");
  if (!root) return;
  root_length = strlen(root);
  const char *file = getenv("FAULT_DISK_JOURNAL");
  if (file) journal = REAL(open)(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  file = getenv("FAULT_DISK_CONTROL");
  if (file) {
    int fd = REAL(open)(file, O_RDWR | O_CLOEXEC);
    void *shared = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (shared != MAP_FAILED) control = shared;
  }
}

static int is_watched(const char *path) {
  if (!root || !path || strncmp(path, root, root_length) != 0) return 0;
  if (path[root_length] != '/' && path[root_length] != 0) return 0;
  size_t length = strlen(path);
  /* Shared memory is not part of the disk. */
  return length < 4 || strcmp(path + length - 4, "-shm") != 0;
}

static const char *relative(const char *path) {
  return path[root_length] == '/' ? path + root_length + 1 : "";
}

/* The path of a watched file. Not every close is seen here, so the number may belong to something else by now. */
static const char *watched(int fd) {
  if (!root || fd < 0 || fd >= MAX_FDS || !files[fd].path) return NULL;
  struct stat about;
  int is_same = fstat(fd, &about) == 0 && about.st_ino == files[fd].inode && about.st_dev == files[fd].device;
  return is_same ? files[fd].path : NULL;
}

/* Whether the call is one of those that fail. */
static int fails(int kind) {
  if (!control || !(control->kinds & (1u << kind))) return 0;
  uint64_t call = ++control->calls;
  if (call < control->from || call >= control->until) return 0;
  control->failed++;
  if (control->error == 0) kill(getpid(), SIGKILL), pause();
  errno = (int)control->error;
  return 1;
}

static void note(int kind, uint64_t inode, uint64_t number, const char *path, const char *other, const struct iovec *data,
                 int count, size_t bytes) {
  if (journal < 0) return;
  int error = errno;
  struct record record = {.kind = (uint8_t)kind, .inode = inode, .number = number};
  record.path = path ? (uint16_t)strlen(path) : 0;
  record.other = other ? (uint16_t)strlen(other) : 0;
  record.length = (uint32_t)(sizeof record - sizeof record.length + record.path + record.other + bytes);
  size_t length = sizeof record.length + record.length, at = 0;
  char *all = malloc(length);
  if (!all) abort();
  memcpy(all, &record, sizeof record);
  at = sizeof record;
  memcpy(all + at, path ? path : "", record.path), at += record.path;
  memcpy(all + at, other ? other : "", record.other), at += record.other;
  for (int index = 0; index < count && bytes > 0; index++) {
    size_t part = data[index].iov_len < bytes ? data[index].iov_len : bytes;
    memcpy(all + at, data[index].iov_base, part), at += part, bytes -= part;
  }
  /* In one write, so that the journal always ends with a whole record, even if the process is killed. */
  if (REAL(write)(journal, all, length) != (ssize_t)length) abort();
  free(all);
  errno = error;
}

static uint64_t inode_of(int fd) {
  struct stat about;
  return fstat(fd, &about) == 0 ? about.st_ino : 0;
}

static int opened(int (*call)(const char *, int, ...), const char *path, int flags, mode_t mode) {
  if (!is_watched(path)) return call(path, flags, mode);
  pthread_mutex_lock(&lock);
  struct stat about;
  int is_new = (flags & O_CREAT) && stat(path, &about) != 0;
  int fd = is_new && fails(CREATE) ? -1 : call(path, flags, mode);
  if (fd >= 0 && fd < MAX_FDS) {
    fstat(fd, &about);
    free(files[fd].path);
    files[fd].path = strdup(path);
    files[fd].device = about.st_dev;
    files[fd].inode = about.st_ino;
    note(is_new ? CREATE : OPEN, about.st_ino, 0, relative(path), NULL, NULL, 0, 0);
    if (!is_new && (flags & O_TRUNC)) note(TRUNCATE, about.st_ino, 0, NULL, NULL, NULL, 0, 0);
  }
  pthread_mutex_unlock(&lock);
  return fd;
}

#define OPENING(name)                                       \
  int name(const char *path, int flags, ...) {              \
    va_list rest;                                           \
    va_start(rest, flags);                                  \
    mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0; \
    va_end(rest);                                           \
    return opened(REAL(name), path, flags, mode);           \
  }
OPENING(open)
OPENING(open64)

int close(int fd) {
  if (!watched(fd)) return REAL(close)(fd);
  pthread_mutex_lock(&lock);
  free(files[fd].path);
  files[fd].path = NULL;
  int outcome = REAL(close)(fd);
  pthread_mutex_unlock(&lock);
  return outcome;
}

/* A write that fails has already put half of its bytes on the disk. */
static ssize_t written(int fd, const struct iovec *data, int count, off_t at) {
  size_t bytes = 0;
  for (int index = 0; index < count; index++) bytes += data[index].iov_len;
  pthread_mutex_lock(&lock);
  struct stat about;
  fstat(fd, &about);
  uint64_t offset = at >= 0 ? (uint64_t)at
                    : fcntl(fd, F_GETFL) & O_APPEND ? (uint64_t)about.st_size
                                                    : (uint64_t)lseek(fd, 0, SEEK_CUR);
  ssize_t done;
  if (fails(WRITE)) {
    int error = errno;
    size_t half = data[0].iov_len < bytes / 2 ? data[0].iov_len : bytes / 2;
    struct iovec part = {data[0].iov_base, half};
    if (half > 0 && REAL(pwrite64)(fd, part.iov_base, half, (off_t)offset) == (ssize_t)half)
      note(WRITE, about.st_ino, offset, NULL, NULL, &part, 1, half);
    errno = error;
    done = -1;
  } else {
    done = at >= 0 ? REAL(pwritev64)(fd, data, count, at) : REAL(writev)(fd, data, count);
    if (done > 0) note(WRITE, about.st_ino, offset, NULL, NULL, data, count, (size_t)done);
  }
  pthread_mutex_unlock(&lock);
  return done;
}

ssize_t write(int fd, const void *bytes, size_t length) {
  if (!watched(fd)) return REAL(write)(fd, bytes, length);
  struct iovec data = {(void *)bytes, length};
  return written(fd, &data, 1, -1);
}

ssize_t writev(int fd, const struct iovec *data, int count) {
  return watched(fd) && count > 0 ? written(fd, data, count, -1) : REAL(writev)(fd, data, count);
}

#define POSITIONED(one, many, offset)                                                       \
  ssize_t one(int fd, const void *bytes, size_t length, offset at) {                        \
    struct iovec data = {(void *)bytes, length};                                            \
    return watched(fd) ? written(fd, &data, 1, (off_t)at) : REAL(one)(fd, bytes, length, at); \
  }                                                                                         \
  ssize_t many(int fd, const struct iovec *data, int count, offset at) {                    \
    return watched(fd) && count > 0 ? written(fd, data, count, (off_t)at) : REAL(many)(fd, data, count, at); \
  }
POSITIONED(pwrite, pwritev, off_t)
POSITIONED(pwrite64, pwritev64, off64_t)

#define TRUNCATING(name, offset)                                          \
  int name(int fd, offset size) {                                         \
    if (!watched(fd)) return REAL(name)(fd, size);                        \
    pthread_mutex_lock(&lock);                                            \
    int outcome = fails(TRUNCATE) ? -1 : REAL(name)(fd, size);            \
    if (outcome == 0) note(TRUNCATE, inode_of(fd), (uint64_t)size, NULL, NULL, NULL, 0, 0); \
    pthread_mutex_unlock(&lock);                                          \
    return outcome;                                                       \
  }
TRUNCATING(ftruncate, off_t)
TRUNCATING(ftruncate64, off64_t)

#define SYNCING(name)                                              \
  int name(int fd) {                                               \
    const char *path = watched(fd);                                \
    if (!path) return REAL(name)(fd);                              \
    pthread_mutex_lock(&lock);                                     \
    struct stat about;                                             \
    fstat(fd, &about);                                             \
    int kind = S_ISDIR(about.st_mode) ? SYNC_FOLDER : SYNC;        \
    int outcome = fails(kind) ? -1 : REAL(name)(fd);               \
    if (outcome == 0) note(kind, about.st_ino, 0, relative(path), NULL, NULL, 0, 0); \
    pthread_mutex_unlock(&lock);                                   \
    return outcome;                                                \
  }
SYNCING(fsync)
SYNCING(fdatasync)

int rename(const char *from, const char *to) {
  if (!is_watched(from) || !is_watched(to)) return REAL(rename)(from, to);
  pthread_mutex_lock(&lock);
  int outcome = fails(RENAME) ? -1 : REAL(rename)(from, to);
  if (outcome == 0) note(RENAME, 0, 0, relative(from), relative(to), NULL, 0, 0);
  pthread_mutex_unlock(&lock);
  return outcome;
}

#define NAMING(name, kind, parameters, arguments)                       \
  int name parameters {                                                 \
    if (!is_watched(path)) return REAL(name) arguments;                 \
    pthread_mutex_lock(&lock);                                          \
    int outcome = fails(kind) ? -1 : REAL(name) arguments;              \
    if (outcome == 0) note(kind, 0, 0, relative(path), NULL, NULL, 0, 0); \
    pthread_mutex_unlock(&lock);                                        \
    return outcome;                                                     \
  }
NAMING(unlink, UNLINK, (const char *path), (path))
NAMING(rmdir, RMDIR, (const char *path), (path))
NAMING(mkdir, MKDIR, (const char *path, mode_t mode), (path, mode))

int remove(const char *path) {
  struct stat about;
  return lstat(path, &about) == 0 && S_ISDIR(about.st_mode) ? rmdir(path) : unlink(path);
}

/* Calls that would bypass this layer: the caller falls back to plain writes, or the test fails. */
ssize_t sendfile64(int out, int in, off64_t *offset, size_t count) {
  if (watched(out)) return errno = ENOSYS, -1;
  return REAL(sendfile64)(out, in, offset, count);
}
