# SPDX-License-Identifier: ISC
# The rules of the house, as far as grep and nm can keep them. Each test
# prints what breaks its rule, by file and line or by object and symbol, and
# fails if there is any. The files of src itself stand above all rooms.

ROOMS='session request files conf paths policy confine os wire base'

# below ROOM: the rooms whose headers and symbols the room may use.
below()
{
	case $1 in
	session) echo 'request files paths policy os wire base' ;;
	request) echo 'files paths policy os wire base' ;;
	files)	echo 'paths policy os wire base' ;;
	conf)	echo 'paths policy os wire base' ;;
	paths)	echo 'policy os wire base' ;;
	policy)	echo 'base' ;;
	confine) echo 'os base' ;;
	os)	echo 'wire base' ;;
	wire)	echo 'base' ;;
	base)	;;
	esac
}

setup()
{
	cd "${LINT_ROOT:-$BATS_TEST_DIRNAME/..}" || return 1
	BUILD=${BUILD:-build}
	export LC_ALL=C
	mapfile -t SOURCES < <(find src -name '*.[ch]' | sort)
}

# none RULE: fails if there is input, and shows it under RULE.
none()
{
	local found

	found=$(cat)
	[[ -z $found ]] || { printf '%s:\n%s\n' "$1" "$found"; return 1; }
}

# code [FILE ...]: prints each line as FILE:LINE:TEXT, without comments and
# with nothing between quotes.
code()
{
	awk '
	FNR == 1 { comment = 0 }
	{
		text = ""
		rest = $0
		while (rest != "") {
			if (comment) {
				if (!(at = index(rest, "*/")))
					break
				rest = substr(rest, at + 2)
				comment = 0
			} else if (match(rest, /^"([^"\\]|\\.)*"/)) {
				text = text "\"\""
				rest = substr(rest, RLENGTH + 1)
			} else if (match(rest, /^\047([^\047\\]|\\.)+\047/)) {
				text = text "0"
				rest = substr(rest, RLENGTH + 1)
			} else if (match(rest, /^\/\*/)) {
				rest = substr(rest, 3)
				comment = 1
			} else {
				text = text substr(rest, 1, 1)
				rest = substr(rest, 2)
			}
		}
		print FILENAME ":" FNR ":" text
	}' "$@"
}

# comments [FILE ...]: prints each block comment as FILE:LINE:TEXT, in one line
# and without anything between quotes or backquotes.
comments()
{
	awk '
	function done() {
		gsub(/"[^"]*"|`[^`]*`/, "", text)
		print FILENAME ":" first ":" text
		comment = 0
	}
	FNR == 1 { comment = 0 }
	{
		rest = $0
		if (comment)
			sub(/^[ \t]*\*($|[ \t])/, " ", rest)
		while (rest != "") {
			if (comment && (at = index(rest, "*/"))) {
				text = text substr(rest, 1, at - 1)
				rest = substr(rest, at + 2)
				done()
			} else if (comment) {
				text = text rest
				rest = ""
			} else if (match(rest, /^"([^"\\]|\\.)*"/) ||
			    match(rest, /^\047([^\047\\]|\\.)+\047/)) {
				rest = substr(rest, RLENGTH + 1)
			} else if (match(rest, /^\/\*[ \t]*/)) {
				rest = substr(rest, RLENGTH + 1)
				comment = 1
				text = ""
				first = FNR
			} else {
				rest = substr(rest, 2)
			}
		}
	}' "$@" | sed -E 's/[ \t]+/ /g; s/^([^:]*:[0-9]+:) /\1/'
}

# remarks [FILE ...]: prints each paragraph of comments in a script or
# configuration file, of a docstring and of a README, and each title of a test,
# in the form that comments has.
remarks()
{
	awk '
	function done() {
		gsub(/"[^"]*"|`[^`]*`/, "", text)
		if (text ~ /[^ \t]/)
			print where ":" first ":" text
		text = ""
	}
	function add(more) {
		if (text == "") {
			where = FILENAME
			first = FNR
		}
		text = text " " more
		if (more ~ /^[ \t]*$|SPDX-License|shellcheck/)
			done()
	}
	FNR == 1 { done(); docstring = 0 }
	FILENAME ~ /README$/ { add($0); next }
	docstring || /^[ \t]*r?"""/ {
		rest = $0
		if (!docstring) {
			done()
			sub(/^[ \t]*r?"""/, "", rest)
		}
		docstring = !(at = index(rest, "\"\"\""))
		add(at ? substr(rest, 1, at - 1) : rest)
		if (at)
			done()
		next
	}
	/^[ \t]*(#|dnl )/ {
		sub(/^[ \t]*(#|dnl )[#!]*/, "")
		add($0)
		next
	}
	{ done() }
	/^@test / {
		sub(/^@test "/, "")
		sub(/".*/, "")
		add($0)
		done()
		next
	}
	/[ \t]# / {
		sub(/^.*[ \t]# /, "")
		add($0)
		done()
	}
	END { done() }' "$@" | sed -E 's/[ \t]+/ /g; s/^([^:]*:[0-9]+:) /\1/'
}

# riddles: shows the comments with a sentence that hides its subject.
riddles()
{
	grep -E -e '^[^:]*:[0-9]+:(.*[.:;!] )?(What|Who|Whose|Those|Of what) ' \
	    -e '^[^:]*:[0-9]+:(And|Nor|Whatever|Whoever|However|Nobody) ' ||:
}

# house_files: the files that people write here, for man(7), sh(1) or a
# compiler.
house_files()
{
	find Makefile configure.ac src man tests contrib findings .ci \
	    -type f ! -path '*/corpus/*' ! -name '*.pyc' 2>/dev/null | sort
}

# objects: the object files of src/, as BUILD has them.
objects()
{
	local file

	for file in src/*.c src/*/*.c; do
		file=${file#src/}
		echo "$BUILD/${file%.c}.o"
	done
}

# used: what each object takes from elsewhere, as OBJECT SYMBOL. Stripped of
# what a C library makes of a name: large files, fortification, versions.
used()
{
	local files

	mapfile -t files < <(objects)
	nm -A -u "${files[@]}" | sed -E "s,^$BUILD/,,
	    s/: +[UwvV] +/ /
	    s/ _*(isoc[0-9]+_)?/ /; s/_chk\$//; s/_2\$//; s/(64)+(_2)?\$//" |
	    sort -u
}

# may OBJECT-PATTERN NAME ...: drops the uses that are allowed there, and shows
# each name that is allowed in vain.
may()
{
	local where=$1 uses name

	shift
	uses=$(cat)
	for name; do
		grep -qxE "$where $name" <<<"$uses" ||
		    echo "$where $name: an exception that nobody needs"
	done
	grep -vxE "$where ($(tr ' ' '|' <<<"$*"))" <<<"$uses" | grep . ||:
}

# above ROOM: every room that it must not know.
above()
{
	local room known=" $1 $(below "$1") "

	for room in $ROOMS; do
		[[ $known = *" $room "* ]] || echo "$room"
	done
}

@test "lint: the build under test is there" {
	objects | while read -r object; do
		[[ -e $object ]] || echo "$object"
	done | none 'not built'
}

@test "lint: includes point down" {
	local room

	diff <(tr ' ' '\n' <<<"$ROOMS" | sort) <(cd src && ls -d */ | tr -d /)
	for room in $ROOMS; do
		grep -rnE "^#[ 	]*include[ 	]+[\"<]($(above "$room" |
		    paste -sd '|'))/" "src/$room" ||:
	done | none 'an include of a room above'
	grep -rnE '^#[ 	]*include[ 	]+"' src |
	    grep -vE '^src/[a-z]+\.[ch]:.*"options\.h"' | grep -vE \
	    "\"(config\.h|($(tr ' ' '|' <<<"$ROOMS"))/[a-z0-9_]+\.h)\"" |
	    none 'an include that does not name its room'
}

# Also without a header: no object takes a symbol of a room above.
@test "lint: calls point down" {
	local room

	{
		for room in $ROOMS; do
			above "$room" | sed "s/^/above $room /"
			nm -g --defined-only "$BUILD/$room"/*.o |
			    awk -v room="$room" 'NF == 3 {
				print "defined", room, $3 }'
		done
		used | sed 's/^/used /'
	} | awk '
	    $1 == "above" { above[$2, $3] }
	    $1 == "defined" { room[$3] = $2 }
	    $1 == "used" {
		from = $2
		sub(/\/.*/, "", from)
		if ($3 in room && (from, room[$3]) in above)
			print $2 ": " $3
	    }' | none 'a symbol of a room above'
}

IMPURE_CALLS='fopen|f?printf|getenv|time|clock_[a-z]+|malloc|log_[a-z]+
errno_location'

@test "lint: the policy is pure" {
	used | grep '^policy/' |
	    grep -E " (${IMPURE_CALLS//$'\n'/|})\$" |
	    none 'the policy does more than decide'
}

@test "lint: basenames are unique" {
	find src -name '*.[ch]' -printf '%f\n' | sort | uniq -d |
	    none 'a basename twice'
}

# A family of files may share a prefix: fs.c, fs_set.c. Handlers begin with op_.
@test "lint: exported names begin with the name of their file" {
	local files

	mapfile -t files < <(objects)
	nm -A -g --defined-only "${files[@]}" | sed "s,^$BUILD/,," | awk '
	    {
		split($1, at, ":")
		room = stem = at[1]
		sub(/[^\/]*$/, "", room)
		sub(/.*\//, "", stem)
		sub(/\.o$/, "", stem)
		stems[room stem]
		family = stem
		sub(/_.*/, "", family)
		if ($NF ~ /^_/ || $NF == stem || index($NF, stem "_") == 1)
			next
		name[at[1] " " $NF] = room family
		prefix[at[1] " " $NF] = index($NF, family "_") == 1
	    }
	    END {
		for (n in name)
			if (!prefix[n] || !(name[n] in stems))
				print n
	    }' | sort |
	    may base/buf.o '(get|put|set|reader)_[a-z0-9]+' |
	    may files/handle.o 'handles_(init|end)' |
	    may 'request/[a-z]+.o' 'op_[a-z0-9_]+' |
	    none 'a name that does not tell its file'
}

FILE_CALLS='access|canonicalize_file_name|chdir|chmod|chown|chroot
creat|copy_file_range|dup|dup2|dup3|eaccess|euidaccess|faccessat|fallocate
fchdir|fchmod|fchmodat|fchmodat2|fchown|fchownat|fcntl|fdatasync|fdopen
fdopendir|flock|fopen|freopen|fstat|fstatat|fstatfs|fstatvfs|fsync|ftruncate
fts_[a-z]+|ftw|futimens|futimes|futimesat|[fl]?getxattr|getcwd|getdents|glob
lchmod|lchown|linkat|link|lockf|lseek|lstat|lutimes|mkdir|mkdirat|mkdtemp
mkfifo|mkfifoat|mknod|mknodat|mkostemp|mkstemp|mmap|nftw|open|openat|openat2
opendir|pipe|pipe2|poll|posix_fallocate|ppoll|pread|preadv|pselect|pwrite
pwritev|read|readahead|readdir|readlink|readlinkat|readv|realpath|recv
recvmsg|remove|[fl]?removexattr|rename|renameat|renameat2|rmdir|scandir
select|send|sendfile|sendmsg|[fl]?setxattr|splice|stat|statfs|statvfs
statx|symlink|symlinkat|sync|sync_file_range|syncfs|syscall|tmpfile|truncate
unlink|unlinkat|utime|utimensat|utimes|write|writev|fxstat|lxstat|xstat
xstatat|fxstatat'

@test "lint: only os/ calls the file system" {
	# The flow of a session, and the refusal of one, read, write and wait.
	# A sandbox is entered by calls of its own.
	used | grep -v '^os/' |
	    grep -xE "[^ ]+ (${FILE_CALLS//$'\n'/|})" |
	    may session/serve.o read write send poll fstat |
	    may session/reject.o read write poll |
	    may confine/landlock.o open syscall |
	    may confine/seccomp.o syscall |
	    may confine/sandbox.o open |
	    none 'a call that belongs into os/'
}

OTHER_CALLS='get(pw|gr)[a-z_]+|set(pw|gr)ent|end(pw|gr)ent|openlog|v?syslog
closelog|socket|connect|prctl|seccomp_[a-z_]+|landlock_[a-z_]+|setrlimit'

@test "lint: only os/ asks for users and writes the log" {
	used | grep -vE '^(os|confine)/' |
	    grep -xE "[^ ]+ (${OTHER_CALLS//$'\n'/|})" |
	    none 'a call that belongs into os/ or confine/'
}

# Whether there is a version at all, which is 0 before INIT, may be asked.
@test "lint: versions are compared only where the protocol lives" {
	code "${SOURCES[@]}" | grep -vE \
	    '^src/(wire/|request/(reply|table|decode)\.c|session/init\.c)' |
	    grep -E -e '\<version *([<>]|[=!]=)' \
	    -e '[^-]([<>]=?|[=!]=) *([a-z_]+(->|\.))*version\>' \
	    -e 'switch \(.*\<version\)' |
	    grep -vE '\<version [=!]= 0\>' |
	    none 'a version comparison'
}

@test "lint: read_only is asked by the policy and the gate" {
	code "${SOURCES[@]}" |
	    grep -vE '^src/(policy/|conf/|session/gate\.c:)' |
	    grep -E -e '\<(if|while|for|return)\>.*\<read_only\>' \
	    -e '\<read_only *[?&|)]' |
	    none 'read_only outside policy/ and session/gate.c'
}

@test "lint: no mutable globals outside main.c and os/" {
	# Two kinds cannot be handed over: variables that a signal handler sets,
	# and the hook that ends the process when memory runs out.
	local files

	mapfile -t files < <(objects)
	for object in "${files[@]}"; do
		nm -f sysv "$object" | awk -F '|' -v where="$object" '
		    $4 ~ /OBJECT|TLS/ && $7 ~ /^\.(t?data|t?bss)|COM/ &&
		    $7 !~ /^\.data\.rel\.ro/ {
			gsub(/ /, "", $1)
			print where, $1
		    }'
	done | sed "s,^$BUILD/,," |
	    grep -vE '^(main\.o|os/|paths/spelling\.o)' |
	    grep -vE ' (__|\.L)' |
	    may base/buf.o buf_no_memory |
	    none 'a mutable global'
}

@test "lint: no object of 16 KiB is stored in the program with its bytes" {
	# One member that is not zero puts a whole structure there.
	nm -S -f posix "$BUILD/sftp-server" | awk '
	    $2 ~ /^[dD]$/ && (length($4) > 4 || $4 ~ /^[4-9a-f]...$/) {
		print $1, "0x" $4
	    }' |
	    none 'a large object that is initialised'
}

@test "lint: no function above 60 lines or three levels, no file above 650" {
	awk 'FNR == 1 { open = 0 }
	    /^{/ { open = FNR }
	    /^}/ && open {
		if (FNR - open + 1 > 60)
			print FILENAME ":" open ": " FNR - open + 1 " lines"
		open = 0
	    }' "${SOURCES[@]}" | none 'a function above 60 lines'
	# The count above sees a function by the brace that begins its line.
	code "${SOURCES[@]}" | grep -E ':[0-9]+:[a-z].*\) *\{$' |
	    none 'a function whose brace is not on a line of its own'
	code "${SOURCES[@]}" | grep -E $':[0-9]+:\t{5}' |
	    none 'a block four levels deep'
	wc -l "${SOURCES[@]}" | awk '$2 != "total" && $1 > 650 {
	    print $2 ":1: " $1 " lines" }' | none 'a file above 650 lines'
}

# A comment is a sentence with a subject, and a function's says what it does. So
# is the title of a test.
@test "lint: no comment is a riddle or a question" {
	local files

	mapfile -t files < <(find src tests -name '*.[ch]' | sort)
	{
		comments "${files[@]}" | grep '?' ||:
		comments "${files[@]}" | riddles
		mapfile -t files < <(house_files | grep -vE \
		    '^src/|\.[ch]$|^man/|/NOTES$')
		remarks "${files[@]}" | grep -E '[[:lower:])]\?( |$)' ||:
		remarks "${files[@]}" | riddles
	} | none 'asks, or begins with a word that hides its subject'
}

# A table that is compared as a whole may be wider.
@test "lint: no line is wider than 80 columns" {
	local tables='tests/(bench/NOTES|e2e/CLIENTS|storage/TABLE)'

	house_files | grep -vxE "$tables" | xargs -d '\n' awk -F '\t' '{
		at = 0
		for (i = 1; i < NF; i++) {
			at += length($i)
			at += 8 - at % 8
		}
		at += length($NF)
		if (at > 80)
			print FILENAME ":" FNR ": " at " columns"
	    }' | none 'a line above 80 columns'
}

@test "lint: no call that fills a buffer of unknown size" {
	code "${SOURCES[@]}" |
	    grep -E '\<(strcpy|strcat|v?sprintf|gets|alloca)\(' |
	    none 'use strlcpy, strlcat, snprintf, malloc'
}

@test "lint: a line of the log has only conversions that log.c knows" {
	awk '
	/(^|[^a-z_])log_(at|error|info|verbose|debug[123]|putf)\(/ {
		text = ""
		within = 1
	}
	within {
		text = text $0
	}
	within && /;$/ {
		within = 0
		while (match(text, /%[^%duoxs]*[duoxs%]?/)) {
			piece = substr(text, RSTART, RLENGTH)
			text = substr(text, RSTART + RLENGTH)
			if (piece ~ /^%(%|(\.[0-9]+)?s|[0-9]*(z|ll?)?[duox])$/)
				continue
			print FILENAME ":" FNR ": " piece
		}
	}' "${SOURCES[@]}" | none 'conversions that log_convert() misreads'
}

@test "lint: portability lives in the door files" {
	grep -nE '^[ 	]*#[ 	]*(el)?if.*\<HAVE_' "${SOURCES[@]}" |
	    grep -vE '^src/(os|confine)/' |
	    none 'HAVE_ outside os/ and confine/'
}

@test "lint: no file has the marks of a merge" {
	house_files | xargs -d '\n' grep -nE '^(<{7}|>{7}|\|{7}) ' |
	    none 'a merge that is not resolved'
}

@test "lint: each file says its licence" {
	# Debian's forms have no comments, and copyright says it at length.
	house_files | grep -vE \
	    'debian/(README.Debian|changelog|copyright|source/format)$' |
	    xargs -d '\n' awk '
		FNR <= 5 && /SPDX-License-Identifier: ISC/ { has[FILENAME] }
		END {
			for (i = 1; i < ARGC; i++)
				if (!(ARGV[i] in has))
					print ARGV[i] ":1"
		}' | none 'no SPDX line'
}

@test "lint: files that begin with #! are executable, others are not" {
	local first

	house_files | while read -r file; do
		LC_ALL=C read -rN 2 first <"$file" ||:
		[[ -x $file ]] && first+=,x || first+=,
		case $first in
		'#!,')	echo "$file:1: not executable" ;;
		'#!,x')	;;
		*,x)	echo "$file:1: executable without an interpreter" ;;
		esac
	done | none 'the mode does not fit'
}

# run starts a shell of its own. There wait knows no child, and fails whatever
# the child does; a change of the shell is lost.
@test "lint: run is given no command that belongs to the shell itself" {
	local own='wait|cd|exec|exit|export|local|read|set|shift|trap|unset'

	find tests -name '*.bats' -o -name '*.bash' | sort | xargs grep -nE \
	    "(^|[ 	;&|])run( +-[^ ]+)* +($own)( |\$)" |
	    none 'a command that run cannot give to the test'
}

@test "lint: a test is something that tests/run or bats finds" {
	find tests -mindepth 1 -type f ! -path 'tests/lib/*' \
	    ! -path '*/corpus/*' ! -name '*.pyc' | while read -r file; do
		case $file in
		*.bats | *.bash | *.[ch] | *.py | *.java | *.md) ;;
		*/NOTES | */README | */CLIENTS | */TABLE) ;;
		*)	[[ -x $file ]] || echo "$file:1" ;;
		esac
	done | none 'neither a bats file nor executable'
	find tests/unit -name '*.c' ! -name 't_*' | none 'not named t_*.c'
}

# A comment that lost its # runs as a command, and the shell goes on.
@test "lint: a program of contrib says how it is used, and has no error" {
	local program

	for program in check cluster/{agent,upgrade,volume} matrix on-upload \
	    package sftp-who try; do
		"contrib/$program" -h </dev/null 2>&1 | awk -v p="$program" '
		index($0, p ~ /\// ? substr(p, 9) : p) { named = 1 }
		/: (line )?[0-9]+: |not found/ { print "contrib/" p ": " $0 }
		END { if (!named) print "contrib/" p ": no usage" }'
	done | none 'an error in place of the usage'
}

# The Makefile gave a list of its own to the program as the user's CLIENTS.
@test "lint: what make hands on to a benchmark is set by the user alone" {
	local names

	names=$(grep -oE "[A-Z]+='[$]\([A-Z]+\)'" Makefile | cut -d = -f 1 |
	    sort -u | paste -sd '|')
	[[ $names == *CLIENTS* ]]
	grep -nE "^($names)[ 	]*[:?+]?=" Makefile |
	    none 'set by the Makefile, too'
}
