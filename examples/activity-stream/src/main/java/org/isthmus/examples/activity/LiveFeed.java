package org.isthmus.examples.activity;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.sse.Sse;
import jakarta.ws.rs.sse.SseBroadcaster;
import jakarta.ws.rs.sse.SseEventSink;

/** Tells every open live page what the beans receive, as server-sent events: first all that is known, then each view as it comes. */
@Path("feed")
@ApplicationScoped
public class LiveFeed {
    @Inject
    private PageCounts counts;

    private Sse sse;
    private SseBroadcaster pages;

    @GET
    @Produces(MediaType.SERVER_SENT_EVENTS)
    public synchronized void subscribe(@Context SseEventSink page, @Context Sse events) {
        if (pages == null) {
            sse = events;
            pages = events.newBroadcaster();
        }
        page.send(events.newEvent("known", known().toString()));
        pages.register(page);
    }

    @GET
    @Path("known")
    @Produces(MediaType.APPLICATION_JSON)
    public JsonObject known() {
        var views = Json.createObjectBuilder();
        counts.views().forEach(views::add);
        var next = Json.createObjectBuilder();
        counts.next().forEach((partition, offset) -> next.add(partition.toString(), offset));
        var last = Json.createArrayBuilder();
        counts.last().forEach(seen -> last.add(json(seen)));
        return Json.createObjectBuilder()
                .add("views", views)
                .add("next", next)
                .add("last", last)
                .build();
    }

    synchronized void publish(Seen seen) {
        if (pages != null) {
            pages.broadcast(sse.newEvent("view", json(seen).build().toString()));
        }
    }

    private JsonObjectBuilder json(Seen seen) {
        return Json.createObjectBuilder()
                .add("page", seen.view().page())
                .add("visitor", seen.view().visitor())
                .add("at", seen.view().at().toString())
                .add("partition", seen.partition())
                .add("offset", seen.offset())
                .add("count", counts.views().getOrDefault(seen.view().page(), 0L));
    }
}
