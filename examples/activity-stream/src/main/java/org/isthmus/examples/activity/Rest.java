package org.isthmus.examples.activity;

import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;

/** Where the live feed is found. */
@ApplicationPath("live")
public class Rest extends Application {}
