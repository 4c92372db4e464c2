package org.isthmus.jms.mapping;

import java.util.Locale;
import java.util.Set;

/** Which names properties may have (§3.5.1), and the names that mean something to the provider. */
public final class PropertyNames {
    public static final String GROUP_ID = "JMSXGroupID";
    public static final String GROUP_SEQ = "JMSXGroupSeq";
    public static final String DELIVERY_COUNT = "JMSXDeliveryCount";

    /** Where a received message lies in the log: an int and a long. */
    public static final String PARTITION = "JMS_Isthmus_Partition";

    public static final String OFFSET = "JMS_Isthmus_Offset";

    private static final Set<String> RESERVED =
            Set.of("NULL", "TRUE", "FALSE", "NOT", "AND", "OR", "BETWEEN", "LIKE", "IN", "IS", "ESCAPE");

    // Set by the provider on receipt. They are not sent on when a received message is sent again.
    private static final Set<String> OF_RECEIPT = Set.of(
            DELIVERY_COUNT,
            PARTITION,
            OFFSET,
            "JMSXRcvTimestamp",
            "JMSXState",
            "JMSXConsumerTXID",
            "JMSXProducerTXID",
            "JMSXUserID",
            "JMSXAppID");

    private PropertyNames() {}

    public static boolean isLegal(String name) {
        if (name.isEmpty() || !Character.isJavaIdentifierStart(name.charAt(0)) || isReserved(name)) {
            return false;
        }
        return name.chars().skip(1).allMatch(Character::isJavaIdentifierPart);
    }

    static boolean isOfReceipt(String name) {
        return name.startsWith("JMS") && OF_RECEIPT.contains(name);
    }

    /** The property name of a header that a Kafka client named freely: what no identifier may hold becomes an underscore. */
    static String ofHeader(String header) {
        if (isLegal(header)) {
            return header;
        }
        var name = new StringBuilder(header.length() + 1);
        if (header.isEmpty() || !Character.isJavaIdentifierStart(header.charAt(0)) || isReserved(header)) {
            name.append('_');
        }
        for (int i = 0; i < header.length(); i++) {
            char c = header.charAt(i);
            name.append(Character.isJavaIdentifierPart(c) ? c : '_');
        }
        return name.toString();
    }

    private static boolean isReserved(String name) {
        return name.length() <= 7 && RESERVED.contains(name.toUpperCase(Locale.ROOT));
    }
}
