const names = (text: string): readonly string[] => text.split(/\s+/).filter((name) => name !== '')

const CALLS: Readonly<Record<string, string>> = {
  content: `
    open openat openat2 creat close close_range dup dup2 dup3 fcntl fcntl64 flock lseek _llseek read readv pread64
    preadv preadv2 write writev pwrite64 pwritev pwritev2 readahead sync syncfs fsync fdatasync sync_file_range
    truncate truncate64 ftruncate ftruncate64 fallocate fadvise64 fadvise64_64 sendfile sendfile64 splice tee vmsplice
    copy_file_range cachestat ioctl pipe pipe2`,
  names: `
    access faccessat faccessat2 chdir fchdir getcwd mkdir mkdirat rmdir rename renameat renameat2 link linkat symlink
    symlinkat unlink unlinkat readlink readlinkat mknod mknodat getdents getdents64 name_to_handle_at statfs statfs64
    fstatfs fstatfs64 statmount listmount`,
  properties: `
    stat stat64 lstat lstat64 fstat fstat64 fstatat64 newfstatat statx chmod fchmod fchmodat fchmodat2 chown chown32
    lchown lchown32 fchown fchown32 fchownat utime utimes futimesat utimensat utimensat_time64 umask getxattr
    lgetxattr fgetxattr getxattrat setxattr lsetxattr fsetxattr setxattrat listxattr llistxattr flistxattr listxattrat
    removexattr lremovexattr fremovexattr removexattrat`,
  events: `
    select _newselect pselect6 pselect6_time64 poll ppoll ppoll_time64 epoll_create epoll_create1 epoll_ctl
    epoll_ctl_old epoll_wait epoll_wait_old epoll_pwait epoll_pwait2 eventfd eventfd2 signalfd signalfd4 inotify_init
    inotify_init1 inotify_add_watch inotify_rm_watch fanotify_mark io_setup io_destroy io_submit io_cancel
    io_getevents io_pgetevents io_pgetevents_time64`,
  memory: `
    brk mmap mmap2 munmap mremap mprotect madvise mincore mlock mlock2 mlockall munlock munlockall msync mseal
    remap_file_pages memfd_create memfd_secret membarrier map_shadow_stack pkey_alloc pkey_free pkey_mprotect
    process_mrelease`,
  processes: `
    fork vfork execve execveat exit exit_group wait4 waitid waitpid getpid getppid gettid getpgid getpgrp setpgid
    getsid setsid set_tid_address get_robust_list set_robust_list get_thread_area set_thread_area rseq prctl seccomp
    capget capset uname sysinfo getcpu times getrusage restart_syscall pidfd_open pidfd_send_signal process_vm_readv
    process_vm_writev ptrace landlock_create_ruleset landlock_add_rule landlock_restrict_self riscv_hwprobe uretprobe
    futex futex_time64 futex_wait futex_waitv futex_wake futex_requeue`,
  scheduling: `
    getrlimit ugetrlimit setrlimit prlimit64 getpriority setpriority ioprio_get ioprio_set sched_yield
    sched_getaffinity sched_setaffinity sched_getattr sched_setattr sched_getparam sched_setparam sched_getscheduler
    sched_setscheduler sched_get_priority_max sched_get_priority_min sched_rr_get_interval
    sched_rr_get_interval_time64`,
  users: `
    getuid getuid32 geteuid geteuid32 getgid getgid32 getegid getegid32 getresuid getresuid32 getresgid getresgid32
    getgroups getgroups32 setuid setuid32 setgid setgid32 setreuid setreuid32 setregid setregid32 setresuid
    setresuid32 setresgid setresgid32 setfsuid setfsuid32 setfsgid setfsgid32 setgroups setgroups32`,
  signals: `
    kill tkill tgkill pause alarm sigaltstack sigprocmask sigreturn rt_sigaction rt_sigpending rt_sigprocmask
    rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait rt_sigtimedwait_time64 rt_tgsigqueueinfo`,
  // It may be asked, and not set.
  time: `
    time gettimeofday clock_getres clock_getres_time64 clock_gettime clock_gettime64 clock_nanosleep
    clock_nanosleep_time64 nanosleep adjtimex clock_adjtime clock_adjtime64 getitimer setitimer timer_create
    timer_delete timer_getoverrun timer_gettime timer_gettime64 timer_settime timer_settime64 timerfd_create
    timerfd_gettime timerfd_gettime64 timerfd_settime timerfd_settime64`,
  // But socket() itself, which is allowed by family.
  sockets: `
    socketcall socketpair bind listen accept accept4 connect shutdown getsockname getpeername getsockopt setsockopt
    send sendto sendmsg sendmmsg recv recvfrom recvmsg recvmmsg recvmmsg_time64`,
  ipc: `
    ipc msgctl msgget msgrcv msgsnd semctl semget semop semtimedop semtimedop_time64 shmat shmctl shmdt shmget mq_open
    mq_unlink mq_notify mq_getsetattr mq_timedreceive mq_timedreceive_time64 mq_timedsend mq_timedsend_time64
    getrandom`,
}

/**
 * The system calls that every container has under RuntimeDefault, by what they are about: what Docker and containerd
 * allow. Names are those of libseccomp, which knows which of them a machine's kernel has; one of another architecture, or
 * newer than the library, is passed over.
 */
export const ALLOWED_CALLS: readonly string[] = Object.values(CALLS).flatMap(names)

/** What is allowed on one architecture beyond that, by Node.js' names of them. */
export const ALLOWED_ON: Readonly<Record<string, readonly string[]>> = {
  x64: names('arch_prctl modify_ldt'),
  ia32: names('modify_ldt'),
  arm: names('arm_fadvise64_64 arm_sync_file_range sync_file_range2 breakpoint cacheflush set_tls'),
  arm64: names('arm_fadvise64_64 arm_sync_file_range sync_file_range2 breakpoint cacheflush set_tls'),
  ppc64: names('sync_file_range2 swapcontext'),
  s390x: names('s390_pci_mmio_read s390_pci_mmio_write s390_runtime_instr'),
  riscv64: names('riscv_flush_icache'),
}

/** What a container has as soon as it has a capability: without that the kernel would refuse most of it anyway. */
export const ALLOWED_WITH: Readonly<Record<string, readonly string[]>> = {
  CAP_DAC_READ_SEARCH: names('open_by_handle_at'),
  CAP_SYS_ADMIN: names(`bpf clone clone3 fanotify_init fsconfig fsmount fsopen fspick lookup_dcookie lsm_get_self_attr
    lsm_list_modules lsm_set_self_attr mount mount_setattr move_mount open_tree perf_event_open quotactl quotactl_fd
    setdomainname sethostname setns syslog umount umount2 unshare`),
  CAP_SYS_BOOT: names('reboot'),
  CAP_SYS_CHROOT: names('chroot'),
  CAP_SYS_MODULE: names('delete_module init_module finit_module'),
  CAP_SYS_PACCT: names('acct'),
  CAP_SYS_PTRACE: names('kcmp pidfd_getfd process_madvise'),
  CAP_SYS_RAWIO: names('iopl ioperm'),
  CAP_SYS_TIME: names('settimeofday stime clock_settime clock_settime64'),
  CAP_SYS_TTY_CONFIG: names('vhangup'),
  CAP_SYS_NICE: names('get_mempolicy mbind set_mempolicy set_mempolicy_home_node'),
  CAP_SYSLOG: names('syslog'),
  CAP_BPF: names('bpf'),
  CAP_PERFMON: names('perf_event_open'),
}
