// The plugin `fairlead` that container runtimes call: hands the request to the node's agent through a Unix socket, and gives
// back what it says. Needs nothing of the host but a kernel: no libc, no shell, no loader (docs/adr/0124).
//
// Request: "FLC1", length of the environment, length of the standard input (32 bits each, least octet first), the
// variables CNI_* ended by a 0 each, the standard input. Answer: "FLC1", exit status, length, standard output.
// Nothing here is allocated: what is not touched of the two buffers below costs no memory.

typedef unsigned int u32;
typedef long word;

#define MOST_ENV (256u << 10)
#define MOST (4u << 20)
#define HEADER 12u
// How long the agent may take to come back from a restart, and to answer, milliseconds.
#ifndef PATIENCE_MS
#define PATIENCE_MS 5000
#endif
#ifndef LIMIT_MS
#define LIMIT_MS 90000
#endif
#define RETRY_MS 50

#define DEFAULT_SOCKET "/run/fairlead/cni.sock"
#define NEWEST "1.1.0"
#define VERSIONS "\"0.3.0\",\"0.3.1\",\"0.4.0\",\"1.0.0\",\"1.1.0\""

// The specification's codes: what is sent cannot be read, try again later, cannot attach anybody now.
enum { UNREADABLE = 6, LATER = 11, UNAVAILABLE = 50 };
enum { AF_UNIX = 1, SOCK_STREAM = 1, SOCK_NONBLOCK = 04000, SOCK_CLOEXEC = 02000000, MSG_NOSIGNAL = 0x4000 };
enum { POLLIN = 1, POLLOUT = 4, EINTR = 4, EAGAIN = 11, CLOCK_MONOTONIC = 1 };

#if defined(__x86_64__)
enum { READ = 0, WRITE = 1, CLOSE = 3, NANOSLEEP = 35, SOCKET = 41, CONNECT = 42, SENDTO = 44, CLOCK = 228, EXIT = 231, PPOLL = 271 };
static word call(word number, word a, word b, word c, word d, word e, word f) {
  register word r10 __asm__("r10") = d, r8 __asm__("r8") = e, r9 __asm__("r9") = f;
  word result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
}
__asm__(".globl _start\n_start:\n xor %ebp,%ebp\n mov %rsp,%rdi\n and $-16,%rsp\n call begin\n");
#elif defined(__aarch64__)
enum { READ = 63, WRITE = 64, CLOSE = 57, NANOSLEEP = 101, SOCKET = 198, CONNECT = 203, SENDTO = 206, CLOCK = 113, EXIT = 94, PPOLL = 73 };
static word call(word number, word a, word b, word c, word d, word e, word f) {
  register word x8 __asm__("x8") = number, x0 __asm__("x0") = a, x1 __asm__("x1") = b, x2 __asm__("x2") = c;
  register word x3 __asm__("x3") = d, x4 __asm__("x4") = e, x5 __asm__("x5") = f;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
  return x0;
}
__asm__(".globl _start\n_start:\n mov x29,#0\n mov x30,#0\n mov x0,sp\n bl begin\n");
#else
#error "written for x86-64 and arm64"
#endif

struct moment { word seconds, nanoseconds; };
struct waited { int descriptor; short asked, found; };
struct unix_address { unsigned short family; char path[108]; };

static unsigned char request[HEADER + MOST_ENV + MOST + 1];
static unsigned char answer[HEADER + MOST];
static const char *input = "";
static u32 input_length;
static const char *command = "";

// Compilers call these by themselves.
__attribute__((used)) void *memcpy(void *to, const void *from, unsigned long count) {
  for (unsigned long i = 0; i < count; i++) ((char *)to)[i] = ((const char *)from)[i];
  return to;
}
__attribute__((used)) void *memset(void *to, int value, unsigned long count) {
  for (unsigned long i = 0; i < count; i++) ((char *)to)[i] = (char)value;
  return to;
}

static u32 length(const char *text) {
  u32 count = 0;
  while (text[count]) count++;
  return count;
}

static int starts(const char *text, u32 left, const char *with) {
  u32 count = length(with);
  if (left < count) return 0;
  for (u32 i = 0; i < count; i++)
    if (text[i] != with[i]) return 0;
  return 1;
}

static word now(void) {
  struct moment moment = {0, 0};
  call(CLOCK, CLOCK_MONOTONIC, (word)&moment, 0, 0, 0, 0);
  return moment.seconds * 1000 + moment.nanoseconds / 1000000;
}

static void write_all(int descriptor, const void *octets, u32 count) {
  const char *at = octets;
  while (count > 0) {
    word written = call(WRITE, descriptor, (word)at, count, 0, 0, 0);
    if (written == -EINTR) continue;
    if (written <= 0) return;
    at += written;
    count -= (u32)written;
  }
}

static void say(const char *text) { write_all(1, text, length(text)); }

__attribute__((noreturn)) static void leave(int status) {
  for (;;) call(EXIT, status, 0, 0, 0, 0, 0);
}

// The text of a field of the configuration: runtimes write it anew, keys in their order, so the first one is the list's own.
// What holds a quote or a backslash is none of ours. Empty where there is none.
static void field(const char *quoted, char *value, u32 room) {
  u32 name = length(quoted);
  value[0] = 0;
  for (u32 at = 0; at + name < input_length; at++) {
    if (!starts(input + at, input_length - at, quoted)) continue;
    u32 next = at + name, colons = 0, count = 0;
    for (; next < input_length; next++) {
      char one = input[next];
      if (one == ':' && colons == 0) colons++;
      else if (one != ' ' && one != '\t' && one != '\n' && one != '\r') break;
    }
    if (colons == 0 || next >= input_length || input[next] != '"') continue;
    for (next++; next < input_length && input[next] != '"'; next++) {
      if (input[next] == '\\' || input[next] < ' ' || count + 1 >= room) {
        value[0] = 0;
        return;
      }
      value[count++] = input[next];
    }
    value[next < input_length ? count : 0] = 0;
    return;
  }
}

static void say_version(void) {
  char version[16];
  field("\"cniVersion\"", version, sizeof version);
  say("{\"cniVersion\":\"");
  say(version[0] ? version : NEWEST);
}

__attribute__((noreturn)) static void refuse(int code, const char *message, const char *socket, const char *more) {
  say_version();
  say(code == LATER ? "\",\"code\":11" : code == UNAVAILABLE ? "\",\"code\":50" : "\",\"code\":6");
  say(",\"msg\":\"");
  say(message);
  say("\",\"details\":\"");
  say(socket);
  say(more);
  say("\"}\n");
  leave(1);
}

// What the agent would say of itself if it could.
__attribute__((noreturn)) static void away(const char *socket, const char *why) {
  int code = starts(command, length(command), "STATUS") ? UNAVAILABLE : LATER;
  refuse(code, "Fairlead's agent on this node is away: try again later", socket, why);
}

static void put(unsigned char *at, u32 value) {
  for (int i = 0; i < 4; i++) at[i] = (unsigned char)(value >> (8 * i));
}
static u32 get(const unsigned char *at) {
  return (u32)at[0] | (u32)at[1] << 8 | (u32)at[2] << 16 | (u32)at[3] << 24;
}

static int wait_for(int descriptor, short what, word until) {
  for (;;) {
    word left = until - now();
    if (left <= 0) return 0;
    struct waited waited = {descriptor, what, 0};
    struct moment timeout = {left / 1000, left % 1000 * 1000000};
    word found = call(PPOLL, (word)&waited, 1, (word)&timeout, 0, 0, 0);
    if (found > 0) return 1;
    if (found == 0) return 0;
    if (found != -EINTR) return 0;
  }
}

static int connected(const char *path) {
  struct unix_address address = {AF_UNIX, {0}};
  for (u32 i = 0; path[i]; i++) address.path[i] = path[i];
  for (word until = now() + PATIENCE_MS;;) {
    int descriptor = (int)call(SOCKET, AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, 0, 0, 0);
    if (descriptor < 0) away(path, ": no socket can be made");
    if (call(CONNECT, descriptor, (word)&address, sizeof address, 0, 0, 0) == 0) return descriptor;
    call(CLOSE, descriptor, 0, 0, 0, 0, 0);
    if (now() >= until) away(path, ": nobody answers there");
    struct moment pause = {0, RETRY_MS * 1000000};
    call(NANOSLEEP, (word)&pause, 0, 0, 0, 0, 0);
  }
}

static void read_input(u32 at) {
  u32 count = 0;
  for (;;) {
    word got = call(READ, 0, (word)(request + at + count), MOST + 1 - count, 0, 0, 0);
    if (got == -EINTR) continue;
    if (got <= 0) break;
    count += (u32)got;
    if (count > MOST) refuse(UNREADABLE, "the request is larger than 4 MiB", "", "");
  }
  input = (const char *)request + at;
  input_length = count;
}

__attribute__((used, noreturn)) void begin(word *stack) {
  char **environment = (char **)(stack + 1 + stack[0] + 1);
  u32 env = 0;
  for (; *environment; environment++) {
    u32 count = length(*environment) + 1;
    if (!starts(*environment, count, "CNI_")) continue;
    if (starts(*environment, count, "CNI_COMMAND=")) command = *environment + 12;
    if (env + count > MOST_ENV) refuse(UNREADABLE, "the environment is larger than 256 KiB", "", "");
    for (u32 i = 0; i < count; i++) request[HEADER + env + i] = (unsigned char)(*environment)[i];
    env += count;
  }
  if (!command[0]) {
    static const char about[] = "CNI plugin of Fairlead, called by container runtimes; CNI " VERSIONS "\n";
    write_all(2, about, sizeof about - 1);
    leave(0);
  }
  read_input(HEADER + env);
  if (length(command) == 7 && starts(command, 7, "VERSION")) {
    say_version();
    say("\",\"supportedVersions\":[" VERSIONS "]}\n");
    leave(0);
  }
  char path[108];
  field("\"socket\"", path, sizeof path);
  const char *socket = path[0] ? path : DEFAULT_SOCKET;
  for (u32 i = 0; i < 4; i++) request[i] = (unsigned char)"FLC1"[i];
  put(request + 4, env);
  put(request + 8, input_length);

  int descriptor = connected(socket);
  word until = now() + LIMIT_MS;
  for (u32 sent = 0, all = HEADER + env + input_length; sent < all;) {
    word count = call(SENDTO, descriptor, (word)(request + sent), all - sent, MSG_NOSIGNAL, 0, 0);
    if (count == -EAGAIN && wait_for(descriptor, POLLOUT, until)) continue;
    if (count == -EINTR) continue;
    if (count <= 0) away(socket, ": it does not take the request");
    sent += (u32)count;
  }
  u32 got = 0, all = HEADER;
  while (got < all) {
    word count = call(READ, descriptor, (word)(answer + got), all - got, 0, 0, 0);
    if (count == -EINTR) continue;
    if (count == -EAGAIN) {
      if (wait_for(descriptor, POLLIN, until)) continue;
      away(socket, ": no answer in time");
    }
    if (count <= 0) away(socket, ": it went before it had answered");
    got += (u32)count;
    if (got == HEADER && all == HEADER) {
      all += get(answer + 8);
      if (!starts((const char *)answer, 4, "FLC1") || all < HEADER || all > sizeof answer)
        away(socket, ": what answers there is another program");
    }
  }
  write_all(1, answer + HEADER, all - HEADER);
  leave((int)(get(answer + 4) & 0xff));
}
