/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef CLOSE_RANGE_FALLBACK
#define CLOSE_RANGE_FALLBACK 65536
#endif

/* Of linux/ioprio.h, which has it only since Linux 5.15. */
#ifndef IOPRIO_WHO_PROCESS
#define IOPRIO_WHO_PROCESS 1
#endif

/* Low numbers: 0 is the socket, 1 and 2 are /dev/null, 3 the program itself. */
#define PROGRAM_FD 3

#define STACK_SIZE (64 * 1024)

static int open_helper(const char *path, int *out)
{
	struct stat st;
	int fd, r = 0;

	*out = -1;
	if (path[0] != '/')
		return -EPERM;
	fd = open(path, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) != 0)
		r = -errno;
	else if (!S_ISREG(st.st_mode) || (st.st_mode & S_IXUSR) == 0)
		r = -EPERM;
	else if (geteuid() == 0 && (st.st_uid != 0 || (st.st_mode & (S_IWGRP | S_IWOTH)) != 0))
		r = -EPERM;
	if (r != 0) {
		(void)close(fd);
		return r;
	}
	*out = fd;
	return 0;
}

/* From here to execveat: only what is safe on the memory of a program with threads. */

static void close_from(int first)
{
	int fd;

	if (syscall(SYS_close_range, (unsigned)first, ~0U, 0U) == 0)
		return;
	for (fd = first; fd < CLOSE_RANGE_FALLBACK; fd++)
		(void)close(fd);
}

/* What is wanted and, where a container keeps root from raising a limit, the least that does: a user's
 * own must not make a durable write or a hash fail. */
static int fresh_limits(void)
{
	static const struct { int which; rlim_t want, least; } limits[] = {
		{ RLIMIT_FSIZE, RLIM_INFINITY, 1UL << 30 },
		{ RLIMIT_AS, RLIM_INFINITY, 1UL << 28 },
		{ RLIMIT_DATA, RLIM_INFINITY, 1UL << 28 },
		{ RLIMIT_CPU, RLIM_INFINITY, 60 },
		{ RLIMIT_STACK, 8UL << 20, 1UL << 20 },
		{ RLIMIT_NOFILE, 1024, 64 },
		{ RLIMIT_NPROC, RLIM_INFINITY, 0 },
		{ RLIMIT_MEMLOCK, 8UL << 20, 0 },
		{ RLIMIT_RTTIME, RLIM_INFINITY, 0 },
		{ RLIMIT_CORE, 0, 0 },
	};
	size_t i;

	for (i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		__rlimit_resource_t which = (__rlimit_resource_t)limits[i].which;
		struct rlimit rl = { limits[i].want, limits[i].want };

		if (setrlimit(which, &rl) == 0)
			continue;
		if (getrlimit(which, &rl) != 0 || rl.rlim_max < limits[i].least)
			return -1;
		rl.rlim_cur = rl.rlim_max;
		if (setrlimit(which, &rl) != 0)
			return -1;
	}
	return 0;
}

static void fresh_signals(void)
{
	struct sigaction dfl = { .sa_handler = SIG_DFL };
	sigset_t none;
	int sig;

	for (sig = 1; sig < NSIG; sig++)
		(void)sigaction(sig, &dfl, NULL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

static int become_root(void)
{
	static const struct sched_param normal;
	gid_t none = 0;

	if (fresh_limits() != 0)
		return -1;
	/* Only those that the calling thread has; glibc's wrappers would signal threads that are not there. */
	if (syscall(SYS_setgroups, 0, &none) != 0 || syscall(SYS_setresgid, 0, 0, 0) != 0 ||
	    syscall(SYS_setresuid, 0, 0, 0) != 0)
		return -1;
	(void)setpriority(PRIO_PROCESS, 0, 0);
	(void)sched_setscheduler(0, SCHED_OTHER, &normal);
	/* Whoever has the store's lock must not wait for everybody else's disk, as after `ionice -c idle`. */
	(void)syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, 0);
	return 0;
}

struct start {
	int program, sock;
	const char *conf;
	char *stack;			/* of the one after next */
};

/* Comes back only if it fails, and then with the status to end with. */
static int become_helper(void *arg)
{
	const struct start *start = arg;
	char *argv[] = { (char *)"mfad", (char *)"--stdio", (char *)"--config", (char *)start->conf, NULL };
	char *envp[] = { NULL };
	int sock, program, null;

	/* Out of the way of 0 to 3, whatever numbers the program had free. */
	sock = fcntl(start->sock, F_DUPFD, 10);
	program = fcntl(start->program, F_DUPFD, 10);
	null = open("/dev/null", O_RDWR);
	if (sock < 0 || program < 0 || null < 0)
		return 127;
	if (dup2(sock, 0) != 0 || dup2(null, 1) != 1 || dup2(null, 2) != 2 ||
	    dup2(program, PROGRAM_FD) != PROGRAM_FD ||
	    fcntl(PROGRAM_FD, F_SETFD, FD_CLOEXEC) != 0)
		return 127;
	close_from(PROGRAM_FD + 1);
	(void)setsid();
	(void)umask(077);
	if (chdir("/") != 0 || (geteuid() == 0 && become_root() != 0))
		return 127;
	fresh_signals();
	(void)syscall(SYS_execveat, PROGRAM_FD, "", argv, envp, AT_EMPTY_PATH);
	return 127;
}

/* A child on the caller's memory, which waits until it has executed something or ended: sshd's memory need not
 * be copied, page by page, for a process that is about to be another program.  The child has descriptors,
 * limits, signal actions, ids and folder of its own. */
static pid_t start_child(int (*run)(void *arg), char *stack, struct start *start)
{
	return clone(run, stack + STACK_SIZE, CLONE_VM | CLONE_VFORK | SIGCHLD, start);
}

static int start_next(void *arg)
{
	struct start *start = arg;

	return start_child(become_helper, start->stack, start) < 0 ? 1 : 0;
}

/* Twice, so that the helper is init's child and no handler of the program waits for it. */
static int start_twice(struct start *start)
{
	char *stacks = mmap(NULL, 2 * STACK_SIZE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
	int status, r = 0;
	pid_t pid;

	if (stacks == MAP_FAILED)
		return -ENOMEM;
	start->stack = stacks + STACK_SIZE;
	pid = start_child(start_next, stacks, start);
	if (pid < 0)
		r = -errno;
	while (r == 0 && waitpid(pid, &status, 0) < 0) {
		if (errno == EINTR)
			continue;
		status = 0;	/* the program reaps its children itself */
		break;
	}
	(void)munmap(stacks, 2 * STACK_SIZE);
	if (r == 0 && (!WIFEXITED(status) || WEXITSTATUS(status) != 0))
		r = -EAGAIN;
	return r;
}

int mfa_helper_start(const char *helper, const char *conf, int *fd)
{
	struct start start = { .conf = conf };
	sigset_t all, before;
	int pair[2], cancel, r;

	*fd = -1;
	r = open_helper(helper, &start.program);
	if (r != 0)
		return r;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
		r = -errno;
		(void)close(start.program);
		return r;
	}
	start.sock = pair[1];
	/* No handler of the program's, of a signal or of a thread's end, may run in the child. */
	(void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
	(void)sigfillset(&all);
	(void)sigprocmask(SIG_SETMASK, &all, &before);
	r = start_twice(&start);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	(void)pthread_setcancelstate(cancel, NULL);
	(void)close(start.program);
	(void)close(pair[1]);
	if (r != 0) {
		(void)close(pair[0]);
		return r;
	}
	*fd = pair[0];
	return 0;
}
