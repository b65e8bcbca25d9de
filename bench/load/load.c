/*
 * TCP connections from one network namespace to others: a server that answers a byte with a byte, and a client that opens a fixed number of
 * connections, one exchange each. In C, since one in JavaScript costs more than the path that it is to measure.
 *
 *   load serve SECONDS PORT NETNS...
 *     Listens on PORT in each namespace, prints "ready", ends after SECONDS or with its parent.
 *   load connect NETNS SECONDS CONNECTIONS CONCURRENCY FIRST SOURCE COUNT ADDRESS:PORT...
 *     Opens CONNECTIONS connections, CONCURRENCY at a time, to the targets in turn. Connection i (from FIRST on) has a tuple of its own:
 *     port 1024 + i % 64000, address SOURCE + i / 64000 % COUNT, so that no tuple is used twice while the caller counts FIRST on.
 *     It is closed by a reset: nothing stays in TIME_WAIT. Prints one line of JSON; connections that are not done after SECONDS are failures.
 *
 * Latency is from connect() to the socket being writable: the first packet there and its answer back.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define EVENTS 256
#define PORTS 64000
#define FIRST_PORT 1024

static void fail(const char *what) {
  fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
  exit(1);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

static void enter(const char *path) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) fail(path);
  if (setns(fd, CLONE_NEWNET) < 0) fail(path);
  close(fd);
}

static void watch(int epoll, int fd, uint32_t events, uint64_t data) {
  struct epoll_event event = {.events = events, .data.u64 = data};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0) fail("epoll_ctl");
}

static int serve(int count, char **arguments) {
  double end = now() + atof(arguments[0]);
  int port = atoi(arguments[1]);
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  for (int i = 2; i < count; i++) {
    enter(arguments[i]);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0) fail("bind");
    if (listen(fd, 4096) < 0) fail("listen");
    watch(epoll, fd, EPOLLIN, (uint64_t)fd | 1ULL << 32);
  }
  printf("ready\n");
  fflush(stdout);
  struct epoll_event events[EVENTS];
  while (now() < end) {
    int ready = epoll_wait(epoll, events, EVENTS, 500);
    for (int i = 0; i < ready; i++) {
      int fd = (int)(events[i].data.u64 & 0xffffffff);
      if (events[i].data.u64 >> 32) {
        int one;
        while ((one = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) watch(epoll, one, EPOLLIN, one);
        continue;
      }
      char bytes[64];
      ssize_t got = read(fd, bytes, sizeof bytes);
      if (got <= 0 || write(fd, bytes, 1) < 0) close(fd);
    }
  }
  return 0;
}

struct connection {
  int fd;
  int written;
  double started;
};

static int by_value(const void *left, const void *right) {
  double a = *(const double *)left, b = *(const double *)right;
  return a < b ? -1 : a > b;
}

static int connect_all(int count, char **arguments) {
  if (count < 8) return 2;
  enter(arguments[0]);
  double limit = atof(arguments[1]);
  long total = atol(arguments[2]), concurrency = atol(arguments[3]), first = atol(arguments[4]);
  struct in_addr source;
  if (!inet_aton(arguments[5], &source)) fail("SOURCE");
  long sources = atol(arguments[6]);
  int targets = count - 7;
  struct sockaddr_in *target = calloc(targets, sizeof *target);
  for (int i = 0; i < targets; i++) {
    char *colon = strchr(arguments[7 + i], ':');
    *colon = 0;
    target[i].sin_family = AF_INET;
    target[i].sin_port = htons(atoi(colon + 1));
    if (!inet_aton(arguments[7 + i], &target[i].sin_addr)) fail("ADDRESS");
  }
  struct connection *slots = calloc(concurrency, sizeof *slots);
  double *latencies = calloc(total, sizeof *latencies);
  for (long i = 0; i < concurrency; i++) slots[i].fd = -1;
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  long opened = 0, done = 0, failed = 0, connected = 0, free_slot = 0;
  struct linger reset = {.l_onoff = 1, .l_linger = 0};
  int on = 1;
  double begin = now(), end = begin + limit;
  struct epoll_event events[EVENTS];
  while (done + failed < total) {
    while (opened < total && opened - done - failed < concurrency) {
      while (slots[free_slot].fd >= 0) free_slot = (free_slot + 1) % concurrency;
      struct connection *one = &slots[free_slot];
      long number = first + opened;
      struct sockaddr_in from = {.sin_family = AF_INET, .sin_port = htons(FIRST_PORT + number % PORTS)};
      from.sin_addr.s_addr = htonl(ntohl(source.s_addr) + number / PORTS % sources);
      int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
      if (fd < 0) fail("socket");
      setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
      setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
      setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      if (bind(fd, (struct sockaddr *)&from, sizeof from) < 0) fail("bind");
      one->fd = fd;
      one->written = 0;
      one->started = now();
      if (connect(fd, (struct sockaddr *)&target[number % targets], sizeof *target) < 0 && errno != EINPROGRESS) fail("connect");
      watch(epoll, fd, EPOLLOUT, free_slot);
      opened++;
    }
    int ready = epoll_wait(epoll, events, EVENTS, 200);
    double at = now();
    if (at > end) break;
    for (int i = 0; i < ready; i++) {
      struct connection *one = &slots[events[i].data.u64];
      int error = 0, ended = 0;
      if (!one->written) {
        socklen_t length = sizeof error;
        getsockopt(one->fd, SOL_SOCKET, SO_ERROR, &error, &length);
        if (error || write(one->fd, "x", 1) != 1) ended = -1;
        else {
          latencies[connected++] = at - one->started;
          one->written = 1;
          struct epoll_event event = {.events = EPOLLIN, .data.u64 = events[i].data.u64};
          epoll_ctl(epoll, EPOLL_CTL_MOD, one->fd, &event);
        }
      } else {
        char byte;
        ended = read(one->fd, &byte, 1) == 1 ? 1 : -1;
      }
      if (!ended) continue;
      close(one->fd);
      one->fd = -1;
      if (ended > 0) done++;
      else failed++;
    }
  }
  double seconds = now() - begin;
  qsort(latencies, connected, sizeof *latencies, by_value);
  printf("{\"connections\":%ld,\"failed\":%ld,\"seconds\":%.6f,\"p50_us\":%.2f,\"p99_us\":%.2f}\n", done, total - done, seconds,
         connected ? latencies[connected / 2] * 1e6 : 0, connected ? latencies[connected * 99 / 100] * 1e6 : 0);
  return 0;
}

int main(int count, char **arguments) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  signal(SIGPIPE, SIG_IGN);
  struct rlimit files = {65536, 65536};
  setrlimit(RLIMIT_NOFILE, &files);
  if (count > 4 && !strcmp(arguments[1], "serve")) return serve(count - 2, arguments + 2);
  if (count > 9 && !strcmp(arguments[1], "connect")) return connect_all(count - 2, arguments + 2);
  fprintf(stderr, "usage: load serve SECONDS PORT NETNS... | load connect NETNS SECONDS CONNECTIONS CONCURRENCY FIRST SOURCE COUNT ADDRESS:PORT...\n");
  return 2;
}
