package org.isthmus.broker.replica;

/** When a partition of a single replica counts a record as committed. */
public enum FlushPolicy {
    /** Once the disk has it. */
    COMMIT,
    /** Once the operating system has it: survives the death of the process, not of the machine. */
    OS
}
