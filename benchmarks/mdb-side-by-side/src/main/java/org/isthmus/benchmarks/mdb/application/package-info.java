/** The application that is measured; it runs in the server and knows nothing of whose messaging it uses. */
package org.isthmus.benchmarks.mdb.application;
