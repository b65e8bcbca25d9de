/*
 * When did each node's kernel change? Prints "NAMESPACE-INDEX ADDRESS NANOSECONDS" (CLOCK_MONOTONIC) a line.
 *
 *   observe elements TABLE SET NETNS...
 *     Each element that comes into a set of a table of family ip whose key begins with an address, as the kernel announces it after the commit.
 *   observe connections PORT NETNS...
 *     Reads lines "ADDRESS open|refused" and connects from each namespace, again and again, until it is as said; one line after the other. Gives up after a second.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MOST 16

static void fail(const char *what) {
  fprintf(stderr, "observe: %s: %s\n", what, strerror(errno));
  exit(1);
}

static long long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static int open_namespace(const char *path) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) fail(path);
  return fd;
}

static const struct nlattr *find(const char *at, int length, int type) {
  while (length >= NLA_HDRLEN) {
    const struct nlattr *attribute = (const struct nlattr *)at;
    if (attribute->nla_len < NLA_HDRLEN || attribute->nla_len > length) return NULL;
    if ((attribute->nla_type & NLA_TYPE_MASK) == type) return attribute;
    int step = NLA_ALIGN(attribute->nla_len);
    at += step;
    length -= step;
  }
  return NULL;
}

static const struct nlattr *inside(const struct nlattr *outer, int type) {
  return outer ? find((const char *)outer + NLA_HDRLEN, outer->nla_len - NLA_HDRLEN, type) : NULL;
}

static const char *text(const struct nlattr *attribute) { return attribute ? (const char *)attribute + NLA_HDRLEN : ""; }

static void element(int index, const struct nlmsghdr *header, long long at, const char *table, const char *set) {
  if (header->nlmsg_type != (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWSETELEM)) return;
  const struct nfgenmsg *family = NLMSG_DATA(header);
  if (family->nfgen_family != NFPROTO_IPV4) return;
  const char *attributes = (const char *)family + NLMSG_ALIGN(sizeof *family);
  int length = header->nlmsg_len - NLMSG_LENGTH(sizeof *family);
  if (strcmp(text(find(attributes, length, NFTA_SET_ELEM_LIST_TABLE)), table)) return;
  if (strcmp(text(find(attributes, length, NFTA_SET_ELEM_LIST_SET)), set)) return;
  const struct nlattr *list = find(attributes, length, NFTA_SET_ELEM_LIST_ELEMENTS);
  if (!list) return;
  const char *one = (const char *)list + NLA_HDRLEN;
  for (int left = list->nla_len - NLA_HDRLEN; left >= NLA_HDRLEN;) {
    const struct nlattr *member = (const struct nlattr *)one;
    if (member->nla_len < NLA_HDRLEN || member->nla_len > left) return;
    const struct nlattr *key = inside(inside(member, NFTA_SET_ELEM_KEY), NFTA_DATA_VALUE);
    char address[INET_ADDRSTRLEN];
    if (key && inet_ntop(AF_INET, text(key), address, sizeof address)) printf("%d %s %lld\n", index, address, at);
    one += NLA_ALIGN(member->nla_len);
    left -= NLA_ALIGN(member->nla_len);
  }
}

static void elements(const char *table, const char *set, int count, char **paths) {
  struct pollfd sockets[MOST];
  for (int i = 0; i < count; i++) {
    if (setns(open_namespace(paths[i]), CLONE_NEWNET) < 0) fail(paths[i]);
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
    int size = 16 << 20, group = NFNLGRP_NFTABLES;
    struct sockaddr_nl address = {.nl_family = AF_NETLINK};
    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0) fail("bind");
    if (setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof group) < 0) fail("membership");
    sockets[i].fd = fd;
    sockets[i].events = POLLIN;
  }
  printf("ready\n");
  fflush(stdout);
  static char buffer[1 << 18];
  for (;;) {
    if (poll(sockets, count, -1) < 0) fail("poll");
    for (int i = 0; i < count; i++) {
      if (!sockets[i].revents) continue;
      int length = recv(sockets[i].fd, buffer, sizeof buffer, MSG_DONTWAIT);
      long long at = now();
      // Events that were lost (ENOBUFS) show as changes that were never seen.
      if (length < 0) continue;
      for (struct nlmsghdr *header = (struct nlmsghdr *)buffer; NLMSG_OK(header, length); header = NLMSG_NEXT(header, length))
        element(i, header, at, table, set);
    }
    fflush(stdout);
  }
}

static int is_open(const struct sockaddr_in *target) {
  struct linger reset = {.l_onoff = 1, .l_linger = 0};
  struct timeval limit = {.tv_usec = 200000};
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  int open = connect(fd, (const struct sockaddr *)target, sizeof *target) == 0 ? 1 : errno == ECONNREFUSED ? 0 : -1;
  close(fd);
  return open;
}

static int connections(int port, int count, char **paths) {
  int namespaces[MOST];
  for (int i = 0; i < count; i++) namespaces[i] = open_namespace(paths[i]);
  printf("ready\n");
  fflush(stdout);
  char line[128], word[16], address[64];
  while (fgets(line, sizeof line, stdin)) {
    if (sscanf(line, "%63s %15s", address, word) != 2) continue;
    struct sockaddr_in target = {.sin_family = AF_INET, .sin_port = htons(port)};
    if (!inet_aton(address, &target.sin_addr)) fail(address);
    int wanted = !strcmp(word, "open"), left = count, done[MOST] = {0};
    long long end = now() + 1000000000LL;
    while (left > 0 && now() < end) {
      for (int i = 0; i < count; i++) {
        if (done[i]) continue;
        if (setns(namespaces[i], CLONE_NEWNET) < 0) fail(paths[i]);
        if (is_open(&target) != wanted) continue;
        printf("%d %s %lld\n", i, address, now());
        done[i] = 1;
        left--;
      }
      if (left > 0) nanosleep(&(struct timespec){.tv_nsec = 100000}, NULL);
    }
    fflush(stdout);
  }
  return 0;
}

int main(int count, char **arguments) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (count > 4 && count - 4 <= MOST && !strcmp(arguments[1], "elements"))
    elements(arguments[2], arguments[3], count - 4, arguments + 4);
  if (count > 3 && count - 3 <= MOST && !strcmp(arguments[1], "connections"))
    return connections(atoi(arguments[2]), count - 3, arguments + 3);
  fprintf(stderr, "usage: observe elements TABLE SET NETNS... | observe connections PORT NETNS...\n");
  return 2;
}
