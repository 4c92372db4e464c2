package org.isthmus.broker.network;

import io.netty.channel.Channel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.List;

/** Netty's socket with the one of Java below it in reach, which any thread may write to. */
final class OwnSocketChannel extends NioSocketChannel {
    /** For a connection that is to be made. */
    OwnSocketChannel() {}

    private OwnSocketChannel(Channel parent, SocketChannel socket) {
        super(parent, socket);
    }

    SocketChannel socket() {
        return javaChannel();
    }

    /** Accepts such. */
    static final class Server extends NioServerSocketChannel {
        @Override
        protected int doReadMessages(List<Object> accepted) throws IOException {
            var socket = javaChannel().accept();
            if (socket == null) {
                return 0;
            }
            try {
                accepted.add(new OwnSocketChannel(this, socket));
                return 1;
            } catch (RuntimeException e) {
                socket.close();
                throw e;
            }
        }
    }
}
