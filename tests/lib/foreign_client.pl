#!/usr/bin/perl
# SPDX-License-Identifier: ISC
# The Net::SFTP::Foreign client of tests/e2e/foreign.bats: one verb a call.
#
#	foreign_client.pl VERB ARG ...
#
# The server is host "slipway" of $SSH_CONFIG. A failure ends it with status 1
# and the module's words on stderr.
use strict;
use warnings;
use Net::SFTP::Foreign;

# Latin 1 is the encoding that leaves every byte as it is.
my $sftp = Net::SFTP::Foreign->new('slipway', fs_encoding => 'latin1',
    more => ['-F', $ENV{SSH_CONFIG}]);
give_up('connect') if $sftp->error;

my %verbs = (
	put => sub { $sftp->put(@_, copy_time => 0, copy_perm => 0) },
	get => sub { $sftp->get(@_, copy_time => 0, copy_perm => 0) },
	put_all => sub { each_name('put', @_) },
	get_all => sub { each_name('get', @_) },
	put_times => sub { $sftp->put(@_, copy_time => 1) },
	get_times => sub { $sftp->get(@_, copy_time => 1) },
	put_again => sub { $sftp->put(@_, resume => 1, copy_time => 0) },
	get_again => sub { $sftp->get(@_, resume => 1, copy_time => 0) },
	put_atomic => sub { $sftp->put(@_, atomic => 1) },
	names => sub {
		my $list = $sftp->ls($_[0], names_only => 1) or return;
		print "$_\n" for @$list;
	},
	find => sub { print "$_\n" for $sftp->find($_[0], names_only => 1) },
	glob => sub { print "$_\n" for $sftp->glob($_[0], names_only => 1) },
	rename => sub { $sftp->rename(@_) },
	rename_over => sub { $sftp->rename(@_, overwrite => 1) },
	remove => sub { $sftp->remove(@_) },
	mkdir => sub { $sftp->mkdir(@_) },
	mkpath => sub { $sftp->mkpath(@_) },
	rmdir => sub { $sftp->rmdir(@_) },
	rremove => sub { $sftp->rremove(@_) },
	rput => sub { $sftp->rput(@_) },
	rget => sub { $sftp->rget(@_) },
	# The module's order is (link, target).
	symlink => sub { $sftp->symlink($_[1], $_[0]) },
	hardlink => sub { $sftp->hardlink($_[1], $_[0]) },
	readlink => sub { print $sftp->readlink($_[0]), "\n" },
	chmod => sub { $sftp->chmod($_[1], oct $_[0]) },
	size => sub { print $sftp->statvfs($_[0])->{blocks}, "\n" },
);

sub each_name {
	my ($verb, $from, $to, @names) = @_;

	for (@names) {
		$sftp->$verb("$from/$_", "$to/$_",
		    copy_time => 0, copy_perm => 0) or return;
	}
}

sub give_up {
	print STDERR "$_[0]: ", $sftp->error, "\n";
	exit 1;
}

my $verb = shift;
$verbs{$verb}->(@ARGV);
give_up($verb) if $sftp->error;
