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
sysconfdir    = /etc
localstatedir = /var
runstatedir   = /run
systemddir    = $(if $(filter /usr/local%,$(prefix)),/etc/systemd/system,/usr/lib/systemd/system)
sysusersdir   = $(if $(filter /usr/local%,$(prefix)),/etc/sysusers.d,/usr/lib/sysusers.d)
tmpfilesdir   = $(if $(filter /usr/local%,$(prefix)),/etc/tmpfiles.d,/usr/lib/tmpfiles.d)
# Linux-PAM looks in one folder only, whatever the prefix.
multiarch    := $(shell $(CC) -print-multiarch 2>/dev/null)
pamdir        = $(firstword $(patsubst %/pam_unix.so,%,$(wildcard \
		/usr/lib/$(multiarch)/security/pam_unix.so /usr/lib64/security/pam_unix.so \
		/usr/lib/security/pam_unix.so /lib/security/pam_unix.so)) /usr/lib/security)

CC         ?= cc
CLANG       = clang
INSTALL     = install
PKG_CONFIG  = pkg-config
MFA_USER    = _mfa

-include config.mak.autogen
-include config.mak

VERSION := 0.1

# make SANITIZE=1, DEVELOPER=1
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
# The module is loaded by programs that know nothing of ASan.
SAN_MODULE = -fsanitize=undefined -fsanitize-undefined-trap-on-error
else
HARDEN_CPP = -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
endif
CET := $(shell $(CC) -fcf-protection -E -x c /dev/null >/dev/null 2>&1 && echo -fcf-protection)
HARDEN = -fstack-protector-strong -fstack-clash-protection $(CET)
HARDEN_LD = -Wl,-z,relro,-z,now -Wl,-z,noexecstack -Wl,--as-needed

CPPFLAGS_ALL = -D_GNU_SOURCE $(HARDEN_CPP) -Ilib $(CPPFLAGS) \
	-DMFA_VERSION='"$(VERSION)"' -DMFA_USER='"$(MFA_USER)"' \
	-DMFA_SBINDIR='"$(sbindir)"' -DMFA_SYSCONFDIR='"$(sysconfdir)"' \
	-DMFA_LOCALSTATEDIR='"$(localstatedir)"' -DMFA_RUNSTATEDIR='"$(runstatedir)"'
CFLAGS_ALL = -std=gnu11 $(OPT) $(WARN) $(HARDEN) -fPIC -fvisibility=hidden -MMD -MP $(CFLAGS)
LDFLAGS_ALL = $(HARDEN_LD) $(LDFLAGS)

# What each part links; one reason for each stands in README.
CRYPTO_LIBS  = -lcrypto
STORE_LIBS   = -lsqlite3
JSON_LIBS    = -ljansson
CONF_LIBS    = -linih
QR_LIBS      = -lqrencode
PNG_LIBS     = -lpng
MFA_LIBS     = $(STORE_LIBS) $(JSON_LIBS) $(CONF_LIBS) $(QR_LIBS) $(CRYPTO_LIBS) -lpthread

LIB_SRCS    := $(wildcard lib/*/*.c)
CLOCK_OBJ    = $(B)/lib/clock/clock.o
LIB_OBJS    := $(filter-out $(CLOCK_OBJ),$(LIB_SRCS:%.c=$(B)/%.o))
HEADERS     := $(wildcard lib/*/*.h tools/*/*.h tests/*/*.h)
PROGRAMS     = mfad mfa-enroll mfa-admin
PROGRAM_BINS = $(PROGRAMS:%=$(B)/%)

all: $(B)/pam_mfa.so $(PROGRAM_BINS)

# Everything is rebuilt when a flag changes.
FLAGS_NOW := $(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) $(SAN) $(LDFLAGS_ALL)
$(B)/.flags: FORCE
	@mkdir -p $(B)
	@printf '%s\n' '$(subst ','\'',$(FLAGS_NOW))' | cmp -s - $@ || printf '%s\n' '$(subst ','\'',$(FLAGS_NOW))' >$@
FORCE:

$(B)/%.o: %.c $(B)/.flags
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) $(SAN) -c -o $@ $<

$(B)/libmfa.a: $(LIB_OBJS)
	@rm -f $@
	$(AR) rcs $@ $^

# The module: libc and libpam, nothing else.
MODULE_SRCS := pam_mfa.c $(wildcard lib/wire/*.c)
MODULE_OBJS := $(MODULE_SRCS:%.c=$(B)/module/%.o)
$(B)/module/%.o: %.c $(B)/.flags
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) $(SAN_MODULE) -c -o $@ $<
$(B)/pam_mfa.so: $(MODULE_OBJS)
	$(CC) -shared $(SAN_MODULE) $(LDFLAGS_ALL) -Wl,-z,defs -Wl,-O1 -o $@ $^ -lpam

define program_rules
$(B)/$(1): $(patsubst %.c,$(B)/%.o,$(wildcard tools/$(1)/*.c)) $(B)/libmfa.a $(CLOCK_OBJ)
	$$(CC) -pie $(SAN) $$(LDFLAGS_ALL) -o $$@ $$(filter %.o %.a,$$^) $$(MFA_LIBS) $$($(2))
# The same program with a clock that a test can set; never installed.
$(B)/tests/$(1): $(patsubst %.c,$(B)/%.o,$(wildcard tools/$(1)/*.c)) $(B)/libmfa.a $(B)/tests/unit/clock_test.o
	@mkdir -p $$(@D)
	$$(CC) -pie $(SAN) $$(LDFLAGS_ALL) -o $$@ $$(filter %.o %.a,$$^) $$(MFA_LIBS) $$($(2))
endef
$(eval $(call program_rules,mfad))
$(eval $(call program_rules,mfa-enroll,PNG_LIBS))
$(eval $(call program_rules,mfa-admin))
TEST_PROGRAMS = $(PROGRAMS:%=$(B)/tests/%)

# Unit tests: tests/unit/test_ROOM.c, each a cmocka program of its own.
UNIT_SRCS := $(wildcard tests/unit/test_*.c)
UNIT_BINS := $(UNIT_SRCS:tests/unit/%.c=$(B)/tests/unit/%)
$(B)/tests/unit/test_%: $(B)/tests/unit/test_%.o $(B)/libmfa.a $(B)/tests/unit/clock_test.o
	$(CC) $(SAN) $(LDFLAGS_ALL) -o $@ $^ $(MFA_LIBS) -lcmocka

# Helpers of the end-to-end tests: tests/e2e/NAME.c.
E2E_BINS := $(patsubst tests/e2e/%.c,$(B)/tests/e2e/%,$(wildcard tests/e2e/*.c))
$(B)/tests/e2e/%: $(B)/tests/e2e/%.o $(B)/libmfa.a $(CLOCK_OBJ)
	$(CC) $(SAN) $(LDFLAGS_ALL) -o $@ $^ $(MFA_LIBS) -lpam

# Fuzz targets: tests/fuzz/fuzz_NAME.c with LLVMFuzzerTestOneInput.  With a
# plain main (replay.c) they are always compiled and replay their corpus.
FUZZ_SRCS := $(wildcard tests/fuzz/fuzz_*.c)
FUZZ_REPLAYS := $(FUZZ_SRCS:tests/fuzz/%.c=$(B)/tests/fuzz/%)
$(B)/tests/fuzz/fuzz_%: $(B)/tests/fuzz/fuzz_%.o $(B)/tests/fuzz/replay.o $(B)/libmfa.a $(B)/tests/unit/clock_test.o
	$(CC) $(SAN) $(LDFLAGS_ALL) -o $@ $^ $(MFA_LIBS)

.PHONY: all FORCE clean
.SECONDARY:

clean:
	rm -rf build build-san build-fuzz

-include $(shell find $(B) -name '*.d' 2>/dev/null)
