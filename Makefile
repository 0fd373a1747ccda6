# SPDX-License-Identifier: ISC
# make, make check, make install; SAN=1 adds the sanitizers. configure is made
# on the way from a fresh clone.

# The current directory is the one to build in, and need not be the source tree,
# which is where this file is. S goes before the name of each source file that
# vpath does not find.
srcdir	:= $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
S	:= $(if $(filter-out .,$(srcdir)),$(srcdir)/)
vpath src/% $(srcdir)
vpath tests/% $(srcdir)
# Returns the source files that match patterns, as rules name them.
sources	= $(patsubst $(S)%,%,$(sort $(wildcard $(addprefix $(S),$(1)))))

# Cleaning up takes no configuration, and must not make one.
ifneq ($(filter-out clean distclean maintainer-clean,\
    $(or $(MAKECMDGOALS),all)),)
-include config.mk
endif
QUIET	= $(if $(findstring s,$(firstword -$(MAKEFLAGS))),--quiet)

BUILD	= build
SAN_1	= -fsanitize=address,undefined -fno-sanitize-recover=undefined \
	  -fno-omit-frame-pointer
SANFLAGS= $(SAN_$(SAN))
ifeq ($(SAN),1)
BUILD	= build/san
# Loading the shared libubsan takes each program a fifth of its start.
SANLINK	:= $(shell $(CC) -fsanitize=undefined -static-libubsan -shared \
	  -o /dev/null -xc /dev/null 2>&- && echo -static-libubsan)
endif

WARN	= -Wall -Wextra -Wshadow -Wconversion -Wmissing-prototypes -Wvla \
	  -Wstrict-prototypes -Wpointer-arith -Wformat=2
HARDEN	= -fstack-protector-strong -fPIE
# Keep the directory of the build out of the program and its debugging data.
HERE	= '-ffile-prefix-map=$(CURDIR)=.' $(if $S,'-ffile-prefix-map=$S=')
ALL_CFLAGS = -std=gnu11 $(WARN) $(HARDEN) $(HERE) $(CFLAGS) $(SANFLAGS)
ALL_CPPFLAGS = -I. -I$(S)src -I$(BUILD) -DSYSCONFDIR='"$(sysconfdir)"' \
	  $(DEPS_CFLAGS) $(CPPFLAGS)
# With -fhardened gcc makes such programs by itself, and warns of -pie.
PIE	= $(if $(filter -fhardened,$(CFLAGS)),,-pie)
ALL_LDFLAGS = $(PIE) -Wl,-z,relro,-z,now $(LDFLAGS) $(SANFLAGS) $(SANLINK)

# The rooms, uppermost first: a room may use those behind it, never one
# before it (tests/lint.bats knows more). Each is an archive, so that a unit
# test links its own and those.
ROOMS	= session request files conf paths policy confine os wire base
LIBS_base	= $(BUILD)/base.a
LIBS_wire	= $(BUILD)/wire.a $(LIBS_base)
LIBS_os		= $(BUILD)/os.a $(LIBS_wire)
LIBS_confine	= $(BUILD)/confine.a $(LIBS_os)
LIBS_policy	= $(BUILD)/policy.a $(LIBS_confine)
LIBS_paths	= $(BUILD)/paths.a $(LIBS_policy)
LIBS_conf	= $(BUILD)/conf.a $(LIBS_paths)
LIBS_files	= $(BUILD)/files.a $(LIBS_conf)
LIBS_request	= $(BUILD)/request.a $(LIBS_files)
LIBS_session	= $(BUILD)/session.a $(LIBS_request)

OBJ	= $(patsubst src/%.c,$(BUILD)/%.o,$(call sources,src/$(1)/*.c))
UNIT	= $(patsubst tests/unit/t_%.c,$(BUILD)/unit/t_%,\
	  $(call sources,tests/unit/t_*.c))

all: $(BUILD)/sftp-server

# Options of the sanitizers, linked only into programs that are built with them.
SAN_OBJ	= $(if $(SANFLAGS),$(BUILD)/san.o)
$(BUILD)/san.o: tests/san.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(BUILD)/sftp-server: $(patsubst src/%.c,$(BUILD)/%.o,$(call sources,src/*.c)) \
    $(SAN_OBJ) $(LIBS_session)
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(DEPS_LIBS)

define room
$(BUILD)/$(1).a: $(call OBJ,$(1))
	rm -f $$@ && $(AR) rcs $$@ $$^
endef
$(foreach r,$(ROOMS),$(eval $(call room,$(r))))

$(BUILD)/%.o: src/%.c config.h config.mk
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# The rows of the filter of system calls.
SECCOMP	= $(BUILD)/confine/seccomp_rows.h
$(BUILD)/confine/seccomp.o: $(SECCOMP)
$(SECCOMP): src/confine/seccomp.awk src/confine/seccomp.list
	@mkdir -p $(@D)
	awk -f $^ >$@

# tests/unit/t_ROOM_MODULE.c links ROOM and what lies below it.
.SECONDEXPANSION:
$(UNIT): $(BUILD)/unit/t_%: tests/unit/t_%.c tests/unit/tap.h config.h \
    $$(LIBS_$$(firstword $$(subst _, ,$$*)))
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(ALL_LDFLAGS) -MMD -MP -o $@ \
	    $(filter %.c %.a,$^) $(DEPS_LIBS)

# A file system that refuses, for tests/refuse: never part of the product, nor
# sanitized, since the shim is loaded into a server that need not be. The shim
# knows glibc's calls as they are called where a long has 64 bits.
REFUSE	= $(if $(filter 8-1,$(LONG_BYTES)-$(GLIBC)),$(BUILD)/tests/shim.so)
FUSE3	:= $(shell $(or $(PKG_CONFIG),pkg-config) --cflags --libs fuse3 2>&-)
REFUSE	+= $(if $(FUSE3),$(BUILD)/tests/refusefs)
REFUSE_CC = $(CC) -I. -std=gnu11 -D_GNU_SOURCE $(WARN) -O2 -U_FORTIFY_SOURCE \
	  $(filter -Werror,$(CFLAGS))

$(BUILD)/tests/shim.so: tests/refuse/shim.c
	@mkdir -p $(@D)
	$(REFUSE_CC) -fPIC -shared -o $@ $<

$(BUILD)/tests/refusefs: tests/refuse/refusefs.c
	@mkdir -p $(@D)
	$(REFUSE_CC) -o $@ $< $(FUSE3)

# A kernel that is older than this one, somebody else who is quicker, and
# programs that say what this kernel has and how the C library words an error.
LAUNCH	= $(BUILD)/tests/without $(BUILD)/tests/meanwhile \
	  $(BUILD)/tests/kernel $(BUILD)/tests/strerror
$(LAUNCH): $(BUILD)/tests/%: tests/lib/%.c tests/lib/kernel.h config.h
	@mkdir -p $(@D)
	$(REFUSE_CC) -o $@ $<

# The check of short sequences of requests, with the server in the same process.
# The linker redirects these system calls to storage that loses bytes and to a
# clock that the test moves.
MODEL	= $(if $(filter 8,$(LONG_BYTES)),$(BUILD)/tests/sequences)
WRAPPED	= clock_gettime close fdatasync fsync poll pwrite
$(BUILD)/tests/sequences: $(call sources,tests/model/*.[ch] tests/unit/*.h) \
    config.h $(LIBS_session)
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(ALL_LDFLAGS) \
	    $(WRAPPED:%=-Wl,--wrap=%) -o $@ $(filter %.c %.a,$^) $(DEPS_LIBS)

# make model [LEN=6] [SHARE=4096] [SCOPES='webex-* *-faults'] [SAN=1]: sequences
# of up to LEN requests; one in SHARE of the longest, one in SHARE / 16 of those
# that are shorter by one, and so on.
LEN	= 6
SHARE	= 4096
model: $(MODEL)
	$(BUILD)/tests/sequences -l $(LEN) -s $(SHARE) $(SCOPES:%='%')

# The fuzzer's targets with a main() of its own, which runs inputs from files.
FUZZ	= dispatch policy
REPLAY	= $(FUZZ:%=$(BUILD)/fuzz/replay-%)
$(REPLAY): $(BUILD)/fuzz/replay-%: tests/fuzz/%.c tests/fuzz/replay.c config.h \
    $(LIBS_session)
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(ALL_LDFLAGS) -MMD -MP -o $@ \
	    $(filter %.c %.a,$^) $(DEPS_LIBS)

# The targets built by clang with libFuzzer: make fuzz RUNS=1000000, or
# make fuzz-policy. Inputs that it finds are written to build/fuzz; those of
# the policy belong in tests/fuzz/corpus/policy.
FUZZ_CC	= clang
RUNS	= 100000
$(FUZZ:%=build/fuzz/%): build/fuzz/%: tests/fuzz/%.c tests/fuzz/fuzz.h \
    $(call sources,tests/unit/*.h src/*/*.[ch]) config.h $(SECCOMP)
	@mkdir -p $(@D)
	$(FUZZ_CC) $(ALL_CPPFLAGS) -std=gnu11 -g -O1 \
	    -fsanitize=fuzzer,address,undefined \
	    -fno-sanitize-recover=undefined -o $@ $(filter %.c,$^) $(DEPS_LIBS)

FUZZ_RUN = $(FUZZ:%=fuzz-%)
fuzz: $(FUZZ_RUN)
$(FUZZ_RUN): fuzz-%: build/fuzz/%
	$(S)tests/fuzz/seeds build/fuzz/seeds
	mkdir -p build/fuzz/corpus/$*
	build/fuzz/$* -runs=$(RUNS) -max_len=8192 -close_fd_mask=2 \
	    -handle_xfsz=0 -timeout=20 \
	    -artifact_prefix=$(CURDIR)/build/fuzz/ \
	    $(CURDIR)/build/fuzz/corpus/$* $(CURDIR)/build/fuzz/seeds/$* \
	    $(wildcard $(abspath $(srcdir))/tests/fuzz/corpus/$*)

-include $(wildcard $(BUILD)/*.d $(BUILD)/*/*.d)

# The programs that tests run, except for the unit tests. tests/lib/built makes
# them.
programs: all $(REFUSE) $(LAUNCH) $(MODEL)

# make check leaves out the tests that take most of the time: tests of other
# files once more, in other settings; builds of the whole tree; and the clients
# beside those of OpenSSH, curl and sshfs. make check-all runs everything.
REPEATS	= tests/e2e/rooted.bats tests/wire/walked.bats \
	  tests/wire/sandboxed.bats tests/refuse/scenarios.bats \
	  tests/package.bats tests/packages.bats
FOREIGN	= tests/e2e/foreign.bats tests/e2e/lftp.bats tests/e2e/paramiko.bats \
	  tests/e2e/profiles.bats tests/e2e/putty.bats tests/e2e/rclone.bats \
	  tests/e2e/try.bats
LONG	= $(FOREIGN) tests/e2e/atomic.bats tests/e2e/let_go.bats \
	  tests/e2e/overwrite.bats tests/e2e/races.bats tests/wire/race_root.py

# With sanitizers, also the tests that run no program of ours are left out, and
# the clients that say in other words what sftp, sshfs and tests/wire say.
EXCEPT_1	= $(REPEATS) $(FOREIGN) tests/lint.bats tests/manual.bats

# The scripts of tests go to the source tree themselves.
check: programs $(UNIT) $(REPLAY)
	BUILD='$(abspath $(BUILD))' \
	    EXCEPT='$(REPEATS) $(LONG) $(EXCEPT_$(SAN))' $(S)tests/run

# The unit tests alone take no other program.
check-unit: $(UNIT)
	BUILD='$(abspath $(BUILD))' $(S)tests/run $(abspath $(UNIT))

check-all: programs $(UNIT) $(REPLAY)
	BUILD='$(abspath $(BUILD))' EXCEPT='$(EXCEPT_$(SAN))' \
	    FIRST='$(REPEATS) $(LONG)' $(S)tests/run

# The load generator has its own idea of the wire: it sees nothing of src/.
BENCH	= $(BUILD)/bench/load $(BUILD)/bench/limit
$(BUILD)/bench/load: $(call sources,tests/bench/*.[ch])
$(BUILD)/bench/limit: tests/bench/limit/limit.c
$(BENCH):
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -D_GNU_SOURCE -D_LARGEFILE64_SOURCE \
	    -D_FILE_OFFSET_BITS=64 $(WARN) \
	    $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.c,$^)

# make bench [QUICK=1] [ROWS='upload-* list-*@6'] [DISK=dir] ...
bench: all $(BENCH)
	BUILD='$(abspath $(BUILD))' QUICK='$(QUICK)' ROUNDS='$(ROUNDS)' \
	    ROWS='$(ROWS)' DIR='$(DIR)' DISK='$(DISK)' CPUS='$(CPUS)' \
	    SOCKETS='$(SOCKETS)' BEFORE='$(BEFORE)' $(S)tests/bench/run

# Through a real sshd, with sftp, sshfs and rclone.
bench-ssh: all $(BUILD)/bench/limit
	BUILD='$(abspath $(BUILD))' QUICK='$(QUICK)' ROUNDS='$(ROUNDS)' \
	    DIR='$(DIR)' BEFORE='$(BEFORE)' CLIENTS='$(CLIENTS)' \
	    JOBS='$(JOBS)' $(S)tests/bench/ssh

# Everything that can be compiled, with the programs of the tests.
everything: programs $(UNIT) $(BENCH) $(REPLAY)

# A configure that failed leaves config.log, and no config.status. It is not
# repeated without the arguments that it had.
config.mk config.h: $(S)configure $(S)src/config.mk.in $(S)src/config.h.in
	@if test -x config.status; then \
	    ./config.status $(QUIET) --recheck && ./config.status $(QUIET); \
	elif test -e config.log && \
	    ! grep -q '^  [$$] .*configure\( --quiet\)*$$' config.log; then \
	    echo 'configure failed, see config.log: please repeat it' >&2; \
	    exit 1; \
	else \
	    $(or $(S),./)configure $(QUIET); \
	fi
	@touch config.mk config.h

# A release brings its configure. Unpacking may have made it look old, which is
# no reason to ask a packager for autoconf.
$(S)configure: $(S)configure.ac
	@if command -v autoconf >/dev/null; then \
	    cd $(srcdir) && autoconf; \
	elif test -x $@; then \
	    echo 'no autoconf here: taking configure as it is' >&2; \
	    touch $@; \
	else \
	    echo 'no configure yet: please install autoconf' >&2; exit 1; \
	fi

# The files to install: a directory, then the files for it. Programs are 755.
MAN8	= $(call sources,man/*.8)
MAN7	= $(call sources,man/*.7)
MAN5	= $(call sources,man/*.5)
INSTALLED = $(libexecdir)/slipway/sftp-server \
	  $(MAN8:man/%=$(mandir)/man8/%) $(MAN7:man/%=$(mandir)/man7/%) \
	  $(MAN5:man/%=$(mandir)/man5/%)

# The manuals are written with the paths of a package; these are ours.
PATHS	= -e 's,/usr/libexec/slipway/,$(libexecdir)/slipway/,g' \
	  -e 's,/etc/slipway,$(sysconfdir)/slipway,g'

install: all
	$(INSTALL) -d $(addprefix $(DESTDIR),$(sort $(dir $(INSTALLED))))
	$(INSTALL) -m 755 $(BUILD)/sftp-server \
	    $(DESTDIR)$(libexecdir)/slipway/sftp-server
	$(foreach m,$(MAN8) $(MAN7) $(MAN5),sed $(PATHS) $(S)$(m) | \
	    $(INSTALL) -m 644 /dev/stdin \
	    $(DESTDIR)$(mandir)/man$(subst .,,$(suffix $(m)))/$(notdir \
	    $(m)) &&) :

# Packages install these as well: SOURCE=DIRECTORY/NAME, programs first. Their
# paths change as those of the manuals do.
EXTRA_PROGRAMS = contrib/on-upload=$(libexecdir)/slipway/on-upload \
	  contrib/sftp-who=$(bindir)/sftp-who
EXTRAS	= contrib/sftp-who.1=$(mandir)/man1/sftp-who.1 \
	  contrib/on-upload.socket=$(unitdir)/on-upload.socket \
	  contrib/on-upload.service=$(unitdir)/on-upload.service \
	  contrib/slipway.conf=$(docdir)/examples/slipway.conf \
	  contrib/sshd_config=$(docdir)/examples/sshd_config \
	  $(foreach f,slipway.conf sshd_config.before sshd_config.after,\
	    contrib/chroot/$(f)=$(docdir)/examples/chroot/$(f)) \
	  contrib/log-readers=$(docdir)/log-readers \
	  README=$(docdir)/README NEWS=$(docdir)/NEWS \
	  SECURITY=$(docdir)/SECURITY \
	  contrib/completion/sftp-server.bash=$(bashdir)/sftp-server \
	  contrib/completion/_sftp-server=$(zshdir)/_sftp-server \
	  contrib/slipway.apparmor=$(apparmordir)/slipway \
	  contrib/slipway.tmpfiles=$(tmpfilesdir)/slipway.conf
EXTRA_FILES = $(foreach e,$(EXTRA_PROGRAMS) $(EXTRAS),\
	  $(lastword $(subst =, ,$(e))))

# The README that is installed leaves out how to build, and names what is
# installed in place of its source.
README_PATHS = -e '/^Try it/,/^To use it/{/^To use it/!d;}' \
	  -e '/^\tHACKING/d' -e 's/, in LICENSE//' \
	  -e 's,contrib/on-upload,$(libexecdir)/slipway/on-upload\n\t\t,' \
	  -e 's,contrib/sftp-who,sftp-who(1)\t,' \
	  -e 's,contrib/\([a-z]\),examples/\1,'

# $(call install_extras,MODE,SOURCE=FILE ...)
install_extras = $(foreach e,$(2),sed $(PATHS) \
	    $(if $(filter README=%,$(e)),$(README_PATHS)) \
	    $(S)$(subst =, | $(INSTALL) -m $(1) /dev/stdin \
	    $(DESTDIR),$(e)) &&) :

install-extras:
	$(INSTALL) -d $(addprefix $(DESTDIR),$(sort $(dir $(EXTRA_FILES))))
	$(call install_extras,755,$(EXTRA_PROGRAMS))
	$(call install_extras,644,$(EXTRAS))

uninstall:
	rm -f $(addprefix $(DESTDIR),$(INSTALLED) $(EXTRA_FILES))
	for dir in $(libexecdir)/slipway $(docdir)/examples/chroot \
	    $(docdir)/examples $(docdir); do \
	    ! test -d $(DESTDIR)$$dir || \
	    rmdir --ignore-fail-on-non-empty $(DESTDIR)$$dir || exit; \
	done

# A release: what git tracks, and the configure that packagers expect.
dist: $(S)configure
	git -C $(srcdir) archive --prefix=slipway-$(VERSION)/ \
	    --add-file=configure \
	    -o $(CURDIR)/slipway-$(VERSION).tar.gz HEAD

clean:
	rm -rf build

# distclean keeps the files of a release, so configure stays; maintainer-clean
# removes the files that a clone does not hold.
distclean: clean
	rm -rf config.h config.mk config.log config.status configure~ \
	    autom4te.cache
	$(if $(S),rm -f Makefile)

maintainer-clean: distclean
	rm -f configure

.PHONY: all bench bench-ssh check check-all check-unit clean dist distclean \
	everything fuzz $(FUZZ_RUN) install install-extras maintainer-clean \
	model programs uninstall
.DELETE_ON_ERROR:
