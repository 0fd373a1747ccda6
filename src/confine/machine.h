/* SPDX-License-Identifier: ISC */
/*
 * MACHINE: the kernel's name for the architecture that is compiled for, defined
 * only if seccomp.list is known to hold there. configure includes this file
 * too.
 */
#ifndef CONFINE_MACHINE_H
#define CONFINE_MACHINE_H

#include <linux/audit.h>

#if defined(__x86_64__) && !defined(__ILP32__)
#define MACHINE		AUDIT_ARCH_X86_64
#elif defined(__i386__)
#define MACHINE		AUDIT_ARCH_I386
#elif defined(__aarch64__) && !defined(__AARCH64EB__)
#define MACHINE		AUDIT_ARCH_AARCH64
#elif defined(__arm__) && !defined(__ARMEB__)
#define MACHINE		AUDIT_ARCH_ARM
#elif defined(__riscv) && __riscv_xlen == 64
#define MACHINE		AUDIT_ARCH_RISCV64
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
#define MACHINE		AUDIT_ARCH_PPC64LE
#elif defined(__powerpc64__)
#define MACHINE		AUDIT_ARCH_PPC64
#elif defined(__s390x__)
#define MACHINE		AUDIT_ARCH_S390X
#elif defined(__loongarch__) && __loongarch_grlen == 64
#define MACHINE		AUDIT_ARCH_LOONGARCH64
#endif

#endif
