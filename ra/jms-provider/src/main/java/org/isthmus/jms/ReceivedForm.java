package org.isthmus.jms;

/** How a connection wants records to look as messages. */
record ReceivedForm(boolean recordsAsText, TrustedClasses trusted) {}
