# SPDX-License-Identifier: ISC
# make, make check, make install; SAN=1 adds the sanitizers. configure is made
# on the way from a fresh clone.

-include config.mk

BUILD	= build
SAN_1	= -fsanitize=address,undefined -fno-sanitize-recover=undefined \
	  -fno-omit-frame-pointer
SANFLAGS= $(SAN_$(SAN))
ifeq ($(SAN),1)
BUILD	= build/san
endif

WARN	= -Wall -Wextra -Wshadow -Wconversion -Wmissing-prototypes -Wvla \
	  -Wstrict-prototypes -Wpointer-arith -Wformat=2
HARDEN	= -fstack-protector-strong -fPIE
ALL_CFLAGS = -std=gnu11 $(WARN) $(HARDEN) $(CFLAGS) $(SANFLAGS)
ALL_CPPFLAGS = -I. -Isrc -DSYSCONFDIR='"$(sysconfdir)"' $(DEPS_CFLAGS) \
	  $(CPPFLAGS)
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now $(LDFLAGS) $(SANFLAGS)

# The rooms, uppermost first: a room may use those behind it, never one
# before it. Each is an archive, so that a unit test links its own and those.
ROOMS	= session request system policy wire
LIBS_wire	= $(BUILD)/wire.a
LIBS_policy	= $(BUILD)/policy.a $(LIBS_wire)
LIBS_system	= $(BUILD)/system.a $(LIBS_policy)
LIBS_request	= $(BUILD)/request.a $(LIBS_system)
LIBS_session	= $(BUILD)/session.a $(LIBS_request)

OBJ	= $(patsubst src/%.c,$(BUILD)/%.o,$(wildcard src/$(1)/*.c))
UNIT	= $(patsubst tests/unit/t_%.c,$(BUILD)/unit/t_%,\
	  $(wildcard tests/unit/t_*.c))

all: $(BUILD)/sftp-server

$(BUILD)/sftp-server: $(BUILD)/main.o $(LIBS_session)
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(DEPS_LIBS)

define room
$(BUILD)/$(1).a: $(call OBJ,$(1))
	rm -f $$@ && $(AR) rcs $$@ $$^
endef
$(foreach r,$(ROOMS),$(eval $(call room,$(r))))

$(BUILD)/%.o: src/%.c config.h config.mk
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# tests/unit/t_ROOM_MODULE.c links ROOM and what lies below it.
.SECONDEXPANSION:
$(UNIT): $(BUILD)/unit/t_%: tests/unit/t_%.c tests/unit/tap.h config.h \
    $$(LIBS_$$(firstword $$(subst _, ,$$*)))
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(ALL_LDFLAGS) -MMD -MP -o $@ \
	    $(filter %.c %.a,$^) $(DEPS_LIBS)

-include $(wildcard $(BUILD)/*.d $(BUILD)/*/*.d)

check: all $(UNIT)
	BUILD=$(BUILD) tests/run

config.mk config.h: configure src/config.mk.in src/config.h.in
	if test -x config.status; then ./config.status --recheck && \
	    ./config.status; else ./configure; fi
	@touch config.mk config.h

configure: configure.ac
	autoconf

INSTALL_DIR = $(INSTALL) -d
install: all
	$(INSTALL_DIR) $(DESTDIR)$(libexecdir)/slipway \
	    $(DESTDIR)$(mandir)/man8
	$(INSTALL) -m 755 $(BUILD)/sftp-server \
	    $(DESTDIR)$(libexecdir)/slipway/sftp-server
	$(INSTALL) -m 644 man/slipway.8 $(DESTDIR)$(mandir)/man8/slipway.8

uninstall:
	rm -f $(DESTDIR)$(libexecdir)/slipway/sftp-server \
	    $(DESTDIR)$(mandir)/man8/slipway.8
	-rmdir $(DESTDIR)$(libexecdir)/slipway

# A release: what git tracks, and the configure that packagers expect.
dist: configure
	git archive --prefix=slipway-$(VERSION)/ --add-file=configure \
	    -o slipway-$(VERSION).tar.gz HEAD

clean:
	rm -rf build

distclean: clean
	rm -rf config.h config.mk config.log config.status configure \
	    autom4te.cache

.PHONY: all check install uninstall dist clean distclean
.DELETE_ON_ERROR:
