package org.isthmus.examples.activity;

import jakarta.annotation.PostConstruct;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import java.util.logging.Logger;

/** Says where to look. */
@Singleton
@Startup
public class Greeting {
    @PostConstruct
    void greet() {
        var url = System.getProperty("activity.url");
        if (url != null) {
            Logger.getLogger(Greeting.class.getName())
                    .info(() -> "\n\n  Activity stream: open " + url
                            + "\n  The same events for a Kafka client: kcat -b " + System.getProperty("activity.kafka")
                            + " -t page-views -C -o beginning\n");
        }
    }
}
