/* SPDX-License-Identifier: BSD-2-Clause */
/* Reaching a verifier.  Each call is made in a child, which may spoil itself first; the helper
 * that is started is this very program, and tells in what state it finds itself. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "wire/dial.h"
#include "wire/helper.h"

/* Uids that are nobody's. */
#define ALICE 64998
#define MALLORY 64999

/* --- the helper's side ------------------------------------------------------ */

/* What any helper finds, and what root's does. */
#define STATE_ANYONE "args mfad --stdio --config /c\nenvironment 0\nsession own\nfolder /\n" \
	"umask 077\nblocked 0 ignored 0\ndescriptors 0 1 2\noutput /dev/null\n"
#define STATE_ROOT "uid 0 0 0 gid 0 0 0 groups 0\nnice 0 policy 0\nlimits fresh core 0\n"

static FILE *state_out;

static void say_signals(void)
{
	int sig, blocked = 0, ignored = 0;
	struct sigaction action;
	sigset_t set;

	(void)sigprocmask(SIG_SETMASK, NULL, &set);
	for (sig = 1; sig < NSIG; sig++) {
		blocked += sigismember(&set, sig) == 1;
		ignored += sigaction(sig, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
	}
	fprintf(state_out, "blocked %d ignored %d\n", blocked, ignored);
}

static void say_descriptors(void)
{
	char path[64] = "";
	int fd;

	fprintf(state_out, "descriptors");
	for (fd = 0; fd < 1024; fd++)
		if (fcntl(fd, F_GETFD) != -1)
			fprintf(state_out, " %d", fd);
	if (readlink("/proc/self/fd/1", path, sizeof(path) - 1) < 0)
		path[0] = '\0';
	fprintf(state_out, "\noutput %s\n", path);
}

static void say_ids(void)
{
	uid_t u[3];
	gid_t g[3];

	(void)getresuid(&u[0], &u[1], &u[2]);
	(void)getresgid(&g[0], &g[1], &g[2]);
	fprintf(state_out, "uid %u %u %u gid %u %u %u groups %d\n", u[0], u[1], u[2],
		g[0], g[1], g[2], getgroups(0, NULL));
}

static void say_limits(void)
{
	static const struct { int which; rlim_t least; } limits[] = {
		{ RLIMIT_FSIZE, 1UL << 30 }, { RLIMIT_DATA, 1UL << 28 }, { RLIMIT_CPU, 60 },
		{ RLIMIT_NOFILE, 64 }, { RLIMIT_STACK, 1UL << 20 },
	};
	struct rlimit rl;
	bool fresh = true;
	size_t i;

	for (i = 0; i < ROWS(limits); i++)
		fresh &= getrlimit((__rlimit_resource_t)limits[i].which, &rl) == 0 &&
			 rl.rlim_cur >= limits[i].least;
	(void)getrlimit(RLIMIT_CORE, &rl);
	fprintf(state_out, "limits %s core %lu\n", fresh ? "fresh" : "old",
		(unsigned long)rl.rlim_cur);
}

/* As `mfad --stdio`: a request on descriptor 0, and an answer to it. */
static int be_helper(int argc, char **argv)
{
	extern char **environ;
	static struct mfa_frame frame;
	char *state = NULL, cwd[256];
	size_t len, vars = 0;
	mode_t mask = umask(0);
	int i;

	while (environ != NULL && environ[vars] != NULL)
		vars++;
	state_out = open_memstream(&state, &len);
	if (state_out == NULL)
		return 1;
	fprintf(state_out, "args");
	for (i = 0; i < argc; i++)
		fprintf(state_out, " %s", argv[i]);
	fprintf(state_out, "\nenvironment %zu\nsession %s\nfolder %s\numask 0%o\n", vars,
		getsid(0) == getpid() ? "own" : "another's",
		getcwd(cwd, sizeof(cwd)) != NULL ? cwd : "?", (unsigned)mask);
	say_signals();
	say_descriptors();
	say_ids();
	fprintf(state_out, "nice %d policy %d\n", getpriority(PRIO_PROCESS, 0),
		sched_getscheduler(0));
	say_limits();
	(void)fclose(state_out);
	if (mfa_frame_recv(0, &frame, 2000) != 0 || mfa_frame_type(&frame) != MFA_DEVICES)
		return 1;
	mfa_frame_start(&frame, MFA_INFO);
	mfa_frame_put_text(&frame, MFA_FIELD_TEXT, state);
	free(state);
	return mfa_frame_send(0, &frame, 2000) == 0 ? 0 : 1;
}

/* --- the caller's side ------------------------------------------------------ */

struct outcome {
	int r;
	char text[1024];	/* of the reply */
};

struct caller {
	pid_t pid;
	int fd;
};

/* Dials in a child that first spoils itself. */
static struct caller begin(const struct mfa_dial *dial, void (*spoil)(void))
{
	static struct mfa_frame request, reply;
	struct outcome out = { .text = "" };
	struct caller c;
	int pipes[2], fd;

	mfa_frame_start(&request, MFA_DEVICES);
	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	c.fd = pipes[0];
	c.pid = fork();
	assert_true(c.pid >= 0);
	if (c.pid == 0) {
		if (spoil != NULL)
			spoil();
		out.r = mfa_dial(dial, &request, &fd, &reply);
		if (out.r == 0)
			(void)mfa_frame_text(&reply, MFA_FIELD_TEXT, out.text, sizeof(out.text));
		/* No child is left that this program would have to wait for. */
		if ((out.r == 0) != (fd >= 0) || waitpid(-1, NULL, WNOHANG) != -1 ||
		    errno != ECHILD)
			out.r = 1;
		_exit(write(pipes[1], &out, sizeof(out)) == sizeof(out) ? 0 : 1);
	}
	(void)close(pipes[1]);
	return c;
}

static struct outcome finish(struct caller c)
{
	struct outcome out;
	ssize_t n = read(c.fd, &out, sizeof(out));

	assert_int_equal(waitpid(c.pid, NULL, 0), c.pid);
	assert_int_equal(n, sizeof(out));
	/* Nobody else holds its end open, a helper least of all. */
	assert_int_equal(read(c.fd, &n, 1), 0);
	(void)close(c.fd);
	return out;
}

static struct outcome call(const struct mfa_dial *dial, void (*spoil)(void))
{
	return finish(begin(dial, spoil));
}

/* --- servers ---------------------------------------------------------------- */

struct fixture {
	char folder[32];
	char socket[64];
	char root_socket[80];
	char file[64];
	char self[512];		/* this program */
	struct mfa_dial dial;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return -1;
	*state = f;
	(void)strcpy(f->folder, "/tmp/mfa-dial.XXXXXX");
	if (mkdtemp(f->folder) == NULL || chmod(f->folder, 0755) != 0 ||
	    readlink("/proc/self/exe", f->self, sizeof(f->self) - 1) < 0)
		return -1;
	(void)snprintf(f->socket, sizeof(f->socket), "%s/sock", f->folder);
	(void)snprintf(f->root_socket, sizeof(f->root_socket), "%s" MFA_ROOT_SOCKET_SUFFIX,
		       f->socket);
	(void)snprintf(f->file, sizeof(f->file), "%s/file", f->folder);
	f->dial = (struct mfa_dial){ f->socket, "/c", "/nowhere/mfad", geteuid() != 0 };
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	int r;

	(void)unlink(f->socket);
	(void)unlink(f->root_socket);
	(void)unlink(f->file);
	r = rmdir(f->folder);
	free(f);
	return r;
}

/* A socket with that name, not listening yet. */
static int bound(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0 && strlen(path) < sizeof(addr.sun_path));
	memcpy(addr.sun_path, path, strlen(path) + 1);
	(void)unlink(path);
	assert_int_equal(bind(fd, (const struct sockaddr *)&addr, sizeof(addr)), 0);
	assert_int_equal(chmod(path, 0777), 0);
	return fd;
}

enum behaviour { ABSENT, DEAF, ANSWERS, HANGS_UP, BABBLES };

static void serve_one(int sock, enum behaviour how, const char *name)
{
	static struct mfa_frame frame;
	int fd = accept4(sock, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0 || how == HANGS_UP || mfa_frame_recv(fd, &frame, 2000) != 0)
		_exit(0);
	mfa_frame_start(&frame, MFA_INFO);
	mfa_frame_put_text(&frame, MFA_FIELD_TEXT, name);
	if (how == BABBLES)
		frame.len--;
	_exit(mfa_frame_send(fd, &frame, 2000) == 0 ? 0 : 1);
}

/* A server of a uid's; -1 if it needs no process. */
static pid_t serve(const char *path, enum behaviour how, uid_t uid, const char *name)
{
	pid_t pid = -1;
	int fd;

	if (how == ABSENT)
		return -1;
	fd = bound(path);
	if (how != DEAF) {
		/* The kernel notes who listens. */
		if (uid != geteuid())
			assert_int_equal(seteuid(uid), 0);
		assert_int_equal(listen(fd, 4), 0);
		if (uid != geteuid() || uid != getuid())
			assert_int_equal(seteuid(getuid()), 0);
		pid = fork();
		assert_true(pid >= 0);
		if (pid == 0)
			serve_one(fd, how, name);
	}
	(void)close(fd);
	return pid;
}

static void end_server(const char *path, pid_t pid)
{
	if (pid > 0) {
		(void)kill(pid, SIGKILL);
		(void)waitpid(pid, NULL, 0);
	}
	(void)unlink(path);
}

/* --- tests ------------------------------------------------------------------ */

static void test_who_answers(void **state)
{
	enum helper { NONE, SELF, RELATIVE, NOT_A_PROGRAM };
	static const struct {
		const char *name; enum behaviour server; enum helper helper; int r;
		const char *text;
	} rows[] = {
		{ "no socket, no helper", ABSENT, NONE, -ENOENT, "" },
		{ "nobody listens, no helper", DEAF, NONE, -ENOENT, "" },
		{ "hangs up, no helper", HANGS_UP, NONE, -EPIPE, "" },
		{ "babbles, no helper", BABBLES, NONE, -EBADMSG, "" },
		{ "a daemon, no helper", ANSWERS, NONE, 0, "daemon" },
		{ "a daemon and a helper", ANSWERS, SELF, 0, "daemon" },
		{ "no socket", ABSENT, SELF, 0, STATE_ANYONE },
		{ "nobody listens", DEAF, SELF, 0, STATE_ANYONE },
		{ "hangs up", HANGS_UP, SELF, 0, STATE_ANYONE },
		/* It is there, so it is not to be passed by. */
		{ "babbles", BABBLES, SELF, -EBADMSG, "" },
		{ "no socket, a bad helper", ABSENT, RELATIVE, -EPERM, "" },
		{ "hangs up, a bad helper", HANGS_UP, RELATIVE, -EPERM, "" },
		{ "no socket, a helper that can't be executed", ABSENT, NOT_A_PROGRAM, -EPIPE, "" },
	};
	struct fixture *f = *state;
	const char *helpers[] = { "/nowhere/mfad", f->self, "mfad", f->file };
	int fd = open(f->file, O_CREAT | O_WRONLY | O_CLOEXEC, 0755);
	struct outcome out;
	pid_t pid;
	size_t i;

	assert_true(fd >= 0 && fchmod(fd, 0755) == 0);
	(void)close(fd);
	for (i = 0; i < ROWS(rows); i++) {
		pid = serve(f->socket, rows[i].server, geteuid(), "daemon");
		f->dial.helper = helpers[rows[i].helper];
		out = call(&f->dial, NULL);
		end_server(f->socket, pid);
		if (out.r != rows[i].r ||
		    strncmp(out.text, rows[i].text, strlen(rows[i].text)) != 0)
			fail_msg("%s: %d %s", rows[i].name, out.r, out.text);
	}
}

static int64_t now_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* A daemon that is stuck: nothing comes back, or not even a connection.  All at
 * once, since this is the one test that waits. */
static void test_stuck(void **state)
{
	struct fixture *f = *state;
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	struct mfa_dial full = f->dial, helped = f->dial;
	int mute = bound(f->socket), crowded = bound(f->file), crowd[8];
	int64_t start = now_ms();
	struct caller callers[3];
	struct outcome out;
	size_t i;

	assert_int_equal(listen(mute, 4), 0);
	assert_int_equal(listen(crowded, 0), 0);
	(void)strcpy(addr.sun_path, f->file);
	for (i = 0; i < ROWS(crowd); i++) {
		crowd[i] = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		(void)connect(crowd[i], (const struct sockaddr *)&addr, sizeof(addr));
	}
	full.socket = f->file;
	helped.helper = f->self;
	callers[0] = begin(&f->dial, NULL);
	callers[1] = begin(&full, NULL);
	callers[2] = begin(&helped, NULL);
	assert_int_equal(finish(callers[0]).r, -ETIMEDOUT);
	assert_int_equal(finish(callers[1]).r, -ETIMEDOUT);
	out = finish(callers[2]);
	assert_int_equal(out.r, 0);
	assert_memory_equal(out.text, STATE_ANYONE, strlen(STATE_ANYONE));
	assert_in_range(now_ms() - start, MFA_DIAL_TIMEOUT_MS - 100, MFA_DIAL_TIMEOUT_MS + 3000);
	for (i = 0; i < ROWS(crowd); i++)
		(void)close(crowd[i]);
	(void)close(mute);
	(void)close(crowded);
}

static void be_alice(void)
{
	if (setgroups(0, NULL) != 0 || setresuid(ALICE, ALICE, ALICE) != 0)
		_exit(1);
}

/* A set-id program that Alice started. */
static void be_set_id(void)
{
	if (setgroups(0, NULL) != 0 || setresuid(ALICE, MALLORY, MALLORY) != 0)
		_exit(1);
}

static void test_whose_server(void **state)
{
	static const struct {
		const char *name; uid_t server; void (*client)(void); int r;
	} rows[] = {
		{ "root's, to root", 0, NULL, 0 },
		{ "a user's, to root", ALICE, NULL, -EPERM },
		{ "root's, to a user", 0, be_alice, 0 },
		{ "one's own", ALICE, be_alice, 0 },
		{ "another user's", MALLORY, be_alice, -EPERM },
		{ "that of a set-id program's user", MALLORY, be_set_id, -EPERM },
		{ "that of who started a set-id program", ALICE, be_set_id, -EPERM },
	};
	struct fixture *f = *state;
	struct outcome out;
	pid_t pid;
	size_t i;

	if (geteuid() != 0)
		skip();
	/* It would start, and must not: who can put a server there could make it speak. */
	f->dial.helper = f->self;
	for (i = 0; i < ROWS(rows); i++) {
		pid = serve(f->socket, ANSWERS, rows[i].server, "daemon");
		out = call(&f->dial, rows[i].client);
		end_server(f->socket, pid);
		if (out.r != rows[i].r || strcmp(out.text, out.r == 0 ? "daemon" : "") != 0)
			fail_msg("%s: %d %s", rows[i].name, out.r, out.text);
	}
	/* Who is not root has no helper, unless it asks for one of its own. */
	out = call(&f->dial, be_alice);
	assert_int_equal(out.r, -ENOENT);
	pid = serve(f->socket, DEAF, 0, "daemon");
	assert_int_equal(call(&f->dial, be_alice).r, -ECONNREFUSED);
	end_server(f->socket, pid);
}

static void test_root_socket(void **state)
{
	static const struct {
		const char *name; enum behaviour root, all; void (*client)(void); int r;
		const char *text;
	} rows[] = {
		{ "both: root's own", ANSWERS, ANSWERS, NULL, 0, "root" },
		{ "root's own is not there", ABSENT, ANSWERS, NULL, 0, "all" },
		{ "nobody listens at root's own", DEAF, ANSWERS, NULL, 0, "all" },
		{ "root's own alone", ANSWERS, ABSENT, NULL, 0, "root" },
		{ "a user goes to the other", ANSWERS, ANSWERS, be_alice, 0, "all" },
		{ "and to that only", ANSWERS, ABSENT, be_alice, -ENOENT, "" },
	};
	struct fixture *f = *state;
	struct outcome out;
	pid_t root, all;
	size_t i;

	for (i = 0; i < ROWS(rows); i++) {
		if (rows[i].client != NULL && geteuid() != 0) {
			print_message("# skipped, not root: %s\n", rows[i].name);
			continue;
		}
		root = serve(f->root_socket, rows[i].root, geteuid(), "root");
		all = serve(f->socket, rows[i].all, geteuid(), "all");
		out = call(&f->dial, rows[i].client);
		end_server(f->root_socket, root);
		end_server(f->socket, all);
		if (out.r != rows[i].r || strcmp(out.text, rows[i].text) != 0)
			fail_msg("%s: %d %s", rows[i].name, out.r, out.text);
	}
}

static void test_long_path(void **state)
{
	struct fixture *f = *state;
	char path[300];

	memset(path, 'a', sizeof(path) - 1);
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	f->dial.socket = path;
	f->dial.helper = f->self;
	assert_int_equal(call(&f->dial, NULL).r, -ENAMETOOLONG);
}

/* What su and sudo hand on from the user who started them. */

static void spoil_environment(void)
{
	(void)setenv("LD_PRELOAD", "/tmp/evil.so", 1);
	(void)setenv("OPENSSL_CONF", "/tmp/evil.cnf", 1);
	(void)setenv("MFA_TEST_CLOCK", "/tmp/clock", 1);
}

static void spoil_umask(void)
{
	(void)umask(0777);
}

static void spoil_folder(void)
{
	char folder[] = "/tmp/mfa-gone.XXXXXX";

	if (mkdtemp(folder) == NULL || chdir(folder) != 0 || rmdir(folder) != 0)
		_exit(1);
}

static void spoil_signals(void)
{
	sigset_t all;
	int sig;

	for (sig = 1; sig < NSIG; sig++)
		(void)signal(sig, SIG_IGN);
	(void)sigfillset(&all);
	(void)sigprocmask(SIG_SETMASK, &all, NULL);
}

static void spoil_open(void)
{
	if (dup2(0, 3) < 0 || dup2(0, 20) < 0 || dup2(0, 900) < 0)
		_exit(1);
}

static void spoil_closed(void)
{
	(void)close(0);
	(void)close(1);
	(void)close(2);
}

static void spoil_limits(void)
{
	static const struct { int which; rlim_t soft; } limits[] = {
		{ RLIMIT_FSIZE, 0 }, { RLIMIT_CPU, 2 }, { RLIMIT_NOFILE, 16 },
		{ RLIMIT_STACK, 256 << 10 }, { RLIMIT_NPROC, 1 },
	};
	struct rlimit rl;
	size_t i;

	for (i = 0; i < ROWS(limits); i++) {
		__rlimit_resource_t which = (__rlimit_resource_t)limits[i].which;

		(void)getrlimit(which, &rl);
		rl.rlim_cur = limits[i].soft;
		if (setrlimit(which, &rl) != 0)
			_exit(1);
	}
}

static void spoil_niceness(void)
{
	static const struct sched_param none;

	(void)setpriority(PRIO_PROCESS, 0, 15);
	(void)sched_setscheduler(0, SCHED_IDLE, &none);
}

/* Set-uid root, started by Alice. */
static void spoil_ids(void)
{
	static const gid_t groups[] = { ALICE, MALLORY };

	if (setgroups(ROWS(groups), groups) != 0 || setresgid(ALICE, 0, ALICE) != 0 ||
	    setresuid(ALICE, 0, ALICE) != 0)
		_exit(1);
}

static const struct spoiler {
	const char *name;
	void (*spoil)(void);
	bool root;		/* mended for root's helper only */
} spoilers[] = {
	{ "nothing", NULL, false },
	{ "environment", spoil_environment, false },
	{ "umask", spoil_umask, false },
	{ "folder that is gone", spoil_folder, false },
	{ "signals", spoil_signals, false },
	{ "descriptors left open", spoil_open, false },
	{ "standard descriptors closed", spoil_closed, false },
	{ "limits", spoil_limits, true },
	{ "niceness", spoil_niceness, true },
	{ "ids and groups", spoil_ids, true },
};

static void expect_state(const struct mfa_dial *dial, const struct spoiler *s, const char *expect)
{
	struct outcome out = call(dial, s->spoil);

	if (out.r != 0 || strncmp(out.text, expect, strlen(expect)) != 0)
		fail_msg("%s: %d\n%s", s->name, out.r, out.text);
}

static void test_helper_of_anyone(void **state)
{
	struct fixture *f = *state;
	size_t i;

	f->dial.helper = f->self;
	for (i = 0; i < ROWS(spoilers); i++)
		if (!spoilers[i].root)
			expect_state(&f->dial, &spoilers[i], STATE_ANYONE);
}

static void test_helper_of_root(void **state)
{
	struct fixture *f = *state;
	size_t i;

	if (geteuid() != 0)
		skip();
	f->dial.helper = f->self;
	for (i = 0; i < ROWS(spoilers); i++)
		expect_state(&f->dial, &spoilers[i], STATE_ANYONE STATE_ROOT);
}

static void test_helper_refused(void **state)
{
	static const struct {
		const char *name; mode_t mode; uid_t owner; gid_t group; int root, user;
	} rows[] = {
		{ "as it should be", 0755, 0, 0, 0, 0 },
		{ "its group's, but read-only", 0750, 0, MALLORY, 0, 0 },
		{ "its group may write", 0775, 0, 0, -EPERM, 0 },
		{ "all may write", 0757, 0, 0, -EPERM, 0 },
		{ "another's", 0755, MALLORY, 0, -EPERM, 0 },
		{ "not executable", 0644, 0, 0, -EPERM, -EPERM },
	};
	struct fixture *f = *state;
	bool root = geteuid() == 0;
	int file = open(f->file, O_CREAT | O_WRONLY | O_CLOEXEC, 0755), fd;
	size_t i;

	assert_true(file >= 0);
	for (i = 0; i < ROWS(rows); i++) {
		int r;

		if (root)
			assert_int_equal(fchown(file, rows[i].owner, rows[i].group), 0);
		assert_int_equal(fchmod(file, rows[i].mode), 0);
		r = mfa_helper_start(f->file, "/c", &fd);
		if (r != (root ? rows[i].root : rows[i].user) || (r == 0) != (fd >= 0))
			fail_msg("%s: %d", rows[i].name, r);
		if (fd >= 0)
			(void)close(fd);
	}
	(void)close(file);
	assert_int_equal(mfa_helper_start(f->file + 1, "/c", &fd), -EPERM);
	assert_int_equal(mfa_helper_start("mfad", "/c", &fd), -EPERM);
	assert_int_equal(mfa_helper_start("", "/c", &fd), -EPERM);
	assert_int_equal(mfa_helper_start(f->folder, "/c", &fd), -EPERM);
	assert_int_equal(mfa_helper_start("/nowhere/mfad", "/c", &fd), -ENOENT);
	assert_int_equal(fd, -1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(test_who_answers), TEST(test_stuck), TEST(test_whose_server),
		TEST(test_root_socket), TEST(test_long_path), TEST(test_helper_of_anyone),
		TEST(test_helper_of_root), TEST(test_helper_refused),
	};

	if (argc > 1 && strcmp(argv[1], "--stdio") == 0)
		return be_helper(argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
