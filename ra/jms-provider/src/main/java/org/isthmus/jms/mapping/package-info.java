/**
 * What a message and a destination are on the log: message ⇄ record, destination ⇄ topic, key ⇄ partition. Knows no connection and no
 * session. The format is described in docs/jms-mapping.md.
 */
@NullMarked
package org.isthmus.jms.mapping;

import org.jspecify.annotations.NullMarked;
