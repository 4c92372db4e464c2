package org.isthmus.broker.controller;

import java.util.Map;
import java.util.regex.Pattern;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TemporaryName;
import org.isthmus.broker.metadata.TopicSetting;
import org.jspecify.annotations.Nullable;

/** What a topic may be called and how it may be set, by Kafka's rules. Each check passes or fails with the protocol's error. */
public final class TopicRules {
    private static final int MAX_NAME_LENGTH = 249;
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9._-]+");

    private TopicRules() {}

    public static void checkName(String name) {
        if (name.isEmpty() || name.equals(".") || name.equals("..")) {
            throw invalidName("a topic cannot be called '" + name + "'");
        }
        if (name.length() > MAX_NAME_LENGTH) {
            throw invalidName("a topic's name has at most " + MAX_NAME_LENGTH + " characters, not " + name.length());
        }
        if (!NAME.matcher(name).matches()) {
            throw invalidName("topic name '" + name + "' has other characters than letters, digits, '.', '_' and '-'");
        }
    }

    /** What a name must be that somebody chooses. */
    public static void checkNewName(String name) {
        checkName(name);
        if (TemporaryName.isOne(name)) {
            throw invalidName("topic name '" + name + "' is that of a temporary destination");
        }
    }

    public static void checkConfig(String key, @Nullable String value) {
        var setting = TopicSetting.named(key)
                .orElseThrow(() -> new BrokerException(ErrorCode.INVALID_CONFIG, "there is no topic setting " + key));
        if (!setting.accepts(value)) {
            throw new BrokerException(ErrorCode.INVALID_CONFIG, "topic setting " + key + " cannot be " + value);
        }
    }

    public static void checkConfigs(Map<String, String> configs) {
        configs.forEach(TopicRules::checkConfig);
    }

    private static BrokerException invalidName(String reason) {
        return new BrokerException(ErrorCode.INVALID_TOPIC_EXCEPTION, reason);
    }
}
