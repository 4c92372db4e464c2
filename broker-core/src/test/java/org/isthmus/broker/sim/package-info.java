/**
 * Seeded versions of the ports: time, threads, disks and chance, all on the thread of the test.
 */
package org.isthmus.broker.sim;
