# SPDX-License-Identifier: GPL-2.0-only
#
# Every target is a thin call to a script or to the Makefile of a folder;
# "make help" lists them. Everything generated goes to build/.

LANE ?= main
PTI ?= off

# Given on the command line, these reach the scripts through the environment.
export LANE PTI SMP MEM TIMEOUT APPEND LOG ICOUNT KERNEL_SRC JOBS

# CMD is the guest's shell's business: no dollar in it means anything to make.
ifdef CMD
override CMD := $(value CMD)
export CMD
endif

# What the tools and selftests need to know, whatever KERNEL_SRC is for us.
BUILD := $(shell scripts/build-dir)
USER_ARGS = KERNEL_SRC=$(BUILD)/linux VMLINUX_BTF=$(BUILD)/main/vmlinux \
	    BPFTOOL=$(BUILD)/tools/bpftool/bpftool CLANG=clang-19

.PHONY: help kernel vm vm-run bpftool tools selftests check-image test test-full test-bochs bench \
	demo lint clean

help:
	@sed -n 's/^#: //p' $(firstword $(MAKEFILE_LIST))

#: make kernel [LANE=main|debug|kcsan|nopreempt|clang|uml|arm64] [KERNEL_SRC=dir]
#:                        build a kernel (and install what that takes)
kernel:
	@scripts/build-kernel $(LANE)

#: make vm [CMD='...'] [LANE=main|debug|kcsan|nopreempt|clang] [PTI=on|off] [SMP=n] [MEM=2G]
#:         [TIMEOUT=s] [APPEND='...'] [LOG=file] [ICOUNT=1]
#:                        run a command in the guest; without CMD, a shell
VM_STATUS = $(BUILD)/out/.status-$$PPID

vm: vm-run
	$(eval status := $(shell cat $(VM_STATUS); rm $(VM_STATUS)))
	@$(exit $(status))exit $(status)

vm-run:
	@scripts/build-kernel --if-stale $(LANE)
	@mkdir -p $(BUILD)/out
	@status=0; scripts/vm || status=$$?; echo $$status >$(VM_STATUS)

# Make alone ends with status 2 whatever failed (and so it does while there is no
# compiler yet).
ifneq ($(filter vm,$(MAKECMDGOALS)),)
-load $(BUILD)/make_exit.so
$(BUILD)/make_exit.so: scripts/make-exit.c
	@mkdir -p $(@D)
	@$(CC) -shared -fPIC -o $@ $< 2>/dev/null || true
endif

#: make bpftool           bpftool and libbpf, unmodified, from the kernel tree
bpftool:
	@scripts/build-kernel --if-stale main
	@scripts/build-bpftool

#: make tools             sbmtool and the policies
tools: bpftool
	@$(MAKE) -C tools/sbm $(USER_ARGS) O=$(BUILD)/tools

#: make selftests         the BPF selftests
selftests: tools
	@$(MAKE) -C selftests/bpf/sbm $(USER_ARGS) O=$(BUILD)/selftests

#: make check-image       examine the sandbox image of LANE
check-image:
	@scripts/build-kernel --if-stale $(LANE)
	@scripts/check-image

#: make test [SUITES='...']
#:                        every suite, or these; builds main, debug and uml
test:
	@scripts/install-packages
	@scripts/run-tests $(SUITES)

#: make test-full [LANE=main|debug|kcsan|nopreempt|clang|arm64]
#:                        the long versions, and the figures; one lane a call, which is
#:                        built first
test-full:
	@scripts/install-packages
	@scripts/run-tests --full $(SUITES)

#: make test-bochs        the KUnit suites and counts on a second CPU model, with PCID
test-bochs:
	@scripts/install-packages bochs
	@scripts/build-kernel --if-stale main
	@scripts/run-tests --suites scripts/tests/bochs --out $(BUILD)/test-bochs $(SUITES)

#: make bench [LANES=bench]
#:                        what a call costs, in instructions; with a second kernel,
#:                        without SandBox Mode, unless LANES says so
bench:
	@scripts/install-packages
	@scripts/bench $(LANES)

#: make demo              the tour: a real image, a policy, hostile code
demo:
	@scripts/demo

#: make lint              shellcheck over our scripts
lint:
	@scripts/install-packages
	@scripts/lint

#: make clean             remove what was built, keep the unpacked source
clean:
	find "$(BUILD)" -mindepth 1 -maxdepth 1 ! -name 'linux*' ! -name source \
		! -name pristine ! -name patched -exec rm -rf {} +
