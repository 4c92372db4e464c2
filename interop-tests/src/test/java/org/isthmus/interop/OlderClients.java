package org.isthmus.interop;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.message.AddOffsetsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopic;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.AlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.AlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.MessageUtil;

/** What stock clients sent before there was something better, and others still do. */
final class OlderClients {
    private static final byte TOPIC = 2;

    private OlderClients() {}

    static void exercise(String address) throws IOException {
        send(address, (short) 3, addPartitions());
        send(
                address,
                (short) 3,
                new AddOffsetsToTxnRequestData().setTransactionalId("every").setGroupId("sent"));
        send(address, (short) 2, alterConfigs());
    }

    private static AddPartitionsToTxnRequestData addPartitions() {
        var request = new AddPartitionsToTxnRequestData().setV3AndBelowTransactionalId("every");
        request.v3AndBelowTopics()
                .add(new AddPartitionsToTxnTopic().setName("every").setPartitions(List.of(0, 1)));
        return request;
    }

    private static AlterConfigsRequestData alterConfigs() {
        var resource = new AlterConfigsResource().setResourceType(TOPIC).setResourceName("every");
        resource.configs().add(new AlterableConfig().setName("retention.ms").setValue("86400000"));
        var request = new AlterConfigsRequestData();
        request.resources().add(resource);
        return request;
    }

    /** Sends it and waits for the answer. */
    private static void send(String address, short version, ApiMessage request) throws IOException {
        var key = request.apiKey();
        var header = new RequestHeaderData()
                .setRequestApiKey(key)
                .setRequestApiVersion(version)
                .setCorrelationId(1)
                .setClientId("older");
        var headerVersion = ApiMessageType.fromApiKey(key).requestHeaderVersion(version);
        var colon = address.lastIndexOf(':');
        try (var socket = new Socket(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)))) {
            var out = new DataOutputStream(socket.getOutputStream());
            var frame = concat(bytes(header, headerVersion), bytes(request, version));
            out.writeInt(frame.length);
            out.write(frame);
            out.flush();
            var in = new DataInputStream(socket.getInputStream());
            in.readFully(new byte[in.readInt()]);
        }
    }

    private static ByteBuffer bytes(ApiMessage message, short version) {
        return MessageUtil.toByteBufferAccessor(message, version).buffer();
    }

    private static byte[] concat(ByteBuffer first, ByteBuffer second) {
        return ByteBuffer.allocate(first.remaining() + second.remaining())
                .put(first)
                .put(second)
                .array();
    }
}
