/*
 * Runs a program under a filter of system calls, as containers have one: it lets all pass, and the kernel is asked at each.
 *
 *   filtered PROGRAM ARGUMENT...
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(int count, char **words) {
  struct sock_filter steps[] = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  struct sock_fprog filter = {.len = 1, .filter = steps};
  if (count < 2) {
    fprintf(stderr, "filtered PROGRAM ARGUMENT...\n");
    return 2;
  }
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0) {
    perror("filtered: seccomp");
    return 1;
  }
  execvp(words[1], words + 1);
  perror(words[1]);
  return 127;
}
