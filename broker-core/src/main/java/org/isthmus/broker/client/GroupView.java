package org.isthmus.broker.client;

import org.isthmus.broker.common.BrokerId;

/** A group as its coordinator tells of it: consumers of any protocol, or a share group. */
public record GroupView(String name, String type, String state, BrokerId coordinator) {}
