/**
 * Placement and election: from one cluster image to the change that leads to the next.
 */
@NullMarked
package org.isthmus.broker.controller;

import org.jspecify.annotations.NullMarked;
