# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# bash completion for slipway's sftp-server, which is asked for the settings.

_sftp_server_values()
{
	local name=$2 range

	case $name in
	profile)
		echo openssh sshfs webex force-close read-only dropbox \
		    write-once
		return ;;
	esac
	range=$("$1" -Q settings 2>/dev/null |
	    awk -F '\t' -v name="$name" '$1 == name { print $3 }')
	# Only lists of words: "0s to 5s" and "a path" are for people.
	case $range in
	*' to '*|a\ *|an\ *|names\ *|octal\ *|one\ *) ;;
	*)	echo "$range" | sed 's/^all, none, or of /all, none, /' |
		    sed 's/, / /g; s/ or / /g; s/ and / /g' ;;
	esac
}

_sftp_server()
{
	local program=$1 word=$2 previous=$3 words='' name=''

	# bash has split name=value in three.
	if [[ $word == = ]]; then
		word='' name=$previous
	elif [[ $previous == = ]]; then
		name=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	if [[ $name ]]; then
		words=$(_sftp_server_values "$program" "$name")
	else
		case $previous in
		-o)	words=$("$program" -Q settings 2>/dev/null |
			    awk -F '\t' '{ print $1 "=" }')' profile='
			compopt -o nospace 2>/dev/null ;;
		-Q)	words='requests versions settings rights' ;;
		-p|-P)	words=$("$program" -Q requests 2>/dev/null) ;;
		-l)	words='QUIET FATAL ERROR INFO VERBOSE DEBUG DEBUG1'
			words+=' DEBUG2 DEBUG3' ;;
		-f)	words='DAEMON USER AUTH LOCAL0 LOCAL1 LOCAL2 LOCAL3
			    LOCAL4 LOCAL5 LOCAL6 LOCAL7' ;;
		-d)	compopt -o filenames 2>/dev/null
			mapfile -t COMPREPLY < <(compgen -d -- "$word")
			return ;;
		-F)	compopt -o filenames 2>/dev/null
			mapfile -t COMPREPLY < <(compgen -f -- "$word")
			return ;;
		-C|-m|-u) return ;;
		*)	words='-e -h -R -d -f -l -P -p -u -F -m -o'
			words+=' -Q -t -T -C -V' ;;
		esac
	fi
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}
complete -F _sftp_server sftp-server
