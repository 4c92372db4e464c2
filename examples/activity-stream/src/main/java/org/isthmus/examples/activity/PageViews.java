package org.isthmus.examples.activity;

import jakarta.annotation.Resource;
import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSConnectionFactoryDefinition;
import jakarta.jms.JMSDestinationDefinition;
import jakarta.jms.Topic;

/** Publishes page views. The record's key is the page, so that all views of a page are in one partition, in their order. */
@JMSConnectionFactoryDefinition(
        name = "java:app/jms/events",
        interfaceName = "jakarta.jms.ConnectionFactory",
        resourceAdapter = "isthmus",
        transactional = false)
@JMSDestinationDefinition(
        name = "java:app/jms/page-views",
        interfaceName = "jakarta.jms.Topic",
        className = "org.isthmus.jms.IsthmusTopic",
        destinationName = "page-views",
        properties = "physicalName=page-views",
        resourceAdapter = "isthmus")
@Stateless
@TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
public class PageViews {
    @Resource(lookup = "java:app/jms/events")
    private ConnectionFactory connections;

    @Resource(lookup = "java:app/jms/page-views")
    private Topic topic;

    /** Returns when the view is on disk. */
    public void publish(PageView view) {
        try (var context = connections.createContext()) {
            context.createProducer().setProperty("JMSXGroupID", view.page()).send(topic, view.toJson());
        }
    }
}
