package standin.agent;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import standin.Log;
import standin.Version;
import standin.model.JenkinsBase;

/**
 * One connection to the agent port. Current cores look at ten bytes first, so that they can answer an HTTP client;
 * old ones read a length-prefixed word at once, so that `GET / ...` makes them wait for 18245 bytes.
 */
final class AgentConnection implements Runnable {
    private static final int PEEK = 10;
    private final Socket socket;
    private final Version version;

    AgentConnection(Socket socket, Version version) {
        this.socket = socket;
        this.version = version;
    }

    @Override
    public void run() {
        try (socket) {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            if (version.legacy()) {
                say("Unknown protocol:" + in.readUTF() + "\n");
                return;
            }
            byte[] head = new byte[PEEK];
            in.readFully(head);
            String start = new String(head, StandardCharsets.US_ASCII);
            if (start.startsWith("GET ")) {
                hello(start.startsWith("GET / "));
            } else {
                protocol(new SequenceInputStream(new ByteArrayInputStream(head), in));
            }
        } catch (IOException e) {
            Log.info("hudson.TcpSlaveAgentListener$ConnectionHandler", "run", "Connection from "
                    + socket.getRemoteSocketAddress() + " failed: " + e.getMessage());
        }
    }

    private void protocol(InputStream in) throws IOException {
        String word = new DataInputStream(in).readUTF();
        if (word.equals("Protocol:Ping")) {
            say("Ping\n");
        } else if (word.startsWith("Protocol:")) {
            say("Unknown protocol:\n");
        } else {
            say("Unrecognized protocol: " + word + "\n");
        }
    }

    private void hello(boolean root) throws IOException {
        if (!root) {
            say("HTTP/1.0 404 Not Found\nContent-Type: text/plain;charset=UTF-8\n\nNot Found\n");
            return;
        }
        say("HTTP/1.0 200 OK\r\nContent-Type: text/plain;charset=UTF-8\r\nX-Content-Type-Options: nosniff\r\n\r\n"
                + "Jenkins-Agent-Protocols: JNLP4-connect, Ping\r\n"
                + "Jenkins-Version: " + JenkinsBase.VERSION + "\r\n"
                + "Jenkins-Session: " + JenkinsBase.SESSION_HASH + "\r\n"
                + "Client: " + socket.getInetAddress().getHostAddress() + "\r\n"
                + "Server: " + socket.getLocalAddress().getHostAddress() + "\r\n"
                + "Remoting-Minimum-Version: 4.13\r\n");
    }

    private void say(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        socket.shutdownOutput();
        while (socket.getInputStream().read() >= 0) {
            continue; // drain, so that closing does not reset what was just said
        }
    }
}
