/* SPDX-License-Identifier: ISC */
/* JSch, as tests/field/clients/jsch calls it. */
import com.jcraft.jsch.ChannelSftp;
import com.jcraft.jsch.JSch;
import com.jcraft.jsch.JSchException;
import com.jcraft.jsch.Session;
import com.jcraft.jsch.SftpException;
import java.io.File;
import java.util.Arrays;
import java.util.List;

public class Jsch {
	public static void main(String[] words) throws Exception {
		String dir = System.getenv("SSHD_DIR");
		JSch jsch = new JSch();

		jsch.addIdentity(dir + "/user_key");
		jsch.setKnownHosts(dir + "/known_hosts");
		Session session = jsch.getSession(System.getenv("SSHD_USER"),
		    "127.0.0.1", Integer.parseInt(System.getenv("SSHD_PORT")));
		session.setConfig("PreferredAuthentications", "publickey");
		int status = 0;
		try {
			session.connect();
			ChannelSftp sftp =
			    (ChannelSftp)session.openChannel("sftp");
			sftp.connect();
			run(sftp, Arrays.asList(words));
		} catch (JSchException | SftpException e) {
			System.err.println(e);
			status = 1;
		}
		session.disconnect();
		System.exit(status);
	}

	static void run(ChannelSftp sftp, List<String> words)
	    throws SftpException {
		while (!words.isEmpty()) {
			int end = words.indexOf("then");
			if (end < 0)
				end = words.size();
			verb(sftp, words.subList(0, end));
			words = words.subList(Math.min(end + 1, words.size()),
			    words.size());
		}
	}

	/* JSch takes names for patterns, in some places only. */
	static String plain(String name) {
		return name.replaceAll("([\\\\*?])", "\\\\$1");
	}

	static void verb(ChannelSftp sftp, List<String> line)
	    throws SftpException {
		String a = line.get(1);
		String b = line.size() > 2 ? line.get(2) : "";

		switch (line.get(0)) {
		case "put":
			sftp.put(plain(a), b);
			break;
		case "get":
			sftp.get(plain(a), b);
			break;
		case "put_again":
			sftp.put(a, b, ChannelSftp.RESUME);
			break;
		case "get_again":
			sftp.get(a, b, null, ChannelSftp.RESUME);
			break;
		case "put_times":
			sftp.put(a, b);
			sftp.setMtime(b,
			    (int)(new File(a).lastModified() / 1000));
			break;
		case "get_times":
			sftp.get(a, b);
			new File(b).setLastModified(
			    sftp.stat(a).getMTime() * 1000L);
			break;
		case "names":
			for (Object entry : sftp.ls(a))
				System.out.println(((ChannelSftp.LsEntry)
				    entry).getFilename());
			break;
		case "rename":
			sftp.rename(plain(a), plain(b));
			break;
		case "remove":
			sftp.rm(plain(a));
			break;
		case "mkdir":
			sftp.mkdir(a);
			break;
		case "rmdir":
			sftp.rmdir(a);
			break;
		case "symlink":
			sftp.symlink(a, b);
			break;
		case "chmod":
			sftp.chmod(Integer.parseInt(a, 8), b);
			break;
		}
	}
}
