package org.isthmus.examples.activity;

/** A page view and where it lies in the log. */
public record Seen(PageView view, int partition, long offset) {}
