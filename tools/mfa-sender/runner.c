/* SPDX-License-Identifier: BSD-2-Clause */
#include "runner.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "address/number.h"
#include "clock/clock.h"
#include "conf/conf.h"
#include "json/fields.h"
#include "json/read.h"
#include "log/log.h"
#include "privilege/privilege.h"
#include "sender/letter.h"
#include "text/text.h"

#define REQUEST_MS 5000
#define BACKLOG 64
#define CHILDREN_MAX 8
#define ANSWER_MAX 512

struct message {
	char number[MFA_NUMBER_SIZE];
	char text[MFA_LETTER_SMS_SIZE];
};

struct run {
	pid_t pid;
	int out;		/* what it says; -1: closed */
	int status;
	bool timed_out;
	char answer[ANSWER_MAX];
	size_t len;
};

/* mfa-sender, and whoever looks after it. */
static bool may_ask(int fd)
{
	const struct passwd *sender = getpwnam(MFA_SENDER_USER);
	struct ucred cred;
	socklen_t len = sizeof(cred);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) == 0 && len == sizeof(cred) &&
	       (cred.uid == 0 || cred.uid == geteuid() || (sender != NULL && cred.uid == sender->pw_uid));
}

static int receive(int fd, struct message *out)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	char packet[RUNNER_PACKET_MAX];
	json_t *json;
	ssize_t n;
	bool ok;

	if (poll(&ready, 1, REQUEST_MS) != 1)
		return -ETIMEDOUT;
	n = recv(fd, packet, sizeof(packet), MSG_DONTWAIT | MSG_TRUNC);
	if (n <= 0 || (size_t)n > sizeof(packet))
		return n < 0 ? -errno : -EBADMSG;
	json = mfa_json_read(packet, (size_t)n);
	ok = mfa_json_copy(json_object_get(json, "number"), out->number, sizeof(out->number)) &&
	     mfa_json_copy(json_object_get(json, "text"), out->text, sizeof(out->text));
	json_decref(json);
	explicit_bzero(packet, sizeof(packet));
	return ok ? 0 : -EBADMSG;
}

/* What a command begins with: nothing of ours, and a group that all it starts is in. */
static int set_attributes(posix_spawnattr_t *attr)
{
	sigset_t all, none;

	(void)sigfillset(&all);
	(void)sigemptyset(&none);
	if (posix_spawnattr_setsigdefault(attr, &all) != 0 || posix_spawnattr_setsigmask(attr, &none) != 0 ||
	    posix_spawnattr_setpgroup(attr, 0) != 0)
		return -EINVAL;
	return -posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
}

static int spawn(const char *command, const char *number, int in, int out, pid_t *pid)
{
	static char path[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
	static char locale[] = "LC_ALL=C.UTF-8";
	char *const argv[] = { (char *)command, (char *)number, NULL }, *const envp[] = { path, locale, NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	int r;

	if (posix_spawn_file_actions_init(&actions) != 0)
		return -ENOMEM;
	if (posix_spawnattr_init(&attr) != 0) {
		(void)posix_spawn_file_actions_destroy(&actions);
		return -ENOMEM;
	}
	r = set_attributes(&attr);
	if (r == 0 && (posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO) != 0 ||
		       posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO) != 0 ||
		       posix_spawn_file_actions_adddup2(&actions, out, STDERR_FILENO) != 0))
		r = -ENOMEM;
	if (r == 0)
		r = -posix_spawn(pid, command, &actions, &attr, argv, envp);
	(void)posix_spawnattr_destroy(&attr);
	(void)posix_spawn_file_actions_destroy(&actions);
	return r;
}

/* The text is shorter than a pipe is long, so that this waits for nobody. */
static int begin(const char *command, const struct message *message, struct run *run)
{
	int in[2] = { -1, -1 }, out[2] = { -1, -1 }, r = -EMFILE;

	if (pipe2(in, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0)
		r = spawn(command, message->number, in[0], out[1], &run->pid);
	if (r == 0 && fcntl(out[0], F_SETFL, O_NONBLOCK) == 0)
		(void)!write(in[1], message->text, strlen(message->text));
	if (in[0] >= 0) {
		(void)close(in[0]);
		(void)close(in[1]);
	}
	if (out[1] >= 0)
		(void)close(out[1]);
	run->out = out[0];
	return r;
}

/* Of more than there is room for, the beginning. */
static void take_output(struct run *run)
{
	char more[ANSWER_MAX];
	ssize_t n;
	size_t room;

	while ((n = read(run->out, more, sizeof(more))) > 0) {
		room = sizeof(run->answer) - 1 - run->len;
		if ((size_t)n < room)
			room = (size_t)n;
		memcpy(run->answer + run->len, more, room);
		run->len += room;
	}
	if (n == 0) {
		(void)close(run->out);
		run->out = -1;
	}
}

static bool has_ended(pid_t pid)
{
	siginfo_t info = { .si_pid = 0 };

	/* It stays until all of its group is told to end: its number is nobody else's so long. */
	return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid != 0;
}

/* Until the command has ended.  What it has left in the background ends with it. */
static void wait_end(struct run *run, int signals)
{
	int64_t until = mfa_clock_monotonic() + RUNNER_MS, left;
	struct pollfd fds[2] = { { .fd = signals, .events = POLLIN }, { .events = POLLIN } };

	while (!has_ended(run->pid)) {
		struct signalfd_siginfo info;

		left = until - mfa_clock_monotonic();
		if (left <= 0) {
			run->timed_out = true;
			break;
		}
		fds[1].fd = run->out;
		if (poll(fds, 2, (int)left) > 0 && fds[0].revents != 0)
			(void)!read(signals, &info, sizeof(info));
		if (run->out >= 0)
			take_output(run);
	}
	if (run->out >= 0)
		take_output(run);
	(void)kill(-run->pid, SIGKILL);
	(void)waitpid(run->pid, &run->status, 0);
}

/* status is waitpid's; -1: it was not started. */
static void reply(int fd, struct run *run, int error)
{
	char shown[ANSWER_MAX], *json;
	size_t i;

	for (i = 0; i < run->len; i++)
		if (strchr("\r\n\t", run->answer[i]) != NULL)	/* or a NUL */
			run->answer[i] = ' ';
	mfa_text_copy(shown, sizeof(shown), run->answer);
	json = mfa_json_dump(json_pack("{s:i, s:b, s:s}", "status", error != 0 ? -1 : run->status, "timeout",
				       (int)run->timed_out, "answer", shown));
	if (json != NULL)
		(void)!send(fd, json, strlen(json), MSG_NOSIGNAL);
	free(json);
}

static int run_command(const struct mfa_conf *conf, int fd, int signals)
{
	struct message message = { .number = "" };
	struct run run = { .out = -1 };
	int r = may_ask(fd) ? receive(fd, &message) : -EPERM;

	if (r == 0 && !mfa_number_allowed(message.number, conf->sms.numbers))
		r = -EBADMSG;
	if (r == 0) {
		r = begin(conf->sms.command, &message, &run);
		if (r == 0)
			wait_end(&run, signals);
		reply(fd, &run, r);
	}
	if (run.out >= 0)
		(void)close(run.out);
	explicit_bzero(&message, sizeof(message));
	if (r != 0)
		mfa_log_message(LOG_ERR, "command", r == -EPERM ? "somebody else than mfa-sender asked"
				: r == -EBADMSG ? "what was asked made no sense" : conf->sms.command, r);
	return r;
}

static int load(const char *path, struct mfa_conf **out)
{
	char error[MFA_CONF_ERROR_SIZE];
	int r = mfa_conf_load(path, out, error);

	if (r == 0 && (*out)->sms.command == NULL) {
		(void)snprintf(error, sizeof(error), "[sms] command is missing: there is nothing to run");
		r = -EINVAL;
	}
	if (r != 0)
		mfa_log_message(LOG_CRIT, "config", error, 0);
	return r;
}

/* SIGCHLD, by a descriptor. */
static int catch_children(void)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGCHLD);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int runner_serve(const char *conf, int fd)
{
	struct mfa_conf *loaded = NULL;
	int signals = catch_children(), r = signals >= 0 ? mfa_privilege_drop(MFA_COMMAND_USER) : -errno;

	/* What a command leaves for a modem's daemon, that one's group must be able to read. */
	(void)umask(007);
	if (r == 0 && chdir("/") != 0)
		r = -errno;
	if (r == 0)
		r = load(conf, &loaded);
	if (r == 0)
		r = run_command(loaded, fd, signals);
	mfa_conf_free(&loaded);
	if (signals >= 0)
		(void)close(signals);
	return r;
}

/* A socket that mfa-sender's user alone can connect to, from the first instant. */
static int make_socket(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const struct passwd *sender = geteuid() == 0 ? getpwnam(MFA_SENDER_USER) : NULL;
	struct stat st;
	mode_t before;
	int fd, r;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	if (geteuid() == 0 && sender == NULL)
		return -ENOENT;
	memcpy(address.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (lstat(path, &st) == 0 && S_ISSOCK(st.st_mode))
		(void)unlink(path);
	before = umask(0177);
	r = bind(fd, (struct sockaddr *)&address, sizeof(address));
	(void)umask(before);
	/* The folder is root's: nobody puts another file there meanwhile. */
	if (r == 0 && sender != NULL)
		r = lchown(path, sender->pw_uid, (gid_t)-1);
	if (r == 0)
		r = listen(fd, BACKLOG);
	if (r == 0)
		return fd;
	r = -errno;
	(void)close(fd);
	return r;
}

/* Each by a program of its own, as systemd starts one for each connection. */
static int start_one(const char *conf, int fd)
{
	static char program[] = "mfa-sender", command[] = "--command", config[] = "--config";
	char *const argv[] = { program, command, config, (char *)conf, NULL }, *const envp[] = { NULL };
	posix_spawn_file_actions_t actions;
	pid_t pid;
	int r;

	if (posix_spawn_file_actions_init(&actions) != 0)
		return -ENOMEM;
	r = -posix_spawn_file_actions_adddup2(&actions, fd, STDIN_FILENO);
	if (r == 0)
		r = -posix_spawn(&pid, "/proc/self/exe", &actions, NULL, argv, envp);
	(void)posix_spawn_file_actions_destroy(&actions);
	return r;
}

static int serve_all(const char *conf, int listener)
{
	unsigned children = 0;
	int fd, r;

	for (;;) {
		while (children > 0 && waitpid(-1, NULL, children < CHILDREN_MAX ? WNOHANG : 0) > 0)
			children--;
		fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		if (fd < 0 && errno != EINTR && errno != ECONNABORTED)
			return -errno;
		if (fd < 0)
			continue;
		r = start_one(conf, fd);
		if (r == 0)
			children++;
		else
			mfa_log_message(LOG_ERR, "command", "no process can be started", r);
		(void)close(fd);
	}
}

int runner_listen(const char *conf, const char *path)
{
	struct mfa_conf *loaded = NULL;
	int fd = make_socket(path), r = fd < 0 ? fd : mfa_privilege_drop(MFA_COMMAND_USER);

	if (fd < 0)
		mfa_log_message(LOG_CRIT, "socket", path, fd);
	if (r == 0)
		r = load(conf, &loaded);
	mfa_conf_free(&loaded);
	if (r == 0) {
		mfa_log_message(LOG_INFO, "start",
				"mfa-sender " MFA_VERSION " waits for text messages to hand to the command", 0);
		r = serve_all(conf, fd);
		mfa_log_message(LOG_CRIT, "socket", path, r);
	}
	if (fd >= 0)
		(void)close(fd);
	return r;
}
