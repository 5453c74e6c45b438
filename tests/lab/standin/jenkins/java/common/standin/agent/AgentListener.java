package standin.agent;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import standin.Log;
import standin.Version;

/** The port for inbound agents: it really listens, and answers who it is. */
public final class AgentListener {
    private static final String SOURCE = "hudson.TcpSlaveAgentListener";
    private final ServerSocket socket = new ServerSocket();
    private final int configured;
    private final Version version;

    private AgentListener(int port, Version version) throws IOException {
        this.configured = port;
        this.version = version;
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(port));
        Thread thread = new Thread(this::accept, "TCP agent listener port=" + port);
        thread.setDaemon(true);
        thread.start();
    }

    /** A listener on this port (0: any), or null with a warning in the log when it is taken. */
    public static AgentListener open(int port, Version version) throws IOException {
        try {
            AgentListener listener = new AgentListener(port, version);
            Log.info(SOURCE, "<init>", (version.legacy() ? "JNLP slave" : "TCP")
                    + " agent listener started on " + (version.legacy() ? "TCP " : "") + "port " + listener.port());
            return listener;
        } catch (BindException taken) {
            Log.warning("jenkins.model.Jenkins", "launchTcpSlaveAgentListener", "Failed to listen to incoming agent"
                    + " connections through port " + port + ". Change the port number",
                    new BindException("Failed to listen on port " + port + " because it's already in use."));
            return null;
        }
    }

    public int port() {
        return socket.getLocalPort();
    }

    /** The port that agents are told: a property may name another than the real one. */
    public int advertised() {
        return Integer.getInteger(SOURCE + ".port", port());
    }

    public int configured() {
        return configured;
    }

    public void close() throws IOException {
        socket.close();
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Socket client = socket.accept();
                Thread thread = new Thread(new AgentConnection(client, version), "TCP agent connection");
                thread.setDaemon(true);
                thread.start();
            } catch (IOException closed) {
                return;
            }
        }
    }
}
