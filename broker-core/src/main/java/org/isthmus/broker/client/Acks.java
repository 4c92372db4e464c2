package org.isthmus.broker.client;

/** When a send is answered. */
public enum Acks {
    /** Once every replica in sync has the record and, by the topic's flush policy, the disk has it. What was answered is never lost. */
    ALL,
    /** Once the leader has written the record; it may be lost when the machine dies. */
    LEADER
}
