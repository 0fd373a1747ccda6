# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2034
# Functions that contrib/try and contrib/check share: they find and install the
# programs that are needed, and report what a script does.
#
#	. contrib/lib.bash
#	lib_log build/try.log
#	lib_install "$NEEDS_BUILD" "$NEEDS_SSH"
#
# A list of needs has one need a line: how to see that it is there, then the
# package that brings it on Debian and its kin, then on Fedora and its kin.
# Several packages are joined by commas; - means that there is none. A line
# that starts with a question mark is an optional need.
#
#	name		a program
#	/path		a file, with wildcards
#	name.pc		a library, as pkg-config knows it
#	-fflag		cc links with the flag; clang-fflag: clang does
#	py:name pl:name	a module of Debian's and Fedora's own Python, of Perl
#	bats:name	a library of bats

NEEDS_BUILD='
cc			gcc			gcc
/usr/include/stdio.h	libc6-dev		glibc-devel
make			make			make
pkg-config		pkg-config		pkgconf-pkg-config
libbsd-overlay.pc	libbsd-dev		libbsd-devel
libconfig.pc		libconfig-dev		libconfig-devel
nettle.pc		nettle-dev		nettle-devel
'
# A release comes with configure made, a clone does not.
[[ -e configure ]] || NEEDS_BUILD+='
autoconf		autoconf		autoconf
'

NEEDS_SSH='
sshd			openssh-server		openssh-server
sftp			openssh-client		openssh-clients
cmp			diffutils		diffutils
xargs			findutils		findutils
'

# A client that speaks versions 3 to 6.
NEEDS_LFTP='
lftp			lftp			lftp
'

NEEDS_SSHFS='
sshfs			sshfs			fuse-sshfs
fusermount3		fuse3			fuse3
'

# The file system that refuses: the tests have it and contrib/try shows it.
NEEDS_REFUSEFS='
fuse3.pc		libfuse3-dev		fuse3-devel
'

# A share of Samba, mounted.
NEEDS_SHARE='
smbd			samba			samba
smbnetfs		smbnetfs		-
ip			iproute2		iproute
/usr/lib*/openssh/sftp-server	openssh-sftp-server	openssh-server
'

NEEDS_CHECK='
/usr/lib*/openssh/sftp-server	openssh-sftp-server	openssh-server
-fsanitize=address,undefined	gcc	libasan,libubsan
clang			clang			clang
clang-fsanitize=address	libclang-rt-N-dev	compiler-rt
bats			bats			bats
bats:bats-support	bats-support		bats-support
bats:bats-assert	bats-assert		bats-assert
tar			tar			tar
gzip			gzip			gzip
rclone			rclone			rclone
restic			restic			restic
psftp			putty-tools		putty
python3			python3			python3
py:paramiko		python3-paramiko	python3-paramiko
curl			curl			curl
pl:Net::SFTP::Foreign	libnet-sftp-foreign-perl perl-Net-SFTP-Foreign
setfacl			acl			acl
setfattr		attr			attr
strace			strace			strace
bindfs			bindfs			bindfs
git			git			git
vim			vim			vim-enhanced
rsync			rsync			rsync
ctags			universal-ctags		ctags
mandoc			mandoc			mandoc
haproxy			haproxy			haproxy
nft			nftables		nftables
socat			socat			socat
autoreconf		autoconf		autoconf
zsh			zsh			zsh
apparmor_parser		apparmor		-
dpkg-buildpackage	dpkg-dev		-
/usr/share/build-essential/list	build-essential	-
dh			debhelper		-
dh_apparmor		dh-apparmor		-
fakeroot		fakeroot		-
lintian			lintian			-
blhc			blhc			-
rpmbuild		rpm			rpm-build
rpmlint			rpmlint			rpmlint
eu-strip		elfutils		elfutils
?/usr/libexec/gesftpserver	gesftpserver	-
'

# The hosts of tests/cluster.
NEEDS_CLUSTER='
glusterd		glusterfs-server	glusterfs-server
glusterfs		glusterfs-client	glusterfs-fuse
gluster			glusterfs-cli		glusterfs-cli
ip			iproute2		iproute
setpriv			util-linux		util-linux
'

# The clients of tests/field. FileZilla 3.71 has no fzsftp any more.
NEEDS_CLIENTS='
?fzsftp			filezilla		filezilla
/usr/lib*/erlang/lib/ssh-*	erlang-ssh	erlang-ssh
/usr/share/*/*/specifications/net-sftp-*	ruby-net-sftp	rubygem-net-sftp
/usr/share/php/phpseclib3/autoload.php	php-cli,php-phpseclib3	php-phpseclib3
/usr/lib*/php/*/ssh2.so	php-cli,php-ssh2	php-pecl-ssh2
pl:Net::SSH2		libnet-ssh2-perl	perl-Net-SSH2
?gftp-text		gftp-text		gftp
qemu-img		qemu-utils		qemu-img
?/usr/lib/*/qemu/block-ssh.so	qemu-block-extra	qemu-block-ssh
libssh.pc		libssh-dev		libssh-devel
/usr/share/java/jsch.jar	libjsch-java	jsch
javac			default-jdk-headless	java-latest-openjdk-devel
py:asyncssh		python3-asyncssh	python3-asyncssh
py:pexpect		python3-pexpect		python3-pexpect
py:pyte			python3-pyte		python3-pyte
mc			mc			mc
py:ansible		ansible-core		ansible-core
node			nodejs			nodejs
npm			npm			npm
restic			restic			restic
duplicity		duplicity		duplicity
aria2c			aria2			aria2
gio			libglib2.0-bin		glib2
/usr/lib*/gvfsd-sftp	gvfs-backends		gvfs
dbus-run-session	dbus			dbus-daemon
kioclient		kde-cli-tools		kde-cli-tools
/usr/lib*/*/qt*/plugins/kf*/kio/sftp.so	kio-extras	-
'

# The file systems of tests/storage.
NEEDS_STORAGE=$NEEDS_SHARE'
glusterd		glusterfs-server	glusterfs-server
glusterfs		glusterfs-client	glusterfs-fuse
mergerfs		mergerfs		mergerfs
s3fs			s3fs			s3fs-fuse
npm			npm			npm
gocryptfs		gocryptfs		gocryptfs
encfs			encfs			fuse-encfs
ntfs-3g			ntfs-3g			ntfs-3g
mkfs.ntfs		ntfs-3g			ntfsprogs
mount.exfat-fuse	exfat-fuse		fuse-exfat
mkfs.exfat		exfatprogs		exfatprogs
unionfs			unionfs-fuse		unionfs-fuse
fuse-overlayfs		fuse-overlayfs		fuse-overlayfs
mkfs.ext4		e2fsprogs		e2fsprogs
mkfs.xfs		xfsprogs		xfsprogs
mkfs.btrfs		btrfs-progs		btrfs-progs
sqlite3			sqlite3			sqlite
'

# Where programs are that only root has in PATH: sshd.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

# lib_log FILE: where lib_run sends what commands print.
lib_log()
{
	if ! { mkdir -p "$(dirname "$1")" && : >"$1"; }; then
		echo "cannot write $1: whose directory is this?" >&2
		exit 1
	fi
	LIB_LOG=$(realpath "$1")
}

# lib_step NAME: starts a line; lib_done, lib_skip or lib_fail ends it.
lib_step()
{
	printf '  %-10s' "$1"
}

lib_done()
{
	printf '%s\n' "$*"
}

lib_skip()
{
	lib_done "skipped: $*"
}

# Says what went wrong, shows the end of the log and where all of it is.
lib_fail()
{
	lib_done "FAILED: $*"
	if [[ -s ${LIB_LOG:-} ]]; then
		printf '\nThe last lines of %s:\n' "$LIB_LOG"
		tail -n 8 "$LIB_LOG" | sed 's/^/    /'
	fi
	exit 1
}

# lib_run COMMAND: with its output in the log, below the command itself.
lib_run()
{
	printf '+ %s\n' "$*" >>"$LIB_LOG"
	"$@" >>"$LIB_LOG" 2>&1
}

lib_as_root()
{
	if [[ $(id -u) -eq 0 ]]; then
		lib_run "$@"
	else
		lib_run sudo "$@"
	fi
}

# lib_links COMPILER FLAG
lib_links()
{
	echo 'int main(void) { return 0; }' | "$1" "$2" -x c -o /dev/null -
}

# lib_has NEED: true if the machine has it.
lib_has()
{
	local name=${1#*:}

	case $1 in
	*.pc)	pkg-config --exists "${1%.pc}" ;;
	/*)	compgen -G "$1" ;;
	py:*)	/usr/bin/python3 -c "import $name" ;;
	pl:*)	perl -M"$name" -e 1 ;;
	bats:*)	compgen -G "/usr/*/bats/$name/load.bash" ;;
	clang-f*) lib_links clang "${1#clang}" ;;
	-f*)	lib_links cc "$1" ;;
	*)	type -P "$1" ;;
	esac >/dev/null 2>&1
}

# Prints whose package names hold here: debian or fedora, or nothing.
lib_family()
{
	(
		ID='' ID_LIKE=''
		[[ ! -r /etc/os-release ]] || . /etc/os-release
		case " $ID $ID_LIKE " in
		*' debian '*)	echo debian ;;
		*' fedora '*)	echo fedora ;;
		esac
	)
}

# lib_missing NEEDS: prints the packages of the unmet needs; with -o those of
# the optional ones.
lib_missing()
{
	local optional='' need debian fedora package

	[[ $1 == -o ]] && { optional='?'; shift; }
	while read -r need debian fedora; do
		[[ -n $need && ${need%"${need#\?}"} == "$optional" ]] ||
		    continue
		lib_has "${need#\?}" && continue
		case $(lib_family) in
		debian)	package=$debian ;;
		fedora)	package=$fedora ;;
		*)	package=${need#\?} ;;
		esac
		[[ $package == - ]] || tr , '\n' <<<"$package"
	done <<<"$1" | sort -u
}

# Debian numbers the runtime of clang as it numbers clang, and only a fresh
# package list can tell how.
lib_clang_version()
{
	apt-cache depends clang |
	    sed -n 's/.* clang-\([0-9]*\)$/\1/p' | head -n 1
}

# lib_get PACKAGE ...
lib_get()
{
	case $(lib_family) in
	debian)
		lib_as_root env DEBIAN_FRONTEND=noninteractive apt-get -yq \
		    -o Dpkg::Use-Pty=0 --no-install-recommends install \
		    "${@/rt-N-/rt-$(lib_clang_version)-}" ;;
	fedora)
		lib_as_root dnf -y --setopt=install_weak_deps=False \
		    install "$@" ;;
	esac
}

# lib_install NEEDS ...: brings what is missing, and says so first. Asks the
# network for nothing when nothing is missing.
lib_install()
{
	local needs missing optional package

	lib_step packages
	needs=$(printf '%s\n' "$@")
	missing=$(lib_missing "$needs")
	optional=$(lib_missing -o "$needs")
	if [[ -z $missing ]]; then
		lib_done 'nothing is missing'
		return
	fi
	lib_done 'missing here, will be installed:'
	# shellcheck disable=SC2086	# one word a package
	printf '%s ' $missing $optional | fmt -w 60 | sed 's/^/            /'
	[[ $missing != *openssh-server* || $(lib_family) != debian ]] ||
	    echo '            (openssh-server also starts the system'\''s sshd)'

	[[ -n $(lib_family) ]] ||
	    lib_fail 'this is neither Debian nor Fedora: please do it yourself'
	# Here sudo may ask for a password, on a line of its own.
	lib_as_root true || lib_fail 'that takes root, or the use of sudo'
	lib_step ''
	# Old package lists name files that are gone, and none is no use.
	[[ $(lib_family) != debian ]] || lib_as_root apt-get update
	# shellcheck disable=SC2086
	lib_get $missing || lib_fail 'they could not be installed'
	# One that does not exist here keeps no other away.
	for package in $optional; do
		lib_get "$package"
	done
	missing=$(lib_missing "$needs")
	[[ -z $missing ]] ||
	    lib_fail "installed, and yet not there: ${missing//$'\n'/ }"
	lib_done 'installed'
}
