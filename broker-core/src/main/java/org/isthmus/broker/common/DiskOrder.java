package org.isthmus.broker.common;

/**
 * An order in which logs reach the disk: of two that have the same one, what was hurried earlier is there after a crash where what was hurried
 * later is. Told apart by identity; another one begins where something that was hurried failed.
 */
public final class DiskOrder {}
