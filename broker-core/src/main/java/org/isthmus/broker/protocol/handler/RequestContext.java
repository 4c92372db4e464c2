package org.isthmus.broker.protocol.handler;

import org.isthmus.broker.network.Endpoint;

/**
 * What a handler may know of the request beside its body.
 *
 * @param version the version in which the request came and the answer goes
 * @param listener the endpoint that accepted the connection
 */
public record RequestContext(short version, String clientId, String clientAddress, Endpoint listener) {}
