package standin.http;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.function.Function;

/** A small HTTP server, a thread for each connection; own, since status lines and header case must be exact. */
public final class HttpServer {
    private static final int IDLE_MILLIS = 30_000;
    private final ServerSocket socket = new ServerSocket();
    private final Function<Request, Response> handler;

    public HttpServer(String address, int port, Function<Request, Response> handler) throws IOException {
        this.handler = handler;
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(InetAddress.getByName(address), port), 50);
        Thread acceptor = new Thread(this::accept, "HTTP acceptor");
        acceptor.setDaemon(false);
        acceptor.start();
    }

    public int port() {
        return socket.getLocalPort();
    }

    public void close() throws IOException {
        socket.close();
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Socket connection = socket.accept();
                Thread worker = new Thread(() -> serve(connection), "HTTP connection");
                worker.setDaemon(true);
                worker.start();
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            connection.setTcpNoDelay(true);
            connection.setSoTimeout(IDLE_MILLIS);
            var out = new BufferedOutputStream(connection.getOutputStream());
            var remote = connection.getInetAddress().getHostAddress();
            Wire wire = new Wire(new BufferedInputStream(connection.getInputStream()), out, remote);
            boolean again = true;
            while (again) {
                Request request = wire.next();
                if (request == null) {
                    return;
                }
                again = keepAlive(request) && !socket.isClosed();
                handler.apply(request).write(out, !request.method().equals("HEAD"), !again);
            }
        } catch (IOException | RuntimeException gone) {
            return; // the client went away or sent no HTTP: nobody is left to tell
        }
    }

    private static boolean keepAlive(Request request) {
        String wish = request.header("connection");
        return request.header(":version").equals("HTTP/1.1") && !"close".equalsIgnoreCase(wish);
    }
}
