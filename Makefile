# make            everything          make check    scripts/test           make lint     floors, banned calls, views, languages, analysers
# make run        scripts/run         make bench    ratios                 make fuzz     bounded; SAN=1 any target with ASan and UBSan
# make faults     every fault in its long form, as a table
# Objects in build/ (build-san/ with SAN=1). A program is a folder: fcgi/routes/<route>, fcgi/publisher, fcgi/tools/<tool>.
CC	?= gcc
BUILD	:= build$(if $(SAN),-san)
WARN	:= -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wpointer-arith \
	-Wcast-qual -Wwrite-strings -Wformat=2 -Wconversion -Wsign-conversion -Wundef -Wvla -Walloca -Wimplicit-fallthrough \
	-Wnull-dereference -Wswitch-enum -Wno-missing-field-initializers -Werror
comma	:= ,
HARDEN	:= $(if $(SAN),-fsanitize=address$(comma)undefined -fno-omit-frame-pointer -fno-sanitize-recover=all,-D_FORTIFY_SOURCE=3 -fstack-clash-protection -fcf-protection) \
	-fstack-protector-strong -fno-common -fvisibility=hidden -fPIE
# statements as PDF and DOCX; --as-needed keeps them out of the programs that make none
DOCUMENT := pangocairo pangoft2 fontconfig libzip
INCLUDE	:= -Ifcgi -isystem /usr/include/ClearSilver $(patsubst -I%,-isystem %,$(shell pkg-config --cflags libmariadb libxml-2.0 $(DOCUMENT)))
CFLAGS	:= -std=gnu17 -O2 -g -pthread $(WARN) $(HARDEN) $(INCLUDE) -D_GNU_SOURCE -MMD -MP
LDFLAGS	:= -pie -Wl,-z,relro,-z,now,-z,noexecstack,--as-needed $(if $(SAN),-fsanitize=address$(comma)undefined)
LIBS	:= -lfcgi -lneo_cgi -lneo_cs -lneo_utl -lz $(shell pkg-config --libs libmariadb libxml-2.0 $(DOCUMENT)) -lcurl -lseccomp -lssl -lcrypto

FLOORS	:= base pki form store web document
FLOOR_SRC := $(wildcard $(addprefix fcgi/,$(addsuffix /*.c,$(FLOORS))))
LIB	:= $(BUILD)/libcabinet.a
ROUTES	:= $(notdir $(wildcard fcgi/routes/*))
TOOLS	:= $(notdir $(wildcard fcgi/tools/*))
PROGRAMS := $(addprefix $(BUILD)/routes/,$(ROUTES)) $(BUILD)/publisher $(BUILD)/mailer $(BUILD)/watchdog $(addprefix $(BUILD)/tools/,$(TOOLS))
UNIT	:= $(patsubst tests/unit/%.c,$(BUILD)/tests/%,$(wildcard tests/unit/test_*.c))

all: $(PROGRAMS)

obj = $(patsubst %.c,$(BUILD)/%.o,$(1))
$(LIB): $(call obj,$(FLOOR_SRC))
	@rm -f $@ && ar rcs $@ $^
$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	@echo "  CC $<"
	@$(CC) $(CFLAGS) -c -o $@ $<

define program
$(1): $$(call obj,$$(wildcard $(2)/*.c)) $$(LIB)
	@mkdir -p $$(@D)
	@echo "  LD $$@"
	@$$(CC) $$(CFLAGS) $$(LDFLAGS) -o $$@ $$(filter %.o,$$^) $$(LIB) $$(LIBS)
endef
$(foreach r,$(ROUTES),$(eval $(call program,$(BUILD)/routes/$(r),fcgi/routes/$(r))))
$(foreach t,$(TOOLS),$(eval $(call program,$(BUILD)/tools/$(t),fcgi/tools/$(t))))
$(eval $(call program,$(BUILD)/publisher,fcgi/publisher))
$(eval $(call program,$(BUILD)/mailer,fcgi/mailer))
$(eval $(call program,$(BUILD)/watchdog,fcgi/watchdog))

$(BUILD)/tests/%: $(BUILD)/tests/unit/%.o $(LIB)
	@mkdir -p $(@D)
	@echo "  LD $@"
	@$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $< $(LIB) $(LIBS) -lcmocka
unit: $(UNIT)

run: ; scripts/run
check: ; scripts/test
lint: ; tests/lint/run
bench: all ; tests/bench/run
fuzz: ; tests/fuzz/run
valgrind: all ; tests/valgrind/run
scan: all ; tests/hostile/scan
faults: all ; tests/faults/table

clean:
	rm -rf build build-san
.PHONY: all unit run check lint bench fuzz faults valgrind scan clean
.SECONDARY:
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
