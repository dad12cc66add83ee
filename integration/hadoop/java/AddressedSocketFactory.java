import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import javax.net.SocketFactory;

/**
 * Makes a daemon's calls come from the address in {@code weft.rig.address}.
 *
 * <p>A NameNode takes a DataNode's address from where its connection comes from, and on one machine everything
 * comes from 127.0.0.1. Set as {@code hadoop.rpc.socket.factory.class.default}.
 */
public final class AddressedSocketFactory extends SocketFactory {
    private final InetSocketAddress from = new InetSocketAddress(System.getProperty("weft.rig.address"), 0);

    @Override
    public Socket createSocket() throws IOException {
        return SocketChannel.open().bind(from).socket();
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        Socket socket = createSocket();
        socket.connect(new InetSocketAddress(host, port));
        return socket;
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return createSocket(InetAddress.getByName(host), port);
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress own, int ownPort) throws IOException {
        return createSocket(host, port);
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress own, int ownPort) throws IOException {
        return createSocket(host, port);
    }

    /** Hadoop shares connections between equal factories. */
    @Override
    public boolean equals(Object other) {
        return other instanceof AddressedSocketFactory;
    }

    @Override
    public int hashCode() {
        return AddressedSocketFactory.class.hashCode();
    }
}
