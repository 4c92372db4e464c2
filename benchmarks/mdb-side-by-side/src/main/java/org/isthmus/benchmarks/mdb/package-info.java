/** Message-driven beans on WildFly: Isthmus's adapter and WildFly's own messaging in one run. */
package org.isthmus.benchmarks.mdb;
