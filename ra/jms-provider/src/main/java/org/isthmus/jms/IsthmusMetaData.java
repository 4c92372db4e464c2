package org.isthmus.jms;

import jakarta.jms.ConnectionMetaData;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import org.isthmus.jms.mapping.PropertyNames;

/** What the provider says about itself. */
enum IsthmusMetaData implements ConnectionMetaData {
    INSTANCE;

    @Override
    public String getJMSVersion() {
        return "3.1";
    }

    @Override
    public int getJMSMajorVersion() {
        return 3;
    }

    @Override
    public int getJMSMinorVersion() {
        return 1;
    }

    @Override
    public String getJMSProviderName() {
        return "Isthmus";
    }

    @Override
    public String getProviderVersion() {
        return getProviderMajorVersion() + "." + getProviderMinorVersion();
    }

    @Override
    public int getProviderMajorVersion() {
        return 0;
    }

    @Override
    public int getProviderMinorVersion() {
        return 1;
    }

    @Override
    public Enumeration<String> getJMSXPropertyNames() {
        return Collections.enumeration(
                List.of(PropertyNames.GROUP_ID, PropertyNames.GROUP_SEQ, PropertyNames.DELIVERY_COUNT));
    }
}
