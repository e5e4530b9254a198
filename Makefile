# SPDX-License-Identifier: BSD-2-Clause
# pam_mfa: a second factor for Linux logins.
#
# Works without ./configure.  Defaults first, then what configure found
# (config.mak.autogen), then what you say yourself (config.mak).

prefix        = /usr/local
exec_prefix   = $(prefix)
bindir        = $(exec_prefix)/bin
sbindir       = $(exec_prefix)/sbin
datadir       = $(prefix)/share
mandir        = $(datadir)/man
docdir        = $(datadir)/doc/pam-mfa
localedir     = $(datadir)/locale
pagesdir      = $(datadir)/pam-mfa/phone
sysconfdir    = /etc
localstatedir = /var
runstatedir   = /run
systemddir    = $(if $(filter /usr/local%,$(prefix)),/etc/systemd/system,/usr/lib/systemd/system)
sysusersdir   = $(if $(filter /usr/local%,$(prefix)),/etc/sysusers.d,/usr/lib/sysusers.d)
tmpfilesdir   = $(if $(filter /usr/local%,$(prefix)),/etc/tmpfiles.d,/usr/lib/tmpfiles.d)
# Linux-PAM looks in one folder only, whatever the prefix: where pam_unix.so is.  When it is another
# machine that is built for, that one's need not exist here.
pamdir        = $(firstword $(patsubst %/pam_unix.so,%,$(wildcard $(patsubst %,%/security/pam_unix.so, \
		$(multiarch:%=/usr/lib/%) $(multiarch:%=/lib/%) /usr/lib64 /lib64 /usr/lib /lib))) \
		/usr/lib/$(multiarch:%=%/)security)

CLANG       = clang
GCOV        = gcov
INSTALL     = install
MSGFMT      = msgfmt
MSGMERGE    = msgmerge
XGETTEXT    = xgettext
MFA_USER    = _mfa
MFA_PORTAL_USER = _mfa-portal
MFA_SENDER_USER = _mfa-sender
MFA_COMMAND_USER = _mfa-call

# What each part links, as `dependencies` has it; NOTICE says what for.
PAM_LIBS      = -lpam
CRYPTO_LIBS   = -lcrypto
STORE_LIBS    = -lsqlite3
JSON_LIBS     = -ljansson
CONF_LIBS     = -linih
QR_LIBS       = -lqrencode
PNG_LIBS      = -lpng
PORTAL_LIBS   = -levent_core -levent_extra -levent_openssl -levent_pthreads -lssl
OUTGOING_LIBS = -lcurl
CMOCKA_LIBS   = -lcmocka

-include config.mak.autogen
-include config.mak

# What follows asks the compiler that was chosen; so does tests/packages.
export CC
multiarch := $(shell $(CC) -print-multiarch 2>/dev/null)
CET := $(shell $(CC) -fcf-protection -S -o - -x c /dev/null >/dev/null 2>&1 && echo -fcf-protection)

ifndef V
Q = @
QUIET_CC   = @echo '  CC   $@';
QUIET_LINK = @echo '  LINK $@';
QUIET_AR   = @echo '  AR   $@';
QUIET_PO   = @echo '  PO   $@';
MAKEFLAGS += --no-print-directory
endif

VERSION := 0.2

# make SANITIZE=1, COVERAGE=1, DEVELOPER=1
B := build
OPT = -O2 -g
WARN = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
       -Wpointer-arith -Wwrite-strings -Wformat=2 -Wundef -Wvla \
       -Wno-unused-parameter -Wno-missing-field-initializers
ifdef DEVELOPER
WARN += -Werror
endif
ifdef SANITIZE
B := build-san
OPT = -O1 -g -fno-omit-frame-pointer
SAN = -fsanitize=address,undefined -fno-sanitize-recover=all
# ASan stands in for crypt(3), and must find it before pam_unix brings it along.
SAN_PAM = -Wl,--no-as-needed -lcrypt
# The module is loaded by programs that know nothing of ASan.
SAN_MODULE = -fsanitize=undefined -fsanitize-undefined-trap-on-error
else ifdef COVERAGE
B := build-cov
OPT = -O0 -g
# Not of the module, which others load; what it is made of is in libmfa as well.
SAN = --coverage -fprofile-update=atomic
else
# Who builds may ask for another level, as distributions do.
HARDEN_CPP = -U_FORTIFY_SOURCE $(if $(findstring _FORTIFY_SOURCE,$(CPPFLAGS) $(CFLAGS)),,-D_FORTIFY_SOURCE=2)
endif
HARDEN = -fstack-protector-strong -fstack-clash-protection $(CET)
HARDEN_LD = -Wl,-z,relro,-z,now -Wl,-z,noexecstack -Wl,--as-needed

CPPFLAGS_ALL = -D_GNU_SOURCE $(HARDEN_CPP) -Ilib -Itools $(CPPFLAGS) \
	-DMFA_VERSION='"$(VERSION)"' -DMFA_USER='"$(MFA_USER)"' \
	-DMFA_PORTAL_USER='"$(MFA_PORTAL_USER)"' -DMFA_PAGESDIR='"$(pagesdir)"' -DMFA_DATADIR='"$(datadir)"' \
	-DMFA_SENDER_USER='"$(MFA_SENDER_USER)"' -DMFA_COMMAND_USER='"$(MFA_COMMAND_USER)"' \
	-DMFA_SBINDIR='"$(sbindir)"' -DMFA_SYSCONFDIR='"$(sysconfdir)"' \
	-DMFA_LOCALSTATEDIR='"$(localstatedir)"' -DMFA_RUNSTATEDIR='"$(runstatedir)"' \
	-DMFA_LOCALEDIR='"$(localedir)"'
CFLAGS_ALL = -std=gnu11 $(OPT) $(WARN) $(HARDEN) -fPIC -fvisibility=hidden -MMD -MP $(CFLAGS)
LDFLAGS_ALL = $(HARDEN_LD) $(LDFLAGS)

# What most link.
MFA_LIBS     = $(STORE_LIBS) $(JSON_LIBS) $(CONF_LIBS) $(QR_LIBS) $(CRYPTO_LIBS) -lpthread

# The files of a folder and of those in it, however deep: $(call files,FOLDER,*.c).
files = $(sort $(wildcard $(1)/$(2)) $(foreach d,$(wildcard $(1)/*/),$(call files,$(d:%/=%),$(2))))
LIB_SRCS    := $(call files,lib,*.c)
TOOL_SRCS   := $(call files,tools,*.c)
TEST_ROOMS   = tests/unit tests/e2e tests/fuzz tests/bench tests/preload tests/methods
TEST_SRCS   := $(foreach r,$(TEST_ROOMS),$(call files,$(r),*.c))
CLOCK_OBJ    = $(B)/lib/clock/clock.o
LIB_OBJS    := $(filter-out $(CLOCK_OBJ),$(LIB_SRCS:%.c=$(B)/%.o))
HEADERS     := $(foreach r,lib tools $(TEST_ROOMS),$(call files,$(r),*.h))
PROGRAMS     = mfad mfa-enroll mfa-admin mfa-portal mfa-sender
PROGRAM_BINS = $(PROGRAMS:%=$(B)/%)

LANGUAGES   := $(patsubst po/%.po,%,$(wildcard po/*.po))
CATALOGUES   = $(LANGUAGES:%=$(B)/po/%.mo)

all: $(B)/pam_mfa.so $(PROGRAM_BINS) $(CATALOGUES)

# Everything is rebuilt when a flag changes.
FLAGS_NOW := $(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) $(SAN) $(LDFLAGS_ALL)
$(B)/.flags: FORCE
	@mkdir -p $(B)
	@printf '%s\n' '$(subst ','\'',$(FLAGS_NOW))' | cmp -s - $@ || printf '%s\n' '$(subst ','\'',$(FLAGS_NOW))' >$@
FORCE:

$(B)/%.o: %.c $(B)/.flags
	@mkdir -p $(@D)
	$(QUIET_CC)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) $(SAN) -c -o $@ $<

$(B)/libmfa.a: $(LIB_OBJS)
	@rm -f $@
	$(QUIET_AR)$(AR) rcs $@ $^

# The module: libc and libpam, nothing else.
MODULE_SRCS := pam_mfa.c $(wildcard lib/wire/*.c lib/module/*.c lib/text/*.c)
MODULE_OBJS := $(MODULE_SRCS:%.c=$(B)/module/%.o)
$(B)/module/%.o: %.c $(B)/.flags
	@mkdir -p $(@D)
	$(QUIET_CC)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) $(SAN_MODULE) -c -o $@ $<
$(B)/pam_mfa.so: $(MODULE_OBJS)
	$(QUIET_LINK)$(CC) -shared $(SAN_MODULE) $(LDFLAGS_ALL) -Wl,-z,defs -Wl,-O1 -o $@ $^ $(PAM_LIBS)

define program_rules
$(B)/$(1): $(patsubst %.c,$(B)/%.o,$(call files,tools/$(1),*.c)) $(B)/libmfa.a $(CLOCK_OBJ)
	$$(QUIET_LINK)$$(CC) -pie $(SAN) $$(LDFLAGS_ALL) -o $$@ $$(filter %.o %.a,$$^) $$(MFA_LIBS) $$(foreach l,$(2),$$($$l))
# The same program with a clock that a test can set; never installed.
$(B)/tests/$(1): $(patsubst %.c,$(B)/%.o,$(call files,tools/$(1),*.c)) $(B)/libmfa.a $(B)/tests/unit/clock_test.o
	@mkdir -p $$(@D)
	$$(QUIET_LINK)$$(CC) -pie $(SAN) $$(LDFLAGS_ALL) -o $$@ $$(filter %.o %.a,$$^) $$(MFA_LIBS) $$(foreach l,$(2),$$($$l))
endef
$(eval $(call program_rules,mfad))
$(eval $(call program_rules,mfa-enroll,PNG_LIBS))
$(eval $(call program_rules,mfa-admin))
$(eval $(call program_rules,mfa-portal,PORTAL_LIBS OUTGOING_LIBS))
$(eval $(call program_rules,mfa-sender,OUTGOING_LIBS))
TEST_PROGRAMS = $(PROGRAMS:%=$(B)/tests/%)

# What mfad is made of but for its main, for tests of its rooms.
$(B)/libmfad.a: $(patsubst %.c,$(B)/%.o,$(filter-out tools/mfad/main.c,$(call files,tools/mfad,*.c)))
	@rm -f $@
	$(QUIET_AR)$(AR) rcs $@ $^

# mfad and its tools with a method more (tests/methods), to show that one is a row, a file in lib/factor and one
# in mfad's ask.  None of this is installed.
METHODS_LIB := $(filter-out lib/clock/clock.c,$(LIB_SRCS)) $(call files,tests/methods/factor,*.c)
METHODS_MFAD := $(call files,tools/mfad,*.c) $(call files,tests/methods/ask,*.c)
METHODS_BINS = $(addprefix $(B)/methods/,mfad mfa-enroll mfa-admin)
$(B)/methods/%.o: %.c $(B)/.flags
	@mkdir -p $(@D)
	$(QUIET_CC)$(CC) -Itests/methods $(CPPFLAGS_ALL) $(CFLAGS_ALL) $(SAN) -c -o $@ $<
$(B)/methods/libmfa.a: $(METHODS_LIB:%.c=$(B)/methods/%.o)
	@rm -f $@
	$(QUIET_AR)$(AR) rcs $@ $^
$(B)/methods/mfad: $(METHODS_MFAD:%.c=$(B)/methods/%.o)
$(B)/methods/mfa-enroll: $(patsubst %.c,$(B)/methods/%.o,$(call files,tools/mfa-enroll,*.c))
$(B)/methods/mfa-admin: $(patsubst %.c,$(B)/methods/%.o,$(call files,tools/mfa-admin,*.c))
$(METHODS_BINS): $(B)/methods/libmfa.a $(B)/tests/unit/clock_test.o
	$(QUIET_LINK)$(CC) -pie $(SAN) $(LDFLAGS_ALL) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(MFA_LIBS) $(PNG_LIBS)
$(B)/methods/test_methods: $(B)/methods/tests/methods/test_methods.o $(B)/methods/libmfa.a $(B)/tests/unit/clock_test.o
	$(QUIET_LINK)$(CC) $(SAN) $(LDFLAGS_ALL) -o $@ $^ $(MFA_LIBS) $(CMOCKA_LIBS)

# Unit tests: tests/unit/test_ROOM.c, each a cmocka program of its own, with what it needs of the other files there.
UNIT_SRCS := $(wildcard tests/unit/test_*.c)
UNIT_BINS := $(UNIT_SRCS:tests/unit/%.c=$(B)/tests/unit/%)
$(B)/tests/unit/libunit.a: $(patsubst %.c,$(B)/%.o,$(filter-out $(UNIT_SRCS) tests/unit/clock_test.c,$(wildcard tests/unit/*.c)))
	@rm -f $@
	$(QUIET_AR)$(AR) rcs $@ $^
$(B)/tests/unit/test_%: $(B)/tests/unit/test_%.o $(B)/tests/unit/libunit.a $(B)/libmfad.a $(B)/libmfa.a $(B)/tests/unit/clock_test.o
	$(QUIET_LINK)$(CC) $(SAN) $(LDFLAGS_ALL) -o $@ $^ $(MFA_LIBS) $(OUTGOING_LIBS) $(CMOCKA_LIBS)

# Helpers of the end-to-end tests: tests/e2e/NAME.c.
E2E_BINS := $(patsubst tests/e2e/%.c,$(B)/tests/e2e/%,$(wildcard tests/e2e/*.c))
$(B)/tests/e2e/%: $(B)/tests/e2e/%.o $(B)/libmfa.a $(CLOCK_OBJ)
	$(QUIET_LINK)$(CC) $(SAN) $(LDFLAGS_ALL) -o $@ $^ $(MFA_LIBS) $(PAM_LIBS) $(SAN_PAM)

# What tests lay over a program of ours by LD_PRELOAD, or have in its place of libraries: tests/preload/NAME.c.
PRELOADS := $(patsubst tests/preload/%.c,$(B)/tests/preload/%.so,$(wildcard tests/preload/*.c))
$(B)/tests/preload/%.so: tests/preload/%.c $(B)/.flags
	@mkdir -p $(@D)
	$(QUIET_LINK)$(CC) $(CPPFLAGS_ALL) $(filter-out -MMD -MP,$(CFLAGS_ALL)) -shared $(LDFLAGS_ALL) -o $@ $<

# Fuzz targets: tests/fuzz/fuzz_NAME.c with LLVMFuzzerTestOneInput.  With a
# plain main (replay.c) they are always compiled and replay their corpus.
FUZZ_SRCS := $(wildcard tests/fuzz/fuzz_*.c)
FUZZ_REPLAYS := $(FUZZ_SRCS:tests/fuzz/%.c=$(B)/tests/fuzz/%)
$(B)/tests/fuzz/fuzz_%: $(B)/tests/fuzz/fuzz_%.o $(B)/tests/fuzz/replay.o $(B)/libmfa.a $(B)/tests/unit/clock_test.o
	$(QUIET_LINK)$(CC) $(SAN) $(LDFLAGS_ALL) -o $@ $^ $(MFA_LIBS)

# What the benchmark runs: tests/bench/NAME.c, without libmfa, so that the
# memory it measures is the module's.
BENCH_BINS := $(patsubst tests/bench/%.c,$(B)/tests/bench/%,$(wildcard tests/bench/*.c))
$(B)/tests/bench/phones: $(B)/tests/bench/phones.o $(B)/libmfa.a $(CLOCK_OBJ)
	$(QUIET_LINK)$(CC) $(SAN) $(LDFLAGS_ALL) -o $@ $^ $(MFA_LIBS) $(PAM_LIBS)
$(B)/tests/bench/sends: $(B)/tests/bench/sends.o $(B)/libmfa.a $(CLOCK_OBJ)
	$(QUIET_LINK)$(CC) $(SAN) $(LDFLAGS_ALL) -o $@ $^ $(MFA_LIBS) $(OUTGOING_LIBS)
$(B)/tests/bench/%: $(B)/tests/bench/%.o
	$(QUIET_LINK)$(CC) $(SAN) $(LDFLAGS_ALL) -o $@ $^ $(PAM_LIBS) $(STORE_LIBS) $(CRYPTO_LIBS)

# Translations.  `make po` takes new texts over into po/*.po.
$(B)/po/%.mo: po/%.po
	@mkdir -p $(@D)
	$(QUIET_PO)$(MSGFMT) --check -o $@ $<
PO_SRCS = $(sort pam_mfa.c $(TOOL_SRCS) $(LIB_SRCS) lib/method/rows.def)
# Functions that translate what they are given, and which argument that is.
PO_KEYWORDS = N_ _ conversation_words:2 conversation_say:3 conversation_ask:3 conversation_done:3 \
	change_stop:3 conf_fail:2 parse_fail:3
$(B)/po/mfa.pot: $(PO_SRCS)
	@mkdir -p $(@D)
	$(QUIET_PO)$(XGETTEXT) --from-code=UTF-8 --language=C --add-comments=TRANSLATORS --sort-by-file --no-wrap \
		--package-name=pam_mfa $(PO_KEYWORDS:%=--keyword=%) -o $@ $(PO_SRCS)
po: $(CATALOGUES) $(B)/po/mfa.pot
	for l in $(LANGUAGES); do $(MSGMERGE) --quiet --update --no-wrap --backup=none po/$$l.po $(B)/po/mfa.pot; done

# --- installing ----------------------------------------------------------------

SUBST = sed -e 's|@sbindir@|$(sbindir)|g' -e 's|@bindir@|$(bindir)|g' \
	-e 's|@sysconfdir@|$(sysconfdir)|g' -e 's|@localstatedir@|$(localstatedir)|g' \
	-e 's|@runstatedir@|$(runstatedir)|g' -e 's|@user@|$(MFA_USER)|g' \
	-e 's|@portal_user@|$(MFA_PORTAL_USER)|g' -e 's|@sender_user@|$(MFA_SENDER_USER)|g' \
	-e 's|@command_user@|$(MFA_COMMAND_USER)|g' -e 's|@datadir@|$(datadir)|g' -e 's|@docdir@|$(docdir)|g'
MAN1 := $(wildcard man/*.1)
MAN5 := $(wildcard man/*.5)
MAN8 := $(wildcard man/*.8)
EXAMPLES := $(wildcard conf/pam.d/*) $(wildcard conf/sshd_config.d/*) $(wildcard conf/proxy/*) $(wildcard conf/sms-command/*)
UNITS := $(wildcard conf/systemd/*)

# Each line: source, destination.  Those with placeholders are filled in.
FILLED = $(foreach f,$(UNITS),$(f):$(systemddir)/$(notdir $(f))) \
	conf/sysusers.d/mfa.conf:$(sysusersdir)/mfa.conf \
	conf/tmpfiles.d/mfa.conf:$(tmpfilesdir)/mfa.conf \
	conf/pam-configs/mfa:/usr/share/pam-configs/mfa \
	$(foreach f,$(EXAMPLES),$(f):$(docdir)/examples/$(f:conf/%=%)) \
	$(foreach f,$(MAN1),$(f):$(mandir)/man1/$(notdir $(f))) \
	$(foreach f,$(MAN5),$(f):$(mandir)/man5/$(notdir $(f))) \
	$(foreach f,$(MAN8),$(f):$(mandir)/man8/$(notdir $(f)))
PAGES := $(filter %.html %.js %.css %.svg %.png %.webmanifest,$(wildcard tools/mfa-portal/phone/*))
DOCS = README NEWS COPYING NOTICE SECURITY \
	$(addprefix doc/,ADMIN BENCHMARKS MIGRATING PROTOCOL ROLLOUT THREATS)
PRESETS := $(wildcard conf/sms/*.conf)
PLAIN = $(foreach f,$(PRESETS),$(f):$(datadir)/pam-mfa/sms/$(notdir $(f))) \
	$(foreach f,$(PAGES),$(f):$(pagesdir)/$(notdir $(f))) $(foreach f,$(DOCS),$(f):$(docdir)/$(notdir $(f)))
BINARIES = $(B)/mfad:$(sbindir)/mfad $(B)/mfa-admin:$(sbindir)/mfa-admin \
	$(B)/mfa-portal:$(sbindir)/mfa-portal $(B)/mfa-sender:$(sbindir)/mfa-sender \
	$(B)/mfa-enroll:$(bindir)/mfa-enroll
MODULE = $(B)/pam_mfa.so:$(pamdir)/pam_mfa.so
MESSAGES = $(foreach l,$(LANGUAGES),$(B)/po/$(l).mo:$(localedir)/$(l)/LC_MESSAGES/mfa.mo)
# Under a name of its own for each language (lib/language/language.c).
LINKS = $(foreach l,$(LANGUAGES),../../$(l)/LC_MESSAGES/mfa.mo:$(localedir)/C/LC_MESSAGES/mfa-$(l).mo)

src = $(firstword $(subst :, ,$(1)))
dst = $(DESTDIR)$(word 2,$(subst :, ,$(1)))

# What a variable holds, for those who check or package: make print-pamdir.
print-%:
	@$(info $($*)) :

define newline


endef

install: all
	@echo '  INSTALL $(DESTDIR)$(prefix)'
	$(foreach p,$(BINARIES),$(Q)$(INSTALL) -D -m 755 $(call src,$(p)) $(call dst,$(p))$(newline)	)
	$(foreach p,$(MODULE),$(Q)$(INSTALL) -D -m 644 $(call src,$(p)) $(call dst,$(p))$(newline)	)
	$(foreach p,$(PLAIN) $(MESSAGES),$(Q)$(INSTALL) -D -m 644 $(call src,$(p)) $(call dst,$(p))$(newline)	)
	$(foreach p,$(LINKS),$(Q)mkdir -p $(dir $(call dst,$(p))) && \
		ln -sf $(call src,$(p)) $(call dst,$(p))$(newline)	)
	$(foreach p,$(FILLED),$(Q)$(INSTALL) -D -m 644 /dev/null $(call dst,$(p)) && \
		$(SUBST) $(call src,$(p)) >$(call dst,$(p))$(newline)	)
	$(Q)$(INSTALL) -d -m 755 $(DESTDIR)$(sysconfdir)/mfa
	$(Q)test -e $(DESTDIR)$(sysconfdir)/mfa/mfa.conf || { \
		$(INSTALL) -m 644 /dev/null $(DESTDIR)$(sysconfdir)/mfa/mfa.conf && \
		$(SUBST) conf/mfa.conf >$(DESTDIR)$(sysconfdir)/mfa/mfa.conf; }
ifeq ($(DESTDIR),)
	@echo '  The module is $(call dst,$(MODULE)).'
	conf/set-up $(MFA_USER) $(sysconfdir) $(localstatedir) $(runstatedir) $(sbindir) $(MFA_PORTAL_USER) \
		$(MFA_SENDER_USER) $(MFA_COMMAND_USER)
	@echo '  Next: systemctl daemon-reload && systemctl enable --now mfad.socket, and then mfa-enroll'
	@echo '  as who will sign in.  No PAM service asks for a factor yet; README, "Set it up", goes on from there.'
endif

# Leaves what is yours: configuration, key and store.
uninstall:
	$(foreach p,$(BINARIES) $(MODULE) $(PLAIN) $(MESSAGES) $(LINKS) $(FILLED),rm -f $(call dst,$(p))$(newline)	)

# What the private test bed lays over the machine.  One make at a time: beds of this
# checkout share it, and hold the same lock while they copy it (tests/e2e/bed).
ALONE = mkdir -p $(B) && flock $(B)/.lock $(MAKE)
# After `all`, where both are wanted: otherwise the make below would compile the same files at the same time.
stage: $(filter all $(B)/%,$(MAKECMDGOALS))
	+@$(ALONE) stage-alone
stage-alone: install-staged $(TEST_PROGRAMS) $(E2E_BINS) $(PRELOADS) $(METHODS_BINS)
install-staged: all
	rm -rf $(B)/stage
	$(MAKE) install DESTDIR=$(abspath $(B))/stage prefix=/usr/local

# --- checking ------------------------------------------------------------------

CHECK_BINS = $(UNIT_BINS) $(B)/methods/test_methods $(FUZZ_REPLAYS)
SAN_ENV = ASAN_OPTIONS=detect_leaks=1:abort_on_error=0 UBSAN_OPTIONS=print_stacktrace=1

# Everything: the tree itself, unit tests, fuzz corpora, then the real sshd, sudo and su in a
# private mount namespace.
check:
	@tests/packages check
	@$(MAKE) check-all
check-built: all $(CHECK_BINS) stage-alone
check-all:
	+@$(ALONE) check-built
	$(SAN_ENV) MFA_STAGED=1 MFA_BUILD=$(abspath $(B)) CMOCKA_MESSAGE_OUTPUT=TAP \
		prove --timer $(PROVE_FLAGS) --exec 'tests/run-one' \
		$(TREE_TESTS) $(CHECK_BINS) $(sort $(wildcard tests/e2e/*.t))
# With applications that Debian has, as their packages set them up, each in a bed as well.
check-programs:
	@tests/packages programs
	@$(MAKE) check-programs-all
check-programs-all: stage
	$(SAN_ENV) MFA_STAGED=1 MFA_BUILD=$(abspath $(B)) \
		prove --timer $(PROVE_FLAGS) --exec 'tests/run-one' $(sort $(wildcard tests/programs/*.t))
check-unit: $(CHECK_BINS)
	$(SAN_ENV) CMOCKA_MESSAGE_OUTPUT=TAP prove $(PROVE_FLAGS) --exec 'tests/run-one' \
		$(CHECK_BINS)

# That lists which must agree do, and that includes point downward.
TREE_TESTS := $(sort $(wildcard tests/tree/*.t))
check-tree:
	prove $(PROVE_FLAGS) $(TREE_TESTS)

# Faults of system, memory and disk, at each place where they can be: more than `make check` has time for, which
# has some of them (49-faults.t).
faults:
	@tests/packages check
	@$(MAKE) -s stage
	MFA_STAGED=1 MFA_BUILD=$(abspath $(B)) prove --timer --jobs $$(nproc) $(PROVE_FLAGS) --exec 'tests/run-one' \
		$(sort $(wildcard tests/faults/*.t))

# How much of each room the unit tests and fuzz corpora run, by lines.
coverage:
	@$(MAKE) COVERAGE=1 coverage-report
coverage-report: all $(CHECK_BINS)
	@find $(B) -name '*.gcda' -delete
	@$(MAKE) -s check-unit PROVE_FLAGS=-Q
	@$(GCOV) -n $(patsubst %.c,$(B)/%.gcno,$(LIB_SRCS) $(TOOL_SRCS)) 2>/dev/null | awk -f tests/coverage.awk

# Each header compiles alone.
check-headers: $(HEADERS:%=$(B)/headers/%.ok)
$(B)/headers/%.ok: %
	@mkdir -p $(@D)
	$(QUIET_CC)$(CC) $(CPPFLAGS_ALL) -std=gnu11 $(WARN) -Werror -fsyntax-only -x c $< && touch $@

demo:
	@tests/packages demo
	@$(MAKE) -s stage
	@MFA_STAGED=1 MFA_BUILD=$(abspath $(B)) tests/e2e/demo

# Every page of the phone's, in three languages, light and dark.  The bed knows the
# checkout by another path, so the folder's is relative.
screenshots:
	@tests/packages check
	@$(MAKE) -s stage
	MFA_STAGED=1 MFA_BED_STRICT=1 MFA_BUILD=$(abspath $(B)) tests/e2e/84-pages.t doc/phone

bench:
	@tests/packages bench
	@$(MAKE) -s all $(BENCH_BINS)
	tests/bench/run $(B) doc/BENCHMARKS

# Each target for FUZZ_SECONDS, from its corpus.
FUZZ_SECONDS = 60
FUZZ_BINS = $(FUZZ_SRCS:tests/fuzz/%.c=build-fuzz/%)
FUZZ_OBJS = $(patsubst %.c,build-fuzz/%.o,$(filter-out lib/clock/clock.c,$(LIB_SRCS)) tests/unit/clock_test.c)
FUZZ_CC = $(CLANG) $(CPPFLAGS_ALL) -U_FORTIFY_SOURCE -std=gnu11 -O1 -g -fno-sanitize-recover=all
build-fuzz/%.o: %.c $(HEADERS) lib/method/rows.def
	@mkdir -p $(@D)
	$(QUIET_CC)$(FUZZ_CC) -fsanitize=fuzzer-no-link,address,undefined -c -o $@ $<
build-fuzz/fuzz_%: tests/fuzz/fuzz_%.c $(FUZZ_OBJS)
	$(QUIET_LINK)$(FUZZ_CC) -fsanitize=fuzzer,address,undefined -o $@ $^ $(MFA_LIBS) $(OUTGOING_LIBS)
fuzz: $(FUZZ_BINS)
	set -e; for t in $(FUZZ_BINS); do name=$${t##*/fuzz_}; \
		mkdir -p build-fuzz/corpus/$$name; \
		$$t -max_total_time=$(FUZZ_SECONDS) -timeout=10 -print_final_stats=1 \
			-print_pcs=0 build-fuzz/corpus/$$name tests/fuzz/corpus/$$name 2>&1 | \
			grep -E 'ERROR|SUMMARY|stat::(number|average)|^Done' ; \
		if ls crash-* timeout-* oom-* leak-* 2>/dev/null | grep .; then exit 1; fi; done

SOURCES := pam_mfa.c $(LIB_SRCS) $(TOOL_SRCS) $(TEST_SRCS)
SCRIPTS := $(shell grep -lE '^\#! ?/(bin|usr/bin)/(env )?(ba)?sh' .ci/run conf/set-up tests/packages tests/paths tests/run-one tests/spdx \
		$(wildcard conf/sms-command/*) \
		$(wildcard tests/*/*) 2>/dev/null)
# cppcheck looks into no header of the system's, and would take its lists' macros for nonsense.
QUEUE_H = $(filter %/sys/queue.h,$(shell printf '\043include <sys/queue.h>\n' | $(CC) -M -x c -))
LINT_FLAGS = $(CPPFLAGS_ALL) -U_FORTIFY_SOURCE -std=gnu11
lint: check-headers check-tree
	@tests/packages lint
	clang-tidy --quiet --warnings-as-errors='*' $(filter-out tests/methods/%,$(SOURCES)) -- $(LINT_FLAGS)
	clang-tidy --quiet --warnings-as-errors='*' $(filter tests/methods/%,$(SOURCES)) -- -Itests/methods $(LINT_FLAGS)
	cppcheck --quiet --error-exitcode=1 --inline-suppr --suppressions-list=tests/cppcheck.txt \
		--enable=warning,performance,portability --std=c11 --include=$(QUEUE_H) -Ilib -Itools $(filter -D%,$(CPPFLAGS_ALL)) $(SOURCES)
	shellcheck -x $(SCRIPTS)
	tests/spdx
	tests/paths
	for l in $(LANGUAGES); do $(MSGFMT) --check --statistics -o /dev/null po/$$l.po 2>&1 | \
		{ ! grep -E 'untranslated|fuzzy'; } || { echo "po/$$l.po is not complete: make po"; exit 1; }; done

.PHONY: all FORCE clean install uninstall stage stage-alone install-staged check check-all check-built check-unit check-tree check-headers \
	check-programs check-programs-all coverage coverage-report demo bench faults fuzz lint po screenshots
.SECONDARY:

clean:
	rm -rf build build-san build-cov build-fuzz

-include $(shell find $(B) -path $(B)/stage -prune -o -type f -name '*.d' -print 2>/dev/null)
