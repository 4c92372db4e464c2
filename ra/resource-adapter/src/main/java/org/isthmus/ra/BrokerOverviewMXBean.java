package org.isthmus.ra;

import java.util.List;
import javax.management.MBeanException;

/** What the adapter's broker holds and who consumes it, as administrators see it by the server's management ({@code org.isthmus:type=BrokerOverview}). */
public interface BrokerOverviewMXBean {
    List<Topic> getTopics() throws MBeanException;

    /** One for each group and topic; a group that has consumed nothing has one without a topic. */
    List<Consumption> getConsumption() throws MBeanException;

    /** A topic or queue, in the types of management tools. */
    record Topic(String name, boolean internal, int partitions, long records) {
        public String getName() {
            return name;
        }

        public boolean isInternal() {
            return internal;
        }

        public int getPartitions() {
            return partitions;
        }

        /** Offsets from the oldest record to the end, in all partitions. */
        public long getRecords() {
            return records;
        }
    }

    /** How far a group, which is what a queue or a subscription is to the broker, has come in a topic. */
    record Consumption(String group, String type, String state, String topic, long lag) {
        public String getGroup() {
            return group;
        }

        public String getType() {
            return type;
        }

        public String getState() {
            return state;
        }

        public String getTopic() {
            return topic;
        }

        /** How many records it is not done with. */
        public long getLag() {
            return lag;
        }
    }
}
