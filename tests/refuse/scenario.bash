#!/usr/bin/env bash
# SPDX-License-Identifier: ISC
# Things that programs do to files, for a directory on a file system that
# refuses:
#
#	cd DIRECTORY && scenario.bash NAME
#
# plays one of the functions below in the working directory. It stops with the
# first program that fails; what it prints and leaves behind is the same on
# every file system that is in order, so that one run can be compared with
# another. FILES is a directory with `big`, 8 MiB of noise, and `text`.
set -euo pipefail
export LC_ALL=C.UTF-8 TZ=UTC HOME=/nonexistent
half=$((4 * 1024 * 1024))

# ---- one file, held open ----------------------------------------------

rename_open_go_on_writing()
{
	exec {f}>part
	echo one >&"$f"
	mv part whole
	echo two >&"$f"
	mv whole again
	echo three >&"$f"
	exec {f}>&-
	cat again
}

rename_open_over_another()
{
	echo old >file
	exec {f}>file.tmp
	echo new >&"$f"
	mv file.tmp file
	echo newer >&"$f"
	exec {f}>&-
	cat file
}

rename_in_the_middle_of_8_MiB()
{
	exec {f}>part
	head -c "$half" "$FILES/big" >&"$f"
	mv part whole
	tail -c +$((half + 1)) "$FILES/big" >&"$f"
	exec {f}>&-
	cmp whole "$FILES/big"
}

# The reader goes on with the old file, whole.
rename_over_a_file_that_is_read()
{
	cp "$FILES/big" file
	echo new >file.tmp
	exec {f}<file
	head -c 65536 <&"$f" | cksum
	mv file.tmp file
	cat <&"$f" | cksum
	exec {f}<&-
	cat file
}

rename_a_file_that_is_read()
{
	cp "$FILES/big" file
	exec {f}<file
	head -c 65536 <&"$f" | cksum
	mv file moved
	cat <&"$f" | cksum
	exec {f}<&-
}

unlink_open()
{
	exec {f}<>scratch
	echo something >&"$f"
	exec {g}<scratch
	rm scratch
	echo more >&"$f"
	cat <&"$g"
	exec {f}>&- {g}<&-
}

# As logrotate does: the writer goes on in the file that was moved away.
rotate_a_log()
{
	exec {f}>>log
	echo one >&"$f"
	mv log log.1
	echo two >&"$f"
	echo fresh >log
	echo three >&"$f"
	exec {f}>&-
	cat log log.1
}

# git and sshfs make read-only files and write into them.
rename_open_read_only_file()
{
	(umask 222 && exec {f}>part && echo one >&"$f" && mv part whole &&
	    echo two >&"$f")
	cat whole
}

rename_one_file_with_three_handles()
{
	exec {f}>file {g}>>file
	echo one >&"$f"
	exec {h}<file
	mv file moved
	echo two >&"$g"
	exec {g}>&-
	cat <&"$h"
	exec {f}>&- {h}<&-
	cat moved
}

use_the_descriptor_after_a_rename()
{
	"$PYTHON" - <<-'END'
	import os
	f = os.open("part", os.O_RDWR | os.O_CREAT, 0o666)
	os.write(f, b"0123456789")
	os.rename("part", "whole")
	print(os.fstat(f).st_size)
	os.fchmod(f, 0o640)
	os.ftruncate(f, 4)
	os.pwrite(f, b"xyz", 6)
	os.fsync(f)
	print(os.pread(f, 99, 0), os.fstat(f).st_size)
	os.utime(f, (7, 7))
	os.close(f)
	print(int(os.stat("whole").st_mtime))
	END
}

# ---- directories ------------------------------------------------------

rename_a_directory_above_open_files()
{
	mkdir -p dir/sub
	exec {f}>dir/sub/f {g}>dir/g
	echo one >&"$f"
	mv dir moved
	echo two >&"$f"
	echo two >&"$g"
	mv moved/sub moved/deep
	echo three >&"$f"
	exec {f}>&- {g}>&-
	cat moved/deep/f moved/g
}

remove_a_tree()
{
	mkdir -p tree/sub
	cp "$FILES/text" tree/a
	cp "$FILES/text" tree/sub/b
	cp "$FILES/text" tree/sub/c
	rm -r tree
}

# ---- programs ---------------------------------------------------------

save_by_rename_over()
{
	local i

	for i in {1..20}; do
		{ cat "$FILES/text"; echo "$i"; } >file.tmp
		mv file.tmp file
	done
	cat file
}

sed_in_place()
{
	cp "$FILES/text" file
	sed -i s/two/TWO/ file
	sed -i.bak s/TWO/three/ file
	cat file file.bak
}

vim_saves()
{
	local copy backup

	for copy in no yes; do
		for backup in backup 'nobackup writebackup' nowritebackup; do
			cp "$FILES/text" "file"
			vim -es -u NONE -i NONE -N \
			    -c "set backupcopy=$copy $backup" \
			    -c '%s/two/TWO/' -c w -c '%s/one/ONE/' -c wq \
			    file </dev/null
			cat file
			rm -f file~
		done
	done
}

git_works()
{
	export HOME=$PWD GIT_CONFIG_NOSYSTEM=1
	export GIT_AUTHOR_DATE='1000000000 +0000' GIT_AUTHOR_NAME=x \
	    GIT_AUTHOR_EMAIL=x GIT_COMMITTER_DATE='1000000000 +0000' \
	    GIT_COMMITTER_NAME=x GIT_COMMITTER_EMAIL=x
	local git=(git -c maintenance.auto=false -c init.defaultBranch=main
	    -c safe.directory='*')

	"${git[@]}" init -q a
	cp "$FILES/text" a/text
	head -c 300000 "$FILES/big" >a/big
	"${git[@]}" -C a add .
	"${git[@]}" -C a commit -qm one
	"${git[@]}" clone -q --no-local a b
	echo more >>b/text
	"${git[@]}" -C b commit -qam two
	"${git[@]}" -C b gc -q --prune=now
	"${git[@]}" -C b fsck --strict
	"${git[@]}" -C b status --porcelain
	"${git[@]}" -C b log -p --format=%s -- text
	rm -rf a b/.git
}

rsync_updates()
{
	mkdir tree
	cp "$FILES/text" tree/text
	head -c 300000 "$FILES/big" >tree/big
	rsync -a tree/ copy/
	echo more >>tree/text
	echo more >>tree/big
	rm -f tree/gone
	rsync -a --ignore-times --no-whole-file --delete tree/ copy/
	rsync -a --ignore-times --inplace tree/ copy/
	rsync -a --ignore-times --delay-updates tree/ copy/
	rsync -ain --delete tree/ copy/
}

"$1"
