# SPDX-License-Identifier: ISC
# Makes the rows of seccomp.c from seccomp.list: one for each name, or each
# value, that the headers of this machine know. NAME:NUMBER is a call with the
# same number on all machines, which the headers may be too old for.

function row(call, verdict, arg, value,    parts)
{
	if (split(call, parts, ":") == 2) {
		call = parts[1]
		print "#if !defined(__NR_" call ")"
		print "#define __NR_" call " " parts[2]
		print "#endif"
	}
	print "#if defined(__NR_" call ")" \
	    (value ~ /^[A-Z]/ ? " && defined(" value ")" : "")
	print "\t{ __NR_" call ", " verdict ", " arg ", " value " },"
	print "#endif"
}

$1 == "allow" || $1 == "refuse" {
	for (i = 2; i <= NF; i++)
		row($i, toupper($1), 0, 0)
	next
}
$1 == "only" || $1 == "never" {
	for (i = 4; i <= NF; i++)
		row($2, toupper($1), $3, $i)
	next
}
!/^(#|$)/ {
	print "#error " FILENAME ":" FNR ": " $1
}
