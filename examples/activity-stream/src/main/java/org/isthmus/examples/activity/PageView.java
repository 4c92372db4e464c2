package org.isthmus.examples.activity;

import jakarta.json.Json;
import java.io.StringReader;
import java.time.Instant;

/** Somebody looked at a page. Its JSON is what travels, so that any Kafka client can read it too. */
public record PageView(String page, String visitor, Instant at) {
    String toJson() {
        return Json.createObjectBuilder()
                .add("page", page)
                .add("visitor", visitor)
                .add("at", at.toString())
                .build()
                .toString();
    }

    static PageView fromJson(String json) {
        try (var reader = Json.createReader(new StringReader(json))) {
            var object = reader.readObject();
            return new PageView(
                    object.getString("page"), object.getString("visitor"), Instant.parse(object.getString("at")));
        }
    }
}
